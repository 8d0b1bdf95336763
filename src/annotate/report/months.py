"""Counts along the calendar: by month where that can be drawn, else by year, decade or century."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

#: A month as a number: its year times twelve, and the month counted from 0.
Month = int
ByMonth = Mapping[Month, Counter[str]]

_UNITS = {"month": 1, "year": 12, "decade": 120, "century": 1200}


@dataclass(frozen=True, slots=True)
class Bucket:
    """A stretch of the calendar, and what was counted in it by label."""

    first: Month
    name: str
    counts: Counter[str]

    @property
    def total(self) -> int:
        """All labels together."""
        return self.counts.total()


@dataclass(frozen=True, slots=True)
class Series:
    """Buckets one behind the other, empty ones included; how much lies before and behind them."""

    unit: str
    buckets: tuple[Bucket, ...]
    outside: int

    @property
    def total(self) -> int:
        """What lies in the buckets."""
        return sum(bucket.total for bucket in self.buckets)

    @property
    def filled(self) -> list[Bucket]:
        """The buckets with something in them."""
        return [bucket for bucket in self.buckets if bucket.total]


def month_of(day: str) -> Month:
    """The month of a day as the format has it, before our era too.

    >>> month_of("2024-12-06") - month_of("2024-01-31"), month_of("-0044-03-15") // 12
    (11, -44)
    """
    return int(day[:-6]) * 12 + int(day[-5:-3]) - 1


def one_month(start: str | None, end: str | None) -> Month | None:
    """The month that holds a stretch of days as a whole; None where it has no ends, or is longer.

    >>> one_month("2024-12-02", "2024-12-08") == month_of("2024-12-01"), one_month("2024-01-01", "2024-12-31")
    (True, None)
    """
    if start is None or end is None or month_of(start) != month_of(end):
        return None
    return month_of(start)


def name_of(first: Month, unit: str = "month") -> str:
    """A stretch of the calendar by its name.

    >>> name_of(2024 * 12 + 11), name_of(2024 * 12, "year"), name_of(1990 * 12, "decade"), name_of(1800 * 12, "century")
    ('2024-12', '2024', '1990s', '1800s')
    """
    year, years = first // 12, _UNITS[unit] // 12
    if year < 0:
        last = f" to {-year - years + 1}" if years > 1 else f"-{first % 12 + 1:02}" if unit == "month" else ""
        return f"{-year}{last} BC"
    if unit == "month":
        return f"{year:04}-{first % 12 + 1:02}"
    return f"{year:04}" if unit == "year" else f"{year:04}s"


def series(counts: ByMonth, *, most: int) -> Series:
    """All of it, in the smallest units that give at most so many buckets; by century the fullest stretch."""
    months = sorted(month for month, labels in counts.items() if labels.total())
    for unit, size in _UNITS.items():
        if months and months[-1] // size - months[0] // size < most:
            return _series(counts, unit, months[0] // size, months[-1] // size)
    if not months:
        return Series("month", (), 0)
    return densest(counts, most=most, unit="century")


def densest(counts: ByMonth, *, most: int, unit: str = "month") -> Series:
    """The stretch of at most so many buckets that holds most; the latest of equal ones, without empty ends."""
    size = _UNITS[unit]
    totals: Counter[int] = Counter()
    for month, labels in counts.items():
        totals[month // size] += labels.total()
    filled = sorted(number for number, total in totals.items() if total)
    best, found, low, inside = 0, (0, -1), 0, 0
    for _high, number in enumerate(filled):
        inside += totals[number]
        while number - filled[low] >= most:
            inside -= totals[filled[low]]
            low += 1
        if inside >= best:
            best, found = inside, (filled[low], number)
    return _series(counts, unit, *found)


def _series(counts: ByMonth, unit: str, first: int, last: int) -> Series:
    size = _UNITS[unit]
    sums: dict[int, Counter[str]] = {number: Counter() for number in range(first, last + 1)}
    outside = 0
    for month, labels in counts.items():
        if month // size in sums:
            sums[month // size].update(labels)
        else:
            outside += labels.total()
    buckets = (Bucket(number * size, name_of(number * size, unit), labels) for number, labels in sums.items())
    return Series(unit, tuple(buckets), outside)


def span_of(months: Iterable[Month]) -> tuple[str, str] | None:
    """The names of the first and the last month; None where there is none."""
    found = sorted(months)
    return (name_of(found[0]), name_of(found[-1])) if found else None
