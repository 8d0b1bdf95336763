"""How an output stands: what is in it, what failed, and what another run would have to do, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec.structs import asdict

from annotate.batch.run import changed, stamp_of
from annotate.manifest import Plan, Report
from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.records import Document, Failure
from annotate.storage.journal import Entry, entries
from annotate.storage.layout import (
    Paths,
    earlier_plan,
    earlier_report,
    is_ours,
    is_running,
    journals,
    local_paths,
    manifest_in,
    refuse_older,
)
from annotate.storage.write import OutputError

#: What may be said of a document, in the order in which it is told.
UP_TO_DATE, NEW, TEXT, RULES, SETTINGS, FAILED = "up to date", "new", "text", "patterns", "settings", "failed"
UNREADABLE, REMOVED, KEPT = "unreadable", "removed", "kept"


@dataclass(frozen=True, slots=True)
class Status:
    """The state of one output: `documents` counts those of its inputs by what another run would do with them.

    `up to date`: nothing. `new`, `text`, `patterns`, `settings`: annotate it, because it was not there, or because
    what is named has changed since. `failed`: it failed, and nothing has changed since. `unreadable`: its input
    cannot be read. `removed`: take it out, its input is gone. `kept`: nothing, `--add` keeps it.
    """

    state: str
    documents: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    #: What the last run that came to its end did, and when; None where that is not known.
    last_run: Report | None = None
    #: The format of its records where an earlier version has written them; then all are annotated again.
    older: str | None = None

    @property
    def to_do(self) -> int:
        """How many documents another run would annotate or take out."""
        return sum(self.documents[reason] for reason in (NEW, TEXT, RULES, SETTINGS, REMOVED))

    def count(self, entry: Entry) -> None:
        """Count what a document came out as."""
        if entry.failure is None:
            self.languages[entry.lang] += 1
        else:
            self.failures[entry.failure.error] += 1

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "state": self.state,
            "to_do": self.to_do,
            "documents": dict(self.documents),
            "languages": dict(sorted(self.languages.items())),
            "failures": dict(sorted(self.failures.items())),
            "last_run": self.last_run.to_dict() if self.last_run else {},
            "older": self.older,
        }


def plan_of(target: str | Path, *, current: bool = False) -> tuple[Plan, Options]:
    """What the last run into an output was asked to do, and its options; raises OutputError where none is known.

    And, where it must be `current`, if the records there are of an earlier format.
    """
    paths = local_paths(target)
    if current:
        refuse_older(paths, target)
    plan = earlier_plan(paths)
    if plan is None:
        hint = "it was written elsewhere, or its state was deleted" if is_ours(paths) else "no run has written there"
        raise OutputError(f"{target}: nothing is known of an earlier run ({hint}); start one with `annotate run`")
    options = asdict(plan.options)
    return plan, Options(**options | {"patterns": tuple(map(Path, plan.options.patterns))})


def status(target: str | Path, documents: Iterable[Document | Failure], pipeline: Pipeline) -> Status:
    """Compare an output with its inputs as they are now; nothing is written and nothing annotated."""
    paths = local_paths(target)
    known = _known(paths)
    drafts = any(draft for _, draft in journals(paths))
    state = "running" if is_running(paths) else "interrupted" if drafts else "complete"
    manifest, plan = manifest_in(paths), earlier_plan(paths)
    found = Status(state, last_run=earlier_report(paths), older=manifest.older if manifest else None)
    keeps = plan is not None and plan.others is not None
    sources = set()
    for document in documents:
        if isinstance(document, Failure):
            found.documents[UNREADABLE] += 1
            found.failures[document.error] += 1
            continue
        sources.add(document.source)
        own = known.pop(document.id, None)
        reason = _reason(own, document, pipeline)
        found.documents[reason] += 1
        if own is not None:
            found.count(own)
    for entry in known.values():
        is_kept = keeps and entry.stamp.source not in sources
        found.documents[KEPT if is_kept else REMOVED] += 1
        if is_kept:
            found.count(entry)
    return found


def _known(paths: Paths) -> dict[str | None, Entry]:
    """The newest that journals say of each document."""
    found: dict[str | None, Entry] = {}
    for path, _ in reversed(journals(paths)):
        found.update((entry.id, entry) for entry in entries(path) if entry is not None)
    return found


def _reason(entry: Entry | None, document: Document, pipeline: Pipeline) -> str:
    if entry is None:
        return NEW
    return changed(entry, stamp_of(document, pipeline), pipeline) or (UP_TO_DATE if entry.failure is None else FAILED)
