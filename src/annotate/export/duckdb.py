"""DuckDB: tables and views in one file, with exact decimals and days as types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from annotate.arrow.typed import PRECISION, SCALE, Untyped
from annotate.export.articles import Article, ExportError
from annotate.export.database import refusals
from annotate.export.formats import Written
from annotate.export.tables import TABLES, Kind, Table, rows_of, views
from annotate.extras import install_command

try:
    import duckdb
    import pyarrow as pa
except ImportError as error:
    raise ExportError(f"a database of DuckDB needs {error.name}; {install_command('duckdb')}") from error

_ARROW = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.REAL: pa.float64(),
    Kind.DAY: pa.date32(),
    Kind.DECIMAL: pa.decimal128(PRECISION, SCALE),
}
_NAMES = {
    Kind.TEXT: "VARCHAR",
    Kind.INTEGER: "BIGINT",
    Kind.REAL: "DOUBLE",
    Kind.DAY: "DATE",
    Kind.DECIMAL: f"DECIMAL({PRECISION}, {SCALE})",
}
#: Rows that stand as Python's objects at most, and bytes of Arrow's that are given to the database at once.
_ROWS = 100
_BYTES = 4_000_000
#: One thread, so that the same rows give the same file; nothing beside that file.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {"threads": 1, "temp_directory": "", "memory_limit": "1GB"}


def write(articles: Iterable[Article], path: Path) -> Written:
    """The articles as tables.

    Only the key of documents is held: DuckDB keeps what checks a key in memory, and that would grow with the output.
    """
    done, untyped = Written(), Untyped()
    try:
        with refusals(path, (duckdb.Error,)), closing(duckdb.connect(str(path), config=_CONFIG)) as base:
            loads = {table.name: _Load(base, table) for table in TABLES}
            for article in articles:
                for name, row in rows_of(article.decided().record, untyped):
                    loads[name].add(row)
                done.count += 1
            for load in loads.values():
                load.finish()
            for statement in views(amount="sum(sums.amount_decimal)", known="sums.amount_decimal IS NOT NULL"):
                base.execute(statement)
            base.execute("CHECKPOINT")
    finally:
        path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
    done.notes += untyped.notes()
    return done


class _Load:
    """A table that is filled: rows to Arrow's columns, and those to the database."""

    def __init__(self, base: Any, table: Table) -> None:
        self._base, self._name = base, table.name
        self._schema = pa.schema([(name, _ARROW[kind]) for name, kind in table.columns.items()])
        self._rows: list[Mapping[str, Any]] = []
        self._batches: list[Any] = []
        self._size = 0
        columns = [f'"{name}" {_NAMES[kind]}' for name, kind in table.columns.items()]
        if len(table.key) == 1:
            columns.append(f'PRIMARY KEY ("{table.key[0]}")')
        base.execute(f"CREATE TABLE {table.name} ({', '.join(columns)})")

    def add(self, row: Mapping[str, Any]) -> None:
        """One more row."""
        self._rows.append(row)
        if len(self._rows) == _ROWS:
            self._pack()

    def finish(self) -> None:
        """What has not been given to the database yet."""
        self._pack()
        self._insert()

    def _pack(self) -> None:
        if self._rows:
            self._batches.append(pa.RecordBatch.from_pylist(self._rows, schema=self._schema))
            self._rows.clear()
            self._size += self._batches[-1].nbytes
        if self._size > _BYTES:
            self._insert()

    def _insert(self) -> None:
        if not self._batches:
            return
        self._base.register("rows_to_add", pa.Table.from_batches(self._batches))
        try:
            self._base.execute(f"INSERT INTO {self._name} SELECT * FROM rows_to_add")
        except duckdb.ConstraintException as error:
            raise ExportError(f"a document stands twice in the output: {error}") from error
        self._base.unregister("rows_to_add")
        self._batches.clear()
        self._size = 0
