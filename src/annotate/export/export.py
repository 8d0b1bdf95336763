"""An output to a file or a folder of another tool's, which appears whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import orjson

from annotate.export.articles import ExportError, articles
from annotate.export.formats import Format, Written
from annotate.review.decisions import Decision
from annotate.storage.write import appearing
from annotate.version import __version__

#: Stands in every folder that an export has made: only such a one is ever replaced.
MARK = ".annotate-export.json"


def export(
    kind: Format, out: str | Path, target: Path, *, decisions: Iterable[Decision] = (), force: bool = False
) -> Written:
    """Write an output to `target`; raises ExportError, or OutputError where the system refuses.

    What is there already is left alone, unless `force` is given; it is replaced when all else is done. Of folders
    only those are replaced that an export has made.
    """
    _check_target(kind, target, force)
    with appearing(target) as path:
        if kind.folder:
            path.mkdir()
            (path / MARK).write_bytes(orjson.dumps({"format": kind.name, "tool": f"annotate {__version__}"}))
        return kind.write(articles(out, decisions), path)


def format_of_folder(path: Path) -> str | None:
    """The name of the format of a folder that an export has made, None for any other."""
    try:
        content = orjson.loads((path / MARK).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    name = content.get("format") if isinstance(content, dict) else None
    return name if isinstance(name, str) else None


def _check_target(kind: Format, target: Path, force: bool) -> None:
    if kind.suffixes and target.suffix not in kind.suffixes:
        raise ExportError(f"{target}: {kind.name} is written to a file that ends in {' or '.join(kind.suffixes)}")
    if target.is_dir() and not kind.folder:
        raise ExportError(f"{target}: is a folder; name a file with -o")
    if target.exists() and not force:
        raise ExportError(f"{target}: is there already; --force replaces it, and what was edited in it is lost")
    if target.exists() and kind.folder and format_of_folder(target) is None:
        raise ExportError(f"{target}: is nothing that an export has made, so it is not replaced; name another folder")
    if not target.parent.is_dir():
        raise ExportError(f"{target.parent}: there is no such folder; make it, or name another place with -o")
