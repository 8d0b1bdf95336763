"""Offsets in the units of other tools: UTF-16, as JavaScript, Java and UIMA count them, beside our code points."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

#: What takes two units of UTF-16.
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


@dataclass(slots=True)
class Utf16:
    """The offsets of a text in units of UTF-16, and back.

    >>> offsets = Utf16("🎉 In 2008")
    >>> offsets.units(5), offsets.points(6)
    (6, 5)
    """

    text: str
    _points: list[int] = field(init=False)
    _units: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self._points = [] if self.text.isascii() else [match.start() for match in _ASTRAL.finditer(self.text)]
        self._units = [point + number for number, point in enumerate(self._points)]

    def units(self, point: int) -> int:
        """An offset in code points as one in units of UTF-16."""
        return point + bisect_left(self._points, point)

    def points(self, unit: int) -> int:
        """An offset in units of UTF-16 as one in code points; raises ValueError where it is none of the text.

        >>> Utf16("🎉").points(1)
        Traceback (most recent call last):
        ValueError: offset 1 stands within a character
        """
        before = bisect_left(self._units, unit)
        if before and self._units[before - 1] + 1 == unit:
            raise ValueError(f"offset {unit} stands within a character")
        if not 0 <= unit - before <= len(self.text):
            raise ValueError(f"offset {unit} is outside the text")
        return unit - before
