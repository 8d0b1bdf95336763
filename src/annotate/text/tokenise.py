"""Stage `tokenise`: text to tokens, the same for every language.

spaCy's language tokenizers disagree on exactly this tool's material (`3,5%`, `2023-2025`, `12/05/2024` come
out as one, three or five tokens), so rules could not be shared. Here one expression serves all languages:
a run of digits, a run of letters with their marks, or one other character is a token; scripts written without
spaces between words (Han, Kana, Hangul, Thai, …) are cut by character. Numbers and multi-word names are put
together again by the matcher.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from annotate.text.compose import INVISIBLE, ranges
from annotate.text.tokens import Tokens

# Scripts in which a token is one character with its marks: word boundaries carry no space, or particles are glued.
_BY_CHARACTER = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1100, 0x11FF),  # Hangul jamo
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # CJK radicals
    (0x3005, 0x3007),
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7AF),  # Hangul syllables
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),
)


def _build_expression() -> re.Pattern[str]:
    by_character = {p for first, last in _BY_CHARACTER for p in range(first, last + 1)}
    kinds = [category[0] for category in map(unicodedata.category, map(chr, range(0x10000)))]
    marks = ranges([p for p in range(0x80, 0x10000) if kinds[p] == "M"])
    letters = ranges([p for p in range(0x80, 0x10000) if kinds[p] in "LM" and p not in by_character])
    single = ranges(sorted(p for p in by_character if kinds[p] == "L")) + "\U00020000-\U0003ffff"
    joiners = "\u200c\u200d"  # inside Persian and Indic words
    return re.compile(rf"\s+|[{INVISIBLE}]+|[A-Za-z{letters}{joiners}]+|\d+|[{single}][{marks}]*|.", re.DOTALL)


TOKEN = _build_expression()


def tokenise(text: str) -> Tokens:
    """Cut a text into tokens with their offsets; white space is no token, nor are invisible signs.

    >>> tokenise("US$ 2,5 mrd in 2024年").words
    ['US', '$', '2', ',', '5', 'mrd', 'in', '2024', '年']
    """
    if len(text) > _LONG:
        return _of_long_text(text)
    pieces = TOKEN.findall(text)
    offsets = [0, *accumulate(map(len, pieces))]
    seen = text.isascii() or _UNSEEN.search(text) is None
    kept = [k for k, piece in enumerate(pieces) if not piece.isspace() and (seen or piece[0] not in INVISIBLE)]
    words = [pieces[k] for k in kept]
    starts = [offsets[k] for k in kept]
    return Tokens(text, words, starts, _breaks(text, words, starts))


_UNSEEN = re.compile(f"[{INVISIBLE}]")
#: From so many characters on a text is cut token by token, with equal words held once: an eighth of the memory, and
#: slower, which for shorter texts would cost more than it is worth.
_LONG = 500_000


def _of_long_text(text: str) -> Tokens:
    known: dict[str, str] = {}
    words: list[str] = []
    starts = array("Q")
    for piece in TOKEN.finditer(text):
        word = piece.group()
        if not word.isspace() and word[0] not in INVISIBLE:
            words.append(known.setdefault(word, word))
            starts.append(piece.start())
    return Tokens(text, words, starts, _breaks(text, words, starts))


_LINE_END = re.compile(r"[\n\r\u2028\u2029\f\v]+")
_SINGLE = frozenset({"\n", "\r\n", "\r"})
_SENTENCE_END = frozenset('.!?:;|。！？…"”»)')
#: How wide lines of a text are that is set to a width, and how wide at least one that ends within a sentence.
_WRAP = range(40, 121)
_SHORT_WRAP = 15
_WIDE = re.compile("[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]")
_FIRST_WORD = re.compile(r"\S{0,40}")


def _breaks(text: str, words: list[str], starts: Sequence[int]) -> tuple[int, ...]:
    """Token indices that start a new line, but for lines that were only wrapped.

    A line feed inside a paragraph set to a fixed width separates nothing: the line before it does not end a
    sentence, and the next one goes on in lower case, or begins with what would not have fitted into the line.
    """
    ends = [(match.start(), match.end(), match.group() in _SINGLE) for match in _LINE_END.finditer(text)]
    wide = bool(ends) and not text.isascii() and _WIDE.search(text) is not None
    widths: list[int] = []
    found: list[int] = []
    line_start = 0
    for n, (end, start, single) in enumerate(ends):
        length, line_start = _columns(text, line_start, end, wide), start
        index = bisect_left(starts, start)
        if index >= len(words) or index == 0 or found[-1:] == [index]:
            continue
        if single and _SHORT_WRAP <= length < _WRAP.stop and words[index - 1][-1] not in _SENTENCE_END:
            widths = widths or _widths(text, ends, wide)
            following = _FIRST_WORD.match(text, start)
            full = following is not None and length + 1 + _columns(text, start, following.end(), wide) > widths[n]
            lower = words[index][0].islower()
            if (lower or full) if length in _WRAP else (lower and full):
                continue
        found.append(index)
    return tuple(found)


def _widths(text: str, ends: Sequence[tuple[int, int, bool]], wide: bool) -> list[int]:
    """For each end of a line how wide the widest line of its paragraph is."""
    widths: list[int] = []
    line_start, first, widest = 0, 0, 0
    for n, (end, start, single) in enumerate(ends):
        widest = max(widest, _columns(text, line_start, end, wide))
        line_start = start
        if not single or n == len(ends) - 1:
            last = 0 if not single else _columns(text, start, len(text), wide)
            widths += [max(widest, last)] * (n + 1 - first)
            first, widest = n + 1, 0
    return widths


def _columns(text: str, start: int, end: int, wide: bool) -> int:
    """How wide a stretch of text is: signs of East Asian scripts, where the text has any, take two columns."""
    return end - start + (len(_WIDE.findall(text, start, end)) if wide else 0)
