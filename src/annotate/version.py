"""The versions that a record depends on, each in one place."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from importlib.resources import files

__version__ = version("annotate-articles")

#: The packages whose version can change a record.
PACKAGES = ("annotate-articles", "spacy", "langdetect", "babel", "num2words")

#: The rooms of this package that a record depends on.
ROOMS = ("text", "rules", "matching", "values", "linking", "reading")


def installed_versions(packages: Iterable[str] = PACKAGES) -> dict[str, str]:
    """The installed version of each package, because another version may give other bytes.

    >>> sorted(installed_versions())
    ['annotate-articles', 'babel', 'langdetect', 'num2words', 'spacy']
    """
    return {package: version(package) for package in packages}


@cache
def software() -> str:
    """A fingerprint of all programs that a record depends on.

    This package's own modules and word lists are part of it, because between two releases its version stays the same;
    those of the rooms above the pipeline are not, because no record depends on them.
    """
    digest = blake2b(repr((installed_versions(), unicodedata.unidata_version)).encode(), digest_size=8)
    for room in (files("annotate"), *(files("annotate") / name for name in ROOMS)):
        for module in sorted(room.iterdir(), key=lambda path: path.name):
            if module.name.endswith((".py", ".json")):
                digest.update(module.read_bytes())
    return digest.hexdigest()
