"""Where sentences end, told from punctuation and capitals alone, for every language."""

from __future__ import annotations

import re

#: A full stop behind one or two digits is an ordinal's, `15. Mai`; behind four it ends a sentence, `in 1944. On`.
_SENTENCE_END = re.compile(
    r"(?:(?<!\d\d)(?<!\s\d)|(?<=\d\d\d\d))[.!?][\"”'’)\]]*\s+(?=[\"“'‘(\[]?[^\W\d_a-zß-ÿ])|[。！？]|\n"
)
#: How far a sentence is followed on either side, in characters, so that time stays linear on text without any.
_REACH = 400


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence around a stretch begins and ends, looked for within 400 characters on both sides."""
    low = max(0, start - _REACH)
    first = low
    for match in _SENTENCE_END.finditer(text, low, start):
        first = match.end()
    following = _SENTENCE_END.search(text, end, min(len(text), end + _REACH))
    last = (
        following.start() + 1
        if following and text[following.start()] != "\n"
        else following.start()
        if following
        else min(len(text), end + _REACH)
    )
    return first, last
