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
from bisect import bisect_left
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
    pieces = TOKEN.findall(text)
    offsets = [0, *accumulate(map(len, pieces))]
    kept = [k for k, piece in enumerate(pieces) if not piece.isspace() and piece[0] not in INVISIBLE]
    words = [pieces[k] for k in kept]
    starts = [offsets[k] for k in kept]
    return Tokens(text, words, starts, _breaks(text, words, starts))


_LINE_END = re.compile(r"[\n\r\u2028\u2029\f\v]+")
_SENTENCE_END = frozenset('.!?:;|。！？…"”»)')
_WRAP = range(40, 121)


def _breaks(text: str, words: list[str], starts: list[int]) -> tuple[int, ...]:
    """Token indices that start a new line, but for lines that were only wrapped.

    A line feed inside a paragraph set to a fixed width separates nothing: the line before it is 40 to 120
    characters long and does not end a sentence, and the next begins in lower case or with a digit.
    """
    found: list[int] = []
    line_start = 0
    for match in _LINE_END.finditer(text):
        index = bisect_left(starts, match.end())
        length, line_start = match.start() - line_start, match.end()
        if index >= len(words) or index == 0:
            continue
        single = match.group() in ("\n", "\r\n", "\r")
        first = words[index][0]
        wrapped = single and length in _WRAP and words[index - 1][-1] not in _SENTENCE_END
        if not (wrapped and (first.islower() or first.isdigit())) and found[-1:] != [index]:
            found.append(index)
    return tuple(found)
