"""What a run has done, counted document by document, and the manifest and the report that say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from annotate.batch.work import where
from annotate.manifest import LanguageTotals, Manifest, Noticed, Report, ToldSettings, Totals, Work
from annotate.records import SCHEMA, Document, Done, Failure

#: How many documents of each notice are named.
_NOTICED = 10


@dataclass(slots=True)
class Tally:
    """What the output holds so far; `build_manifest` takes it.

    `documents` and all counts are of the output as a whole; `kept` of them were taken from an earlier run, `removed`
    are gone with their inputs, `remaining` were left for the next run.

    >>> tally = Tally()
    >>> tally.add(Done("a", "nl", ("nl",), characters=7, words=2, labels={"DATE": 1}, line=b""))
    >>> tally.documents, tally.characters, tally.words, dict(tally.languages["nl"])
    (1, 7, 2, {'DATE': 1})
    """

    documents: int = 0
    failed: int = 0
    characters: int = 0
    words: int = 0
    kept: int = 0
    removed: int = 0
    remaining: int = 0
    #: Words that were annotated in this run, not taken from an earlier one.
    annotated_words: int = 0
    documents_by_language: Counter[str] = field(default_factory=Counter)
    languages: dict[str, Counter[str]] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)
    #: Documents of which something could not be made out, by what it is; and where the first of them stand.
    notices: Counter[str] = field(default_factory=Counter)
    noticed: dict[str, list[str]] = field(default_factory=dict)
    #: Files that were not read, by their suffix.
    passed_over: Mapping[str, int] = field(default_factory=dict)

    def add(self, done: Done, *, kept: bool = False) -> None:
        """Count one annotated document."""
        self.documents += 1
        self.kept += kept
        self.characters += done.characters
        self.words += done.words
        self.annotated_words += 0 if kept else done.words
        self.documents_by_language[done.lang] += 1
        self.languages.setdefault(done.lang, Counter()).update(done.labels)

    def fail(self, failure: Failure) -> None:
        """Count one document that could not be done."""
        self.failed += 1
        self.failures[failure.error] += 1

    def merge(self, other: Tally) -> None:
        """Count what stands behind all that was counted so far.

        >>> tally = Tally(documents=2, failures=Counter(empty=1))
        >>> tally.merge(Tally(documents=3, failures=Counter(empty=2)))
        >>> tally.documents, tally.failures
        (5, Counter({'empty': 3}))
        """
        for name in ("documents", "failed", "characters", "words", "kept", "removed", "remaining", "annotated_words"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.documents_by_language.update(other.documents_by_language)
        for lang, labels in other.languages.items():
            self.languages.setdefault(lang, Counter()).update(labels)
        self.failures.update(other.failures)
        self.notices.update(other.notices)
        for kind, places in other.noticed.items():
            known = self.noticed.setdefault(kind, [])
            known += places[: _NOTICED - len(known)]

    def watch(self, documents: Iterable[Document | Failure]) -> Iterator[Document | Failure]:
        """The documents as they come, counting what reading them could not make out."""
        for document in documents:
            if isinstance(document, Document):
                for notice in document.notices:
                    self.notices[notice.kind] += 1
                    if self.notices[notice.kind] <= _NOTICED:
                        self.noticed.setdefault(notice.kind, []).append(f"{where(document)} {notice.found}")
            yield document

    @property
    def labels(self) -> Counter[str]:
        """Spans by label, over all languages."""
        return sum(self.languages.values(), Counter[str]())


def build_manifest(
    *,
    tally: Tally,
    versions: Mapping[str, str],
    options: ToldSettings,
    sources: Mapping[str, str] | None = None,
) -> Manifest:
    """What the output is, for `manifest.json`: the same whenever and in however many runs it was made.

    >>> build_manifest(tally=Tally(documents=2), versions={"spacy": "3.8.18"}, options=ToldSettings()).counts.documents
    2
    """
    labels = tally.labels
    return Manifest(
        schema=SCHEMA,
        versions=dict(versions),
        options=options,
        options_from=dict(sources or {}),
        counts=Totals(
            documents=tally.documents,
            failed=tally.failed,
            remaining=tally.remaining,
            characters=tally.characters,
            words=tally.words,
            spans=labels.total(),
        ),
        failures=_sorted(tally.failures),
        notices={
            kind: Noticed(documents=tally.notices[kind], first=tuple(tally.noticed[kind]))
            for kind in sorted(tally.notices)
        },
        passed_over=_sorted(tally.passed_over),
        labels=_sorted(labels),
        languages={
            lang: LanguageTotals(documents=tally.documents_by_language[lang], labels=_sorted(tally.languages[lang]))
            for lang in sorted(tally.languages)
        },
    )


def build_report(*, tally: Tally, started: datetime, seconds: float) -> Report:
    """What one run had to do for the output and when: all that differs from run to run.

    >>> from datetime import UTC
    >>> started = datetime(2025, 4, 14, 9, 30, tzinfo=UTC)
    >>> report = build_report(tally=Tally(documents=2), started=started, seconds=1.23456)
    >>> report.started, report.seconds, report.run.annotated
    ('2025-04-14T09:30:00+00:00', 1.235, 2)
    """
    return Report(
        started=started.isoformat(timespec="seconds"),
        seconds=round(seconds, 3),
        words_per_second=round(tally.annotated_words / seconds) if seconds > 0 else None,
        run=Work(
            annotated=tally.documents - tally.kept,
            kept=tally.kept,
            removed=tally.removed,
            remaining=tally.remaining,
        ),
    )


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts by name, so that the order in which documents came in does not show."""
    return dict(sorted(counts.items()))
