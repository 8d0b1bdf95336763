"""One run over many documents: read, annotate, write; what fails is set aside and counted.

One document at a time, so that the memory needed does not grow with their number. Nothing is printed here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from annotate.patterns import PatternError
from annotate.pipeline import Options, Pipeline
from annotate.read import read
from annotate.records import Document, Failure
from annotate.write import Output, Stream, Tally, build_manifest, installed_versions

_PACKAGE = "annotate."
_MESSAGE = 500


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did: its counts, and the manifest as it was written."""

    tally: Tally
    manifest: Mapping[str, Any]

    @property
    def failed(self) -> int:
        """How many documents could not be done."""
        return self.tally.failed


#: Is told of each document when it is done: the counts so far, and the failure if it was one.
OnProgress = Callable[[Tally, Failure | None], None]


def run(
    inputs: Sequence[str],
    output: Output | Stream,
    pipeline: Pipeline,
    on_progress: OnProgress | None = None,
    *,
    stdin: BinaryIO | None = None,
    text_key: str = "text",
    date: str | None = None,
) -> Summary:
    """Annotate everything that `inputs` name into `output`, which is opened here and closed at the end.

    Raises `InputError` where an input does not exist, before anything is written, and `OutputError` where the
    output cannot be written. Whatever else goes wrong with one document becomes its `Failure`.

    >>> import io
    >>> out = io.BytesIO()
    >>> run(["-"], Stream(out), Pipeline(), stdin=io.BytesIO(b"Since 2008 it grew fast.")).tally.documents
    1
    """
    documents = read(inputs, stdin=stdin, text_key=text_key, date=date)
    started, clock = datetime.now(UTC), time.perf_counter()
    tally = Tally()
    manifest: dict[str, Any] = {}
    with output:
        for document in documents:
            failure = document if isinstance(document, Failure) else _annotate(document, pipeline, output, tally)
            if failure is not None:
                tally.fail(failure)
                output.error(failure)
            if on_progress is not None:
                on_progress(tally, failure)
        manifest = build_manifest(
            tally=tally,
            versions=installed_versions(),
            options=_options(pipeline.options, inputs=list(inputs), text_key=text_key, date=date),
            started=started,
            seconds=time.perf_counter() - clock,
        )
        output.manifest(manifest)
    return Summary(tally, manifest)


def _annotate(document: Document, pipeline: Pipeline, output: Output | Stream, tally: Tally) -> Failure | None:
    """Annotate and write one document; gives its failure where anything is wrong with it."""
    try:
        trace = pipeline.trace(document)
    except Exception as error:  # a fault of ours in one document must not cost the others
        return _failure(document, error, _stage(error.__traceback__))
    try:
        output.annotation(trace.record)
    except TypeError as error:  # no JSON: a lone surrogate that was made, not read
        return _failure(document, error, "write")
    tally.add(trace.record, words=len(trace.tokens))
    return None


def _failure(document: Document, error: Exception, stage: str) -> Failure:
    if isinstance(error, PatternError):
        stage = "patterns"
    line = document.meta.get("line")
    source = document.source if line is None else f"{document.source}:{line}"
    message = " ".join(str(error).split())[:_MESSAGE] or "no message"
    return Failure(document.id, source, stage, type(error).__name__, message)


def _stage(trace: TracebackType | None) -> str:
    """The module of the flow in which it went wrong: the first that the pipeline called."""
    stage = "pipeline"
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.startswith(_PACKAGE) and name not in (f"{_PACKAGE}run", f"{_PACKAGE}pipeline"):
            return str(name.removeprefix(_PACKAGE))
        trace = trace.tb_next
    return stage


def _options(options: Options, **more: Any) -> dict[str, Any]:
    """The options of a run, as the manifest has them."""
    own = {name: getattr(options, name) for name in Options.__slots__}
    own["patterns"] = [Path(folder).as_posix() for folder in options.patterns]
    return {**more, **own, "languages": list(options.languages)}
