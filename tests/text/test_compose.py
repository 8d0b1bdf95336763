"""The text as it is read: composed, without invisible signs, its offsets those of the text given."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.text.compose import INVISIBLE, compose

_LETTERS = st.text(
    st.sampled_from([*"aé1 ,가각힣", "\u0301", "\u1100", "\u1161", "\u11a8", "\u0958", *INVISIBLE, "\u200c"])
)


@given(_LETTERS)
def test_nothing_is_lost(text: str) -> None:
    """What is read is the text composed and without invisible signs, and each stretch of it knows its own letters."""
    read = compose(text)
    if read is None:
        assert unicodedata.normalize("NFC", text) == text
        assert not set(text) & set(INVISIBLE)
        return
    assert len(read.text) == len(read.starts) == len(read.ends)
    for n, character in enumerate(read.text):
        start, end = read.span(n, n + 1)
        assert character in unicodedata.normalize("NFC", text[start:end])
    assert list(read.starts) == sorted(read.starts)
    assert not set(read.text) & set(INVISIBLE)


@pytest.mark.parametrize(
    ("given_text", "text"),
    [
        ("2\u200b500", "2500"),
        ("over\u00adeen\u00adkomst", "overeenkomst"),
        ("12\u2060.500", "12.500"),
        (unicodedata.normalize("NFD", "2024년 5억 원"), "2024년 5억 원"),
        (unicodedata.normalize("NFD", "tháng năm"), "tháng năm"),
        ("۵\u200cمیلیون", "۵میلیون"),
        ("می\u200cرود", None),
        ("plain", None),
        ("déjà vu", None),
        ("on 7 Novem-\nber 1987", "on 7 November 1987"),
        ("een samenwerkings-\r\n  overeenkomst", "een samenwerkingsovereenkomst"),
        ("am 12. Sep\u2010\ntember", "am 12. September"),
        ("a third-\nquarter loss", "a third-quarter loss"),
        ("ein Handels-\nund Zollvertrag", None),
        ("het EU-\nverdrag of de N-\nweg", None),
        ("- an item-\n- another", None),
    ],
)
def test_read(given_text: str, text: str | None) -> None:
    """Soft hyphens, marks of width, decomposed letters and words broken at the end of a line are read over.

    Most texts are read as they stand.
    """
    read = compose(given_text)
    assert (read and read.text) == text
