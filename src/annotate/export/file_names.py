"""Names for files of documents: an id is never a path."""

from __future__ import annotations

import re

_UNFIT = re.compile(r"[^\w-]+")
_LONGEST = 60


def file_name(number: int, document: str) -> str:
    r"""The name of a document's file without its suffix: its number in the output, and what of its id is fit for it.

    >>> file_name(7, "../a/b c/é.txt"), file_name(12, " "), file_name(3, "2025-04-14-visit")
    ('000007-a-b-c-é-txt', '000012', '000003-2025-04-14-visit')
    """
    fit = _UNFIT.sub("-", document).strip("-")[:_LONGEST].rstrip("-")
    while len(fit.encode()) > 2 * _LONGEST:
        fit = fit[:-1]
    return f"{number:06}-{fit}" if fit else f"{number:06}"
