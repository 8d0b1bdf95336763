"""The unit of work: one document to one line of the output, whatever process or machine it is done on.

A function of the document and the options alone; what goes wrong becomes the document's failure.
"""

from __future__ import annotations

from collections import Counter
from types import TracebackType

from annotate.pipeline import Pipeline
from annotate.reading.decode import ReadError
from annotate.reading.pages import extracted
from annotate.records import Document, Done, Failure
from annotate.rules.patterns import PatternError

_PACKAGE = "annotate."
_MESSAGE = 500


def annotate_document(pipeline: Pipeline, document: Document) -> Done | Failure:
    """Annotate one document, of a page its article; gives its failure where anything is wrong with it.

    >>> done = annotate_document(Pipeline(), Document("a", "Since 2008 it grew fast.", "a", lang="en"))
    >>> done.words, dict(done.labels)
    (6, {'DATE': 1})
    """
    try:
        document = extracted(document)
        trace = pipeline.trace(document)
    except ReadError as error:
        return Failure(document.id, where(document), "read", error.error, error.message)
    except Exception as error:  # a fault of ours in one document must not cost the others
        return _failure(document, error, _stage(error.__traceback__))
    record = trace.record
    try:
        line = record.to_json() + b"\n"
    except TypeError as error:  # no JSON: a lone surrogate that was made, not read
        return _failure(document, error, "write")
    langs = tuple(sorted({outcome.part.lang for outcome in trace.outcomes}))
    labels = Counter(span.label for span in record.spans)
    return Done(document.id, record.lang, langs, len(document.text), len(trace.tokens), labels, line)


def where(document: Document) -> str:
    """The document's place among the inputs: its file, and its line in that."""
    line = document.meta.get("line")
    return document.source if line is None else f"{document.source}:{line}"


def _failure(document: Document, error: Exception, stage: str) -> Failure:
    if isinstance(error, PatternError):
        stage = "patterns"
    message = " ".join(str(error).split())[:_MESSAGE] or "no message"
    return Failure(document.id, where(document), stage, type(error).__name__, message)


def _stage(trace: TracebackType | None) -> str:
    """The module of the flow in which it went wrong: the first that the pipeline called."""
    stage = "pipeline"
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.startswith(_PACKAGE) and name not in (__name__, f"{_PACKAGE}pipeline"):
            return str(name.rpartition(".")[2])
        trace = trace.tb_next
    return stage
