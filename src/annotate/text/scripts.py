"""Which script a text is written in: the first and cheapest evidence of its language."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

LATIN = "LATIN"
#: Characters that stand for a syllable or a word weigh as much as two letters.
_WEIGHTS = {"CJK": 2, "KANA": 2, "HANGUL": 2}
#: Words in Unicode's names of characters that are no script (`FULLWIDTH LATIN SMALL LETTER A`), and two that are one.
_FORMS = frozenset({"FULLWIDTH", "HALFWIDTH", "EXTENDED", "MODIFIER", "COMBINING", "MATHEMATICAL"})
_SAME = {"HIRAGANA": "KANA", "KATAKANA": "KANA"}


class _Scripts(dict[str, str]):
    """Character -> script, empty for what is no letter or digit; looked up once each."""

    def __missing__(self, character: str) -> str:
        found = self[character] = _script(character)
        return found


def _script(character: str) -> str:
    """The script of a character, by the first word of its Unicode name."""
    if unicodedata.category(character)[0] not in "LMN":
        return ""
    words = unicodedata.name(character, "").replace("-", " ").split()
    first = next((word for word in words if word not in _FORMS), "")
    return _SAME.get(first, first)


_SCRIPTS = _Scripts()


def scripts_in(words: Sequence[str]) -> Counter[str]:
    """How much of the words is in each script; of Latin ones between others only what is no name.

    A Chinese or Korean text holds many a name in Latin letters, which begins with a capital.

    >>> scripts_in(["Facebook", "宣布", "与", "Google", "合作"]).most_common(1)
    [('CJK', 10)]
    """
    text = "".join(words)
    if text.isascii():
        return Counter({LATIN: len(text)} if text else {})
    counts: Counter[str] = Counter()
    for character, count in Counter(text).items():
        if script := _SCRIPTS[character]:
            counts[script] += count * _WEIGHTS.get(script, 1)
    if LATIN in counts and len(counts) > 1:
        plain = (word for word in words if not word[0].isupper())
        counts[LATIN] = sum(_SCRIPTS[character] == LATIN for word in plain for character in word)
    return counts
