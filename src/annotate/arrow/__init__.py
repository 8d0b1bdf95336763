"""Records as Apache Arrow has them: one typed schema, and one function over record batches for any engine.

Needs pyarrow (`pip install 'annotate-articles[parquet]'`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from annotate.arrow.batches import annotate_batches, annotate_table
    from annotate.arrow.rows import record_of
    from annotate.arrow.schema import RESULT, SCHEMA

__all__ = ["RESULT", "SCHEMA", "annotate_batches", "annotate_table", "record_of"]

#: Where each name lives; it is imported at its first use, since who exports needs no pipeline, and SQLite no pyarrow.
_HOMES = {
    "annotate_batches": "batches",
    "annotate_table": "batches",
    "record_of": "rows",
    "RESULT": "schema",
    "SCHEMA": "schema",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'annotate.arrow' has no attribute {name!r}")
    return getattr(import_module(f"annotate.arrow.{_HOMES[name]}"), name)
