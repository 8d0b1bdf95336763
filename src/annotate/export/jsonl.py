"""Files of JSON lines and JSON, written and read for tools: what is wrong is told with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import orjson

from annotate.export.articles import ExportError
from annotate.export.exchange import KEY, Given, Ticket
from annotate.storage.write import to_bytes


def line_of(content: Mapping[str, Any]) -> bytes:
    """An object as a line."""
    return to_bytes(content)


def lines_of(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a file of JSON lines, each with where it stands; raises ExportError at what is none."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield f"line {number}", _object(line.removeprefix(b"\xef\xbb\xbf"), f"{path}:{number}")
    except OSError as error:
        raise ExportError(f"{path}: cannot be read: {error.strerror or error}") from error


def _object(line: bytes, where: str) -> dict[str, Any]:
    try:
        content = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ExportError(f"{where}: is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise ExportError(f"{where}: is no object of JSON")
    return content


def ticket_in(content: Any, where: str) -> Ticket:
    """The ticket of a document that comes back; raises ExportError where it has none."""
    try:
        return msgspec.convert(content, Ticket)
    except msgspec.ValidationError as error:
        raise ExportError(
            f"{where}: carries no `{KEY}` field as it was exported ({error}); without it nothing can be compared"
        ) from error


def given_in(start: Any, end: Any, label: Any, text: str, where: str, stated: str | None = None) -> Given:
    """An annotation of a tool; raises ExportError where it has no place in the text, or no label."""
    if type(start) is not int or type(end) is not int or not isinstance(label, str) or not label:
        raise ExportError(f"{where}: an annotation needs a start, an end and a label")
    if not 0 <= start < end <= len(text):
        raise ExportError(f"{where}: {label} at [{start}:{end}] lies outside the text, or is empty")
    return Given(start, end, label, stated)
