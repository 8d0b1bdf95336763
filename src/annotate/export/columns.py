"""Rows to a file of columns, Parquet or Arrow by its suffix, in memory that does not grow with them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from annotate.export.articles import ExportError
from annotate.extras import install_command

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError as error:
    raise ExportError(f"Parquet and Arrow need {error.name}; {install_command('parquet')}") from error

SUFFIXES = (".parquet", ".arrow", ".feather")

#: Rows that stand as Python's objects at most, and bytes of Arrow's that make a group of rows in the file.
_ROWS = 50
_BYTES = 8_000_000


class Columns:
    """A file of columns that is open for rows; leaving the block ends it."""

    def __init__(self, path: Path, schema: Any) -> None:
        self._schema = schema
        self._rows: list[Mapping[str, Any]] = []
        self._batches: list[Any] = []
        self._size = 0
        self._file = path.open("wb")
        self._writer = (
            pq.ParquetWriter(self._file, schema, compression="zstd")
            if path.suffix == ".parquet"
            else pa.ipc.new_file(self._file, schema, options=pa.ipc.IpcWriteOptions(compression="zstd"))
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file:
            if kind is None:
                self._pack()
                self._group()
            self._writer.close()

    def add(self, row: Mapping[str, Any]) -> None:
        """One more row."""
        self._rows.append(row)
        if len(self._rows) == _ROWS:
            self._pack()

    def _pack(self) -> None:
        """Rows to Arrow's columns, which take a tenth of the memory."""
        if self._rows:
            batch = pa.RecordBatch.from_pylist(self._rows, schema=self._schema)
            self._rows.clear()
            self._batches.append(batch)
            self._size += batch.nbytes
        if self._size > _BYTES:
            self._group()

    def _group(self) -> None:
        if self._batches:
            self._writer.write_table(pa.Table.from_batches(self._batches).combine_chunks())
            self._batches.clear()
            self._size = 0
