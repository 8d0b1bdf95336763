"""The versions that a record depends on, each in one place."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from importlib.resources import files

__version__ = version("annotate")

#: The packages whose version can change a record.
PACKAGES = ("annotate", "spacy", "langdetect", "babel", "num2words")


def installed_versions(packages: Iterable[str] = PACKAGES) -> dict[str, str]:
    """The installed version of each package, because another version may give other bytes.

    >>> sorted(installed_versions())
    ['annotate', 'babel', 'langdetect', 'num2words', 'spacy']
    """
    return {package: version(package) for package in packages}


@cache
def software() -> str:
    """A fingerprint of all programs that a record depends on.

    This package's own modules are part of it, because between two releases its version stays the same.
    """
    digest = blake2b(repr((installed_versions(), unicodedata.unidata_version)).encode(), digest_size=8)
    for module in sorted(files("annotate").iterdir(), key=lambda path: path.name):
        if module.name.endswith(".py"):
            digest.update(module.read_bytes())
    return digest.hexdigest()
