"""Phrases of a word list, found in running text: what links between spans are told by."""

from __future__ import annotations

import re
from collections.abc import Iterator

from annotate.rules.grammar import Grammar

#: From here on scripts write words without spaces, but for Hangul.
_UNSPACED = "\u2e80"
_HANGUL = ("\u1100", "\uac00")
#: What has been made for each language and list that has been met, with the grammar that it is of.
_KNOWN: dict[tuple[str, str], tuple[Grammar, Wording]] = {}


class Wording:
    """The phrases of one word list of a language; `*` at an end of one stands for the rest of the word.

    Case does not count, but for a phrase that begins with `=`.
    """

    def __init__(self, grammar: Grammar, name: str) -> None:
        self._keys: dict[str, str] = {}
        parts = []
        for form, key in grammar.lists.get(name, {}).items():
            words, exact = form.removeprefix("=").strip("*"), form.startswith("=")
            self._keys[words if exact else words.casefold()] = key
            spaced = words[:1] < _UNSPACED or words[:1] >= _HANGUL[1]
            left = "" if not spaced or form.startswith("*") else r"(?<!\w)"
            right = "" if not spaced or form.endswith("*") else r"(?!\w)"
            parts.append((len(words), f"{left}{re.escape(words) if exact else f'(?i:{re.escape(words)})'}{right}"))
        parts.sort(reverse=True)
        self._pattern = re.compile("|".join(part for _, part in parts)) if parts else None

    def find(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
        """Where phrases stand in a stretch of text, in order, each with what its list says that it stands for."""
        if self._pattern is not None:
            for match in self._pattern.finditer(text, start, end):
                said = match[0]
                yield match.start(), match.end(), self._keys.get(said, self._keys.get(said.casefold(), ""))

    def stands_in(self, text: str, start: int, end: int) -> bool:
        """Whether any of the phrases stands in a stretch of text."""
        return self._pattern is not None and self._pattern.search(text, start, end) is not None


def wording(grammar: Grammar, name: str) -> Wording:
    """The phrases of a list in a language, made once."""
    known = _KNOWN.get((grammar.lang, name))
    if known is None or known[0] is not grammar:
        known = _KNOWN[grammar.lang, name] = grammar, Wording(grammar, name)
    return known[1]
