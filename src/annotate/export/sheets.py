"""The rows of a spreadsheet that was edited, each with the place where its reader finds it."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotate.export.articles import ExportError
from annotate.export.cells import typed_in
from annotate.export.table import NAMES
from annotate.extras import install_command

#: What a row cannot do without.
NEEDED = ("verdict", "correction", "comment", "label", "surface", "document", "start", "end", "text_sha256", "check")
_WORKBOOKS = (".xlsx", ".xlsm", ".ods")
_SEPARATORS = ",;\t"
_LONGEST = 2**24


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its sheet, None where there is one only; its number as the spreadsheet shows it; its cells by column."""

    sheet: str | None
    number: int
    cells: dict[str, str]

    @property
    def where(self) -> str:
        """Its place for a message: `row 7`, or `Entities 2, row 7`."""
        return f"{self.sheet}, row {self.number}" if self.sheet else f"row {self.number}"


def lines(path: Path) -> Iterator[Line]:
    """The rows of a file below its header that are not empty; raises ExportError where it is no such file."""
    kind = path.suffix.lower()
    if not path.is_file():
        raise ExportError(f"{path}: is not there")
    if kind in _WORKBOOKS:
        return _workbook(path)
    if kind in (".csv", ".tsv", ".txt"):
        return _table(None, _separated(path), str(path))
    raise ExportError(f"{path}: is no spreadsheet that is read; save it as .xlsx, .ods or .csv")


def _workbook(path: Path) -> Iterator[Line]:
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError as error:
        raise ExportError(f"reading a workbook needs {error.name}; {install_command('xlsx')}") from error
    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = {name: book.get_sheet_by_name(name) for name in book.sheet_names}
    except (CalamineError, OSError) as error:
        raise ExportError(f"{path}: is no workbook that can be read: {error}") from error
    ours = [name for name, sheet in sheets.items() if "check" in _header(next(iter(sheet.iter_rows()), []))]
    if not ours:
        raise ExportError(f"{path}: no sheet has the columns of an export in its first row, `check` among them")
    for name in ours:
        yield from _table(name if len(ours) > 1 else None, sheets[name].iter_rows(), str(path))


def _separated(path: Path) -> Iterator[list[str]]:
    """The rows of a file of separated values, whatever separates them, in UTF-8, or in UTF-16 with its mark."""
    try:
        content = path.read_bytes()
        wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except OSError as error:
        raise ExportError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ExportError(f"{path}: is not UTF-8 (byte {error.start}); save it as `CSV UTF-8`, or as .xlsx") from error
    first = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=lambda sign: len({*_header(first.replace('"', "").split(sign))} & {*NAMES}))
    csv.field_size_limit(_LONGEST)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error as error:
        raise ExportError(f"{path}: is no table of separated values: {error}") from error


def _header(cells: Iterable[Any]) -> list[str]:
    return [typed_in(cell).strip().lower() for cell in cells]


def _table(sheet: str | None, rows: Iterable[list[Any]], where: str) -> Iterator[Line]:
    numbered = enumerate(rows, 1)
    header = _header(next(numbered, (1, []))[1])
    at = f"{where}, {sheet}" if sheet else where
    if missing := [name for name in NEEDED if name not in header]:
        raise ExportError(f"{at}: has no column {', '.join(missing)}; its first row is to be as it was exported")
    if twice := sorted({name for name in header if name in NAMES and header.count(name) > 1}):
        raise ExportError(f"{at}: has the column {', '.join(twice)} twice")
    for number, row in numbered:
        cells = {name: typed_in(cell) for name, cell in zip(header, row, strict=False) if name in NAMES}
        if any(cell.strip() for cell in cells.values()):
            yield Line(sheet, number, cells)
