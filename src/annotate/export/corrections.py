"""What an entity should be, as the text of one cell: `amount=5000000; currency=EUR`, and that text read back.

Fields are those of the value, and besides `label`, `words` (another extent, found in the text) and `at` (the same in
offsets, `at=311:326`). Only what differs is written, and of that only what does not follow from the rest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from annotate.export.cells import as_cell, as_part, field_names, fields_of
from annotate.review.asked import wanted_entity
from annotate.review.carry import Carrier, same_value
from annotate.review.decisions import DecisionError, Entity
from annotate.review.forms import VALUE_TYPES
from annotate.text.sentences import sentence_around

#: All names that a field of a value can have.
VALUE_FIELDS = tuple(dict.fromkeys([*(key for label in VALUE_TYPES for key in field_names(label)), "other"]))
_NAMES = ("label", "words", "at", *VALUE_FIELDS)
_FIELD = re.compile(rf"(?:^|[;\n])\s*({'|'.join(_NAMES)})\s*=\s*")

#: A value that is quoted, since it holds what would end it.
_STRING = re.compile(r'(=\s*)("(?:[^"\\]|\\.)*")(?=\s*(?:[;\n]|$))')


def correction_cell(found: Entity, wanted: Entity, carrier: Carrier) -> str:
    """What differs between an entity as it was found and as it should be."""
    fields: dict[str, str] = {}
    if wanted.label != found.label:
        fields["label"] = wanted.label
    if (wanted.start, wanted.end) != (found.start, found.end):
        by_words = _found_again(found, wanted, carrier)
        fields |= {"words": wanted.text} if by_words else {"at": f"{wanted.start}:{wanted.end}"}
    before = fields_of(found.label, found.value) if wanted.label == found.label else {}
    for key, part in fields_of(wanted.label, wanted.value).items():
        if part != before.get(key) and not (part in (None, []) and before.get(key) in (None, [])):
            fields[key] = as_cell(part)
    for key in [key for key in [*fields][::-1] if key in VALUE_FIELDS]:
        fewer = {name: text for name, text in fields.items() if name != key}
        if fewer and _is(wanted, found, fewer, carrier):
            fields = fewer
    return "; ".join(f"{name}={quoted(text)}" for name, text in fields.items())


def _found_again(found: Entity, wanted: Entity, carrier: Carrier) -> bool:
    try:
        return _extent(found, {"words": wanted.text}, carrier) == (wanted.start, wanted.end)
    except DecisionError:
        return False


def _is(wanted: Entity, found: Entity, fields: Mapping[str, str], carrier: Carrier) -> bool:
    try:
        made = corrected(found, fields, carrier)
    except DecisionError:
        return False
    place = (made.start, made.end, made.label) == (wanted.start, wanted.end, wanted.label)
    return place and same_value(made.value, wanted.value)


def quoted(text: str) -> str:
    """The content of a field, in quotes where it holds what would end it."""
    needed = text.startswith('"') or text != text.strip() or _FIELD.search(text) or "\n" in text
    return json.dumps(text, ensure_ascii=False) if needed else text


def fields_in(text: str) -> dict[str, str]:
    """The fields that a correction names; raises DecisionError where it is none.

    >>> fields_in("amount=5000000; currency = EUR")
    {'amount': '5000000', 'currency': 'EUR'}
    """
    starts = list(_FIELD.finditer(_STRING.sub(lambda match: match[1] + "\0" * len(match[2]), text)))
    if text.strip() and (not starts or text[: starts[0].start()].strip()):
        begins = " ".join(text.split())[:40]
        raise DecisionError(f"the correction {begins!r} names no field; write it as amount=5000000; currency=EUR")
    fields: dict[str, str] = {}
    for match, following in zip_longest(starts, starts[1:]):
        content = text[match.end() : following.start() if following else len(text)].strip()
        if match[1] in fields:
            raise DecisionError(f"the correction has {match[1]} twice")
        fields[match[1]] = _unquoted(content.rstrip(";").rstrip() if following is None else content)
    return fields


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        return text
    try:
        content = json.loads(text)
    except json.JSONDecodeError:
        return text
    return content if isinstance(content, str) else text


def corrected(found: Entity, fields: Mapping[str, str], carrier: Carrier) -> Entity:
    """An entity with the fields of a correction; raises DecisionError with what is wrong with them."""
    label = fields.get("label", found.label).strip().upper()
    start, end = _extent(found, fields, carrier)
    asked: dict[str, Any] = {}
    for key in [key for key in fields if key in VALUE_FIELDS]:
        if key not in (known := field_names(label)):
            raise DecisionError(f"{key} is no field of {label}; there {_listed(known)}")
        asked[key] = as_part(fields[key], label, key, carrier)
    before = fields_of(found.label, found.value) if label == found.label else {}
    value = {**{key: part for key, part in before.items() if part is not None}, **asked}
    made = wanted_entity(start, end, label, value if label in VALUE_TYPES else value.get("other") or {}, carrier)
    for key, part in asked.items():
        if label in VALUE_TYPES and made.value[key] != part:
            follows = as_cell(made.value[key]) or "empty"
            raise DecisionError(f"{key}={fields[key]}: follows from timex, which makes it {follows}; change timex")
    return made


def _listed(names: tuple[str, ...]) -> str:
    return f"are {', '.join(names)}" if len(names) > 1 else f"is {names[0]}"


def _extent(found: Entity, fields: Mapping[str, str], carrier: Carrier) -> tuple[int, int]:
    if "at" in fields:
        place = re.fullmatch(r"\s*(\d{1,12}):(\d{1,12})\s*", fields["at"])
        if place is None:
            raise DecisionError(f"at={fields['at']}: is no place; write it as at=311:326")
        return int(place[1]), int(place[2])
    if "words" not in fields:
        return found.start, found.end
    return extent_of(fields["words"], found.start, found.end, carrier.text)


def extent_of(words: str, start: int, end: int, text: str) -> tuple[int, int]:
    """Where words stand that overlap a place, or are in its sentence; raises DecisionError where not one place does."""
    if not words.strip():
        raise DecisionError("words= is empty; an entity that is none is rejected")
    pattern = re.compile(r"\s+".join(re.escape(word) for word in words.split()))
    reach = len(words) + 100
    near = [m.span() for m in _overlapping(pattern, text, max(0, start - reach), end + reach)]
    found = [(first, last) for first, last in near if first < end and start < last]
    if not found:
        low, high = sentence_around(text, start, end)
        found = [m.span() for m in _overlapping(pattern, text, low, high)]
    if len(found) != 1:
        many = "are not in its sentence" if not found else f"stand there {len(found)} times"
        raise DecisionError(f"words={words}: {many}; say where with at=START:END")
    return found[0]


def _overlapping(pattern: re.Pattern[str], text: str, low: int, high: int) -> list[re.Match[str]]:
    found, at = [], low
    while (match := pattern.search(text, at, high)) is not None:
        found.append(match)
        at = match.start() + 1
    return found
