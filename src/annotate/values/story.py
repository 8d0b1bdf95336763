"""Which year a day or month without one belongs to, where the text tells of another time than its own.

News is told from the document's date; a history tells one date after the other, and gives the year once: `In 1944 …
On 6 June … By August …`. This stage goes through the dates of a text in their order, after matching, and gives those
without a year the one that the story has reached: that of a date before it in the sentence, or, more than a year from
the document's date, in the paragraph or at the end of the paragraph before. It has no words of any language: the
dates themselves, their order and how far they are from the document's are its evidence.

The method is the reference time of narrative (Reichenbach 1947) as HeidelTime uses it for its narrative domain
(Strötgen & Gertz 2012), but decided passage by passage: where the evidence is of news, the document's date stays.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from msgspec.structs import replace

from annotate.rules.matches import Match
from annotate.spans import DateValue
from annotate.text.sentences import sentence_around
from annotate.text.tokens import Tokens
from annotate.values.timex import lacks_year, resolve_date, resolve_in_year

#: A day so near to the document's date is the news itself, not the story that it tells beside.
_NEAR = 10
#: From so many dates with their year on, at most one in five of its own time, a text is a history as a whole.
_HISTORY = 5
#: So many dates of another time, and none of its own, make a paragraph one that tells of the past.
_STORY = 3
#: So many days or months of another time make a paragraph one that narrates.
_DAYS = 2
#: A date without a year that lies so many days before the document's is rarely one of the news.
_DISTANT = 120
#: A date without a year so many days behind the one before it goes on with its story.
_NEXT = 45
#: A date so many years at most from the one before goes on with its story.
_STEADY = 2
#: The last year that has one after it.
_LAST_YEAR = 9998
#: So much must speak for a story that is told on a day near to one of its own.
_ENOUGH = 2.0


@dataclass(frozen=True, slots=True)
class Told:
    """A date of the text, in order: its match, its value against the document's date, and where it stands."""

    match: Match
    value: DateValue
    sentence: int
    paragraph: int
    #: Whether the sentence closes a clause, set off by commas, behind the date: `founded in 1998, said on 6 June`.
    aside: bool = False


@dataclass(frozen=True, slots=True)
class _Reference:
    """The date that the story has reached."""

    year: int
    month: int | None
    #: The year, month or day, as a value's `anchor` has it.
    anchor: str
    sentence: int
    paragraph: int
    aside: bool
    #: Whether the date before it was near to it, as in a story that goes on.
    steady: bool = False


class _Passages:
    """Which passages of a text tell of another time than its own, by all the dates that stand in them."""

    def __init__(self, dates: Sequence[Told], today: date | None) -> None:
        self.today = today
        self._far: Counter[int | None] = Counter()
        self._near: Counter[int | None] = Counter()
        self._days = Counter(t.paragraph for t in dates if self._is_far(t) and t.value.grain in ("day", "month"))
        for told in dates:
            votes = self._far if self._is_far(told) else self._near if self._is_near(told) else None
            if votes is not None:
                votes.update((None, told.paragraph))
        self._anniversary = today is not None and self._is_anniversary(dates, today)

    def _is_far(self, told: Told) -> bool:
        return _gives_year(told) and is_far(_year(told.value), self.today)

    def _is_near(self, told: Told) -> bool:
        """Whether a date shows that the text speaks of its own time; a decade or century long past does not."""
        if told.value.anchor is None and told.value.grain in ("decade", "century"):
            return about(told.value, self.today, 0)
        if lacks_year(told.match):
            ahead = told.match.get("clause") == "future" and not self.narrates(told.paragraph)
            return ahead or about(told.value, self.today, _NEAR)
        return not told.match.get("relation") or told.value.grain in ("day", "week", "month")

    def narrates(self, paragraph: int) -> bool:
        """Whether what is to come in a paragraph is so for the days that it tells of: the army was to march in May."""
        return self._days[paragraph] >= _DAYS

    def _is_anniversary(self, dates: Sequence[Told], today: date) -> bool:
        """Whether a history is told near to a day of its own: on 6 June of a landing that was on 6 June.

        The days that are near to the document's say nothing then. For the story speak dates of another time, dates
        that lie many months back, as those of the news do not, and days that follow the one before. Against it speak
        the days that are near, and whatever shows that the text speaks of its own time.
        """
        story = news = 0.0
        before: DateValue | None = None
        for told in dates:
            if self._is_far(told):
                story += 1 if told.value.grain in ("day", "month") else 0.5
                before = told.value
            elif not lacks_year(told.match):
                if self._is_near(told):
                    return False
            elif before is None or told.match.get("clause") == "future":
                return False
            else:
                news += 1.5 * about(told.value, today, _NEAR if told.value.grain == "day" else 0)
                story += _is_distant(told.value, today) or _follows(told, before)
        return story >= _ENOUGH and story > news

    def sure(self) -> bool:
        """Whether the whole text is a history: many dates with their year, at most one in five of its own time."""
        return self._anniversary or (self._far[None] >= _HISTORY and self._far[None] >= 4 * self._near[None])

    def past(self, paragraph: int) -> bool:
        """Whether a passage tells of another time: nothing in the text or at least in the paragraph says otherwise."""
        if self.today is None or self.sure() or not self._near[None]:
            return True
        return self._far[paragraph] >= _STORY and not self._near[paragraph]


def tell(dates: Sequence[Told], today: date | None) -> Iterator[DateValue]:
    """The value of each date, in order: its own, or that in the year of the story.

    `today` is the document's date; without one every date without a year takes that of the story, if there is one.
    """
    passages = _Passages(dates, today)
    reached: _Reference | None = None
    day: Told | None = None
    for told in dates:
        value = told.value
        if not lacks_year(told.match):
            value = _of_its_time(told, reached, passages) or value
            reached = reached if value is not told.value else _follow(told, reached)
        elif found := _in_story(told, reached, passages) or (day and _in_its_month(told, day, today)):
            value = found
            reached = _reference(told, value, reached)
        elif about(value, today, 366) and not _looks_ahead(told, reached, passages):
            reached = None
        if value.grain == "day" and value.days is not None and (told.match.get("month") or not lacks_year(told.match)):
            day = Told(told.match, value, told.sentence, told.paragraph)
        yield value


def _gives_year(told: Told) -> bool:
    value = told.value
    return value.anchor is None and value.days is not None and value.grain not in ("decade", "century")


def _year(value: DateValue) -> int:
    return int((value.end or "")[:4])


def is_far(year: int, today: date | None) -> bool:
    """Whether a year is another time than the document's: more than a year from it."""
    return today is None or abs(year - today.year) > 1


def about(value: DateValue, today: date | None, days: int) -> bool:
    """Whether a date is within so many days of the document's."""
    if today is None or value.days is None:
        return False
    first, last = value.days
    return first - today <= timedelta(days) and today - last <= timedelta(days)


def _is_distant(value: DateValue, today: date) -> bool:
    """Whether a date without a year lies where the news rarely are: many months back, or ahead of the document's."""
    if value.days is None:
        return False
    first, last = value.days
    return today - last > timedelta(_DISTANT) or first - today > timedelta(_NEAR)


def _follows(told: Told, before: DateValue) -> bool:
    """Whether a date goes on where the one before has stopped: on 10 May 1940, on 14 May."""
    if before.days is None or before.grain == "year":
        return False
    value = resolve_in_year(told.match, _year(before), None)
    if value is None or value.days is None:
        return False
    return timedelta() < value.days[0] - before.days[1] <= timedelta(_NEXT)


def _follow(told: Told, reached: _Reference | None) -> _Reference | None:
    """What the story has reached behind a date that gives its year, or is told from the document's date."""
    if _gives_year(told):
        return _reference(told, told.value, reached)
    if told.value.anchor is not None or told.match.get("relative") or told.match.get("offset"):
        return None  # yesterday, last year: the text speaks of its own time again
    return reached


def _reference(told: Told, value: DateValue, before: _Reference | None) -> _Reference:
    known = value.grain in ("day", "month") and "-" in value.timex.rpartition("/")[2]
    last = value.end or ""
    month = int(last[5:7]) if known else None
    anchor = last[: 10 if value.grain == "day" else 7] if known else last[:4]
    steady = before is not None and abs(_year(value) - before.year) <= _STEADY
    return _Reference(_year(value), month, anchor, told.sentence, told.paragraph, told.aside, steady)


def _of_its_time(told: Told, reached: _Reference | None, passages: _Passages) -> DateValue | None:
    """The value of the end of the year, or of the twenties, in a story that has reached a year of another time."""
    if reached is None or not passages.sure() or not is_far(reached.year, passages.today):
        return None
    match, value = told.match, told.value
    if value.grain == "decade" and value.timex.startswith("XX"):
        told_from = resolve_date(_Century(match, (reached.year - 1) // 100 + 1), None)
    elif match.get("mod") and match.get("offset") == "0" and match.get("unit") == "year":
        if reached.paragraph != told.paragraph or value.grain != "year":
            return None
        told_from = resolve_date({"year": reached.year, "mod": match.get("mod")}, None)
    else:
        return None
    return told_from and replace(told_from, anchor=reached.anchor)


@dataclass(frozen=True, slots=True)
class _Century:
    """The slots of a decade, and the century that its story has reached."""

    match: Match
    century: int

    def get(self, name: str) -> Any:
        return self.century if name == "century" else self.match.get(name)


def _in_story(told: Told, reached: _Reference | None, passages: _Passages) -> DateValue | None:
    """The value in the year of the story, None where the story says nothing of it."""
    if (story := told.match.get("story")) is not None:
        return _told_year(told, reached, story)
    today = passages.today
    if reached is None or (told.match.get("clause") == "future" and not _is_ahead_of(told, reached, passages)):
        return None
    if not passages.sure() and _may_be_news(told, reached, today):
        return None
    if reached.sentence == told.sentence:
        if reached.aside and not passages.past(told.paragraph):
            return None
    elif not (is_far(reached.year, today) and _carries(told, reached, passages)):
        return None
    value = _value_in(told.match, reached)
    if value is None or (today and value.start and value.start > today.isoformat()):
        return None  # no such day; or a plan for 2030, decided in June
    return replace(value, anchor=reached.anchor)


def _in_its_month(told: Told, before: Told, today: date | None) -> DateValue | None:
    """The value of a day alone in the month of the day before it in its sentence: 7月3日に公示、20日に投開票.

    None where it comes before that day, and where it is one of the last days before the document's: the news tells
    such days without a month, whatever day stands in the same sentence.
    """
    match, days = told.match, before.value.days
    if match.get("to") is not None or match.get("month") is not None or match.get("day") is None or days is None:
        return None
    if told.sentence != before.sentence or match.get("story") is not None:
        return None
    last = days[1]
    value = resolve_in_year(match, last.year, last.month)
    if value is None or value.days is None or value.days[0] <= last:
        return None
    if today and last <= today and told.value.days and timedelta() <= today - told.value.days[0] <= timedelta(_NEAR):
        return None
    return replace(value, anchor=last.isoformat())


def _is_ahead_of(told: Told, reached: _Reference, passages: _Passages) -> bool:
    """Whether what is to come is so for a day or month of the story: on 4 March he said he would march on 9 August."""
    story = passages.sure() and reached.steady and reached.month is not None
    return story and reached.paragraph == told.paragraph


def _looks_ahead(told: Told, reached: _Reference | None, passages: _Passages) -> bool:
    """Whether a date is what was to come in a story that goes on, and no sign that the text speaks of its own time."""
    ahead = told.match.get("clause") == "future" and passages.narrates(told.paragraph)
    return ahead and reached is not None and reached.steady


def _told_year(told: Told, reached: _Reference | None, story: str) -> DateValue | None:
    """The value of a date whose year the text tells from the date before it, whichever that is.

    `9 August of the same year` (same), `3 March of the following year` (next), `the following March` (after).
    """
    if reached is None or reached.year > _LAST_YEAR:
        return None
    value = resolve_in_year(told.match, reached.year + (story == "next"), reached.month)
    if (
        story == "after"
        and value is not None
        and value.start is not None
        and value.start[: len(reached.anchor)] <= reached.anchor
    ):
        value = resolve_in_year(told.match, reached.year + 1, reached.month)
    return None if value is None else replace(value, anchor=reached.anchor)


def _may_be_news(told: Told, reached: _Reference, today: date | None) -> bool:
    """Whether a date is so near to the document's that it is most likely that of the news, told beside a story."""
    if today is None:
        return False
    if told.match.get("month") is None and told.match.get("day") is not None:  # 25日: any day of a month is near
        return True
    if reached.year == today.year:
        return False
    return about(told.value, today, _NEAR if told.value.grain == "day" else 0)


def _carries(told: Told, reached: _Reference, passages: _Passages) -> bool:
    """Whether the story goes on from another sentence to this one."""
    if passages.sure():
        return True
    return told.paragraph - reached.paragraph <= 1 and passages.past(told.paragraph)


def _value_in(match: Match, reached: _Reference) -> DateValue | None:
    """The value in the year that the story has reached, or in the next.

    Stories go forward: behind November 1918 January is that of 1919.
    """
    value = resolve_in_year(match, reached.year, reached.month)
    if value is None or reached.month is None or value.days is None:
        return value
    first, _ = value.days
    back = reached.year * 12 + reached.month - first.year * 12 - first.month
    return (resolve_in_year(match, reached.year + 1, reached.month) or value) if back > 6 else value


def placed(dates: Sequence[tuple[Match, DateValue]], tokens: Tokens) -> Iterator[Told]:
    """The dates with the sentence and the paragraph that each stands in."""
    paragraphs = [tokens.starts[i] for i in tokens.breaks]
    start, end, number = 0, -1, 0
    for match, value in dates:
        if match.start >= end:
            (start, end), number = sentence_around(tokens.text, match.start, match.end), number + 1
        before, after = tokens.text[start : match.start], tokens.text[match.end : end]
        aside = "," in before and after.lstrip()[:1] == ","
        yield Told(match, value, number, bisect_right(paragraphs, match.start), aside)


def in_story(dates: Sequence[tuple[Match, DateValue]], tokens: Tokens, today: date | None) -> dict[int, DateValue]:
    """The values of dates without a year that the story around them tells, by the identity of their match."""
    if not any(lacks_year(match) for match, _ in dates):
        return {}
    told = list(placed(sorted(dates, key=lambda pair: pair[0].start), tokens))
    return {id(one.match): value for one, value in zip(told, tell(told, today), strict=True)}
