"""Where the files of an output stand, and what of them says that a run of this tool has written them.

    news/annotations.jsonl    one record a line; with a shard size annotations-00000.jsonl, -00001, …
    news/errors.jsonl         one failed document a line; empty where none failed
    news/manifest.json        what the run did: versions, options, counts
    news/.annotate/           what the next run needs to do only what is new; may be deleted, and is made anew

With `-o news.jsonl` the same stands beside that file: `news.errors.jsonl`, `news.manifest.json`,
`.news.jsonl.annotate/`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from annotate.manifest import Manifest, Plan, Report
from annotate.records import SCHEMA
from annotate.storage.remote import Mirror, RemoteError, is_url
from annotate.storage.write import OutputError, explained

ANNOTATIONS = "annotations.jsonl"
ERRORS = "errors.jsonl"
MANIFEST = "manifest.json"
STATE = ".annotate"
PLAN, REPORT, LOCK = "run.json", "last.json", "lock"
JOURNAL, PART = ".journal", ".part"

#: What records name as the source of a document that was read from standard input.
STDIN_SOURCE = "stdin"

_ONE_FILE = re.compile(r"(?P<stem>.+)\.jsonl(?P<packing>(?:\.(?:gz|zst))?)")
_SHARD = re.compile(r"(?P<stem>[^/\\]+?)(?:-\d{5,})?(?P<suffix>\.jsonl(?:\.gz|\.zst)?)")
_SLICE = re.compile(r"\d{5,}")
_DRAFT_NAME = re.compile(r"(?P<final>.+)\.[0-9a-f]{8}")


#: Suffixes by which a user expects a file of another format. No list of all that there are: `news.pl` may be a folder.
_OTHER_FORMAT = re.compile(
    r"\.(?:csv|tsv|json|ndjson|jsonlines|jsonld|parquet|arrow|feather|xlsx?|ods|docx?|odt|pdf|txt|md|html?|xml|ya?ml|"
    r"conllu?|spacy|pickle|pkl|sqlite|db|gz|zst|bz2|xz|zip|tar|tgz|7z|rar)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the files of one output stand; all in one folder, what the next run needs in `state`."""

    annotations: Path
    errors: Path
    manifest: Path
    state: Path

    @property
    def folder(self) -> Path:
        """The folder that all of them stand in."""
        return self.annotations.parent

    def shard(self, number: int | None) -> Path:
        """The annotations of one shard; of all, where there are no shards."""
        if number is None:
            return self.annotations
        match = _ONE_FILE.fullmatch(self.annotations.name)
        assert match is not None
        return self.annotations.with_name(f"{match['stem']}-{number:05}.jsonl{match['packing']}")

    def __iter__(self) -> Iterator[Path]:
        """In the order in which they appear: the manifest last, because it vouches for the others."""
        return iter((self.annotations, self.errors, self.manifest))


def output_paths(target: str | Path) -> Paths:
    """The files that `-o target` means: a folder, or an annotations file with the others beside it.

    >>> [path.as_posix() for path in output_paths("news")]
    ['news/annotations.jsonl', 'news/errors.jsonl', 'news/manifest.json']
    >>> [path.as_posix() for path in output_paths("out/news.jsonl.gz")]
    ['out/news.jsonl.gz', 'out/news.errors.jsonl', 'out/news.manifest.json']
    """
    path = Path(target)
    one_file = _ONE_FILE.fullmatch(path.name)
    if one_file is None:
        _refuse_other_format(str(target), path)
        return Paths(path / ANNOTATIONS, path / ERRORS, path / MANIFEST, path / STATE)
    stem = one_file["stem"]
    state = path.with_name(f".{path.name}{STATE}")
    return Paths(path, path.with_name(f"{stem}.{ERRORS}"), path.with_name(f"{stem}.{MANIFEST}"), state)


def _refuse_other_format(target: str, path: Path) -> None:
    """`-o out.csv` would make a folder of that name, where a table is expected."""
    suffix = path.suffix
    if _OTHER_FORMAT.fullmatch(suffix) and not target.endswith("/") and not path.is_dir():
        plain = path.with_name(re.sub(r"\.jsonl?$", "", path.stem, flags=re.IGNORECASE) or path.stem)
        raise OutputError(
            f"{target}: records are written as JSON Lines, not as {suffix}; name a file such as {plain}.jsonl (or "
            f".jsonl.gz, .jsonl.zst), or a folder such as {plain}/"
        )


def slice_paths(paths: Paths, number: int) -> Paths:
    """The files of one slice of an output: a shard in its place, and the rest of it in a folder of the state.

    >>> [path.as_posix() for path in slice_paths(output_paths("news"), 3)]
    ['news/annotations-00003.jsonl', 'news/.annotate/00003/errors.jsonl', 'news/.annotate/00003/manifest.json']
    """
    state = paths.state / f"{number:05}"
    return Paths(paths.shard(number), state / ERRORS, state / MANIFEST, state)


def slice_states(paths: Paths) -> dict[int, Path]:
    """The folders of the state in which slices have left theirs, by number."""
    return {int(path.name): path for path in paths.state.glob("*") if _SLICE.fullmatch(path.name) and path.is_dir()}


def names_of(path: Path) -> tuple[str | None, bool]:
    """For a file of the state its final name, and whether it is a draft; None for any other file."""
    if path.suffix not in (JOURNAL, PART) and not path.name.endswith((".old", ".packed")):
        return None, False
    if path.name.endswith((".old", ".packed")):
        return path.name, True
    draft = _DRAFT_NAME.fullmatch(path.stem)
    return (draft["final"], True) if draft else (path.stem, False)


def journals(paths: Paths) -> list[tuple[Path, bool]]:
    """The journals that earlier runs have left, each with whether its run was broken off; those first, they are newer.

    A run that is over leaves one for each shard, a run by file in the folder of each slice. Of several broken-off runs
    the last to write comes first.
    """
    found = [(path, names_of(path)[1]) for path in paths.state.glob(f"**/*{JOURNAL}")]
    return sorted(found, key=lambda pair: (not pair[1], -pair[0].stat().st_mtime_ns if pair[1] else 0, pair[0].name))


def mirror_of(target: str | Path, number: int | None = None, *, is_whole: bool = True) -> Mirror | None:
    """The folder of this machine that stands for a URL; None for a path.

    Of a slice by its number it holds what is of that slice; without what slices hold where it is not the `whole`.
    """
    if not is_url(str(target)):
        return None
    name = PurePosixPath(str(target)).name
    paths = output_paths(name if _ONE_FILE.fullmatch(name) else "out")
    only: tuple[str, ...] = ()
    if number is not None:
        only = (paths.shard(number).name, f"{paths.state.name}/{number:05}/")
    elif not is_whole:
        only = (paths.errors.name, paths.manifest.name, *(f"{paths.state.name}/{name}" for name in (PLAN, REPORT)))
    try:
        return Mirror(str(target), only)
    except RemoteError as error:
        raise OutputError(str(error)) from error


def local_paths(target: str | Path) -> Paths:
    """Where the files of an output stand on this machine; what a URL names is brought here."""
    mirror = mirror_of(target)
    if mirror is None:
        return output_paths(target)
    with explained(Path(str(target))):
        mirror.fetch()
    return output_paths(mirror.target)


def is_ours(paths: Paths) -> bool:
    """Whether what stands there is the output of an earlier run: its manifest or its journals say so."""
    return manifest_in(paths) is not None or bool(journals(paths))


def manifest_in(paths: Paths) -> Manifest | None:
    """The manifest of an earlier run, of any version; None where there is none, or a file of another origin."""
    with suppress(OSError):
        return Manifest.from_json(paths.manifest.read_bytes())
    return None


def refuse_older(paths: Paths, target: str | Path) -> None:
    """Raise OutputError where the records there are of an earlier format, which no output mixes with this one's."""
    manifest = manifest_in(paths)
    if manifest and manifest.older:
        raise OutputError(
            f"{target}: its records are {manifest.older}, this version writes {SCHEMA}; annotate all of its inputs "
            "again with `annotate run`, into the same place"
        )


def files_of(paths: Paths) -> set[str]:
    """The files with annotations that the manifest of an earlier run names, as far as they may be its."""
    manifest = manifest_in(paths)
    return _named(manifest, paths.annotations.name) if manifest else set()


def _named(manifest: Manifest, annotations: str | None = None) -> set[str]:
    """The files with annotations that a manifest names; never a path, and those of one output where it is given."""
    found = set()
    for name in manifest.files:
        match = _SHARD.fullmatch(name)
        if match and (annotations is None or annotations in (name, f"{match['stem']}{match['suffix']}")):
            found.add(name)
    return found


def written(names: Iterable[str], read: Callable[[str], bytes], states: Iterable[Path] = ()) -> set[str]:
    """Of the files in one folder those that runs of this tool have written: no input, whatever their suffix.

    Manifests vouch for them, and for a run that was broken off the journals in its state. `read` gives the bytes of
    one of the `names`.

    >>> manifest = b'{"schema": "annotate/1", "files": ["news.jsonl"]}'
    >>> sorted(written(["a.txt", "news.jsonl", "news.manifest.json"], lambda _: manifest))
    ['news.errors.jsonl', 'news.jsonl', 'news.manifest.json']
    """
    found: set[str] = set()
    for name in names:
        if name != MANIFEST and not name.endswith(f".{MANIFEST}"):
            continue
        with suppress(OSError):
            if manifest := Manifest.from_json(read(name)):
                found |= {name, name.removesuffix(MANIFEST) + ERRORS, *_named(manifest)}
    for state in states:
        finals = {str(names_of(path)[0]) for path in state.glob(f"**/*{JOURNAL}")}
        found |= {name for name in finals if _SHARD.fullmatch(name)}
    return found


def is_state(name: str) -> bool:
    """Whether a folder of this name holds what the next run into some output needs."""
    return name == STATE or (name.startswith(".") and name.endswith(STATE))


def earlier_plan(paths: Paths) -> Plan | None:
    """What the last run there was asked to do; None where that is not known."""
    with suppress(OSError):
        return Plan.from_json((paths.state / PLAN).read_bytes())
    return None


def earlier_report(paths: Paths) -> Report | None:
    """When the last run there that came to its end began, how long it took and what it did; None if not known."""
    with suppress(OSError):
        return Report.from_json((paths.state / REPORT).read_bytes())
    return None


def is_running(paths: Paths) -> bool:
    """Whether a run is writing there now; nothing is written to find out, since the place may be read-only.

    A lock for reading is asked for and let go at once: a run that begins in this very moment waits longer than that.
    """
    try:
        with (paths.state / LOCK).open("rb") as file:
            return _is_locked(file)
    except OSError:  # no run has ever been here, or it may not be known
        return False


def _is_locked(file: BinaryIO) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows: a locked file cannot be read there
        file.read(1)
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
