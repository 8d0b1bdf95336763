"""Writes docs/record.md, the format field by field, from the types in `annotate.records` and `annotate.spans`.

After a change of a type: `python docs/make_record.py`. A test holds that the page is what this gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from annotate.records import SCHEMA
from annotate.schema import errors_schema, json_schema, manifest_schema

PAGE = Path(__file__).with_name("record.md")

#: Every type once, in the order in which a reader meets them; a value stands behind its span.
_PARTS = ("Meta", "Segment", "DateSpan", "DateValue", "MoneyValue", "AgreementValue", "PartnershipValue", "Party")
_REST = ("Fact", "Run", "Token")

_HEAD = f"""# The record, field by field

One line of `annotations.jsonl` is one record, `{SCHEMA}`: a JSON object in UTF-8 with its keys in the order below. In
Python it is an `annotate.Record`, and each part has the type that its heading names: `record.dates[0].value.start`.
`annotate schema` prints the same as a JSON Schema, with the exact form of each string. Every key is always there, null
where there is nothing to say, but for those marked *optional*. A *span id* is the `id` of a span in the same record: in
Python `record.span(value.date_span)`. This page is made from the types by `docs/make_record.py`.
"""
_SPANS = """`DateSpan`, `MoneySpan`, `AgreementSpan` and `PartnershipSpan` have these keys; their `value` is a
`DateValue`, `MoneyValue`, `AgreementValue` or `PartnershipValue`. Any other label is of a user's own: an `OtherSpan`,
whose value is an object with whatever keys its rules name as slots.
"""
_ERRORS = "## errors.jsonl: `Failure`\n"
_MANIFEST = "## manifest.json: `Manifest`\n"
_OLDER = """In one
that an earlier version wrote keys may be missing. `annotate schema --manifest` prints its JSON Schema."""
_IN_MANIFEST = ("ToldSettings", "Totals", "Noticed", "LanguageTotals")


def page() -> str:
    """The page as it should stand in the docs."""
    whole = json_schema()
    parts = whole["$defs"]
    lines = [_HEAD, "## `Record`\n", *_table(whole)]
    for name in (*_PARTS, *_REST):
        if name == "DateSpan":
            lines += ["## Spans\n", _SPANS, *_table(parts[name], label="string", value="object")]
        else:
            lines += [f"## `{name}`\n", f"{parts[name]['description'].splitlines()[0]}\n", *_table(parts[name])]
    errors = errors_schema()
    lines += [_ERRORS, f"{errors['description']}\n", *_table(errors)]
    manifest = manifest_schema()
    lines += [_MANIFEST, f"{manifest['description'].splitlines()[0]} {_OLDER}\n", *_table(manifest)]
    for name in _IN_MANIFEST:
        part = manifest["$defs"][name]
        lines += [f"### `{name}`\n", f"{part['description'].splitlines()[0]}\n", *_table(part)]
    return "\n".join(lines).rstrip() + "\n"


def _table(part: dict[str, Any], **shown: str) -> Iterator[str]:
    yield "| key | value | meaning |"
    yield "|---|---|---|"
    for name, field in part["properties"].items():
        optional = "" if name in part["required"] else " *optional*"
        kind = shown.get(name) or _kind(field).replace("|", "\\|")
        yield f"| `{name}`{optional} | {kind} | {field['description']} |"
    yield ""


def _kind(field: dict[str, Any]) -> str:
    """What may stand there: `string`, `a \\| b`, `list of Party`, with `or null`."""
    if "anyOf" in field:
        return " or ".join(_kind(one) for one in field["anyOf"])
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return "object by label" if name.endswith("Span") else f"`{name}`"
    if "enum" in field:
        return ", ".join(f"`{one}`" for one in field["enum"])
    if "prefixItems" in field:
        return f"list of {len(field['prefixItems'])} integers"
    if "items" in field:
        return f"list of {'spans' if 'allOf' in field['items'] else _kind(field['items'])}"
    if isinstance(values := field.get("additionalProperties"), dict):
        return f"object of {_kind(values)}"
    return str(field.get("title", field["type"]))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
