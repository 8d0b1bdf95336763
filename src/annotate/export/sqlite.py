"""SQLite: tables with keys and views, in one file that every language can read.

SQLite has no exact decimals. An amount is text, and beside that two whole numbers, units and millionths, which the
view of sums adds up without a binary fraction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from decimal import Decimal
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from annotate.arrow.typed import SCALE, Untyped
from annotate.export.articles import Article, ExportError
from annotate.export.database import refusals
from annotate.export.formats import Written
from annotate.export.tables import TABLES, Kind, Table, rows_of, views

_NAMES = {Kind.TEXT: "TEXT", Kind.INTEGER: "INTEGER", Kind.REAL: "REAL", Kind.DAY: "TEXT"}
_MILLION = 10**SCALE
_LIMIT = 2**63

# Sums of large numbers are added in two halves, since a sum over 64 bits is an error. A negative amount is the units
# below it and the millionths above those.
_HIGH = "sum(sums.amount_units / 1000000000)"
_LOW = f"(sum(sums.amount_units % 1000000000) + sum(sums.amount_millionths) / {_MILLION})"
_UNITS = f"({_HIGH} * 1000000000 + {_LOW})"
_REST = f"(sum(sums.amount_millionths) % {_MILLION})"
_SUM = f"""CASE
  WHEN abs({_HIGH}) > 9000000000 THEN NULL
  WHEN {_REST} = 0 THEN printf('%d', {_UNITS})
  WHEN {_UNITS} >= 0 THEN rtrim(printf('%d.%06d', {_UNITS}, {_REST}), '0')
  ELSE rtrim(printf('-%d.%06d', -({_UNITS} + 1), {_MILLION} - {_REST}), '0')
END"""


def write(articles: Iterable[Article], path: Path) -> Written:
    """The articles as tables, one transaction for all."""
    done, untyped = Written(), Untyped()
    with (
        refusals(path, (sqlite3.OperationalError, sqlite3.DatabaseError)),
        closing(sqlite3.connect(path, isolation_level=None)) as base,
    ):
        for setting in ("journal_mode = OFF", "synchronous = OFF"):  # what is broken off is thrown away
            base.execute(f"PRAGMA {setting}")
        base.execute("BEGIN")
        for table in TABLES:
            base.execute(_statement(table))
        for statement in views(amount=_SUM, known="sums.amount_units IS NOT NULL"):
            base.execute(statement)
        insert = {table.name: (_insert(table), partial(_cells, table)) for table in TABLES}
        for article in articles:
            try:
                for name, rows in groupby(rows_of(article.decided().record, untyped), key=lambda one: one[0]):
                    statement, cells = insert[name]
                    base.executemany(statement, (cells(row) for _, row in rows))
            except sqlite3.IntegrityError as error:
                raise ExportError(f"document {article.id!r} stands twice in the output: {error}") from error
            done.count += 1
        base.execute("COMMIT")
    done.notes += untyped.notes()
    return done


def _columns(table: Table) -> Iterator[tuple[str, str]]:
    """The columns with their types; a decimal number is two."""
    for name, kind in table.columns.items():
        if kind is Kind.DECIMAL:
            of = name.removesuffix("_decimal")
            yield f"{of}_units", "INTEGER"
            yield f"{of}_millionths", "INTEGER"
        else:
            yield name, _NAMES[kind]


def _statement(table: Table) -> str:
    parts = [f'"{name}" {kind}' for name, kind in _columns(table)]
    parts.append(f"PRIMARY KEY ({_listed(table.key)})")
    parts += [f"FOREIGN KEY ({_listed(names)}) REFERENCES {target}" for names, target in table.links]
    return f"CREATE TABLE {table.name} ({', '.join(parts)})"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _insert(table: Table) -> str:
    marks = ", ".join("?" for _ in _columns(table))
    return f"INSERT INTO {table.name} VALUES ({marks})"


def _cells(table: Table, row: Any) -> list[Any]:
    cells: list[Any] = []
    for name, kind in table.columns.items():
        part = row[name]
        if kind is Kind.DECIMAL:
            cells += _halves(part)
        else:
            cells.append(part.isoformat() if kind is Kind.DAY and part is not None else part)
    return cells


def _halves(amount: Decimal | None) -> tuple[int | None, int | None]:
    """An amount as whole units and millionths above them; none where they are over 64 bits.

    >>> _halves(Decimal("2.5")), _halves(Decimal("-2.5")), _halves(Decimal(10) ** 20)
    ((2, 500000), (-3, 500000), (None, None))
    """
    if amount is None:
        return None, None
    units, millionths = divmod(int(amount.scaleb(SCALE)), _MILLION)
    return (units, millionths) if abs(units) < _LIMIT else (None, None)
