"""The tables in a database of DuckDB, beside those of `annotate export duckdb`: all of them, or none."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
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
#: Nothing beside the file, and no more memory than an export takes.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {"threads": 1, "temp_directory": "", "memory_limit": "1GB"}
_BATCH = 1000


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
    one table cannot be put there, so do they all.
    """
    is_new = not path.exists()
    try:
        with _opened(path) as base:
            base.execute("BEGIN")
            for name in TABLES:
                _fill(base, name, folder / f"{name}.parquet")
            base.execute("COMMIT")
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


def _fill(base: Any, name: str, path: Path) -> None:
    """A table out of a file of Parquet; read by Arrow, to which the signs in a path mean nothing."""
    with pq.ParquetFile(path) as file:
        rows = pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches(_BATCH))
        base.register("rows_to_add", rows)
        base.execute(f"CREATE OR REPLACE TABLE {PREFIX}{name} AS SELECT * FROM rows_to_add")
        base.unregister("rows_to_add")
