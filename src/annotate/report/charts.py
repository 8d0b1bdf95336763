"""Bars, as the numbers of an SVG: a template draws them, and a table beside them says the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil

from annotate.report.months import Bucket, Series
from annotate.report.passages import Looks

#: The size of a chart, and of its bars, in the units of its view box.
WIDTH, HEIGHT = 1000, 190
_TALL, _TOP = 150, 12
_LEFT, _RIGHT, _WIDEST, _NAMED = 52, 16, 64, 58
#: The longest bar in a table.
ACROSS = 240


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of a bar that one label has."""

    pattern: int
    at: float
    size: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart, from below upwards."""

    left: float
    width: float
    pieces: tuple[Piece, ...]
    bucket: Bucket
    #: What is written below it; empty where there is no room.
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the grid, and the number that it stands for."""

    at: float
    number: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars side by side, one for each bucket."""

    base: float
    left: float
    right: float
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]


def chart(series: Series, looks: Looks) -> Chart:
    """The bars of a series, each with its labels one on the other."""
    most = max((bucket.total for bucket in series.buckets), default=0)
    step = _step(most)
    top = ceil(most / step) * step or 1
    wide = min(_WIDEST, (WIDTH - _LEFT - _RIGHT) / max(1, len(series.buckets)))
    base = float(_TOP + _TALL)
    every = ceil(_NAMED / wide)
    bars = []
    for number, bucket in enumerate(series.buckets):
        pieces = tuple(_pieces(bucket.counts, looks, base, -_TALL / top))
        name = bucket.name if _is_named(bucket, number, every, series) else ""
        bars.append(Bar(round(_LEFT + number * wide + wide * 0.1, 2), round(wide * 0.8, 2), pieces, bucket, name))
    lines = tuple(Line(round(base - _TALL * number / top, 2), number) for number in range(0, top + 1, step))
    return Chart(base, _LEFT, WIDTH - _RIGHT, tuple(bars), lines)


def _is_named(bucket: Bucket, number: int, every: int, series: Series) -> bool:
    """Which bars have their name below: all if there is room, else January, April, July, October or each nth year."""
    if every == 1:
        return True
    if series.unit != "month":
        return number % every == 0
    steps = next(step for step in (3, 6, 12, 24, 60, 120, 1200) if step >= every or step == 1200)
    return bucket.first % steps == 0


def _step(most: int) -> int:
    """A round number of which three to six reach the highest bar.

    >>> [_step(most) for most in (1, 7, 42, 100, 1114)]
    [1, 2, 10, 20, 200]
    """
    step = 1
    while True:
        for factor in (1, 2, 5):
            if most <= 6 * step * factor:
                return step * factor
        step *= 10


def _pieces(counts: Counter[str], looks: Looks, base: float, scale: float) -> Iterator[Piece]:
    """From the base upwards where the scale is negative, from left to right where it is not."""
    at = base
    for label in looks:
        if size := counts[label] * scale:
            pattern = looks[label][1]
            yield Piece(pattern, round(min(at, at + size), 2), round(abs(size), 2))
            at += size


def across(counts: Counter[str], looks: Looks, most: int) -> tuple[Piece, ...]:
    """A bar in a line of a table, as long as the share that it has of the longest."""
    return tuple(_pieces(counts, looks, 0.0, ACROSS / max(1, most)))


def longest(counts: Iterable[Counter[str]]) -> int:
    """The number that the longest bar stands for."""
    return max((labels.total() for labels in counts), default=0)
