"""The command that installs an optional part of this package, for messages."""

from __future__ import annotations

#: The distribution's name; `annotate` on the package index is somebody else's.
DISTRIBUTION = "annotate-articles"


def install_command(extra: str, *more: str) -> str:
    """What to type to get an extra, with further packages where it needs some.

    The same command holds in a checkout and for an installed package: pip finds the distribution installed already
    and adds what the extra asks for.

    >>> install_command("remote", "s3fs")
    "pip install 'annotate-articles[remote]' s3fs"
    """
    return " ".join(["pip install", f"'{DISTRIBUTION}[{extra}]'", *more])
