"""The end of the flow: what was found in a document as the record of the contract."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec import structs
from spacy.about import __version__ as spacy_version

from annotate.linking.linked import Linked
from annotate.records import SCHEMA, Document, Fact, Meta, Record, Run, Segment, Token
from annotate.spans import SPAN_TYPES, AnySpan, OtherSpan
from annotate.text.compose import Composed
from annotate.text.detect import Guess
from annotate.text.tokens import Tokens
from annotate.version import __version__

#: The hash of no rules at all, for a text whose language is undecided.
_NO_RULES = f"sha256:{hashlib.sha256().hexdigest()}"


def assemble(
    document: Document,
    guess: Guess,
    lang_source: str,
    parts: Sequence[Segment],
    spans: Sequence[Linked],
    facts: Sequence[Fact],
    run: Run,
    tokens: Tokens | None,
) -> Record:
    """The record of a document; `tokens` where they are to be written."""
    return Record(
        schema=SCHEMA,
        id=document.id,
        text=document.text,
        lang=guess.lang,
        meta=_meta(document, guess, lang_source, parts),
        spans=tuple(map(_span, spans)),
        facts=tuple(facts),
        run=run,
        tokens=_tokens(tokens) if tokens else (),
    )


def run_of(fingerprint: str | None, options: tuple[object, ...]) -> Run:
    """What makes a record what it is: versions, the rules' fingerprint (None where no rules ran), the options."""
    return Run(
        tool=f"annotate {__version__}",
        spacy=spacy_version,
        pipeline="detect tokenise match choose resolve link",
        patterns=fingerprint or _NO_RULES,
        config=f"sha256:{hashlib.sha256(repr(options).encode()).hexdigest()}",
    )


def _meta(document: Document, guess: Guess, lang_source: str, parts: Sequence[Segment]) -> Meta:
    title = document.meta.get("title")
    return Meta(
        source=document.source,
        title=title if isinstance(title, str) else None,
        date=document.date,
        date_source=document.date_source,
        sha256=hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest(),
        lang_score=guess.score,
        lang_source=lang_source,
        lang_segments=tuple(parts) if len(parts) > 1 else (),
        extra={key: value for key, value in document.meta.items() if key != "title" or not isinstance(value, str)},
    )


def _span(linked: Linked) -> AnySpan:
    match, value, label = linked.match, linked.value, str(linked.match.label)
    kind: Callable[..., AnySpan] = SPAN_TYPES.get(label, OtherSpan)
    if kind is OtherSpan and not isinstance(value, dict):
        value = value.to_dict()  # a label of the user's own, whatever shape its value has
    return kind(linked.id, match.start, match.end, linked.text, label, match.i, match.j - 1, match.rule, value)


def _tokens(tokens: Tokens) -> tuple[Token, ...]:
    """Tokens as Prodigy has them."""
    last = len(tokens) - 1
    return tuple(
        Token(word, start, start + len(word), i, i < last and not tokens.glued(i + 1))
        for i, (word, start) in enumerate(zip(tokens.words, tokens.starts, strict=True))
    )


def as_given(record: Record, composed: Composed) -> Record:
    """The record with its offsets and texts in those of the text as it was given."""
    bounds = [0, *composed.starts[1:], len(record.text)]
    return structs.replace(
        record,
        spans=tuple(_placed(span, composed, record.text) for span in record.spans),
        tokens=tuple(_placed(token, composed, record.text) for token in record.tokens),
        facts=tuple(structs.replace(fact, evidence=composed.span(*fact.evidence)) for fact in record.facts),
        meta=structs.replace(
            record.meta,
            lang_segments=tuple(
                structs.replace(part, start=bounds[part.start], end=bounds[part.end])
                for part in record.meta.lang_segments
            ),
        ),
    )


_Piece = TypeVar("_Piece", bound=AnySpan | Token)


def _placed(piece: _Piece, composed: Composed, text: str) -> _Piece:
    start, end = composed.span(piece.start, piece.end)
    return structs.replace(piece, start=start, end=end, text=text[start:end])
