"""Records read back from files, for evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from annotate.reading.decode import UNPACK, ReadError
from annotate.records import SCHEMA, older


class EvaluateError(ValueError):
    """The records cannot be compared. The message says which, and why."""


def load_records(path: str | Path) -> list[dict[str, Any]]:
    """The records of a .jsonl or .json file (one record, or a list of them), also .gz or .zst.

    Raises EvaluateError with the file, the line and what is wrong with it.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "gold.jsonl"
    ...     _ = path.write_text('{"id": "a", "spans": []}\\n')
    ...     load_records(path)
    [{'id': 'a', 'spans': []}]
    """
    path = Path(path)
    rows = _json_rows(path) if ".json" in path.suffixes[-2:] else _jsonl_rows(path)
    return [_checked(row, where) for where, row in rows]


def load_all(path: Path, pattern: str) -> list[dict[str, Any]]:
    """The records of a file, or of the files of a folder that are named so; raises EvaluateError where it has none."""
    found = path.rglob(pattern) if path.is_dir() else [path]
    files = sorted(p for p in found if not any(part.startswith(".") for part in p.relative_to(path).parts))
    if not files:
        raise EvaluateError(f"{path}: holds no {pattern}")
    return [record for file in files for record in load_records(file)]


def _json_rows(path: Path) -> Iterator[tuple[str, Any]]:
    content = _parsed(_content(path), str(path))
    rows = content if isinstance(content, list) else [content]
    for number, row in enumerate(rows, 1):
        yield f"{path}: record {number}", row


def _jsonl_rows(path: Path) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(_content(path).split(b"\n"), 1):
        if line.strip():
            yield f"{path}:{number}", _parsed(line, f"{path}:{number}")


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = b"".join(UNPACK.get(path.suffix, UNPACK[""])(file))
    except (OSError, ReadError) as error:
        raise EvaluateError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    return content.removeprefix(b"\xef\xbb\xbf")


def _parsed(content: bytes, where: str) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise EvaluateError(f"{where}: is not JSON: {error}") from error


def _checked(row: Any, where: str) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise EvaluateError(f"{where}: is a {type(row).__name__}, not a record")
    if schema := older(row):
        raise EvaluateError(
            f"{where}: is an {schema} record, and {SCHEMA} is wanted; of an output run `annotate run` again, in gold "
            "rename date and amount (AGREEMENT) and since (PARTNERSHIP) to date_span, amount_span and since_span"
        )
    for key, kinds in (("id", (str, int)), ("spans", (list,))):
        if not isinstance(row.get(key), kinds):
            raise EvaluateError(f"{where}: has no {key!r}; a record needs an id and a list of spans")
    for number, span in enumerate(row["spans"]):
        if not _is_span(span):
            raise EvaluateError(f"{where}: spans[{number}] needs a label, and a start before its end: {span}")
    return row


def _is_span(span: Any) -> bool:
    if not isinstance(span, dict) or not isinstance(span.get("label"), str):
        return False
    start, end = span.get("start"), span.get("end")
    return type(start) is int and type(end) is int and 0 <= start < end
