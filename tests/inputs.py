"""Inputs for tests of reading: files in the current folder, and what reading makes of them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import orjson

from annotate.reading.read import expand, read
from annotate.records import Document, Failure

TEXT = "Vietnam en China tekenden op 18 januari 1950 één akkoord.\r\nZo is het.\n"


def put(name: str, content: str | bytes = TEXT) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(*values: Any) -> bytes:
    return b"".join(orjson.dumps(value) + b"\n" for value in values)


def outcomes(*inputs: str, **options: Any) -> list[Document | Failure]:
    return list(read(inputs, **options))


def documents(*inputs: str, **options: Any) -> list[Document]:
    found = outcomes(*inputs, **options)
    assert [one for one in found if isinstance(one, Failure)] == []
    return cast(list[Document], found)


def document(*inputs: str, **options: Any) -> Document:
    (found,) = documents(*inputs, **options)
    return found


def failure(*inputs: str, **options: Any) -> Failure:
    (found,) = outcomes(*inputs, **options)
    assert isinstance(found, Failure), found
    assert found.stage == "read"
    assert str(Path.cwd()) not in found.message + found.source
    return found


def codes(found: Sequence[Document | Failure]) -> list[str]:
    return [one.error if isinstance(one, Failure) else "ok" for one in found]


def sources(*inputs: str) -> list[str]:
    return [found.source for found in expand(inputs)]


def ids(*inputs: str) -> list[str]:
    return [found.id for found in expand(inputs)]


PARAGRAPH = "<p>" + "Vietnam en Zuid-Korea tekenden op 18 januari 1950 één akkoord over handel. " * 6 + "</p>"


def page(head: str = "", body: str = "") -> str:
    return (
        f"<!doctype html><html><head><title>Het bezoek</title>{head}</head>"
        "<body><nav><a href='/'>Menu</a></nav>"
        f"<article><h1>Het bezoek</h1>{body}{PARAGRAPH}<p>Tot slot: € 5.</p></article></body></html>"
    )


def as_table(values: Sequence[dict[str, Any]], comma: str) -> str:
    cells = [list(values[0]), *([str(cell) for cell in value.values()] for value in values)]
    return "".join(comma.join('"' + cell.replace('"', '""') + '"' for cell in line) + "\r\n" for line in cells)


def as_parquet(values: Sequence[dict[str, Any]]) -> bytes:
    import pyarrow
    from pyarrow import parquet

    file = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(list(values)), file)
    return file.getvalue()
