"""Which files folders, globs and paths name, each with its name and its id in records.

Only names are looked at, nothing is opened: a typing error is told before anything is read or written.
"""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePath

from annotate.reading.decode import UNPACK
from annotate.reading.formats import READERS
from annotate.storage.remote import RemoteError, RemoteFile, expand_url, is_url

_STDIN = "-"


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
    and links to folders are not followed; a file named by itself is always taken.

    >>> expand(["-"])
    [Input(path=None, source='stdin', id='stdin')]
    """
    if not inputs:
        raise InputError("nothing to read: name a folder, a file, a glob in quotes, or - for standard input")
    top = _common_parent(inputs)
    found: dict[str, _Spot] = {}
    for spot in chain.from_iterable(_find(given, top) for given in inputs):
        found.setdefault(spot.key, spot)
    spots = list(found.values())
    return [Input(spot.path, spot.source, name) for spot, name in zip(spots, _ids(spots), strict=True)]


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


def _find(given: str, top: Path) -> list[_Spot]:
    if given == _STDIN:
        return [_Spot(None, "stdin", "stdin")]
    if is_url(given):
        return _find_url(given)
    # "" would be the current folder: `annotate run "$DIR"` with DIR unset
    if given and os.path.lexists(given):
        return _find_folder(given) if _is_folder(Path(given)) else [_find_file(Path(given), top)]
    if glob.has_magic(given):
        return _find_glob(given)
    raise InputError(f"{given or 'empty path'}: no such file or folder; check the path")


def _find_url(given: str) -> list[_Spot]:
    try:
        root, files = expand_url(given)
    except (RemoteError, OSError) as error:
        raise InputError(f"{given}: {error.strerror if isinstance(error, OSError) else error}") from error
    named = [(file.path[len(root) :].lstrip("/"), file) for file in files]
    if len(files) != 1 or files[0].path[len(root) :].lstrip("/") != PurePath(given).name:
        named = [(name, file) for name, file in named if _is_wanted(PurePath(name))]
    if not named:
        raise InputError(f"{given}: no file to read there; known suffixes: {known_suffixes()}")
    prefix = "" if len(named) == 1 and given.endswith(named[0][0]) else PurePath(root).name
    return [_Spot(file, PurePath(prefix, name).as_posix(), name) for name, file in named]


def _find_folder(given: str) -> list[_Spot]:
    spots = _under(Path(given), _walk(Path(given)))
    if not spots:
        raise InputError(f"{given}: no file to read in this folder; known suffixes: {known_suffixes()}")
    return spots


def _find_glob(given: str) -> list[_Spot]:
    parts = Path(given).parts
    wild = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    root = Path(*parts[:wild])
    spots = _under(root, _matches(root, str(PurePath(*parts[wild:])), given))
    if not spots:
        raise InputError(f"{given}: matches no file to read; ** goes into folders; known suffixes: {known_suffixes()}")
    return spots


def _matches(root: Path, pattern: str, given: str) -> Iterator[Path]:
    try:
        hits = list(root.glob(pattern))
    except ValueError as error:
        raise InputError(f"{given}: {error}; write ** between slashes") from error
    for hit in hits:
        if not any(part.startswith(".") for part in hit.relative_to(root).parts):
            yield from _walk(hit) if _is_folder(hit) else filter(_is_wanted, [hit])


def _find_file(path: Path, top: Path) -> _Spot:
    if path.is_absolute():
        return _Spot(path, _printable(PurePath(path.name)), _printable(path.relative_to(top)))
    return _Spot(path, _safe(path), _safe(path))


def _walk(root: Path) -> Iterator[Path]:
    """The files below a folder that are to be read, and the folders that could not be listed.

    The latter are yielded like files, so that they fail when opened: a folder left out must be told.
    """
    shut: list[OSError] = []
    for folder, folders, names in os.walk(root, onerror=shut.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from filter(_is_wanted, (Path(folder, name) for name in names))
    yield from (Path(error.filename) for error in shut)


def _is_folder(path: Path) -> bool:
    """False where the answer is forbidden: that is told when the path is opened."""
    with suppress(OSError):
        return path.is_dir()
    return False


def _is_wanted(path: PurePath) -> bool:
    name = path.name.lower()
    passed_over = name.startswith(".") or name == "readme.md" or name.endswith((".gold.json", ".gold.jsonl"))
    return not passed_over and suffixes(name)[0] in READERS


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
