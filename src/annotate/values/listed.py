"""Days of one month that a text lists, the month told once: `4 and 18 March`, `11., 12. und 19. Mai`, `6月14、15日`.

Days that follow one another are one stretch of time, days apart are dates of their own, each with the month and year
of the one that is written in full. So are months of one year, where their unit is told once: `7、8月`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from annotate.matching.numbers import Number
from annotate.rules.matches import Match, Slot


def stretches(match: Match) -> Iterator[Match]:
    """Each stretch of days in a list: a range of neighbouring days, or a day alone.

    The slots `listed` of the match are the days in order: all but one are numbers, and that one is a match that has
    the month. Only the full one is told where the days do not ascend, since these are no days of one month: `5, 4 May`.
    """
    listed = match.slots["listed"]
    full = next(slot.value for slot in listed if isinstance(slot.value, Match))
    common = {name: slots for name, slots in match.slots.items() if name not in ("listed", "stop")}
    days = [_number(slot, _part(full)) for slot in listed]
    if any(day is None for day in days) or any(a >= b for a, b in pairwise(day or 0 for day in days)):
        yield replace(full, label=match.label, slots={**full.slots, **common})
        return
    for run in _runs([day or 0 for day in days]):
        yield _stretch(match, [listed[n] for n in run], full, common, whole=len(run) == len(listed))


def _runs(days: Sequence[int]) -> Iterator[list[int]]:
    """The positions of days, those together that follow one another.

    >>> list(_runs([16, 17, 23, 24, 30]))
    [[0, 1], [2, 3], [4]]
    """
    run = [0]
    for n, (before, day) in enumerate(pairwise(days), 1):
        if day != before + 1:
            yield run
            run = []
        run.append(n)
    yield run


def _part(full: Match) -> str:
    """What is listed: days, or months where the date that is written in full has no day."""
    return "month" if full.get("month") is not None and full.get("day") is None else "day"


def _number(slot: Slot, part: str) -> int | None:
    """The day or month that a slot tells, None for none in figures or words: dates in digits have no part for it."""
    value = slot.value
    if isinstance(value, Match):
        value = value.get("month_day").split("-")[1] if _in_digits(value) and part == "day" else value.get(part)
    if isinstance(value, Number):
        return int(value.value)
    return int(value) if isinstance(value, str) and value.isdecimal() else None


def _stretch(match: Match, run: Sequence[Slot], full: Match, common: dict[str, list[Slot]], *, whole: bool) -> Match:
    start, end = (match.start, match.end) if whole else (run[0].start, run[-1].end)
    end = next((stop.end for stop in match.slots.get("stop", ()) if stop.start == end), end)
    if run[-1].value is not full and match.get("year") is not None and run[-1].end > full.end:
        end = match.end  # March 4 and 18, 2021: the year stands with the last day
    slots = _one(run[0], full) if len(run) == 1 else _ends(run, full, common)
    return replace(match, start=start, end=end, slots={**slots, **common})


def _ends(run: Sequence[Slot], full: Match, common: dict[str, list[Slot]]) -> dict[str, list[Slot]]:
    return {"from": [_whole(run[0], full, common)], "to": [_whole(run[-1], full, common)]}


def _one(slot: Slot, full: Match) -> dict[str, list[Slot]]:
    """The slots of a day on its own: those of the date that is written in full, but for its day and weekday."""
    kept: dict[str, list[Slot]] = {**full.slots}
    if slot.value is full:
        return kept
    part = _part(full)
    own = {part: slot.value.slots[part] if isinstance(slot.value, Match) else [slot]}
    kept.pop("weekday", None)
    if _in_digits(full):  # 27 và 28/6
        (both,) = kept.pop("month_day")
        kept["month"] = [replace(both, value=both.value.split("-")[0])]
    return kept | own


def _in_digits(full: Match) -> bool:
    """Whether a date has its month and day in digits: 28/6."""
    return isinstance(full.get("month_day"), str)


def _whole(slot: Slot, full: Match, common: dict[str, list[Slot]]) -> Slot:
    directed = {name: told for name, told in common.items() if name in ("offset", "unit")}  # 去年七、八月
    return replace(slot, value=replace(full, slots={**_one(slot, full), **directed}))


def month_behind_score(match: Match, text: str) -> Match | None:
    """The month alone, where two figures with a dash before it run backwards: `the 5-1 of January` is a score.

    None where they are days, and where the match is no range of days.
    """
    first = next(iter(match.slots.get("from", ())), None)
    last = match.get("to")
    if first is None or not isinstance(last, Match):
        return None
    ended, month = next(iter(last.slots.get("day", ())), None), next(iter(last.slots.get("month", ())), None)
    if ended is None or month is None or (_number(first, "day") or 0) <= (_number(ended, "day") or 0):
        return None
    if text[first.end : ended.start].strip() not in _DASHES or month.start < ended.end:
        return None
    slots = {name: slots for name, slots in last.slots.items() if name not in ("day", "weekday")}
    return replace(match, start=month.start, slots=slots)


_DASHES = frozenset("-–—")
