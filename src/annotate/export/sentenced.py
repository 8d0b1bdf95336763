"""Sentences and flat spans, for formats in which no entity crosses the end of a sentence, or another entity."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from annotate.export.tokens import whole_tokens
from annotate.text.sentences import Sentences

Span = Mapping[str, Any]

_WORDS = re.compile(r"\S+")


def stretches(text: str, spans: Iterable[Span]) -> list[tuple[int, int]]:
    """The sentences of a text one after another, white space between them with the earlier one; none cuts a span.

    >>> stretches("He paid. She paid on 3. May 2008.", [{"start": 21, "end": 32}])
    [(0, 9), (9, 33)]
    """
    starts = Sentences(text).starts
    crossed = {at for span in spans for at in _within(starts, span)}
    kept = [start for start in starts if start == 0 or (start not in crossed and start < len(text))]
    return [*pairwise([*kept, len(text)])]


def _within(starts: Sequence[int], span: Span) -> list[int]:
    return [*starts[bisect_right(starts, span["start"]) : bisect_left(starts, span["end"])]]


def words_of(text: str, spans: Sequence[Span]) -> Iterator[tuple[int, str]]:
    r"""The tokens of a text with their places, without white space; none is cut by the end of a span.

    >>> [*words_of("In  2008\r\n", [])]
    [(0, 'In'), (4, '2008')]
    """
    tokens = whole_tokens(text, spans)
    for start, word in zip(tokens.starts, tokens.words, strict=True):
        for match in _WORDS.finditer(word):
            yield start + match.start(), match[0]


def flat(spans: Sequence[Span]) -> list[Span]:
    """Of spans that overlap the longest, of equally long ones the first, in the order of the text.

    >>> [span["end"] for span in flat([{"start": 0, "end": 4}, {"start": 2, "end": 9}, {"start": 9, "end": 11}])]
    [9, 11]
    """
    kept: list[Span] = []
    for group in _touching(spans):
        chosen: list[Span] = []
        for span in sorted(group, key=lambda one: int(one["start"]) - int(one["end"])):
            if all(span["end"] <= other["start"] or other["end"] <= span["start"] for other in chosen):
                chosen.append(span)
        kept += sorted(chosen, key=lambda one: int(one["start"]))
    return kept


def _touching(spans: Sequence[Span]) -> Iterator[list[Span]]:
    """Spans in groups, none of which overlaps another group."""
    group: list[Span] = []
    end = 0
    for span in spans:
        if group and span["start"] >= end:
            yield group
            group = []
        group.append(span)
        end = max(end, span["end"])
    if group:
        yield group


def note_of(count: int) -> list[str]:
    """What the user should know of spans that were left out: a note, or none."""
    if not count:
        return []
    which = "entity overlaps a longer one and is" if count == 1 else "entities overlap a longer one and are"
    return [f"{count:,} {which} left out: this format has one label at a place"]
