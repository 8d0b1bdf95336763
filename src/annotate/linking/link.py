"""Stage `link`: what spans say of one another: acronyms, status, dates and sums, and the facts they make.

Precision comes first: a link is made only where one candidate stands in the sentence, a fact only out of links.
"""

from __future__ import annotations

from typing import Any

from annotate.linking.acronyms import mentions
from annotate.linking.currencies import settle_currencies
from annotate.linking.facts import facts_of
from annotate.linking.linked import Linked
from annotate.linking.sentences import sentences
from annotate.text.tokens import Tokens


def link(spans: list[Linked], tokens: Tokens) -> list[dict[str, Any]]:
    """Add later mentions of acronyms, number the spans, fill what they say of one another; the facts they make."""
    settle_currencies(spans, tokens)
    spans += mentions(spans, tokens)
    spans.sort(key=lambda s: (s.match.start, -s.match.end, s.match.label or ""))
    for number, span in enumerate(spans, 1):
        span.id = f"s{number}"
        span.text = tokens.text[span.match.start : span.match.end]
    return [fact for place, inside in sentences(spans, tokens) for fact in facts_of(inside, place, tokens)]
