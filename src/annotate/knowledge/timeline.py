"""The timeline as numbers: a lane for each pair of parties, a line for each agreement, a mark for each date.

Templates draw it, once as an SVG of its own and once lane by lane in a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from unicodedata import east_asian_width

from annotate.knowledge.tables import Agreement, Evidence, Partnership
from annotate.knowledge.wording import party_of, short_title
from annotate.report.wording import spaced

Found = Agreement | Partnership

#: Sizes in the units of the view box.
WIDTH, ROW, HEAD = 1120, 24, 34
_NAMES, _RIGHT, _BEFORE = 400, 24, 90
_LETTER, _WIDE = 6.6, 12.5
#: How near to the beginning of the axis no year is named.
_NEAR = 24
#: So many of all dates lie within the axis; what is earlier stands before it.
_WITHIN = 0.8
#: Parties that a lane names; more are several, and one alone does not say whom it is with.
_NAMED = 3
_SEVERAL, _NOBODY = "Several parties", "Parties not told"
#: How each is drawn; what is not named here is a ring.
SHAPES = {
    "signed": "dot",
    "established": "dot",
    "upgraded": "up",
    "ratified": "square",
    "in_force": "diamond",
    "terminated": "cross",
}
_LASTS = ("in_force", "established", "upgraded")


@dataclass(frozen=True, slots=True)
class Mark:
    """One date of one agreement."""

    at: float
    shape: str
    what: str
    when: str
    evidence: Evidence | None
    documents: int
    #: Names the mark and what is said of it in a page.
    anchor: str


@dataclass(frozen=True, slots=True)
class Line:
    """One agreement or partnership: its name on the left, its marks on the axis, and how long it lasts."""

    id: str
    title: str
    name: str
    label: str
    top: float
    marks: tuple[Mark, ...]
    start: float
    end: float
    is_open: bool
    disagreements: tuple[str, ...]


class Lane(NamedTuple):
    """All between the same parties."""

    name: str
    anchor: str
    top: float
    height: float
    lines: tuple[Line, ...]


class Tick(NamedTuple):
    """A year on the axis."""

    at: float
    name: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """All lanes on one axis."""

    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    #: The first year of the axis; marks before it stand left of `left`.
    first: int
    left: float
    right: float
    height: float
    undated: int
    left_out: int

    @property
    def has_earlier(self) -> bool:
        """Whether something lies before the axis."""
        return self.left > _NAMES


@dataclass(frozen=True, slots=True)
class _Day:
    role: str
    day: float
    when: str
    evidence: Evidence | None
    documents: int


def timeline(rows: Iterable[Found], *, undated: int = 0, left_out: int = 0) -> Timeline:
    """The timeline of rows; those without a date are counted, and not drawn."""
    dated = []
    for row in rows:
        if days := _days(row):
            dated.append((row, days))
        else:
            undated += 1
    axis = _Axis([one.day for _, days in dated for one in days])
    lanes: dict[tuple[int, str], list[tuple[Found, list[_Day]]]] = {}
    for row, days in dated:
        lanes.setdefault(_lane(row), []).append((row, days))
    made: list[Lane] = []
    top, number = 0.0, 0
    for (_, name), ours in sorted(lanes.items()):
        ends = {row.id: days[0].day for row, days in ours}
        lines: list[Line] = []
        for row, days in sorted(ours, key=lambda one: (one[1][0].day, one[0].id)):
            number += 1
            lines.append(_line(row, days, axis, HEAD + len(lines) * ROW, ends, number))
        height = HEAD + len(lines) * ROW + 10.0
        made.append(Lane(name, f"lane{len(made) + 1}", top, height, tuple(lines)))
        top += height
    return Timeline(tuple(made), axis.ticks, axis.first, axis.left, axis.right, top, undated, left_out)


def _days(row: Found) -> list[_Day]:
    """Its dates, earliest first; those that are known otherwise where documents tell none."""
    days = [
        _Day(one.role, (_number(one.start) + _number(one.end)) / 2, one.date, one.evidence[0], one.documents)
        for one in row.dates
        if one.start and one.end and not one.start.startswith("-")
    ]
    if not days and row.reference is not None:
        for role, when in (("signed", row.reference.signed), ("in_force", row.reference.in_force)):
            if when:
                days.append(_Day(role, _number(f"{when}-07-01"[:10]), f"{when}, as is known", row.evidence[0], 0))
    return sorted(days, key=lambda one: (one.day, one.role))


def _number(day: str) -> float:
    """A day as a year with its part.

    >>> _number("2010-01-01"), round(_number("2010-07-02"), 1)
    (2010.0, 2010.5)
    """
    parsed = date.fromisoformat(day if len(day) == 10 else f"{day}-01")
    return parsed.year + (parsed.timetuple().tm_yday - 1) / 366


def _lane(row: Found) -> tuple[int, str]:
    if len(row.parties) < 2:
        return 2, _NOBODY
    if len(row.parties) > _NAMED:
        return 1, _SEVERAL
    return 0, " – ".join(sorted(map(party_of, row.parties)))


class _Axis:
    """Where a day stands: most on a line, the few that are long ago in a strip before it."""

    def __init__(self, days: Sequence[float]) -> None:
        days = sorted(days)
        last = int(days[-1]) + 1 if days else 1
        start = days[int(len(days) * (1 - _WITHIN))] if days else 0.0
        whole = days[0] if days else 0.0
        # A strip is worth its room where it makes the axis less than half as long.
        self.is_cut = bool(days) and (last - start) * 2 < last - whole
        self.first = int(start if self.is_cut else whole)
        self._last = max(last, self.first + 4)
        self.left = float(_NAMES + (_BEFORE if self.is_cut else 0))
        self.right = float(WIDTH - _RIGHT)
        earlier = [day for day in days if day < self.first]
        self._earlier = {day: number for number, day in enumerate(dict.fromkeys(earlier))}
        step = next(
            step
            for step in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500)
            if (self._last - self.first) / step <= 12 or step == 500
        )
        years = range(-(-self.first // step) * step, self._last + 1, step)
        near = self.left + (_NEAR if self.is_cut else 0)  # the words about what is before stand there
        self.ticks = tuple(Tick(round(at, 2), str(year)) for year in years if (at := self.at(year)) >= near)

    def at(self, day: float) -> float:
        """The place of a day."""
        if day < self.first:
            part = (self._earlier.get(day, 0) + 0.5) / max(1, len(self._earlier))
            return _NAMES + 8 + part * (_BEFORE - 24)
        return self.left + (day - self.first) / (self._last - self.first) * (self.right - self.left)


def _line(row: Found, days: Sequence[_Day], axis: _Axis, top: float, ends: dict[str, float], number: int) -> Line:
    marks = tuple(
        Mark(
            round(axis.at(one.day), 2),
            "known" if one.documents == 0 else SHAPES.get(one.role, "ring"),
            spaced(one.role),
            one.when,
            one.evidence,
            one.documents,
            f"m{number}-{place}",
        )
        for place, one in enumerate(days, 1)
    )
    lasting = [axis.at(one.day) for one in days if one.role in _LASTS]
    over = [axis.at(one.day) for one in days if one.role == "terminated"]
    follower = ends.get(row.upgraded_to or "") if isinstance(row, Partnership) else None
    if follower is not None:
        over.append(axis.at(follower))
    is_open = bool(lasting) and not over
    end = axis.right if is_open else max([mark.at for mark in marks] + over)
    name = short_title(row)
    return Line(
        row.id,
        clipped_to(name, _NAMES - 28),
        name,
        "partnership" if isinstance(row, Partnership) else "agreement",
        top + ROW / 2,
        marks,
        marks[0].at,
        round(end, 2),
        is_open,
        row.disagreements,
    )


def clipped_to(text: str, room: float) -> str:
    """A text that fits into some room, by how wide its letters are about.

    >>> clipped_to("free trade agreement", 60), clipped_to("自由贸易协定", 60)
    ('free tra…', '自由贸…')
    """
    wide = 0.0
    for number, letter in enumerate(text):
        wide += _WIDE if east_asian_width(letter) in "WF" else _LETTER
        if wide > room:
            kept = number
            while kept and wide > room - _LETTER:
                kept -= 1
                wide -= _WIDE if east_asian_width(text[kept]) in "WF" else _LETTER
            return f"{text[:kept].rstrip()}…"
    return text
