"""The text as it is read: letters composed, invisible signs left out, and every offset known in the text given.

A text may come in decomposed letters (`é` as two code points, Korean syllables as three), with soft hyphens where
words may be broken, with words that are broken at the end of a line, and with marks of direction or width between the
digits of a number. No word list has any of that; so it is read over, and spans are told in the text as it was given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

import orjson

#: Marks that stand between characters and separate nothing: of direction, of width, of where a word may be broken.
INVISIBLE = "\u00ad\u200b\u200e\u200f\u061c\u2060\u2066\u2067\u2068\u2069\ufeff"
#: Joiners are part of Persian and Indic words, but not of numbers.
_UNSEEN = re.compile(rf"[{INVISIBLE}]+|[\u200c\u200d](?=\d)|(?<=\d)[\u200c\u200d]")
#: A quick look: one set of characters is searched for many times as fast as alternatives.
_MAY_BE_UNSEEN = re.compile(rf"[{INVISIBLE}\u200c\u200d]")
#: A word that may be broken by a hyphen at the end of a line, and the rest of it.
_BROKEN = re.compile(r"(?<![^\W_])([^\W\d_]{2,})([-\u2010])(\r?\n[ \t]*)([^\W\d_]{2,})")
#: So long at least is a common word before the hyphen of a compound (third-quarter), and no first syllable.
_WHOLE = 5


@dataclass(frozen=True, slots=True)
class Composed:
    """A text as it is read, and the first and last offset in the text given of each of its characters."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A stretch of the text as it is read, in offsets of the text given."""
        if start == end:
            at = self.starts[start] if start < len(self.starts) else self.ends[-1] if self.ends else 0
            return at, at
        return self.starts[start], self.ends[end - 1]


def compose(text: str) -> Composed | None:
    """The text as it is read, None where that is the text itself: most texts.

    >>> read = compose("Hà Nội")
    >>> compose("2\u200b500 euro").text
    '2500 euro'
    >>> compose("2\u200b500 euro").span(0, 4)
    (0, 5)
    >>> compose("on 7 Novem-\\nber 1987").text
    'on 7 November 1987'
    """
    broken = _broken(text) if "-\n" in text or "-\r" in text or "\u2010" in text else []
    plain = text.isascii()
    if plain and not broken:
        return None
    composed = plain or unicodedata.is_normalized("NFC", text)
    unseen = [] if plain or _MAY_BE_UNSEEN.search(text) is None else [gap.span() for gap in _UNSEEN.finditer(text)]
    if composed and not unseen and not broken:
        return None
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for end, following in (*sorted(unseen + broken), (len(text), len(text))):
        for first, last, piece in _clusters(text, at, end) if not composed else ((at, end, text[at:end]),):
            pieces.append(piece)
            if len(piece) == last - first:
                starts += range(first, last)
                ends += range(first + 1, last + 1)
            else:
                starts += [first] * len(piece)
                ends += [last] * len(piece)
        at = following
    return Composed("".join(pieces), starts, ends)


def _broken(text: str) -> list[tuple[int, int]]:
    """Where words are broken at the end of a line: the hyphen with the line end, or the line end in a compound.

    A rest that is a common word by itself is none: `Handels-` may stand for a compound before `und`.
    """
    found = []
    for match in _BROKEN.finditer(text):
        first, _, _, rest = match.groups()
        if not first[-1].islower() or not rest[0].islower() or rest in _common():
            continue
        compound = len(first) >= _WHOLE and first.lower() in _common()
        found.append((match.start(3 if compound else 2), match.start(4)))
    return found


@cache
def _common() -> frozenset[str]:
    """The most common words of all languages, as the detector knows them."""
    words = orjson.loads(files("annotate.text").joinpath("words.json").read_bytes())
    return frozenset(word for known in words.values() for word in known["words"])


def _clusters(text: str, start: int, end: int) -> list[tuple[int, int, str]]:
    """Stretches of a text with their composed form: a character with its marks, or many that stay as they are."""
    found: list[tuple[int, int, str]] = []
    for match in _cluster().finditer(text, start, end):
        found.append((match.start(), match.end(), unicodedata.normalize("NFC", match.group())))
    return found


def ranges(code_points: Sequence[int]) -> str:
    """A character class body for sorted code points, neighbours joined to ranges."""
    ends = [n for n, (this, following) in enumerate(pairwise(code_points), 1) if following != this + 1]
    runs = pairwise([0, *ends, len(code_points)])
    return "".join(f"\\U{code_points[first]:08x}-\\U{code_points[end - 1]:08x}" for first, end in runs)


@cache
def _cluster() -> re.Pattern[str]:
    """A character with the marks, and the vowels and finals of Korean, that it may be composed with."""
    marks = ranges([p for p in range(0x300, 0x10000) if unicodedata.category(chr(p))[0] == "M"])
    return re.compile(rf".[{marks}\u1160-\u11ff]*", re.DOTALL)
