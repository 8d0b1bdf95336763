"""Documents of an output whose inputs a run does not name: asked about, kept, or taken out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from annotate.reading.find import Input, InputError, expand
from annotate.storage.journal import entries
from annotate.storage.layout import Paths, earlier_plan, journals, manifest_in, refuse_older
from annotate.storage.remote import is_url
from annotate.storage.write import OutputError

#: What becomes of documents whose inputs are not named any more: they are a reason to stop and ask, stay, or go.
Others = Literal["ask", "keep", "drop"]

_STDIN = "-"


@dataclass(frozen=True, slots=True)
class Kept:
    """Documents of other inputs stay in the output: of which inputs, and which sources are not among them."""

    inputs: list[str]
    sources: frozenset[str]


def settle(paths: Paths, inputs: Sequence[str], others: Others) -> Kept | None:
    """What an output keeps besides the documents of `inputs`; None where it keeps nothing.

    Raises OutputError where documents would leave that nobody has spoken of, or cannot be kept.
    """
    if others == "drop":
        return None
    not_named = left_out(paths, inputs)
    if others == "keep":
        refuse_older(paths, paths.folder)
        return Kept(not_named, _sources(paths, inputs))
    if not_named and _has_documents(paths):
        raise OutputError(
            f"{paths.folder}: holds the documents of {_listed(not_named)}, which this run does not name; "
            "--add keeps them, --replace takes them out, -o chooses another output"
        )
    return None


def left_out(paths: Paths, inputs: Sequence[str]) -> list[str]:
    """The inputs that an output was made of, as absolute paths, without those that `inputs` name, too.

    Standard input is never the same twice.
    """
    named = [place(given) for given in inputs]
    files: set[str] | None = None
    found = []
    for earlier in _earlier_places(paths):
        if earlier != _STDIN and any(earlier == one or earlier.startswith(f"{one.rstrip('/')}/") for one in named):
            continue
        files = _files(inputs) if files is None else files
        if not (own := _files([earlier])) or not own <= files:
            found.append(earlier)
    return found


def place(given: str, folder: str = "") -> str:
    """An input as an absolute path, whatever the current folder; a URL, and standard input, as they are.

    >>> place("news/../a.txt", "/data"), place("s3://archive/a.txt", "/data"), place("-", "/data")
    ('/data/a.txt', 's3://archive/a.txt', '-')
    """
    return given if given == _STDIN or is_url(given) else os.path.abspath(Path(folder, given))  # noqa: PTH100 - links stay


def _earlier_places(paths: Paths) -> list[str]:
    plan = earlier_plan(paths)
    if plan is None:  # the state was deleted: the manifest has the inputs, too
        manifest = manifest_in(paths)
        return [place(given) for given in manifest.options.inputs] if manifest else []
    return list(dict.fromkeys([*(plan.others or ()), *(place(one, plan.folder) for one in plan.inputs)]))


def _files(inputs: Sequence[str]) -> set[str]:
    """The files that inputs name, as absolute paths; none where they are gone, or are standard input."""
    try:
        return {key for item in expand(inputs) if (key := _key(item)) is not None}
    except InputError:
        return set()


def _key(item: Input) -> str | None:
    if item.path is None:
        return None
    return os.path.abspath(item.path) if isinstance(item.path, Path) else item.path.path  # noqa: PTH100 - links stay


def _has_documents(paths: Paths) -> bool:
    """Whether a run that is over has left documents; what one that was broken off has done was never in the output."""
    manifest = manifest_in(paths)
    counted = manifest and manifest.counts and manifest.counts.documents
    return bool(counted) or next(_entries(paths), None) is not None


def _entries(paths: Paths) -> Iterator[tuple[str, bool]]:
    """For each document of the runs that are over its source, and whether it has a record."""
    for path, is_draft in journals(paths):
        if not is_draft:
            yield from ((entry.stamp.source, entry.failure is None) for entry in entries(path) if entry is not None)


def _sources(paths: Paths, inputs: Sequence[str]) -> frozenset[str]:
    """The sources that inputs speak for; documents of other sources are kept as they are.

    Raises OutputError where not all that is to be kept is known, or where a file that is new bears the name of
    another one's documents.
    """
    known = list(_entries(paths))
    manifest = manifest_in(paths)
    records = sum(has_record for _, has_record in known)
    if manifest and manifest.counts and manifest.counts.documents != records:
        raise OutputError(
            f"{paths.folder}: --add knows only {records:,} of the {manifest.counts.documents:,} documents there, "
            f"since what {paths.state.name}/ says of them is gone; name all inputs, or choose another output with -o"
        )
    there = {source for source, _ in known}
    items = [item for item in expand(inputs) if item.path is not None]
    _refuse_namesakes(items, there, _files_of_earlier(paths))
    return frozenset(item.source for item in items)


def _files_of_earlier(paths: Paths) -> set[str]:
    return {file for earlier in _earlier_places(paths) for file in (*_files([earlier]), earlier)}


def _refuse_namesakes(items: Iterable[Input], there: set[str], earlier: set[str]) -> None:
    for item in items:
        if item.source in there and _key(item) not in earlier:
            raise OutputError(
                f"{item.path}: --add would mix its documents with those of another file that is named {item.source} "
                "in the records; rename this one"
            )


def _listed(places: Sequence[str]) -> str:
    more = f" and {len(places) - 3} more" if len(places) > 3 else ""
    shown = ["standard input" if one == _STDIN else one for one in places[:3]]
    return ", ".join(shown) + more
