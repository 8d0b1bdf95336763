"""Examples in docstrings (`>>> …`) as blocks of code in the API's pages, as doctest runs them."""

from __future__ import annotations

import re
from typing import Any

import griffe

#: The lines of an example: from `>>>` to the next empty line.
_EXAMPLE = re.compile(r"(?:^|\n)(>>> .*?)(?=\n\s*\n|\s*\Z)", re.S)


class Examples(griffe.Extension):
    """Fences the examples of every docstring that is shown."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Put a fence around each example."""
        if obj.docstring is not None:
            obj.docstring.value = fenced(obj.docstring.value)


def fenced(text: str) -> str:
    r"""A docstring with its examples as Markdown has code.

    >>> fenced("Adds.\n\n>>> 1 + 1\n2\n\nAnd so on.")
    'Adds.\n\n```pycon\n>>> 1 + 1\n2\n```\n\nAnd so on.'
    """
    return _EXAMPLE.sub(r"\n```pycon\n\1\n```", text).lstrip("\n")
