"""Stage `link`: what spans say of one another: acronyms, parties, dates and amounts, and the facts they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from annotate.grammar import Grammar
from annotate.matches import Match


@dataclass(slots=True)
class Linked:
    """A match with its value, its span's id in the record, and its surface text."""

    match: Match
    value: dict[str, Any]
    grammar: Grammar
    id: str = ""
    text: str = ""


def link(spans: list[Linked], text: str) -> list[dict[str, Any]]:
    """Number the spans in the contract's order and fill what they say of one another; the facts they make."""
    spans.sort(key=lambda s: (s.match.start, -s.match.end, s.match.label or ""))
    for number, span in enumerate(spans, 1):
        span.id = f"s{number}"
        span.text = text[span.match.start : span.match.end]
    return []
