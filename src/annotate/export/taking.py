"""A file that was edited in another tool, taken into a reviewer's decisions: all of it, or nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from annotate.export.articles import ExportError
from annotate.export.export import format_of_folder
from annotate.export.formats import FORMATS, Format, format_of
from annotate.export.outcome import Taken, recorded
from annotate.export.returned import returned
from annotate.export.taken import take as take_rows
from annotate.review.decisions import Journal

#: Spreadsheets are known by their suffixes.
SHEETS = {".csv": "csv", ".xlsx": "xlsx", ".ods": "xlsx"}


def format_for(name: str | None, file: Path) -> Format:
    """The format of what comes back: the one that is named, or what the file shows; raises ExportError for none.

    >>> format_for(None, Path("entities.ods")).name
    'xlsx'
    """
    known = name or SHEETS.get(file.suffix.lower()) or format_of_folder(file)
    able = ", ".join(one.name for one in FORMATS if one.imports)
    if known is None:
        raise ExportError(f"{file}: name the format that it is in: annotate import FORMAT {file} OUT; there are {able}")
    kind = format_of(known)
    if not kind.imports:
        raise ExportError(f"nothing comes back from {known}; from these it does: {able}")
    return kind


def take(kind: Format, file: Path, out: str | Path, journal: Journal, *, key: str, reviewed: bool = False) -> Taken:
    """Record what a file decides, all or nothing: nothing where a part of it does not fit.

    `reviewed` says that somebody has looked at every document in it, where the tool does not.
    """
    if kind.imports == "rows":
        return take_rows(file, out, journal, key=key)
    if not file.exists():
        raise ExportError(f"{file}: is not there")
    documents = [replace(one, is_reviewed=True) if reviewed else one for one in kind.read(file)]
    return recorded(journal, key, lambda mine: returned(documents, out, mine))
