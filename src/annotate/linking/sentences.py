"""Which spans stand in one sentence with an agreement or a partnership."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from annotate.linking.linked import PACTS, Linked
from annotate.text.sentences import sentence_around
from annotate.text.tokens import Tokens


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
