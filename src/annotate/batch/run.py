"""One run over many documents: read, see what is done already, annotate the rest, write all in order.

Documents go through one at a time, so that the memory needed does not grow with their number; what fails is set
aside and counted. Nothing is printed here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import orjson
from msgspec.structs import asdict
from msgspec.structs import replace as replaced

from annotate.batch.executors import Executor, Serial
from annotate.batch.others import Kept, Others, settle
from annotate.batch.output import Output
from annotate.batch.tally import Tally, build_manifest, build_report
from annotate.batch.work import where
from annotate.manifest import Manifest, Plan, Report, Settings, ToldSettings
from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.reading.read import Input, Reader
from annotate.records import SCHEMA, Document, Done, Failure
from annotate.storage.journal import Entry, Stamp, document_stamp
from annotate.storage.layout import earlier_plan
from annotate.storage.write import Stream
from annotate.version import installed_versions


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did: its counts, the manifest as it was written, what differs from run to run, and damaged files."""

    tally: Tally
    manifest: Manifest
    report: Report
    damaged: Sequence[str] = ()
    #: Where each id was read first.
    places: Mapping[str, str] = field(default_factory=dict)

    @property
    def failed(self) -> int:
        """How many documents could not be done."""
        return self.tally.failed


#: Is told of each document when it is done: the counts so far, and the failure if it was one.
OnProgress = Callable[[Tally, Failure | None], None]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which documents a run may do: at most `limit` of them; of an earlier run's only what failed.

    `others` says what becomes of documents of an earlier run whose inputs this one does not name.
    """

    limit: int | None = None
    only_failed: bool = False
    others: Others = "ask"


def run(
    inputs: Sequence[str],
    output: Output | Stream,
    pipeline: Pipeline,
    on_progress: OnProgress | None = None,
    *,
    executor: Executor | None = None,
    scope: Scope | None = None,
    stdin: BinaryIO | None = None,
    reader: Reader = Reader(),  # noqa: B008 - frozen
    sources: Mapping[str, str] | None = None,
    items: Sequence[Input] | None = None,
    taken: Mapping[str, str] | None = None,
) -> Summary:
    """Annotate everything that `inputs` name into `output`, which is opened here and closed at the end.

    What an earlier run has left there is taken over where nothing that it depends on has changed. Raises
    `InputError` where an input does not exist, before anything is written, and `OutputError` where the output
    cannot be written. Whatever else goes wrong with one document becomes its `Failure`. `sources` says where
    options come from, for the manifest; `items` and `taken` are as in `read`.

    >>> import io
    >>> out = io.BytesIO()
    >>> run(["-"], Stream(out), Pipeline(), stdin=io.BytesIO(b"Since 2008 it grew fast.")).tally.documents
    1
    """
    documents = reader.read(inputs, stdin=stdin, items=items, taken=taken)
    settings = settings_of(pipeline.options)
    started, clock = datetime.now(UTC), time.perf_counter()
    tally = Tally(passed_over=documents.passed_over)
    scope = scope or Scope()
    # what stands where the reader of a stream goes away
    manifest, report = Manifest(schema=SCHEMA), build_report(tally=tally, started=started, seconds=0.0)
    with output:
        plan = _Plan(pipeline, output, scope)
        if isinstance(output, Output):
            if sources is None and (earlier := earlier_plan(output.paths)):
                sources = earlier.sources
            kept = plan.settle(inputs, output)
            others = tuple(kept.inputs) if kept else None
            output.plan(replaced(plan_for(inputs, reader, settings, sources), others=others))
        for step, outcome in (executor or Serial()).map(plan.steps(tally.watch(documents)), pipeline):
            failure = step.finish(outcome, plan, tally)
            if on_progress is not None:
                on_progress(tally, failure)
        tally.remaining = plan.remaining
        tally.removed = output.removed()
        told = build_manifest(
            tally=tally,
            versions=installed_versions(),
            options=told_settings(inputs, reader, settings),
            sources=sources or {},
        )
        report = build_report(tally=tally, started=started, seconds=time.perf_counter() - clock)
        manifest = output.manifest(told, report)
    damaged = output.damaged if isinstance(output, Output) else ()
    return Summary(tally, manifest, report, damaged, documents.seen)


#: What earlier runs say of one document.
Known = Sequence[tuple[Entry, int]]


class _Plan:
    """What is to be done with each document: nothing where it was done before and nothing has changed since."""

    def __init__(self, pipeline: Pipeline, output: Output | Stream, scope: Scope) -> None:
        self.pipeline = pipeline
        self.output = output
        self.remaining = 0
        self._scope = scope
        self._begun = 0
        self._others: Kept | None = None
        self._kept: dict[str | None, tuple[Entry, int]] = {}

    def settle(self, inputs: Sequence[str], output: Output) -> Kept | None:
        """What is kept of earlier runs besides these inputs; raises OutputError where that has to be said first."""
        self._others = settle(output.paths, inputs, "drop" if output.is_forced else self._scope.others)
        return self._others

    def steps(self, documents: Iterable[Document | Failure]) -> Iterator[tuple[Document | None, _Step]]:
        """For each document the step that it needs, and the document itself where it has to be annotated."""
        if self._others is not None and isinstance(self.output, Output):
            yield from ((None, step) for step in self._keep(self._others.sources, self.output))
        for document in documents:
            if isinstance(document, Failure):
                yield None, _Step(failure=document)
                continue
            stamp = stamp_of(document, self.pipeline)
            if (kept := self._kept.get(document.id)) is not None:
                if not self._is_same(document, *kept):
                    yield None, _Step(failure=_namesake(document, kept[0].stamp))
                continue
            known = self.output.find(document.id)
            if (step := self._first([pair for pair in known if self._holds(pair[0], stamp)])) is not None:
                yield None, step
            elif self._may_begin(known):
                self._begun += 1
                yield document, _Step(stamp=stamp)
            else:
                self.remaining += 1
                if (step := self._first(known)) is not None:
                    yield None, step

    def stamp(self, stamp: Stamp, langs: tuple[str, ...]) -> Stamp:
        """The stamp of a document that was annotated by the rules of these languages."""
        return replace(stamp, rules=self.pipeline.rulebook.fingerprint(langs), langs=langs)

    def _keep(self, sources: frozenset[str], output: Output) -> Iterator[_Step]:
        """What is kept of documents that do not come from this run's inputs; what failed among them is kept, too."""
        failed: dict[str | None, Stamp] = {}
        for entry, number in output.others(sources):
            if entry.failure is not None:
                failed[entry.id] = entry.stamp
                continue
            self._kept[entry.id] = entry, number
            yield self._kept_step(entry, number) or _Step(failure=_lost(entry))
        for failure in output.failures(sources):
            yield _Step(failure=failure, stamp=failed.get(failure.id))

    def _is_same(self, document: Document, entry: Entry, number: int) -> bool:
        """Whether a document that is kept comes once more, as rows of standard input may."""
        line = self.output.read(entry, number) if document.source == entry.stamp.source else None
        return line is not None and orjson.loads(line)["text"] == document.text

    def _holds(self, entry: Entry, stamp: Stamp) -> bool:
        if self._scope.only_failed:
            return entry.failure is None
        return changed(entry, stamp, self.pipeline) is None

    def _may_begin(self, known: Known) -> bool:
        """Whether this run may do one more document: this one, of which earlier runs say `known`."""
        within = self._scope.limit is None or self._begun < self._scope.limit
        return within and (bool(known) or not self._scope.only_failed)

    def _first(self, known: Known) -> _Step | None:
        """What the first of some earlier runs made of a document, where its record is still whole."""
        return next((step for entry, number in known if (step := self._kept_step(entry, number)) is not None), None)

    def _kept_step(self, entry: Entry, number: int) -> _Step | None:
        if entry.failure is not None:
            return _Step(failure=entry.failure, stamp=entry.stamp)
        line = self.output.read(entry, number)
        return None if line is None else _Step(kept=entry.done(line), stamp=entry.stamp)


@dataclass(frozen=True, slots=True)
class _Step:
    """One document on its way to the output: kept as it was, failed before it got here, or to be annotated."""

    stamp: Stamp | None = None
    kept: Done | None = None
    failure: Failure | None = None

    def finish(self, outcome: Done | Failure | None, plan: _Plan, tally: Tally) -> Failure | None:
        """Write what became of the document, and count it; its failure if it was one."""
        done = self.kept or outcome or self.failure
        if done is None:
            return None
        if isinstance(done, Failure):
            stamp = self.stamp if outcome is None or self.stamp is None else plan.stamp(self.stamp, ())
            plan.output.error(done, stamp)
            tally.fail(done)
            return done
        assert self.stamp is not None
        plan.output.add(done, self.stamp if self.kept else plan.stamp(self.stamp, done.langs))
        tally.add(done, kept=self.kept is not None)
        return None


def stamp_of(document: Document, pipeline: Pipeline) -> Stamp:
    """The stamp of a document before it is annotated: its languages, and so its rules, are not known yet."""
    return Stamp(document_stamp(document), pipeline.settings, source=document.source)


def _namesake(document: Document, kept: Stamp) -> Failure:
    message = f"id {document.id!r} is that of a document from {kept.source}, which --add keeps; rename one of them"
    return Failure(document.id, where(document), "read", "duplicate-id", message)


def _lost(entry: Entry) -> Failure:
    message = "its record is not as it was written; name its input to annotate it again"
    return Failure(entry.id, entry.stamp.source, "write", "damaged", message)


def changed(entry: Entry, stamp: Stamp, pipeline: Pipeline) -> str | None:
    """What a record depends on that has changed since: `text`, `settings` or `patterns`; None where nothing has."""
    was = entry.stamp
    if was.document != stamp.document:
        return "text"
    if was.settings != stamp.settings:
        return "settings"
    by_rules = was.langs or entry.failure is not None  # without a language no rules ran; a failure may lie in any
    return "patterns" if by_rules and was.rules != pipeline.rulebook.fingerprint(was.langs) else None


def settings_of(options: Options) -> Settings:
    """The options that bear on the records of a run, as the manifest has them."""
    return Settings(
        patterns=tuple(path.as_posix() for path in options.patterns),
        built_in=options.built_in,
        lang=options.lang,
        region=options.region,
        languages=tuple(options.languages),
        detector=options.detector,
        tokens=options.tokens,
        labels=tuple(options.labels),
    )


def plan_for(inputs: Sequence[str], reader: Reader, settings: Settings, sources: Mapping[str, str] | None) -> Plan:
    """What a run was asked to do, for the state of its output."""
    return Plan(
        inputs=tuple(inputs),
        text_key=reader.text_key,
        id_key=reader.id_key,
        date=reader.date,
        options=settings,
        folder=str(Path.cwd()),
        max_bytes=reader.max_bytes,
        sources=None if sources is None else dict(sources),
    )


def told_settings(inputs: Sequence[str], reader: Reader, settings: Settings) -> ToldSettings:
    """What a run was asked to do, for the manifest of its output."""
    return ToldSettings(
        **asdict(settings), inputs=tuple(inputs), text_key=reader.text_key, id_key=reader.id_key, date=reader.date
    )
