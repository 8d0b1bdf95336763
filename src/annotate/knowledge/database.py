"""The tables in a database of DuckDB, beside those of `annotate export duckdb`: all of them, or none."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any

from annotate.export.articles import ExportError
from annotate.export.database import refusals
from annotate.extras import install_command
from annotate.knowledge.tables import TABLES
from annotate.storage.write import explained

try:
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError as error:
    raise ExportError(f"a database of DuckDB needs {error.name}; {install_command('duckdb')}") from error

#: Before the names of tables, since those of an export have the same.
PREFIX = "knowledge_"
#: Before their names while they are filled.
_DRAFT = "knowledge_draft_of_"
#: Nothing beside the file, and no more memory than an export takes.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {"threads": 1, "temp_directory": "", "memory_limit": "1GB"}
_BATCH = 2000


def check_database(path: Path) -> None:
    """Raise ExportError unless tables can be put into a database, before anything costs time."""
    if path.is_dir():
        raise ExportError(f"{path}: is a folder; name a file with --duckdb")
    if not path.parent.is_dir():
        raise ExportError(f"{path.parent}: there is no such folder; make it, or name another file with --duckdb")
    if path.exists():
        with _opened(path):
            pass


def add_tables(folder: Path, path: Path) -> None:
    """Put the tables of a folder into a database, in the place of those that a run before has put there.

    They are `knowledge_agreements`, `knowledge_mentions` and so on. What else the database holds stays as it is; where
    one table cannot be put there, none is.
    """
    is_new = not path.exists()
    try:
        with _opened(path) as base:
            try:
                for name in TABLES:
                    _fill(base, f"{_DRAFT}{name}", folder / f"{name}.parquet")
                base.execute("BEGIN")
                for name in TABLES:
                    base.execute(f"DROP TABLE IF EXISTS {PREFIX}{name}")
                    base.execute(f"ALTER TABLE {_DRAFT}{name} RENAME TO {PREFIX}{name}")
                base.execute("COMMIT")
            except BaseException:
                with suppress(duckdb.Error):
                    base.rollback()
                with suppress(duckdb.Error):
                    for name in TABLES:
                        base.execute(f"DROP TABLE IF EXISTS {_DRAFT}{name}")
                raise
    except BaseException:
        if is_new:
            path.unlink(missing_ok=True)
            path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
        raise


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with (
            explained(path.parent),
            refusals(beside, (duckdb.Error,)),
            closing(duckdb.connect(str(path), config=_CONFIG)) as base,
        ):
            yield base
    finally:
        beside.unlink(missing_ok=True)


def _fill(base: Any, table: str, path: Path) -> None:
    """A table out of a file of Parquet; read by Arrow, to which the signs in a path mean nothing.

    A few rows at a time, each committed: DuckDB holds in memory what a transaction has written.
    """
    base.execute(f"DROP TABLE IF EXISTS {table}")
    with pq.ParquetFile(path) as file:
        statement = f"CREATE TABLE {table} AS SELECT * FROM rows_to_add"
        for rows in chain([pa.Table.from_batches([], file.schema_arrow)], file.iter_batches(_BATCH)):
            base.register("rows_to_add", rows)
            base.execute(statement)
            base.unregister("rows_to_add")
            statement = f"INSERT INTO {table} SELECT * FROM rows_to_add"
