"""What databases that write files themselves have in common: why the system has refused a write."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from annotate.export.articles import ExportError


@contextmanager
def refusals(path: Path, errors: tuple[type[Exception], ...]) -> Iterator[None]:
    """A database's own errors as the system's, which know why: a full disk, a quota, a limit.

    The database says no more than that it could not write. So the same is tried once more, at `path`, which is a file
    that may be lost; the system's answer is the error, and where it has nothing against it, the database's words are.
    """
    try:
        yield
    except errors as error:
        with path.open("ab") as file:
            file.write(bytes(1 << 16))
            file.flush()
            os.fsync(file.fileno())
        raise ExportError(f"the database could not be written: {error}") from error
