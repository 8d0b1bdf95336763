"""Where sentences begin and end."""

from __future__ import annotations

import doctest

from annotate.text import sentences
from annotate.text.sentences import Sentences


def test_sentences_in_one_pass() -> None:
    """A sentence that an entity begins is its own; an ordinal ends none, a year does, a Chinese stop and a line too."""
    text = "Am 15. Mai kam er in 2024. Wien sagte “ja.” Er ging。好的\nEnde"
    found = Sentences(text)
    parts = [text[slice(*found.around(at, at + 4))] for at in map(text.index, ("Mai", "Wien", "ging", "Ende"))]
    assert parts == ["Am 15. Mai kam er in 2024.", "Wien sagte “ja.”", "Er ging。", "Ende"]
    assert found.around(0, len(text)) == (0, len(text))


def test_the_example_runs() -> None:
    """What the docstring shows is so."""
    assert doctest.testmod(sentences).failed == 0
