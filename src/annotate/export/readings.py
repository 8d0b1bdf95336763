"""The value of an entity that a person has marked in a tool which knows no values: what the rules read in its words."""

from __future__ import annotations

from functools import cache

from annotate.export.articles import Article
from annotate.export.exchange import Given
from annotate.export.outcome import MismatchError
from annotate.pipeline import Pipeline
from annotate.records import Document
from annotate.review.asked import wanted_entity
from annotate.review.decisions import Entity

#: What is said of an entity of which nothing else is known.
_LEAST = {"AGREEMENT": {"kind": "agreement"}, "PARTNERSHIP": {"kind": "partnership"}}


def value_of(article: Article, given: Given) -> Entity:
    """The entity that was marked, with the value of its words alone; raises where there is none to be had.

    The document's date is left out, and the words around: what depends on them stays open, since it would be a guess.
    """
    carrier = article.carrier
    words = carrier.text[given.start : given.end]
    value = dict(_LEAST.get(given.label, {}))
    lang = str(article.record["lang"])
    record = _pipeline().annotate(Document("words", words, "words", lang=lang if lang != "und" else None))
    for span in record.spans:
        if (span.start, span.end, span.label) == (0, len(words), given.label):
            value = span.value if isinstance(span.value, dict) else span.value.to_dict()
    if given.label == "DATE" and not value:
        raise MismatchError(f"the rules read no date in {words!r}; give its value, as timex=2024-12-06, or take it out")
    return wanted_entity(given.start, given.end, given.label, value, carrier)


@cache
def _pipeline() -> Pipeline:
    return Pipeline()
