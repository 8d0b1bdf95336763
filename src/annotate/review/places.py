"""Where the files of a review stand: beside the output that it is of."""

from __future__ import annotations

from pathlib import Path

from annotate.review.decisions import reviewer_name


def review_folder(out: Path) -> Path:
    """The folder of an output's decisions.

    >>> review_folder(Path("news/annotations.jsonl.gz")).as_posix()
    'news/annotations.review'
    """
    name = out.name.removesuffix(".gz").removesuffix(".zst")
    return out.with_name(f"{name.removesuffix('.jsonl')}.review") if name.endswith(".jsonl") else out / "review"


def decisions_path(out: Path, reviewer: str) -> Path:
    """The file of a reviewer's decisions, where no other is named."""
    return review_folder(out) / f"{reviewer_name(reviewer)}.jsonl"


def index_path(decisions: Path) -> Path:
    """The index that a reviewer's server makes; it may be deleted."""
    return decisions.with_name(f".{decisions.stem}.index") / "index.sqlite"
