"""Pattern files to a `Grammar`: which files there are, in which order, and what is made of them.

All faults of all files come out of one run, each as `path:line:column: message`; a grammar is only built from files
without any. A file is read in `checked` (YAML and models), put to the others in `collect`, the whole is checked in
`uses` and joined with CLDR in `build`; those are imported when files are read, since the models take time to load.
"""

from __future__ import annotations

import gc
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from annotate.rules.faults import Fault, PatternError
from annotate.rules.grammar import Grammar

if TYPE_CHECKING:
    from annotate.rules.sources import Sources

__all__ = [
    "BUILT_IN",
    "PACKAGED",
    "Fault",
    "PatternError",
    "compile_language",
    "concerns",
    "faults_of",
    "files_of",
    "fingerprint",
    "folders",
    "languages",
    "load",
    "names_in",
    "read",
    "shown_path",
    "unread",
    "warnings_of",
]

_here = Path(__file__).resolve()
#: The built-in patterns: inside the package when installed, at the top of the repository in a checkout.
BUILT_IN = next(p for p in (_here.parents[1] / "patterns", _here.parents[3] / "patterns") if p.is_dir())

_LANGUAGE = re.compile(r"[a-z]{2,3}")


def folders(extra: Sequence[Path] = (), *, built_in: bool = True) -> list[Path]:
    """The pattern folders in the order in which they are laid over one another."""
    return [*([BUILT_IN] if built_in else []), *extra]


def languages(roots: Sequence[Path]) -> list[str]:
    """Languages that have a folder of patterns of their own."""
    folders = (path for root in roots for path in root.iterdir() if path.is_dir())
    return sorted({folder.name for folder in folders if _LANGUAGE.fullmatch(folder.name)})


def files_of(lang: str, roots: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    """The pattern files that a language is made of, shared ones first, with the folder that each is in.

    Raises ValueError for what is no language code, since folders are named after it: it must never be a path.
    """
    if lang and not _LANGUAGE.fullmatch(lang):
        raise ValueError(f"{lang!r} is no language code")
    for part in ("shared", *([lang] if lang else [])):
        for root in roots:
            folder = root / part
            yield from ((path, root) for path in sorted(folder.glob("*.yaml")))
            yield from ((path, root) for path in sorted(folder.glob("names/*.yaml")) if part == "shared")
    for root in roots[1:] if roots[:1] == [BUILT_IN] else roots:
        yield from ((path, root) for path in sorted(root.glob("*.yaml")))


def names_in(root: Path) -> list[str]:
    """The pattern files below a folder, as messages show them."""
    return [shown_path(path, root) for path in sorted(root.rglob("*.yaml"))]


def unread(roots: Sequence[Path]) -> list[Fault]:
    """A fault for each file that no language reads, by its name or place: it would be left out unseen."""
    read = {path for lang in ("", *languages(roots)) for path, _ in files_of(lang, roots)}
    advice = (
        "a pattern file is named *.yaml and stands in shared/ or shared/names/, in a folder of a language, such as "
        "nl/, or at the top, where it counts for every language and is read last"
    )
    return [
        Fault(shown_path(path, root), 1, 1, f"no language reads this file; {advice}")
        for root in roots
        for path in sorted(root.rglob("*"))
        if path.suffix in (".yaml", ".yml")
        and path not in read
        and not any(part.startswith(".") for part in path.relative_to(root).parts)
    ]


def load(lang: str, roots: Sequence[Path] | None = None) -> Grammar:
    """The grammar of a language: shared and own patterns over CLDR; raises PatternError with all faults.

    >>> load("nl").settings.decimal
    ','
    """
    grammar, faults = compile_language(lang, folders() if roots is None else roots)
    if faults:
        raise PatternError(faults)
    return grammar


def compile_language(lang: str, roots: Sequence[Path]) -> tuple[Grammar, list[Fault]]:
    """The grammar as far as it can be built, and every fault found on the way."""
    from annotate.rules.build import build

    sources, fingerprint = _read_files(lang, roots)
    return build(sources, fingerprint), sorted(set(sources.faults))


def faults_of(lang: str, roots: Sequence[Path]) -> list[Fault]:
    """Every fault of a language's files, without building its grammar: a third of the work."""
    return sorted(set(read(lang, roots).faults))


def warnings_of(lang: str, roots: Sequence[Path]) -> list[Fault]:
    """What stops nothing in a language's files, but can hardly be meant: tokens that no text can have.

    >>> warnings_of("nl", folders())
    []
    """
    from annotate.rules.uses import warnings

    return sorted(set(warnings(read(lang, roots))))


def read(lang: str, roots: Sequence[Path]) -> Sources:
    """What all files of a language say, its faults and all."""
    return _read_files(lang, roots)[0]


#: The built-in patterns stand in the installed package: they were checked when it was made, and do not change.
PACKAGED = BUILT_IN.parent == _here.parents[1]


def concerns(lang: str, roots: Sequence[Path]) -> bool:
    """Whether some of the pattern files in these folders are read for a language."""
    return any(True for _ in files_of(lang, roots))


def fingerprint(lang: str, roots: Sequence[Path]) -> str:
    """The hash of all files that a language is made of: another one may mean other annotations."""
    return _hash((path.relative_to(root), path.read_bytes()) for path, root in files_of(lang, roots))


def _hash(files: Iterable[tuple[Path, bytes]]) -> str:
    digest = hashlib.sha256()
    for name, data in files:
        digest.update(f"{name}\0".encode() + data + b"\0")
    return f"sha256:{digest.hexdigest()}"


def _read_files(lang: str, roots: Sequence[Path]) -> tuple[Sources, str]:
    """What all files of a language say, checked as a whole, and the hash of the files."""
    from annotate.rules.collect import collect
    from annotate.rules.sources import Sources
    from annotate.rules.uses import check_uses

    sources = Sources(lang)
    files = [(path, root, path.read_bytes()) for path, root in files_of(lang.split("-")[0], roots)]
    with _no_garbage():
        for path, root, data in files:
            collect(sources, data, shown_path(path, root), path.relative_to(root))
        check_uses(sources)
    return sources, _hash((path.relative_to(root), data) for path, root, data in files)


@contextmanager
def _no_garbage() -> Iterator[None]:
    """No search for garbage meanwhile: reading makes much that stays and nothing in circles, and took twice as long."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def shown_path(path: Path, root: Path) -> str:
    """The path as messages have it: `patterns/nl/dates.yaml`, a user's own as the user named its folder."""
    return (Path(BUILT_IN.name) / path.relative_to(root) if root == BUILT_IN else path).as_posix()
