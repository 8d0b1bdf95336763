"""What took long to work out, kept between runs in the user's cache folder. Nothing depends on it.

An entry is a file of bytes with a checksum over its key and content. It is read only where it is whole, this user's own
file, and nobody else may write it; whatever else lies there counts as missing. What cannot be written is not kept.
Nothing in an entry is ever executed: whoever asked decodes it into types.

The folder is that of the operating system (`~/.cache/annotate-articles` on Linux), another one where the environment
variable `ANNOTATE_CACHE` names it, and none where that is empty.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

VARIABLE = "ANNOTATE_CACHE"

_MAGIC = b"annotate cache 1\n"
_DIGEST = 32
#: How many entries of one name stay: those of other versions, checkouts or folders of patterns than the latest.
_KEPT = 4
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def folder() -> Path | None:
    """Where entries are kept, None where nothing is to be kept."""
    given = os.environ.get(VARIABLE)
    if given is not None:
        return Path(given) if given else None
    from platformdirs import user_cache_path

    try:
        found = user_cache_path("annotate-articles", appauthor=False)
    except RuntimeError:  # a user without a home, as in a container
        return None
    return found if found.is_absolute() else None  # the same, said by an earlier platformdirs


def get(name: str, key: str) -> bytes | None:
    """The content kept under a name for a key, None where there is none that can be relied on."""
    path = _path(name, key)
    if path is None:
        return None
    try:
        data = _read(path)
    except OSError:
        return None
    start = len(_MAGIC) + _DIGEST
    digest, content = data[len(_MAGIC) : start], data[start:]
    return content if data.startswith(_MAGIC) and digest == _checksum(key, content) else None


def put(name: str, key: str, content: bytes) -> None:
    """Keep some content under a name for a key, where that can be done; the oldest of many make room.

    The file appears whole or not at all, so that others may read and write at the same time.
    """
    path = _path(name, key)
    if path is None:
        return
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(_MAGIC + _checksum(key, content) + content)
            Path(draft).replace(path)
        except OSError:
            Path(draft).unlink(missing_ok=True)
            raise
        for old in _older(path.parent, name):
            old.unlink(missing_ok=True)


def _path(name: str, key: str) -> Path | None:
    assert re.fullmatch(r"[\w.-]+", name), name
    home = folder()
    return None if home is None else home / f"{name}-{blake2b(key.encode(), digest_size=10).hexdigest()}"


def _read(path: Path) -> bytes:
    """A file of this user's own that nobody else may write; OSError for any other."""
    with os.fdopen(os.open(path, _FLAGS), "rb") as file:
        status = os.fstat(file.fileno())
        foreign = hasattr(os, "geteuid") and (
            status.st_uid != os.geteuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        )
        if foreign or not stat.S_ISREG(status.st_mode):
            raise PermissionError(f"{path}: not this user's own file")
        return file.read()


def _checksum(key: str, content: bytes) -> bytes:
    digest = blake2b(len(key).to_bytes(8) + key.encode(), digest_size=_DIGEST)
    digest.update(content)
    return digest.digest()


def _older(home: Path, name: str) -> Iterator[Path]:
    """The entries of a name, and drafts that were left behind, but for the newest ones."""
    own = re.compile(rf"{re.escape(name)}-[0-9a-f]{{20}}")
    for kind in (own, re.compile(r"\.draft-.*")):
        found = [entry for entry in os.scandir(home) if kind.fullmatch(entry.name)]
        found.sort(key=lambda entry: entry.stat(follow_symlinks=False).st_mtime_ns, reverse=True)
        yield from (Path(entry.path) for entry in found[_KEPT:])
