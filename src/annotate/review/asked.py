"""What a reviewer asks an entity to be, checked against the record, whichever way it was asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from annotate.review.carry import Carrier
from annotate.review.decisions import DecisionError, Entity
from annotate.review.forms import completed, fault
from annotate.schema import VALUE_LINKS

_LABEL = re.compile(r"[A-Z][A-Z0-9_]{0,63}")


def wanted_entity(start: int, end: int, label: str, value: Mapping[str, Any], carrier: Carrier) -> Entity:
    """The entity that a reviewer wants, its value completed; raises DecisionError with what is wrong with it."""
    if not 0 <= start < end <= len(carrier.text):
        raise DecisionError(f"[{start}:{end}] lies outside the text (0 to {len(carrier.text)}) or is empty")
    words = carrier.text[start:end]
    if words != words.strip():
        raise DecisionError("an entity neither begins nor ends in white space")
    if not _LABEL.fullmatch(label):
        raise DecisionError(f"{label!r} is no label; write it in capitals")
    whole = completed(label, value)
    if (wrong := fault(label, whole)) is not None:
        raise DecisionError(wrong)
    for key in VALUE_LINKS.get(label, {}):
        if whole[key] is not None and not carrier.is_place(whole[key]):
            raise DecisionError(f"{key}: leads to no span of the record")
    return Entity(start, end, words, label, whole)
