"""Tables that were written, read back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from annotate.export.articles import ExportError
from annotate.knowledge.tables import TABLES, Row


def read_rows(folder: Path, name: str) -> Iterator[Row]:
    """The rows of a table that was written as JSON Lines; raises ExportError where there is none."""
    path, anew = folder / f"{name}.jsonl", f"`annotate knowledge OUT -o {folder}` writes it"
    decode = msgspec.json.Decoder(TABLES[name]).decode
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield decode(line)
                except msgspec.DecodeError as error:
                    raise ExportError(f"{path}:{number}: is no row of this version ({error}); {anew}") from error
    except OSError as error:
        raise ExportError(f"{path}: {error.strerror}; {anew}") from error
