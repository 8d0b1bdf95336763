"""What is wrong with pattern files: an address, and what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: A message lists all valid choices up to this many, and of more only those that are near what was written.
_LISTED = 32
_NEAR = 3


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault of one pattern file."""

    path: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


class PatternError(ValueError):
    """The pattern files have faults; `faults` lists all of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = list(faults)


def nearest(word: str, known: Iterable[str]) -> str:
    """The three names nearest to a wrong one, and all valid choices where they are few.

    >>> nearest("lable", ["label", "rules"])
    "did you mean 'label'? known: label, rules"
    """
    choices = sorted({*known})
    near = difflib.get_close_matches(word, choices, _NEAR, 0.4)
    if near and near[0].casefold() != word.casefold() and len(choices) <= _LISTED:
        near = difflib.get_close_matches(word, choices, 1)
    told = f"did you mean {either(near)}? " if near else ""
    if len(choices) <= _LISTED:
        return f"{told}known: {', '.join(choices)}"
    return told.rstrip() or f"there are {len(choices)}; `annotate schema --patterns` lists them"


def either(words: Sequence[str]) -> str:
    """Words as a sentence has them.

    >>> either(["a", "b", "c"])
    "'a', 'b' or 'c'"
    """
    quoted = [f"'{word}'" for word in words]
    return " or ".join([*([", ".join(quoted[:-1])] if quoted[1:] else []), *quoted[-1:]])
