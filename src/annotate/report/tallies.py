"""Exact counts of any number of names in bounded memory: what is too much goes to a temporary file."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from types import TracebackType
from typing import Self

_TABLE = """
CREATE TABLE counts (what TEXT, name TEXT, part TEXT, number INTEGER, PRIMARY KEY (what, name, part)) WITHOUT ROWID
"""
_ADD = "INSERT INTO counts VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET number = number + excluded.number"
_MOST = """
SELECT name, sum(number) AS total FROM counts WHERE what = ? GROUP BY name ORDER BY total DESC, name LIMIT ?
"""
_PARTS = "SELECT part, number FROM counts WHERE what = ? AND name = ? ORDER BY number DESC, part LIMIT ?"


class Tallies:
    """How often each name of each sort was met, and in which forms.

    >>> with Tallies() as tallies:
    ...     for part in ("RCEP", "RCEP", "PERC"):
    ...         tallies.add("agreement", "rcep", part)
    ...     tallies.most("agreement", 5), tallies.parts("agreement", "rcep", 1), tallies.distinct("agreement")
    ([('rcep', 3)], [('RCEP', 2)], 1)
    """

    def __init__(self, *, held: int = 200_000) -> None:
        self._held = held
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._table = sqlite3.connect("")  # a temporary file of its own, gone when it is closed
        self._table.execute(_TABLE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._table.close()

    def add(self, what: str, name: str, part: str = "", number: int = 1) -> None:
        """Count a name once more."""
        self._counts[what, name, part] += number
        if len(self._counts) >= self._held:
            self._flush()

    def _flush(self) -> None:
        rows = sorted((*key, number) for key, number in self._counts.items())
        self._table.executemany(_ADD, rows)
        self._counts.clear()

    def _rows(self, query: str, *values: str | int) -> Iterator[tuple[str, int]]:
        self._flush()
        with closing(self._table.execute(query, values)) as rows:
            yield from rows

    def most(self, what: str, number: int) -> list[tuple[str, int]]:
        """The most frequent names of a sort; equal ones by name."""
        return list(self._rows(_MOST, what, number))

    def parts(self, what: str, name: str, number: int) -> list[tuple[str, int]]:
        """The most frequent forms of a name."""
        return list(self._rows(_PARTS, what, name, number))

    def distinct(self, what: str) -> int:
        """How many names of a sort there are."""
        self._flush()
        with closing(self._table.execute("SELECT count(DISTINCT name) FROM counts WHERE what = ?", [what])) as rows:
            return int(rows.fetchone()[0])
