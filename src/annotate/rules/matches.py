"""What matching finds, and what the stages after it pass on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Slot:
    """What filled a named place of a rule: its text and value (a string, a `Number` or a smaller `Match`)."""

    text: str
    start: int
    end: int
    value: Any


@dataclass(slots=True)
class Match:
    """A place where a rule matched: tokens `i` to `j` (exclusive) are its span, `ci` to `cj` with context.

    `rule` is the rule that named it; `trail` all rules that took part, the smallest first.
    """

    rule: str
    label: str | None
    priority: int
    i: int
    j: int
    ci: int
    cj: int
    start: int
    end: int
    slots: dict[str, list[Slot]]
    trail: tuple[str, ...] = ()
    #: Which of the rule's patterns it was.
    nth: int = 0

    def get(self, name: str) -> Any:
        """The value of a slot, None where it is empty."""
        slots = self.slots.get(name)
        return slots[0].value if slots else None


#: Takes candidates that may overlap; gives those that stay, and the losers with the winner and the reason.
Select = Callable[[Sequence[Match]], tuple[list[Match], list[tuple[Match, Match, str]]]]


@dataclass(slots=True)
class Found:
    """What `match` found: the candidates of all grammars, and who lost to whom on the way."""

    matches: list[Match] = field(default_factory=list)
    lost: list[tuple[Match, Match, str]] = field(default_factory=list)
