"""XLSX: one entity a row, ready to be judged, written row by row to the disk."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from annotate.export.articles import Article, ExportError
from annotate.export.formats import Written
from annotate.export.table import CLOSE, COLUMNS, OPEN, VERDICTS, Column, Row, rows
from annotate.extras import install_command

#: Rows that a sheet holds, its header included.
ROWS = 1_048_576
_HIDDEN = ("text_sha256", "check")
_LAST = len(COLUMNS) - 1
#: No clock in the file, so that the same output gives the same bytes.
_CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def write(articles: Iterable[Article], path: Path, *, most: int = ROWS) -> Written:
    """The entities of articles as a workbook; where they are more than a sheet holds, on several."""
    try:
        import xlsxwriter
        from xlsxwriter.exceptions import XlsxWriterException
    except ImportError as error:
        raise ExportError(f"a workbook needs {error.name}; {install_command('xlsx')}") from error
    with TemporaryDirectory(prefix=".", dir=path.parent) as folder:
        options = {"constant_memory": True, "tmpdir": folder, "strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(str(path), options)
        book.set_properties({"created": _CREATED})
        book.use_zip64()
        done, sheets = Written(), _Sheets(book, most)
        try:
            for article in articles:
                for row in rows(article):
                    sheets.add(row)
                    done.count += 1
            sheets.close()
            book.close()
        except XlsxWriterException as error:
            if error.args and isinstance(error.args[0], OSError):
                raise error.args[0] from error  # a full disk, as the system says it
            raise
        finally:
            sheets.let_go()
    if len(sheets.names) > 1:
        done.notes.append(
            f"a sheet holds {most - 1:,} rows, so there are {len(sheets.names)}: {', '.join(sheets.names)}"
        )
    return done


class _Sheets:
    """The sheets of a workbook, the last one open."""

    def __init__(self, book: Any, most: int) -> None:
        self.names: list[str] = []
        self._book, self._most = book, most
        look = {"valign": "top", "num_format": "@"}
        self._styles = {
            "head": book.add_format({"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "valign": "top"}),
            "cell": book.add_format(look),
            "wrap": book.add_format({**look, "text_wrap": True}),
            "yours": book.add_format({**look, "text_wrap": True, "bg_color": "#FFF8E1", "border": 1} | _LINE),
            "left": book.add_format({**look, "text_wrap": True, "reading_order": 1}),
            "right": book.add_format({**look, "text_wrap": True, "reading_order": 2, "align": "right"}),
            "number": book.add_format({"valign": "top"}),
            "mark": book.add_format({"bold": True, "font_color": "#9C2A00"}),
        }
        self._used: set[str] = set()
        self._next()

    def _next(self) -> None:
        self.names.append("Entities" if not self.names else f"Entities {len(self.names) + 1}")
        self._sheet = self._book.add_worksheet(self.names[-1])
        self._at = 1
        self._sheet.freeze_panes(1, 1)
        for number, column in enumerate(COLUMNS):
            self._sheet.write_string(0, number, column.name, self._styles["head"])

    def add(self, row: Row) -> None:
        """One more row."""
        if self._at == self._most:
            self._end()
            self._next()
        self._sheet.set_row(self._at, _height(row))
        for kept in (self._sheet.row_info, self._sheet.row_sizes):
            kept.pop(self._at - 2, None)  # written already; XlsxWriter would keep the height of every row
        for number, column in enumerate(COLUMNS):
            cell = row.get(column.name, "")
            if column.is_number:
                self._sheet.write_number(self._at, number, cell, self._styles["number"])
            elif column.name == "sentence":
                self._sentence(number, str(cell))
            elif cell or number < 3:
                self._used.add(column.name)
                self._text(number, column.name, str(cell))
        self._at += 1

    def _text(self, number: int, name: str, cell: str) -> None:
        look = "yours" if number < 3 else _direction(cell) if name == "surface" else "cell"
        if cell:
            self._sheet.write_string(self._at, number, cell, self._styles[look])
        else:
            self._sheet.write_blank(self._at, number, None, self._styles[look])

    def _sentence(self, number: int, cell: str) -> None:
        """The sentence, its entity bold."""
        look = self._styles[_direction(cell)]
        head, _, rest = cell.partition(OPEN)
        words, _, tail = rest.rpartition(CLOSE)
        runs = list(_runs((head, OPEN, words, CLOSE, tail), self._styles["mark"]))
        self._sheet.write_rich_string(self._at, number, *runs, look)

    def _end(self) -> None:
        """What a sheet has around its rows."""
        last = max(1, self._at - 1)
        for number, column in enumerate(COLUMNS):
            unused = column.name.startswith("value.") and column.name not in self._used
            style = self._styles["yours" if number < 3 else "number" if column.is_number else "cell"]
            hidden = {"hidden": True} if column.name in _HIDDEN or unused else {}
            self._sheet.set_column(number, number, _width(column), style, hidden)
        self._sheet.autofilter(0, 0, last, _LAST)
        rule = {
            "validate": "list",
            "source": list(VERDICTS),
            "error_title": "No verdict",
            "error_message": f"Choose one of {', '.join(VERDICTS)}, or leave it empty.",
        }
        self._sheet.data_validation(1, 0, self._most - 1, 0, rule)
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:{_letters(_LAST)}{self._most}"})

    def close(self) -> None:
        """The last sheet, and the one that says what the columns are."""
        self._end()
        about = self._book.add_worksheet("Columns")
        about.set_column(0, 0, 24)
        about.set_column(1, 1, 90, self._styles["wrap"])
        for number, column in enumerate(COLUMNS):
            about.write_string(number, 0, column.name, self._styles["mark"])
            about.write_string(number, 1, column.about, self._styles["wrap"])

    def let_go(self) -> None:
        """Close the files that rows went to, where writing has failed."""
        for sheet in self._book.worksheets():
            with suppress(OSError):  # a full disk, once more
                sheet.row_data_fh.close()


_WRAPPED = ("correction", "comment", "surface", "sentence")
_LINE_HEIGHT, _HIGHEST = 15, 400
_LINE = {"border_color": "#E0D6B8"}


def _runs(parts: Sequence[str], mark: Any) -> Iterator[Any]:
    """The parts of a rich string, the marked ones behind their style; none of them is empty."""
    for part, is_marked in zip(parts, (False, True, True, True, False), strict=True):
        if part:
            yield from (mark, part) if is_marked else (part,)


def _width(column: Column) -> int:
    """The width of a column: room for its cells, and for its name with the button of the filter."""
    return max(column.width, len(column.name) + 4)


def _height(row: Row) -> float:
    """The height of a row whose long cells are wrapped: not every program finds it by itself."""
    lines = 1
    for column in COLUMNS:
        if column.name in _WRAPPED:
            cell = str(row.get(column.name, ""))
            across = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in cell)
            lines = max(lines, -(-across // column.width) + cell.count("\n"))
    return min(lines * _LINE_HEIGHT, _HIGHEST)


def _direction(text: str) -> str:
    """The style of a text by the direction of its first letter, as Unicode has it."""
    first = next((kind for kind in map(unicodedata.bidirectional, text) if kind in ("L", "R", "AL")), "L")
    return "left" if first == "L" else "right"


def _letters(column: int) -> str:
    """The letters that a spreadsheet has for a column, counted from 0."""
    high, low = divmod(column, 26)
    return (chr(64 + high) if high else "") + chr(65 + low)
