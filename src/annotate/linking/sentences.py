"""Sentences: where they end, and what spans stand in one with an agreement."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from annotate.linking.linked import PACTS, Linked
from annotate.text.tokens import Tokens

_SENTENCE_END = re.compile(r"(?<!\d\d)(?<!\s\d)[.!?][\"”'’)\]]*\s+(?=[\"“'‘(\[]?[^\W\d_a-zß-ÿ])|[。！？]|\n")
_REACH = 400


def sentences(spans: Sequence[Linked], tokens: Tokens) -> Iterator[tuple[tuple[int, int], list[Linked]]]:
    """The sentences that hold an agreement or a partnership, each with all spans that stand in it."""
    done = -1
    starts = [span.match.start for span in spans]
    for span in spans:
        if span.match.label not in PACTS or span.match.start < done:
            continue
        start, end = sentence_around(tokens.text, span.match.start, span.match.end)
        done = end
        near = spans[bisect_left(starts, start) : bisect_left(starts, end)]
        yield (start, end), [s for s in near if s.match.end <= end]


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
