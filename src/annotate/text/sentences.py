"""Where sentences end, told from punctuation and capitals alone, for every language."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

#: A full stop behind one or two digits is an ordinal's, `15. Mai`; behind four it ends a sentence, `in 1944. On`.
#: Before a digit it ends one behind a long word only: what is shorter may be an abbreviation, `Art. 3`.
#: The expression begins with its marks and looks back only then, which is faster by far.
_SENTENCE_END = re.compile(
    r"[.!?。！？\n](?:(?<=[。！？\n])|(?:(?<!\d\d.)(?<!\s\d.)|(?<=\d\d\d\d.))[\"”'’)\]]*\s+(?=[\"“'‘(\[]?[^\W\d_a-zß-ÿ])"
    r"|(?<=[^\W\d_A-Z]{5}.)\s+(?=\d)|(?<=[가-힣]{2}.)\s+(?=\d))"
)
#: How far a sentence is followed on either side, in characters, so that time stays linear on text without any.
_REACH = 400


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence around a stretch begins and ends, looked for within 400 characters on both sides."""
    low = max(0, start - _REACH)
    first = low
    for match in _SENTENCE_END.finditer(text, low, min(len(text), start + 2)):  # it looks at what begins the next one
        if match.end() <= start:
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


class Sentences:
    """All sentences of a text, found in one pass: for who asks about many places of it.

    >>> text = "He paid 5 euros. She paid 6!\\nOn Monday."
    >>> [text[slice(*Sentences(text).around(at, at + 1))] for at in (8, 17, 29)]
    ['He paid 5 euros.', 'She paid 6!', 'On Monday.']
    """

    def __init__(self, text: str) -> None:
        #: Where each begins; white space behind a sentence belongs to it.
        self.starts, self._ends = [0], []
        for match in _SENTENCE_END.finditer(text):
            self._ends.append(match.start() + len(match[0].rstrip()))
            self.starts.append(match.end())
        self._ends.append(len(text))

    def around(self, start: int, end: int) -> tuple[int, int]:
        """Where the sentence that a stretch begins in begins, and the one that it ends in ends."""
        return self.starts[bisect_right(self.starts, start) - 1], self._ends[bisect_left(self._ends, end)]
