"""One pass over an output: everything that the page says is counted here, one record at a time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec

from annotate.manifest import Manifest
from annotate.quality.step import DiffError, Output
from annotate.records import Failure, Record, RecordError
from annotate.report.dated import dated, events
from annotate.report.months import Month, month_of
from annotate.report.passages import Looks, Passage, heading, marked, markup, near, passages
from annotate.report.sample import Sample, Sentence
from annotate.report.sums import Sums
from annotate.report.tallies import Tallies
from annotate.report.wording import between, clipped, currency_of, kind_of, label_of, party, rule_of, spaced
from annotate.spans import AgreementValue, AnySpan, MoneyValue, PartnershipValue, Party
from annotate.storage.layout import Paths, local_paths, manifest_in

#: How many documents that failed are named.
_FAILURES = 100


class ReportError(Exception):
    """There is nothing that a report could be made of. The message says where, and what to do."""


@dataclass(slots=True)
class Counts:
    """Documents of one language or month, and their entities by label."""

    documents: int = 0
    labels: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Errors:
    """What failed: how often what, and the first of the documents."""

    number: int = 0
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    first: list[Failure] = field(default_factory=list)


@dataclass(slots=True)
class Findings:
    """All that the page is made of."""

    tallies: Tallies
    sample: Sample
    looks: Looks
    manifest: Manifest | None
    errors: Errors
    documents: int = 0
    characters: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    languages: defaultdict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    months: defaultdict[Month, Counts] = field(default_factory=lambda: defaultdict(Counts))
    undated: Counts = field(default_factory=Counts)
    #: Entities by the month that they are dated to.
    timeline: defaultdict[Month, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    sums: dict[str, Sums] = field(default_factory=dict)

    def add(self, record: Record) -> None:
        """Count one record."""
        number = self.documents
        self.documents += 1
        self.characters += len(record.text)
        labels = Counter(map(label_of, record.spans))
        self.labels.update(labels)
        date = record.meta.date
        for counts in (self.languages[record.lang], self.months[month_of(date)] if date else self.undated):
            counts.documents += 1
            counts.labels.update(labels)
        _Names(self.tallies, record).add()
        months = dated(record)
        for span in record.spans:
            if span.id in months:
                self.timeline[months[span.id]][label_of(span)] += 1
        for month, event in events(record, months):
            self.tallies.add(f"event {month}", event)
        shown = heading(record)
        for passage in passages(record):
            self._add_sums(record, passage)
            rank = self.sample.rank(record.id, passage.start)
            if self.sample.fits(rank):
                text = markup(record, passage, self.looks)
                entities = tuple((label_of(span), rule_of(span)) for span in passage.spans)
                sentence = Sentence(number, passage.start, text, len(text.encode()), entities)
                self.sample.add(rank, sentence, shown)

    def _add_sums(self, record: Record, passage: Passage) -> None:
        for span in passage.spans:
            value = span.value
            if not isinstance(value, MoneyValue):
                continue
            currency = currency_of(value)
            sums = self.sums.setdefault(currency, Sums(currency))

            def where(span: AnySpan = span) -> str:
                return marked(record, near(passage, span, record.text), self.looks)

            amount = sums.add(value, where)
            if amount is not None:
                self.tallies.add(f"sum {currency}", str(amount))


class _Names:
    """The names in one record: agreements, partnerships and parties, each with how many documents it stands in."""

    def __init__(self, tallies: Tallies, record: Record) -> None:
        self._tallies = tallies
        self._record = record
        self._seen: set[tuple[str, str]] = set()

    def add(self) -> None:
        """Count them all."""
        for span in self._record.spans:
            value = span.value
            if isinstance(value, AgreementValue):
                self._tallies.add("kind", spaced(value.kind))
                if value.id or value.name:
                    name = clipped(value.name or span.text)
                    self._count("agreement", clipped(value.id or name.casefold()), name)
                self._add_parties(value.parties)
            elif isinstance(value, PartnershipValue):
                name = clipped(value.name or "") or kind_of(value)
                whose = "" if value.name else between(sorted(value.parties, key=party))
                key = clipped(value.id or f"{name} {whose}".strip().casefold())
                self._count("partnership", key, f"{name}: {whose}" if whose else name)
                self._add_parties(value.parties)

    def _add_parties(self, parties: tuple[Party, ...]) -> None:
        for one in parties:
            name = party(one)
            self._count("party", clipped(one.code or name).casefold(), name)

    def _count(self, what: str, key: str, form: str) -> None:
        self._tallies.add(what, key, form)
        if (what, key) not in self._seen:
            self._seen.add((what, key))
            self._tallies.add(f"{what} documents", key)


def gather(out: str, tallies: Tallies, *, room: int) -> Findings:
    """What an output holds, with sentences of at most `room` bytes; raises ReportError where it is none."""
    paths = local_paths(out)
    manifest = manifest_in(paths)
    looks = Looks(sorted(manifest.labels) if manifest else ())
    findings = Findings(tallies, Sample(room), looks, manifest, _errors(paths))
    for record in records(paths):
        findings.add(record)
    if not findings.documents and not manifest:
        raise ReportError(f"{out}: holds no record; a report is made of what `annotate run` has written")
    return findings


def records(paths: Paths) -> Iterator[Record]:
    """The records of an output, one at a time; raises ReportError with the file, the line and what is wrong."""
    try:
        output = Output(paths.folder if paths.folder / "annotations.jsonl" == paths.annotations else paths.annotations)
        for row in output.rows():
            where = f"{output.files[row.file]}:{row.number}"
            try:
                record = Record.from_dict(row.record)
            except RecordError as error:
                raise ReportError(f"{where}: {error}") from error
            for span in record.spans:
                if record.text[span.start : span.end] != span.text:
                    raise ReportError(f"{where}: span {span.id} is not what the text has there; the file is damaged")
            yield record
    except DiffError as error:
        raise ReportError(str(error)) from error


def _errors(paths: Paths) -> Errors:
    """The documents that failed; none where there is no such file."""
    errors = Errors()
    with suppress(FileNotFoundError), paths.errors.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                failure = msgspec.json.decode(line, type=Failure)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise ReportError(f"{paths.errors}:{number}: is no failure: {error}") from error
            errors.number += 1
            errors.kinds[failure.stage, failure.error] += 1
            if len(errors.first) < _FAILURES:
                errors.first.append(failure)
    return errors
