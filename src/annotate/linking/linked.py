"""A match with its value, as the links between spans see it."""

from __future__ import annotations

from dataclasses import dataclass

from annotate.rules.grammar import Grammar
from annotate.rules.matches import Match
from annotate.spans import Value

#: The labels of what parties conclude.
PACTS = ("AGREEMENT", "PARTNERSHIP")


@dataclass(slots=True)
class Linked:
    """A match with its value; its span's id and text are set when all spans are known."""

    match: Match
    value: Value
    grammar: Grammar
    id: str = ""
    text: str = ""
