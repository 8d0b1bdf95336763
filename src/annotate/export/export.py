"""An output to a file of another tool's, which appears whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from annotate.export.articles import ExportError, articles
from annotate.export.formats import Format, Written
from annotate.review.decisions import Decision
from annotate.storage.write import whole


def export(
    kind: Format, out: str | Path, target: Path, *, decisions: Iterable[Decision] = (), force: bool = False
) -> Written:
    """Write an output to `target`; raises ExportError, or OutputError where the system refuses.

    A file that is there is left alone, unless `force` is given; it is replaced when all else is done.
    """
    if target.is_dir():
        raise ExportError(f"{target}: is a folder; name a file with -o")
    if target.exists() and not force:
        raise ExportError(f"{target}: is there already; --force replaces it, and what was edited in it is lost")
    if not target.parent.is_dir():
        raise ExportError(f"{target.parent}: there is no such folder; make it, or name another file with -o")
    with whole(target) as draft:
        return kind.write(articles(out, decisions), draft.path)
