"""Stage `link`: what spans say of one another: acronyms, status, dates and sums, and the facts they make.

Precision comes first: a link is made only where one candidate stands in the sentence, a fact only out of links.
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from annotate.linking.acronyms import mentions
from annotate.linking.currencies import settle_currencies
from annotate.linking.facts import facts_of
from annotate.linking.identity import settle_identity
from annotate.linking.linked import Linked
from annotate.linking.parties import settle_parties
from annotate.linking.sentences import sentences
from annotate.records import Fact
from annotate.spans import AgreementValue, PartnershipValue
from annotate.text.tokens import Tokens


def link(spans: list[Linked], tokens: Tokens, region: str | None = None) -> list[Fact]:
    """Add later mentions of acronyms, number the spans, fill what they say of one another; the facts they make."""
    settle_currencies(spans, tokens, region)
    settle_parties(spans, tokens)
    spans += mentions(spans, tokens)
    spans.sort(key=lambda s: (s.match.start, -s.match.end, s.match.label or ""))
    for number, span in enumerate(spans, 1):
        span.id = f"s{number}"
        span.text = tokens.text[span.match.start : span.match.end]
    facts = [fact for place, inside in sentences(spans, tokens) for fact in facts_of(inside, place, tokens)]
    settle_identity(spans, tokens)
    return facts


def only(spans: list[Linked], facts: list[Fact], labels: Collection[str]) -> tuple[list[Linked], list[Fact]]:
    """The spans of some labels, as they are among all of them: same ids, same values.

    What points to a span that is left out says nothing then, and a fact that needs it is left out, too.
    """
    written = [span for span in spans if span.match.label in labels]
    ids = {None, *(span.id for span in written)}
    for span in written:
        if isinstance(span.value, AgreementValue | PartnershipValue):
            span.value = _without_links(span.value, ids)
    return written, [fact for fact in facts if ids.issuperset((fact.subject, fact.date, fact.amount))]


def _without_links(
    value: AgreementValue | PartnershipValue, ids: Collection[str | None]
) -> AgreementValue | PartnershipValue:
    links = [name for name in value.__struct_fields__ if name.endswith("_span")]
    return replace(value, **{name: None for name in links if getattr(value, name) not in ids})
