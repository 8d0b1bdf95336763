"""Records as Apache Arrow has them: one typed schema, and one function over record batches for any engine.

Needs pyarrow (`pip install 'annotate-articles[parquet]'`). See docs/engines.md for Ray, Spark, Daft and others.
"""

from __future__ import annotations

from annotate.arrow.batches import annotate_batches, annotate_table
from annotate.arrow.rows import record_of
from annotate.arrow.schema import RESULT, SCHEMA

__all__ = ["RESULT", "SCHEMA", "annotate_batches", "annotate_table", "record_of"]
