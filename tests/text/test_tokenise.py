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


#: A line of exactly forty columns, and one a column short of that; neither ends a sentence.
_LINE = "They met once more and talked about five"


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        (f"{_LINE}\nmillion euros", False),
        (f"{_LINE[1:]}\nmillion euros", False),
        (f"{_LINE[1:]}\nmillion euros, said the minister in the capital on Tuesday", True),
        (f"{_LINE}\nMillionen Euro", False),
        (f"{_LINE}\n18 January", False),
        (f"{_LINE}\n18 January was the day of the signing of the agreement", True),
        (f"{_LINE[1:]}\nMillionen", True),
        ("2023\neuro 5 million", True),
        ("two and a half\nmillion", True),
        ("third quarter to $5\nmillion, a record", False),
        (f"{_LINE}.\nmillion euros", True),
        (f"{_LINE}\n\nmillion euros", True),
        (f"{'x' * 121}\nmillion euros", True),
        ("両国の閣僚は月曜日に首都で会談し、2024年\n3月4日に協定に署名した。", False),
        ("会談は2024年\n3月4日に行われた。", True),
    ],
)
def test_wrapped_lines(text: str, broken: bool) -> None:
    """In text set to a width a line goes on in the next where that is in lower case or would not have fitted."""
    assert bool(tokenise(text).breaks) is broken
