"""Words as the index has them, so that full-text search finds them in every script."""

from __future__ import annotations

import re

#: Scripts that write words without spaces, or glue endings to them: each of their characters is a term.
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff])"
)


def search_terms(text: str) -> str:
    """A text as the index has it: with spaces between characters of scripts that have none between words."""
    return _UNSPACED.sub(r" \1 ", text)


def search_query(words: str) -> str:
    """What a person typed, as FTS5 asks for it: all the words, the last letters of each left open.

    >>> search_query('free trade "x')
    '"free"* "trade"* "x"*'
    >>> search_query("协定")
    '"协 定"'
    """
    parts = []
    for word in re.findall(r"[^\s\"]+", words):
        spaced = search_terms(word).split()
        if spaced and re.search(r"\w", word):
            open_end = "" if _UNSPACED.fullmatch(spaced[-1]) else "*"
            parts.append(f'"{" ".join(spaced)}"{open_end}')
    return " ".join(parts)
