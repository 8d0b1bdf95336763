"""Inputs and outputs by URL (`s3://`, `gs://`, `memory://`, …), through fsspec: the extra `remote`.

An input is opened where it is. An output is written into a folder of this machine and copied when a file is
complete, because object stores cannot append or rename; a run that was killed goes on from that folder.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from annotate.extras import install_command

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(?:::.+)?://.*", re.DOTALL)


class RemoteError(Exception):
    """fsspec or what it needs for a protocol is not installed, or the place cannot be reached; says what to do."""


def is_url(place: str) -> bool:
    """Whether a place is named by URL and not by path.

    >>> is_url("s3://bucket/news"), is_url("news/a.txt"), is_url("-")
    (True, False, False)
    """
    return _URL.fullmatch(place) is not None


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that a URL names, with the little of `Path` that reading needs."""

    system: Any
    path: str

    @property
    def name(self) -> str:
        """The last part of its path."""
        return PurePosixPath(self.path).name

    def open(self, mode: str = "rb") -> BinaryIO:
        """The file, opened where it is; OSError where that fails."""
        with _reached(self.path):
            return self.system.open(self.path, mode)  # type: ignore[no-any-return]


def expand_url(url: str) -> tuple[str, list[RemoteFile]]:
    """The files that a URL names, itself, below it, or by its wildcards, sorted; and the folder that they stand in."""
    system, path = _system(url)
    with _reached(url):
        if any(sign in path for sign in "*?["):
            root = path[: min(path.index(sign) for sign in "*?[" if sign in path)].rpartition("/")[0]
            found = [p for p in system.glob(path) if not system.isdir(p)]
        elif system.isdir(path):
            root, found = path.rstrip("/"), system.find(path)
        else:
            root, found = posixpath.dirname(path), [path] if system.exists(path) else []
    return root, [RemoteFile(system, p) for p in sorted(found)]


@dataclass
class Mirror:
    """A folder of this machine that stands for a URL while a run writes into it."""

    url: str
    #: The only files that are brought here and back, and folders, which end in a slash; all of an output without.
    only: tuple[str, ...] = ()
    #: Where the run writes: the folder, or the one file, in the local folder.
    target: Path = field(init=False)

    def __post_init__(self) -> None:
        self._system, path = _system(self.url)
        local = Path(tempfile.gettempdir()) / f"annotate-{_digest(self.url, *self.only)}"
        name = PurePosixPath(path).name
        one_file = re.fullmatch(r"(.+)\.jsonl(\.gz|\.zst)?", name)
        self._remote = posixpath.dirname(path) if one_file else path.rstrip("/")
        self._local = local
        self.target = local / name if one_file else local
        stem, prefix = (re.escape(one_file[1]), f"{re.escape(one_file[1])}\\.") if one_file else ("annotations", "")
        state = rf"\.{re.escape(name)}\.annotate" if one_file else r"\.annotate"
        self._own = re.compile(
            rf"{stem}(?:-\d{{5,}})?\.jsonl(?:\.gz|\.zst)?|{prefix}(?:errors\.jsonl|manifest\.json)|{state}/.*"
        )
        self._known: dict[str, tuple[int, int]] = {}

    def fetch(self) -> None:
        """Bring what is at the URL, but for what this machine has already."""
        with _reached(self.url):
            self._system.invalidate_cache()  # another process may have written since
            for path in self._there():
                name = path[len(self._remote) :].lstrip("/")
                local = self._local / name
                if not self._is_output(name):
                    continue
                if not local.exists() or local.stat().st_size != self._system.size(path):
                    local.parent.mkdir(parents=True, exist_ok=True)
                    self._system.get_file(path, str(local))
                self._known[name] = _stamp(local)

    def _there(self) -> list[str]:
        places = [f"{self._remote}/{name}".rstrip("/") for name in self.only or ("",)]
        return [path for place in places if self._system.exists(place) for path in self._system.find(place)]

    def drop(self, is_stale: Callable[[str], bool]) -> None:
        """Delete at the URL what is stale by its name, whether or not it was brought here."""
        with _reached(self.url):
            self._system.invalidate_cache()
            there = self._system.find(self._remote) if self._system.exists(self._remote) else []
            for path in there:
                if is_stale(path[len(self._remote) :].lstrip("/")):
                    self._system.rm_file(path)

    def push(self) -> None:
        """Bring what is new or changed here to the URL, the manifest last, and delete there what is gone here."""
        here = {p.relative_to(self._local).as_posix(): p for p in self._local.rglob("*") if p.is_file()}
        ours = {name: path for name, path in here.items() if self._is_output(name)}
        with _reached(self.url):
            for name in sorted(ours, key=lambda name: (name.endswith("manifest.json"), name)):
                if self._known.get(name) != _stamp(ours[name]):
                    self._system.makedirs(posixpath.dirname(f"{self._remote}/{name}"), exist_ok=True)
                    self._system.put_file(str(ours[name]), f"{self._remote}/{name}")
                    self._known[name] = _stamp(ours[name])
            for name in [name for name in self._known if name not in ours]:
                self._system.rm_file(f"{self._remote}/{name}")
                del self._known[name]

    def clear(self) -> None:
        """Delete the folder of this machine, when all of it has been copied."""
        shutil.rmtree(self._local, ignore_errors=True)

    def _is_output(self, name: str) -> bool:
        """Whether a file belongs to this output, and is no draft and no lock."""
        draft = name.endswith((".part", ".old", ".packed", "lock")) or _DRAFT_JOURNAL.search(name)
        own = not self.only or any(name == one or (one.endswith("/") and name.startswith(one)) for one in self.only)
        return own and not draft and self._own.fullmatch(name) is not None


_DRAFT_JOURNAL = re.compile(r"\.[0-9a-f]{8}\.journal$")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _system(url: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise RemoteError(f"{url}: needs fsspec; install it with: {install_command('remote')}") from error
    try:
        system, path = url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise RemoteError(f"{url}: {error}") from error
    return system, path


@contextmanager
def _reached(place: str) -> Iterator[None]:
    """Whatever a service raises becomes an OSError that names the place."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(None, f"{place}: {type(error).__name__}: {error}") from error
