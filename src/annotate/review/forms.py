"""What a reviewer may write into a value: the fields of each label, and a check of what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from annotate.review.dates import complete_date
from annotate.schema import VALUE_LINKS
from annotate.spans import AgreementValue, DateValue, MoneyValue, Part, PartnershipValue

VALUE_TYPES: Mapping[str, type[Part]] = {
    "DATE": DateValue,
    "MONEY": MoneyValue,
    "AGREEMENT": AgreementValue,
    "PARTNERSHIP": PartnershipValue,
}


@cache
def parts() -> dict[str, Any]:
    """The schemas of the labels' values by label, and by name what they refer to."""
    found, named = msgspec.json.schema_components(VALUE_TYPES.values(), ref_template="#/$defs/{name}")
    of_labels = {label: named[one["$ref"].rsplit("/", 1)[1]] for label, one in zip(VALUE_TYPES, found, strict=True)}
    return {**named, **of_labels}


def empty_value(label: str) -> dict[str, Any]:
    """A value that says nothing, with all the keys of its label.

    >>> empty_value("MONEY")["currency_candidates"]
    []
    """
    fields = parts()[label]["properties"] if label in VALUE_TYPES else {}
    return {key: [] if field.get("type") == "array" else None for key, field in fields.items()}


def completed(label: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """A value as a reviewer has left it, with all the keys of its label, and a date with what it resolves to.

    >>> completed("DATE", {"timex": "2008-05"})["end"]
    '2008-05-31'
    """
    whole = {**empty_value(label), **value}
    timex = whole.get("timex")
    told = complete_date(timex, whole.get("mod")) if label == "DATE" and isinstance(timex, str) else None
    if told is None:
        return whole
    told["anchor"] = whole.get("anchor")
    if told["start"] is None and told["anchor"]:  # the days of `P3Y` are told from the document's date
        told |= {key: whole[key] for key in ("edtf", "start", "end", "grain") if whole.get(key)}
    return told


def typed_value(label: str, value: Mapping[str, Any]) -> Any:
    """The value as the type of its label, without its links; of a label of one's own as it is.

    Raises msgspec.ValidationError for what its label cannot have.
    """
    if label not in VALUE_TYPES:
        return dict(value)
    links = VALUE_LINKS.get(label, {})
    return msgspec.convert({key: None if key in links else part for key, part in value.items()}, VALUE_TYPES[label])


def fault(label: str, value: Mapping[str, Any]) -> str | None:
    """What is wrong with a value, None where nothing is; of links to other spans only their form is looked at.

    >>> fault("MONEY", {**empty_value("MONEY"), "amount": "1.000,5"})
    "amount: Expected `str` matching regex '^-?(0|[1-9][0-9]*)([.][0-9]+)?$'"
    """
    if label not in VALUE_TYPES:
        return None
    timex = value.get("timex")
    if label == "DATE" and (not isinstance(timex, str) or complete_date(timex) is None):
        return f"timex: {timex} is no date; write 2024-12-06, 2024-12, 2024, 199, 2024-Q3, 2020/2021 or P5Y"
    try:
        typed_value(label, value)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `")
        return f"{place.strip('`').removeprefix('$.')}: {message}" if place else message
    return None
