"""Tokens: the same in every language, and never a character lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.text.compose import INVISIBLE
from annotate.text.tokenise import tokenise


@given(st.text())
def test_offsets(text: str) -> None:
    """Every token stands where it says, in order, and only blanks stand between tokens."""
    tokens = tokenise(text)
    at = 0
    for word, start in zip(tokens.words, tokens.starts, strict=True):
        assert text[start : start + len(word)] == word
        assert not text[at:start].strip().strip(f"{INVISIBLE} \x1c\x1d\x1e\x1f")
        at = start + len(word)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3,5%", ["3", ",", "5", "%"]),
        ("2024年12月6日", ["2024", "年", "12", "月", "6", "日"]),
        ("US$20.8bn", ["US", "$", "20", ".", "8", "bn"]),
        ("l'an dernier", ["l", "'", "an", "dernier"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("20\u200f/01", ["20", "/", "01"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    """Digits, letters and signs are cut the same way everywhere; scripts without spaces by character."""
    assert tokenise(text).words == words


def test_breaks() -> None:
    """A line of a list ends there; a line that was only wrapped goes on."""
    assert tokenise("eind 2008\nZaal 3").breaks == (2,)
    wrapped = "De twee landen hebben volgens de minister in het voorjaar van 18\njanuari 1950 betrekkingen."
    assert tokenise(wrapped).breaks == ()
    assert len(tokenise("een\n\ntwee").breaks) == 1
