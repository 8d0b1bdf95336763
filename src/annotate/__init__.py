"""Raw articles to annotated records: dates, sums of money, agreements and partnerships, each with its value.

>>> import annotate
>>> record = annotate.annotate("Op 18 januari 1950 kostte het 2,5 miljard euro.", lang="nl")
>>> [(span.text, span.label) for span in record.spans]
[('18 januari 1950', 'DATE'), ('2,5 miljard euro', 'MONEY')]
>>> record.dates[0].value.start, record.money[0].value.amount
('1950-01-18', '2500000000')
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from annotate.options import Options
    from annotate.pipeline import Pipeline
    from annotate.records import DateSource, Document, Fact, FieldError, Meta, Record, RecordError
    from annotate.rules.patterns import PatternError
    from annotate.spans import (
        AgreementSpan,
        AgreementValue,
        AnySpan,
        DateSpan,
        DateValue,
        MoneySpan,
        MoneyValue,
        OtherSpan,
        PartnershipSpan,
        PartnershipValue,
        Party,
    )
    from annotate.version import __version__

__all__ = [
    "AgreementSpan",
    "AgreementValue",
    "AnySpan",
    "DateSpan",
    "DateValue",
    "Document",
    "Fact",
    "FieldError",
    "Meta",
    "MoneySpan",
    "MoneyValue",
    "Options",
    "OtherSpan",
    "PartnershipSpan",
    "PartnershipValue",
    "Party",
    "PatternError",
    "Pipeline",
    "Record",
    "RecordError",
    "__version__",
    "annotate",
    "annotate_many",
    "load",
]

#: Where each public name lives; it is imported at its first use, because spaCy takes a second to load.
_NAMES = {
    "annotate.options": ("Options",),
    "annotate.pipeline": ("Pipeline",),
    "annotate.records": ("Document", "Fact", "FieldError", "Meta", "Record", "RecordError"),
    "annotate.rules.patterns": ("PatternError",),
    "annotate.spans": (
        "AgreementSpan",
        "AgreementValue",
        "AnySpan",
        "DateSpan",
        "DateValue",
        "MoneySpan",
        "MoneyValue",
        "OtherSpan",
        "PartnershipSpan",
        "PartnershipValue",
        "Party",
    ),
    "annotate.version": ("__version__",),
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'annotate' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load(
    *,
    patterns: Iterable[str | Path] = (),
    built_in: bool = True,
    lang: str | None = None,
    region: str | None = None,
    languages: Sequence[str] = (),
    tokens: bool = False,
) -> Pipeline:
    """A pipeline, ready to annotate; build it once, it keeps what it has learnt.

    `patterns` are folders of your own, laid over the built-in ones, or without those (`built_in=False`).
    `lang` and `region` hold for every text; `languages` limits what the detector may answer; `tokens` adds
    the tokens to each record. Raises PatternError with all faults of the pattern files, and FieldError where a
    language or region is none that is known.

    >>> from annotate import Document
    >>> load(lang="nl").annotate(Document("a", "Sinds 2008.", "a")).spans[0].value.timex
    '2008'
    """
    from annotate.options import Options
    from annotate.pipeline import Pipeline
    from annotate.rules.patterns import PatternError

    pipeline = Pipeline(
        Options(
            patterns=tuple(map(Path, patterns)),
            built_in=built_in,
            lang=lang,
            region=region,
            languages=tuple(languages),
            tokens=tokens,
        )
    )
    if faults := pipeline.rulebook.check():
        raise PatternError(faults)
    return pipeline


def annotate(
    text: str,
    *,
    lang: str | None = None,
    date: str | None = None,
    region: str | None = None,
    id: str = "text",  # noqa: A002 - the record's own key, as in `Document`
) -> Record:
    """One text to its record, with the built-in patterns.

    `date` (2025-04-14) is the day that `gisteren` or `last year` are told from, `region` (AU) settles what a
    bare `$` or `6/12/2024` means. `lang` is a code (`nl`, `nl-BE`, `nld`) or a name (`Dutch`, `Nederlands`); without
    it the language is detected. Raises FieldError where one of the three says nothing that is known.

    >>> annotate("Het groeide vorig jaar.", lang="nl", date="2025-04-14").spans[0].value.timex
    '2024'
    """
    from annotate.records import Document

    source: DateSource | None = "option" if date else None
    return _pipeline().annotate(Document(id, text, id, lang=lang, region=region, date=date, date_source=source))


def annotate_many(documents: Iterable[Document | str], *, pipeline: Pipeline | None = None) -> Iterator[Record]:
    """Many texts to their records, one at a time, in their order; plain strings are named by their number.

    Raises FieldError at a document whose language, region or date says nothing that is known.

    >>> [record.id for record in annotate_many(["Since 2008.", "In May 2009."])]
    ['1', '2']
    """
    from annotate.records import Document

    chosen = pipeline or _pipeline()
    for number, item in enumerate(documents, 1):
        yield chosen.annotate(Document(str(number), item, str(number)) if isinstance(item, str) else item)


@cache
def _pipeline() -> Pipeline:
    from annotate.pipeline import Pipeline

    return Pipeline()
