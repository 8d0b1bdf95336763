"""Stage `link`: what spans say of one another: acronyms, status, dates and sums, and the facts they make.

Precision comes first: a link is made only where one candidate stands in the sentence, a fact only out of links.
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from annotate.linking.acronyms import mentions
from annotate.linking.clauses import Reading
from annotate.linking.currencies import settle_currencies
from annotate.linking.facts import facts_in
from annotate.linking.identity import settle_identity
from annotate.linking.linked import Linked
from annotate.linking.parties import settle_parties
from annotate.records import Fact
from annotate.spans import AgreementValue, PartnershipValue
from annotate.text.tokens import Tokens


def link(spans: list[Linked], tokens: Tokens, region: str | None = None, today: str | None = None) -> list[Fact]:
    """Add later mentions of acronyms, number the spans, fill what they say of one another; the facts they make.

    `today` is the document's date: what is told in the present has come about on a day before it.
    """
    reading = Reading(tokens, today)
    settle_currencies(spans, tokens, region)
    spans.sort(key=_place)
    settle_parties(spans, reading)
    spans += mentions(spans, tokens)
    spans.sort(key=_place)
    for number, span in enumerate(spans, 1):
        span.id = f"s{number}"
        span.text = tokens.text[span.match.start : span.match.end]
    facts = list(facts_in(spans, reading))
    settle_identity(spans, facts, reading)
    return facts


def _place(span: Linked) -> tuple[int, int, str]:
    """The order in which the spans of a record stand."""
    return span.match.start, -span.match.end, span.match.label or ""


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
