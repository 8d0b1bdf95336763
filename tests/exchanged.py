"""An output to another tool's format and back, as `annotate export` and `annotate import` do it."""

from __future__ import annotations

from pathlib import Path

from annotate.export.export import export
from annotate.export.formats import Format
from annotate.export.outcome import Taken
from annotate.export.taking import take
from annotate.review.decisions import Journal


def journal_of(out: Path, reviewer: str = "anna") -> Journal:
    """What a reviewer has decided about an output."""
    return Journal(out / "review" / f"{reviewer}.jsonl", reviewer)


def exported(kind: Format, out: Path, reviewer: str = "anna") -> Path:
    """An output with what a reviewer has decided, as a file or folder beside it."""
    target = out.parent / f"made.{kind.name}"
    export(kind, out, target, decisions=journal_of(out, reviewer).decisions, force=True)
    return target


def back(kind: Format, out: Path, path: Path, reviewer: str = "anna", *, reviewed: bool = False) -> Taken:
    """What comes of a file or folder that the tool gives back."""
    journal = journal_of(out, reviewer)
    return take(kind, path, out, journal, key=f"import-{journal.last}", reviewed=reviewed)
