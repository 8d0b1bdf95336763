"""Phrases of a word list, found in running text: what links between spans are told by."""

from __future__ import annotations

import re
from collections.abc import Iterator

from annotate.rules.grammar import Grammar

#: From here on scripts write words without spaces, but for Hangul from its second bound on.
_UNSPACED, _HANGUL = "\u2e80", "\uac00"
#: What has been made for each language and list that has been met, with the grammar that it is of.
_KNOWN: dict[tuple[str, str], tuple[Grammar, Wording]] = {}


class Wording:
    """The phrases of one word list of a language, in any case; `*` stands for the rest of a word.

    One with `*` inside (`die *abkommen`) is found, and stands for nothing.
    """

    def __init__(self, grammar: Grammar, name: str) -> None:
        self._keys: dict[str, str] = {}
        #: Stems and endings with what they stand for, the longest first.
        self._parts: list[tuple[str, str]] = []
        parts = []
        for form, key in grammar.lists.get(name, {}).items():
            words = form.strip("*").lower()
            self._keys[words] = key
            spaced = words[:1] < _UNSPACED or words[:1] >= _HANGUL
            left = "" if not spaced or form.startswith("*") else r"(?<!\w)"
            right = r"(?!\w)" if spaced and form[-1:].isalnum() else ""  # sull'energia
            if form.endswith("*") and words[:1] < _UNSPACED:  # in Hangul a particle may follow: 어업에 관한
                right = r"\w*"
                self._parts.append((words, key))
            inner = re.escape(words).replace(r"\*", r"\w*")
            parts.append((len(words), f"{inner}{right}", left))
        parts.sort(reverse=True)
        self._parts.sort(key=lambda part: -len(part[0]))
        # Those that begin a word are asked at its beginning only, and a branch is left at its first letter.
        sides = (("(?<!\\w)", [part for _, part, left in parts if left]), ("", [p for _, p, left in parts if not left]))
        found = [f"{left}(?:{'|'.join(side)})" for left, side in sides if side]
        self._pattern = re.compile("|".join(found)) if found else None

    def _stands_for(self, found: str) -> str:
        """What a phrase of a text stands for: by itself, or by the stem that it begins with."""
        key = self._keys.get(found)
        return key if key is not None else next((key for stem, key in self._parts if found.startswith(stem)), "")

    def find(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
        """Where phrases stand in a stretch of text, in order, each with what its list says that it stands for."""
        if self._pattern is None:
            return
        low = max(0, start - 1)
        stretch = text[low : end + 1]
        lowered = stretch.lower()
        if len(lowered) != len(stretch):  # a letter that has no small one of its own length: İ
            lowered = stretch
        for match in self._pattern.finditer(lowered, start - low, end - low):
            yield match.start() + low, match.end() + low, self._stands_for(match[0])

    def stands_in(self, text: str, start: int, end: int) -> bool:
        """Whether any of the phrases stands in a stretch of text."""
        return next(self.find(text, start, end), None) is not None


def wording(grammar: Grammar, name: str) -> Wording:
    """The phrases of a list in a language, made once."""
    known = _KNOWN.get((grammar.lang, name))
    if known is None or known[0] is not grammar:
        known = _KNOWN[grammar.lang, name] = grammar, Wording(grammar, name)
    return known[1]
