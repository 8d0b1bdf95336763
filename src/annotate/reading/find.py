"""Which files folders, globs and paths name, each with its name and its id in records.

Only names are looked at, nothing is opened: a typing error is told before anything is read or written.
"""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path, PurePath

from annotate.reading.decode import UNPACK
from annotate.reading.formats import READERS
from annotate.storage.layout import MANIFEST, is_state, written
from annotate.storage.remote import RemoteError, RemoteFile, expand_url, is_url

_STDIN = "-"
_MANIFEST_BYTES = 64 << 20


class InputError(ValueError):
    """The call itself is wrong, so nothing was read: the message says which input and what to do."""


@dataclass(frozen=True, slots=True)
class Input:
    """One file to read. `source` is its name in records: relative, never absolute.

    `path` is None for standard input. `id` is the document's id where the file gives none itself,
    and the first half of a row's id (`news:12`).
    """

    path: Path | RemoteFile | None
    source: str
    id: str


def expand(inputs: Sequence[str]) -> list[Input]:
    """The files that `inputs` name, in the order of the inputs, sorted within a folder or a glob.

    Only names are looked at, nothing is opened. A file that two inputs name stands in the list once.
    In folders and globs, hidden files, unknown suffixes, `README.md` and `*.gold.json(l)` are passed over,
    and links to folders are not followed; a file named by itself is taken, but for one that a run has written.

    >>> expand(["-"])
    [Input(path=None, source='stdin', id='stdin')]
    """
    return find(inputs)[0]


def find(inputs: Sequence[str]) -> tuple[list[Input], Counter[str]]:
    """The files that `inputs` name, as `expand` gives them, and how many were passed over by their suffix."""
    if not inputs:
        raise InputError("nothing to read: name a folder, a file, a glob in quotes, or - for standard input")
    top, left = _common_parent(inputs), _LeftOut()
    found: dict[str, _Spot] = {}
    for spot in chain.from_iterable(_find(given, top, left) for given in inputs):
        found.setdefault(spot.key, spot)
    if not found:
        raise InputError(
            f"{left.met[0]}: was written by an earlier run, as its manifest says, and so is no input; "
            "give its records to standard input to annotate them again: annotate run - < FILE"
        )
    spots = list(found.values())
    items = [Input(spot.path, spot.source, name) for spot, name in zip(spots, _ids(spots), strict=True)]
    return items, Counter(sorted(map(_suffix, left.passed_over)))


@dataclass(frozen=True, slots=True)
class _Spot:
    """A file that was found: where it is, its name in records, and its name below the input's root."""

    path: Path | RemoteFile | None
    source: str
    relative: str

    @property
    def key(self) -> str:
        """The same for two spellings of one path; links stay two files."""
        if isinstance(self.path, RemoteFile):
            return f"{self.path.system.protocol} {self.path.path}"
        return os.path.abspath(self.path) if self.path else _STDIN  # noqa: PTH100 - resolve() follows links

    @property
    def names(self) -> tuple[str, str, str]:
        """The ids it may have, the shortest first."""
        relative = _bare(self.relative)
        return PurePath(relative).name, relative, _bare(self.source)


class _LeftOut:
    """What is not read: what runs of this tool have written, folder by folder, and files of other suffixes."""

    def __init__(self) -> None:
        #: The files of runs that would have been read otherwise.
        self.met: list[str] = []
        #: Files of suffixes that are not read, and that no run has written.
        self.passed_over: set[PurePath] = set()
        self._folders: dict[Path, set[str]] = {}

    def hold(self, path: Path) -> bool:
        """Whether a run has written this file, or keeps its state in this folder."""
        return self._note(self._is_written(path) or is_state(path.name), str(path))

    def wants(self, path: PurePath) -> bool:
        """Whether a file is one to read by its name; one of another suffix is noted."""
        name = path.name.lower()
        if name.startswith(".") or name == "readme.md" or name.endswith((".gold.json", ".gold.jsonl")):
            return False
        if suffixes(name)[0] in READERS:
            return True
        if not isinstance(path, Path) or not self._is_written(path):
            self.passed_over.add(path)
        return False

    def _is_written(self, path: Path) -> bool:
        if path.parent not in self._folders:
            self._folders[path.parent] = _written_in(path.parent)
        return path.name in self._folders[path.parent]

    def without(self, files: Sequence[RemoteFile]) -> list[RemoteFile]:
        """Some remote files, without those that a run has written."""
        there = {PurePath(file.path): file for file in files}
        for folder in {path.parent for path in there} - {*self._folders}:
            own = {path.name: file for path, file in there.items() if path.parent == folder}
            self._folders[Path(folder)] = written(own, partial(_named_bytes, own))
        return [
            file
            for path, file in there.items()
            if not self._note(path.name in self._folders[Path(path.parent)], file.path)
        ]

    def _note(self, is_written: bool, path: str) -> bool:
        if is_written:
            self.met.append(path)
        return is_written


def _written_in(folder: Path) -> set[str]:
    try:
        names = os.listdir(folder)  # noqa: PTH208 - a hundred thousand paths would take ten times as long
    except OSError:
        return set()
    states = [folder / name for name in names if is_state(name)]
    if not states and not any(name.endswith(MANIFEST) for name in names):
        return set()
    return written(names, lambda name: _bytes(folder / name), states)


def _named_bytes(files: Mapping[str, RemoteFile], name: str) -> bytes:
    return _bytes(files[name])


def _bytes(file: Path | RemoteFile) -> bytes:
    """What may be a manifest of ours: `manifest.json` is a common name, and may be of any size."""
    with file.open("rb") as stream:
        return stream.read(_MANIFEST_BYTES)


def _find(given: str, top: Path, left: _LeftOut) -> list[_Spot]:
    if given == _STDIN:
        return [_Spot(None, "stdin", "stdin")]
    if is_url(given):
        return _find_url(given, left)
    # "" would be the current folder: `annotate run "$DIR"` with DIR unset
    if given and os.path.lexists(given):
        path = Path(given)
        if left.hold(path):
            return []
        return _find_folder(given, left) if _is_folder(path) else [_find_file(path, top)]
    if glob.has_magic(given):
        return _find_glob(given, left)
    raise InputError(f"{given or 'empty path'}: no such file or folder; check the path")


def _find_url(given: str, left: _LeftOut) -> list[_Spot]:
    try:
        root, files = expand_url(given)
        files, left_out = left.without(files), len(left.met)
    except (RemoteError, OSError) as error:
        raise InputError(f"{given}: {error.strerror if isinstance(error, OSError) else error}") from error
    if left_out and not files:
        return []
    named = [(file.path[len(root) :].lstrip("/"), file) for file in files]
    if len(files) != 1 or files[0].path[len(root) :].lstrip("/") != PurePath(given).name:
        named = [(name, file) for name, file in named if left.wants(PurePath(name))]
    if not named:
        raise InputError(f"{given}: no file to read there; known suffixes: {known_suffixes()}")
    prefix = "" if len(named) == 1 and given.endswith(named[0][0]) else PurePath(root).name
    return [_Spot(file, PurePath(prefix, name).as_posix(), name) for name, file in named]


def _find_folder(given: str, left: _LeftOut) -> list[_Spot]:
    spots = _under(Path(given), _walk(Path(given), left))
    if not spots and not left.met:
        told = _nearly(left.passed_over)
        raise InputError(f"{given}: no file to read in this folder; {told}known suffixes: {known_suffixes()}")
    return spots


def _nearly(passed_over: Iterable[PurePath]) -> str:
    """What to do about the first file of a folder that is nearly of a format that is read."""
    helped = next((path.name for path in sorted(passed_over) if _suffix(path) in _ADVICE), None)
    return f"{advice(helped)}; " if helped else ""


def _find_glob(given: str, left: _LeftOut) -> list[_Spot]:
    parts = Path(given).parts
    wild = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    root = Path(*parts[:wild])
    spots = _under(root, _matches(root, str(PurePath(*parts[wild:])), given, left))
    if not spots and not left.met:
        raise InputError(f"{given}: matches no file to read; ** goes into folders; known suffixes: {known_suffixes()}")
    return spots


def _matches(root: Path, pattern: str, given: str, left: _LeftOut) -> Iterator[Path]:
    try:
        hits = list(root.glob(pattern))
    except ValueError as error:
        raise InputError(f"{given}: {error}; write ** between slashes") from error
    for hit in hits:
        if not any(part.startswith(".") for part in hit.relative_to(root).parts):
            yield from _walk(hit, left) if _is_folder(hit) else _wanted([hit], left)


def _find_file(path: Path, top: Path) -> _Spot:
    if path.is_absolute():
        return _Spot(path, _printable(PurePath(path.name)), _printable(path.relative_to(top)))
    return _Spot(path, _safe(path), _safe(path))


def _walk(root: Path, left: _LeftOut) -> Iterator[Path]:
    """The files below a folder that are to be read, and the folders that could not be listed.

    The latter are yielded like files, so that they fail when opened: a folder left out must be told.
    """
    shut: list[OSError] = []
    for folder, folders, names in os.walk(root, onerror=shut.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from _wanted((Path(folder, name) for name in names), left)
    yield from (Path(error.filename) for error in shut)


def _wanted(paths: Iterable[Path], left: _LeftOut) -> Iterator[Path]:
    return (path for path in paths if left.wants(path) and not left.hold(path))


def _is_folder(path: Path) -> bool:
    """False where the answer is forbidden: that is told when the path is opened."""
    with suppress(OSError):
        return path.is_dir()
    return False


def _under(root: Path, paths: Iterable[Path]) -> list[_Spot]:
    prefix = root.name if root.is_absolute() else _safe(root)
    named = sorted((_printable(path.relative_to(root)), path) for path in set(paths))
    return [_Spot(path, PurePath(prefix, name).as_posix(), name) for name, path in named]


def _common_parent(inputs: Sequence[str]) -> Path:
    """What the files named by absolute path have in common: their ids show only the rest."""
    paths = (Path(given) for given in inputs if os.path.lexists(given))
    parents = [path.parent for path in paths if path.is_absolute() and not _is_folder(path)]
    return Path(os.path.commonpath(parents)) if parents else Path()


def _ids(spots: Sequence[_Spot]) -> list[str]:
    """For each file the shortest of its names that no other file of the run has.

    Where even the longest is shared (`x.txt` and `x.md` in one folder), both get the same id, and the
    second is reported as a duplicate when it is read.
    """
    counts = [Counter(level) for level in zip(*(spot.names for spot in spots), strict=True)]
    return [_unshared(spot.names, counts) for spot in spots]


def _unshared(names: tuple[str, str, str], counts: Sequence[Counter[str]]) -> str:
    pairs = zip(names, counts, strict=True)
    return next((name for name, count in pairs if count[name] == 1), names[1])


def _safe(path: Path) -> str:
    """A relative path as records show it: posix, `..` dropped."""
    parts = PurePath(os.path.normpath(path)).parts
    return _printable(PurePath(*(part for part in parts if part != os.pardir)))


def _printable(path: PurePath) -> str:
    """A posix path that can be written as UTF-8: a file's name may hold any bytes, a record may not."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def suffixes(name: str) -> tuple[str, str]:
    """The format and the packing in a file's name, the latter empty where it is not packed.

    >>> suffixes("nl/2025.04.14.TXT.gz"), suffixes("news.jsonl"), suffixes("news.parquet.gz")
    (('.txt', '.gz'), ('.jsonl', ''), ('.gz', ''))
    """
    *_, inner, last = ("", "", *PurePath(name.lower()).suffixes)
    return (inner, last) if last in UNPACK and inner in READERS and inner != ".parquet" else (last, "")


def _bare(name: str) -> str:
    kind, packing = suffixes(name)
    return name[: len(name) - len(kind + packing)] if kind in READERS else name


def known_suffixes() -> str:
    """The suffixes that are read, for a message."""
    packed = " ".join(suffix for suffix in UNPACK if suffix)
    return f"{' '.join(READERS)} (and, but for parquet, with {packed})"


#: What to do about files that are nearly of a format that is read.
_ADVICE = {
    ".json": "one JSON value in a file; write one object a line (jq -c '.[]' in.json > out.jsonl)",
    ".parquet.gz": "Parquet is packed inside already; unpack it (gunzip) and name it .parquet",
    ".parquet.zst": "Parquet is packed inside already; unpack it (unzstd) and name it .parquet",
}


def _suffix(path: PurePath) -> str:
    """The suffix by which a file is passed over.

    >>> [_suffix(PurePath(name)) for name in ("a.PDF", "a.parquet.gz", "a.2024.docx", "a")]
    ['.pdf', '.parquet.gz', '.docx', '']
    """
    *_, inner, last = ("", "", *PurePath(path.name.lower()).suffixes)
    return inner + last if inner + last in _ADVICE else last


def advice(name: str) -> str:
    """What is said of a file that cannot be read by its suffix."""
    suffix = _suffix(PurePath(name))
    if suffix in _ADVICE:
        return f"cannot read {suffix}: {_ADVICE[suffix]}"
    return f"cannot read {suffix or 'a file without suffix'}; known: {known_suffixes()}"
