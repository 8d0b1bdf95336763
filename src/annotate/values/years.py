"""Whether four digits that stand alone are a year or a count: evidence from both sides, weighed in one place.

`1998` may be a year, a number of people, a train or a page. Rules say where a word beside it makes it a year (`in
1998`); all else is weighed here: how near it is to the document's date and to the years that the text names for sure,
what stands before and behind it, whether it is told beside another count, and how the text writes its thousands. Each
piece of evidence has its weight in `_WEIGHTS`; together they must reach `ENOUGH`. `annotate explain` shows them.

There are no words in here: what is a small word, a counted noun or a name comes from the language's lists and from
how words are written.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from annotate.rules.grammar import Grammar, Kinds
from annotate.rules.matches import Match, Slot
from annotate.spans import DateValue, Value
from annotate.text.tokens import Tokens
from annotate.values.resolve import Context

#: What each piece of evidence weighs; what is against a year is below zero.
_WEIGHTS = {
    "a word of the language makes it a year": 4.0,
    "of the document's own years": 2.0,
    "of the years of the document": 1.5,
    "of the time that texts tell of": 0.5,
    "near a year of the text": 1.0,
    "behind a name": 2.0,
    "behind a word that it may number": -1.0,
    "behind an article": 2.0,
    "round, behind a word for about": -2.5,
    "before a name": 1.0,
    "in brackets": 1.0,
    "closes its clause": 1.0,
    "before a small word": 0.5,
    "before an article": 1.5,
    "the text groups its thousands": 1.0,
    "the text does not group its thousands": -1.0,
    "before a word that it may count": -2.0,
    "before a noun that is counted": -8.0,
    "an ordinal before what it counts": -8.0,
    "behind a word for in": 1.0,
    "glued to what may count it": -2.5,
    "behind a code": -4.5,
    "beside another count": -4.0,
    "a range with what is no year": -7.0,
    "a long way from the document": -0.5,
    "before a unit of time": -5.0,
    "beside other digits": -4.0,
    "behind other digits": -6.0,
    "before another number": 1.0,
}
#: The weight from which on four digits are a year.
ENOUGH = 1.5

#: Lists of words that stand behind a year, and not between a count and what it counts.
_SMALL = frozenset(
    {"after_year", "name_joiner", "article", "date_joiner", "number_joiner", "year_cue", "range_to", "range_and"}
    | {"range_from", "every", "past_cue", "future_cue", "status_block", "agreement_party_link", "bound", "approximator"}
)
_CUES = frozenset({"after_year", "year_cue", "count_noun", "not_year_before"})
_CODE_STOP = frozenset({"name_stop", "organisation", "territory"})
_CLOSES = frozenset(".,;:!?)]»”\"'’。、，；：）」』】…")
_OPENS = frozenset("([（「『【«“„‘'\"")
_DASHES = frozenset("-–—~～〜")
#: Four digits that are grouped: many a text groups from five on only, which tells nothing of a year.
_GROUPED = re.compile(r"\d[.,'’\u00a0\u202f](?<![\d.,]..)\d{3}(?![\d.,])")
_UNGROUPED = re.compile(r"[2-9](?<![\d.,/:-].)(?:(?<=[3-9])\d|[2-9])\d\d(?![\d.,/:-])")


_PLAIN_SLOTS = frozenset({"year", "bare", "clause", "mod"})


@dataclass(slots=True)
class _Text:
    """What the whole text tells of its years."""

    today: date | None
    sure: list[int] = field(default_factory=list)
    habit: str | None = None


Pairs = list[tuple[Match, Value]]
Counts = list[tuple[Match, str]]


def told_apart(pairs: Pairs, tokens: Tokens, context: Context) -> tuple[Pairs, Counts]:
    """What has a value without the four digits that are a count rather than a year, and those with why."""
    labels = context.grammar.labels
    dates = [(m, v) for m, v in pairs if isinstance(v, DateValue) and m.label and labels[m.label].emit]
    candidates = [m for m, _ in dates if is_weighed(m)]
    if not candidates:
        return pairs, []
    sure = [int(v.start[:4]) for m, v in dates if v.start and v.anchor is None and not is_weighed(m)]
    weighed = weigh(candidates, sure, tokens, context.grammar, context.date)
    counts = {id(m): (m, why) for m, why in weighed if why is not None}
    return [pair for pair in pairs if id(pair[0]) not in counts], list(counts.values())


def is_weighed(match: Match) -> bool:
    """Whether a match is four digits alone, which may be a count just as well."""
    return match.j - match.i == 1 and "year" in match.slots and match.slots.keys() <= _PLAIN_SLOTS


def weigh(
    candidates: Sequence[Match], sure: Sequence[int], tokens: Tokens, grammar: Grammar, today: date | None
) -> Iterator[tuple[Match, str | None]]:
    """Each candidate with None where it is a year, else with why it is none; its evidence becomes a slot of it."""
    text = _Text(today, [*sure], _habit(tokens.text))
    text.sure += [int(m.get("year")) for m in candidates if "bare" not in m.slots]
    for match in candidates:
        found = list(_evidence(match, tokens, grammar, text))
        total = sum(_WEIGHTS[name] for name in found)
        told = ", ".join(f"{name} {_WEIGHTS[name]:+g}" for name in found)
        match.slots["evidence"] = [Slot(tokens.text[match.start : match.end], match.start, match.end, told)]
        yield match, None if total >= ENOUGH else f"a count rather than a year: {told or 'nothing speaks for a year'}"


def _habit(text: str) -> str | None:
    if _GROUPED.search(text):
        return "the text groups its thousands"
    return "the text does not group its thousands" if _UNGROUPED.search(text) else None


def _evidence(match: Match, tokens: Tokens, grammar: Grammar, text: _Text) -> Iterator[str]:
    year = int(match.get("year"))
    if "bare" not in match.slots:
        yield "a word of the language makes it a year"
    if "mod" in match.slots and year % 100 == 0:
        yield "round, behind a word for about"
    yield from _of_time(year, text, cued="bare" not in match.slots)
    if "bare" in match.slots and "in_period" in _kinds(tokens, match.i - 1, grammar):
        yield "behind a word for in"
    if text.habit:
        yield text.habit
    yield from _before(match.i, tokens, grammar)
    yield from _behind(match.i, tokens, grammar)


def _of_time(year: int, text: _Text, *, cued: bool) -> Iterator[str]:
    others = [*text.sure]
    if cued:
        others.remove(year)
    now = text.today.year if text.today else max(others, default=2000)
    if text.today and -3 <= year - now <= 1:
        yield "of the document's own years"
    elif now - 80 <= year <= now + 30:
        yield "of the years of the document"
    elif 1800 <= year <= 2050:
        yield "of the time that texts tell of"
    else:
        yield "a long way from the document"
    if any(abs(other - year) <= 15 for other in others):
        yield "near a year of the text"


def _kinds(tokens: Tokens, i: int, grammar: Grammar) -> Kinds:
    return (grammar.lexicon[tokens.words[i]] if 0 <= i < len(tokens) else None) or {}


def _before(i: int, tokens: Tokens, grammar: Grammar) -> Iterator[str]:
    if not i or i in _breaks(tokens, i):
        return
    before = tokens.words[i - 1]
    kinds = _kinds(tokens, i - 1, grammar)
    if before.isdecimal() and not tokens.glued(i):
        yield "behind other digits" if len(before) > 2 and not _is_year(before) else "beside other digits"
    elif before in _DASHES and i > 1 and tokens.words[i - 2].isdecimal() and not _is_year(tokens.words[i - 2]):
        yield "a range with what is no year"
    elif before in _DASHES and i > 1 and tokens.glued(i) and tokens.words[i - 2].isalpha():
        if len(tokens.words[i - 2]) <= 3:
            yield "behind a code"
    elif before.isupper() and before.isalpha() and 2 <= len(before) <= 5 and _CODE_STOP.isdisjoint(kinds):
        yield "behind a code"
    elif before[0].isupper() and "name_stop" not in kinds and not _opens_sentence(tokens, i - 1):
        if not grammar.settings.capital_nouns:
            yield "behind a name"
    elif "article" in kinds:
        yield "behind an article"
    elif before.islower() and before < "\u2e80" and _SMALL.isdisjoint(kinds) and _is_curated(grammar):
        yield "behind a word that it may number"
    joined = before in ",;、，" or not {"number_joiner", "range_and", "party_and"}.isdisjoint(kinds)
    if joined and any(_is_count(tokens, k, grammar) for k in range(max(0, i - 8), i - 2)):
        yield "beside another count"


def _is_count(tokens: Tokens, k: int, grammar: Grammar) -> bool:
    """Whether a number stands before a word that it counts: digits that are no year, then letters."""
    word = tokens.words[k]
    following = tokens.words[k + 1]
    if not word[-1].isdecimal() or _is_year(word) or not following[0].isalpha():
        return False
    listed = _kinds(tokens, k + 1, grammar)
    return _SMALL.isdisjoint(listed) and not {"month", "month_short", "period"} & listed.keys()


def _behind(i: int, tokens: Tokens, grammar: Grammar) -> Iterator[str]:
    words = tokens.words
    if i + 1 >= len(words) or i + 1 in _breaks(tokens, i + 1):
        yield "closes its clause"
        return
    following, kinds = words[i + 1], _kinds(tokens, i + 1, grammar)
    if following == "." and _is_ordinal(i, tokens, grammar):
        yield "an ordinal before what it counts"
    elif following in _CLOSES:
        opened = i and words[i - 1] in _OPENS
        yield "in brackets" if following in ")）" or opened else "closes its clause"
    elif following in _DASHES and i + 2 < len(words) and words[i + 2][0].isdecimal() and not _is_year(words[i + 2]):
        yield "a range with what is no year"
    elif (
        following.isdecimal() and len(following) > 2 and not tokens.glued(i + 1) and not _counts(tokens, i + 1, grammar)
    ):
        yield "beside other digits"
    elif following.isdecimal() and not tokens.glued(i + 1):
        yield "before another number"
    elif following[0].isalpha():
        yield from _before_word(i + 1, following, kinds, tokens, grammar)


def _is_ordinal(i: int, tokens: Tokens, grammar: Grammar) -> bool:
    """Whether a full stop makes an ordinal: `1240. kilometr`, in a language whose years take none."""
    if "year_stop" in grammar.lists or "year_before" in _kinds(tokens, i - 1, grammar):
        return False
    goes_on = i + 2 < len(tokens.words) and i + 2 not in _breaks(tokens, i + 2)
    return goes_on and tokens.glued(i + 1) and tokens.words[i + 2].islower()


def _before_word(i: int, word: str, kinds: Kinds, tokens: Tokens, grammar: Grammar) -> Iterator[str]:
    """What the word behind four digits tells: what it is in the language's lists, and how it is written."""
    if not {"period", "time_unit"}.isdisjoint(kinds) and not {"year_after", "after_year"} & kinds.keys():
        yield "before a unit of time"
    elif "count_noun" in kinds and not _possesses(tokens, i):
        yield "before a noun that is counted"
    elif not {"article", "article_numeral"}.isdisjoint(kinds):
        yield "before an article"
    elif not _SMALL.isdisjoint(kinds):
        yield "before a small word"
    elif tokens.glued(i):
        if word > "\u2e80" or word.isascii():
            yield "glued to what may count it"
    elif word[0].isupper() and not grammar.settings.capital_nouns:
        yield "before a name"
    elif word < "\u2e80" and _is_curated(grammar):
        yield "before a word that it may count"


def _counts(tokens: Tokens, i: int, grammar: Grammar) -> bool:
    """Whether digits stand before the unit of time that they count, as in `wurde 2018 100 Jahre alt`."""
    return not {"period", "time_unit"}.isdisjoint(_kinds(tokens, i + 1, grammar))


def _possesses(tokens: Tokens, i: int) -> bool:
    """Whether a noun has an apostrophe: it says whose, and is not counted, in `the 2012 women's race`."""
    return i + 1 < len(tokens.words) and tokens.words[i + 1] in "'’" and tokens.glued(i + 1)


def _is_curated(grammar: Grammar) -> bool:
    """Whether the language's files tell its small words: else any word may be one."""
    return not _CUES.isdisjoint(grammar.lists)


def _is_year(word: str) -> bool:
    return len(word) == 4 and word.isdecimal() and 1500 <= int(word) <= 2100


def _opens_sentence(tokens: Tokens, i: int) -> bool:
    return i == 0 or i in _breaks(tokens, i) or tokens.words[i - 1] in ".!?:“„\"'«(。！？"


def _breaks(tokens: Tokens, i: int) -> tuple[int, ...]:
    at = bisect_right(tokens.breaks, i)
    return tokens.breaks[max(0, at - 1) : at]
