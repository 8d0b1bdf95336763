"""What comes in over HTTP, what goes out, and how both are described in OpenAPI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from annotate.records import Document, Done, Failure
from annotate.schema import json_schema

PROBLEM = "application/problem+json"
JSONL = "application/jsonl"

_EXAMPLE = {"id": "a", "text": "Op 18 januari 1950 kostte het 2,5 miljard euro.", "lang": "nl", "date": "2025-04-14"}


_Name = Annotated[str, Meta(min_length=1)]


class Text(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One text to annotate."""

    text: Annotated[str, Meta(description="The text itself. Offsets of the answer count its code points.")]
    id: Annotated[_Name | None, Meta(description="What names it; its place in the request without.")] = None
    lang: Annotated[str | None, Meta(description="Its language, by code or name; it is detected without.")] = None
    region: Annotated[str | None, Meta(description="Where it comes from: what a bare $ or 6/12/2024 means.")] = None
    date: Annotated[str | None, Meta(description="Its day, 2025-04-14, from which `yesterday` is told.")] = None
    meta: Annotated[dict[str, Any], Meta(description="What else is known of it; it comes back in `meta`.")] = {}

    def document(self, number: int) -> Document:
        """The document that it stands for."""
        name = str(number) if self.id is None else self.id
        source = "record" if self.date else None
        return Document(name, self.text, "http", self.lang, self.region, self.date, source, self.meta)  # type: ignore[arg-type]


class Batch(msgspec.Struct, forbid_unknown_fields=True):
    """Several texts; the answer has a result for each, in their order."""

    texts: list[Text]


class Problem(msgspec.Struct, omit_defaults=True):
    """What went wrong, as RFC 9457 has it."""

    title: str
    status: int
    detail: str
    type: str = "about:blank"


class ProblemError(Exception):
    """A request that cannot be answered; `headers` go with the answer."""

    def __init__(self, status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.problem, self.headers = Problem(title, status, detail), dict(headers or {})


def of_failure(failure: Failure) -> ProblemError:
    """The problem that a document's failure is: the sender's, where a field says nothing that is known."""
    if failure.error == "FieldError" or failure.stage == "read":
        return ProblemError(422, "A field says nothing that is known", failure.message)
    return ProblemError(500, "A fault of annotate's own", f"in {failure.stage}: {failure.message}")


def line_of(answer: Done | ProblemError, name: str) -> bytes:
    """One result of a batch or a stream as a line of JSON: a record, or a problem with the id of its text."""
    if isinstance(answer, Done):
        return answer.line
    return msgspec.json.encode({"id": name, "problem": answer.problem}) + b"\n"


# --- OpenAPI


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def schemas() -> dict[str, Any]:
    """The schemas of all that goes in and out, the record's own among them, as components of OpenAPI."""
    _, parts = msgspec.json.schema_components((Text, Batch, Problem), ref_template="#/components/schemas/{name}")
    record = json_schema()
    defs = {**record.pop("$defs"), "Record": {key: value for key, value in record.items() if key != "$schema"}}
    moved = msgspec.json.encode(defs).replace(b'"#/$defs/', b'"#/components/schemas/')
    failed = {"type": "object", "required": ["id", "problem"], "additionalProperties": False}
    failed["properties"] = {"id": {"type": "string"}, "problem": _ref("Problem")}
    result = {"anyOf": [_ref("Record"), _ref("Failed")]}
    return {
        **msgspec.json.decode(moved),
        **parts,
        "Failed": failed,
        "Result": result,
        "Results": {
            "type": "object",
            "required": ["results"],
            "additionalProperties": False,
            "properties": {"results": {"type": "array", "items": _ref("Result")}},
        },
    }


def body(*names: str) -> dict[str, Any]:
    """The description of a request's body that is one of some schemas."""
    schema = _ref(names[0]) if len(names) == 1 else {"anyOf": [_ref(name) for name in names]}
    examples = {"one text": {"value": _EXAMPLE}, "a batch": {"value": {"texts": [_EXAMPLE, {"text": "Since 2008."}]}}}
    return {
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema, "examples": examples}}}
    }


def lines_body() -> dict[str, Any]:
    """The description of a body of lines."""
    example = "".join(msgspec.json.encode(row).decode() + "\n" for row in (_EXAMPLE, {"text": "Since 2008."}))
    content = {JSONL: {"schema": {"type": "string"}, "example": example}}
    return {"requestBody": {"required": True, "content": content}}


_TITLES = {
    400: "No JSON",
    408: "The request did not come in time",
    413: "Too large",
    415: "Another type of content",
    422: "A field is missing, unknown, or says nothing that is known",
    429: "Too many requests are inside; Retry-After says in how many seconds to try again",
    500: "A fault of annotate's own",
    503: "The document took too long, or its process ended",
}


def responses(names: tuple[str, ...], media: str = "application/json") -> dict[int | str, dict[str, Any]]:
    """The answers that an endpoint gives: what is asked for, and each problem."""
    schema: dict[str, Any] = {"anyOf": [_ref(name) for name in names]} if names else {"type": "string"}
    good: dict[int | str, dict[str, Any]] = {200: {"description": "Done", "content": {media: {"schema": schema}}}}
    problem = {PROBLEM: {"schema": _ref("Problem")}}
    return good | {status: {"description": title, "content": problem} for status, title in _TITLES.items()}
