"""One run over many documents: read, see what is done already, annotate the rest, write all in order.

Documents go through one at a time, so that the memory needed does not grow with their number; what fails is set
aside and counted. Nothing is printed here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from annotate.batch.executors import Executor, Serial
from annotate.batch.output import Output
from annotate.batch.tally import Tally, build_manifest
from annotate.pipeline import Options, Pipeline
from annotate.reading.read import read
from annotate.records import Document, Done, Failure
from annotate.storage.journal import Entry, Stamp, document_stamp
from annotate.storage.write import Stream
from annotate.version import installed_versions


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did: its counts, the manifest as it was written, and which earlier files were found damaged."""

    tally: Tally
    manifest: Mapping[str, Any]
    damaged: Sequence[str] = ()

    @property
    def failed(self) -> int:
        """How many documents could not be done."""
        return self.tally.failed


#: Is told of each document when it is done: the counts so far, and the failure if it was one.
OnProgress = Callable[[Tally, Failure | None], None]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which documents a run may do: at most `limit` of them; of an earlier run's only what failed."""

    limit: int | None = None
    only_failed: bool = False


def run(
    inputs: Sequence[str],
    output: Output | Stream,
    pipeline: Pipeline,
    on_progress: OnProgress | None = None,
    *,
    executor: Executor | None = None,
    scope: Scope | None = None,
    stdin: BinaryIO | None = None,
    text_key: str = "text",
    date: str | None = None,
) -> Summary:
    """Annotate everything that `inputs` name into `output`, which is opened here and closed at the end.

    What an earlier run has left there is taken over where nothing that it depends on has changed. Raises
    `InputError` where an input does not exist, before anything is written, and `OutputError` where the output
    cannot be written. Whatever else goes wrong with one document becomes its `Failure`.

    >>> import io
    >>> out = io.BytesIO()
    >>> run(["-"], Stream(out), Pipeline(), stdin=io.BytesIO(b"Since 2008 it grew fast.")).tally.documents
    1
    """
    documents = read(inputs, stdin=stdin, text_key=text_key, date=date)
    asked = {"inputs": list(inputs), "text_key": text_key, "date": date}
    started, clock = datetime.now(UTC), time.perf_counter()
    tally = Tally()
    manifest: Mapping[str, Any] = {}
    with output:
        plan = _Plan(pipeline, output, scope or Scope())
        if isinstance(output, Output):
            output.plan({**asked, "options": plan_options(pipeline.options), "folder": str(Path.cwd())})
        for step, outcome in (executor or Serial()).map(plan.steps(documents), pipeline):
            failure = step.finish(outcome, plan, tally)
            if on_progress is not None:
                on_progress(tally, failure)
        tally.remaining = plan.remaining
        tally.removed = output.removed()
        told = build_manifest(
            tally=tally,
            versions=installed_versions(),
            options=plan_options(pipeline.options) | asked,
            started=started,
            seconds=time.perf_counter() - clock,
        )
        manifest = output.manifest(told)
    return Summary(tally, manifest, output.damaged if isinstance(output, Output) else ())


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

    def steps(self, documents: Iterable[Document | Failure]) -> Iterator[tuple[Document | None, _Step]]:
        """For each document the step that it needs, and the document itself where it has to be annotated."""
        for document in documents:
            if isinstance(document, Failure):
                yield None, _Step(failure=document)
                continue
            stamp = Stamp(document_stamp(document), self.pipeline.settings)
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
        return Stamp(stamp.document, stamp.settings, self.pipeline.rules(langs), langs)

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
        return next((step for entry, number in known if (step := self._kept(entry, number)) is not None), None)

    def _kept(self, entry: Entry, number: int) -> _Step | None:
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


def changed(entry: Entry, stamp: Stamp, pipeline: Pipeline) -> str | None:
    """What a record depends on that has changed since: `text`, `settings` or `patterns`; None where nothing has."""
    was = entry.stamp
    if was.document != stamp.document:
        return "text"
    if was.settings != stamp.settings:
        return "settings"
    by_rules = was.langs or entry.failure is not None  # without a language no rules ran; a failure may lie in any
    return "patterns" if by_rules and was.rules != pipeline.rules(was.langs) else None


def plan_options(options: Options) -> dict[str, Any]:
    """The options of a run, as the manifest has them."""
    return {
        "patterns": [path.as_posix() for path in options.patterns],
        "built_in": options.built_in,
        "lang": options.lang,
        "region": options.region,
        "languages": list(options.languages),
        "detector": options.detector,
        "tokens": options.tokens,
    }
