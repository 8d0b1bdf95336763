"""Long texts: cut and matched in stretches, with the tokens and the spans of the whole."""

from __future__ import annotations

import pytest

from annotate.matching import match
from annotate.pipeline import Pipeline
from annotate.records import Document
from annotate.text import tokenise
from committed import CORPUS


@pytest.mark.parametrize("lang", ["en", "ja", "ru"])
def test_stretches_change_no_span(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An article matched in stretches of some ten tokens has the record that it has as a whole."""
    text = max(CORPUS.glob(f"{lang}/*.txt")).read_text(encoding="utf-8")
    document = Document("a", text, "a", lang=lang, date="2025-11-14", date_source="option")
    whole = Pipeline().annotate(document)
    monkeypatch.setattr(match, "_STRETCH", 10)
    assert Pipeline().annotate(document) == whole
    assert len(whole.spans) > 20


def test_a_long_text_has_the_same_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way that saves memory gives the words, offsets and line ends of the ordinary one."""
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("*/*.txt"))) + "a\u00adb \u200b c"
    ordinary = tokenise.tokenise(text)
    monkeypatch.setattr(tokenise, "_LONG", 0)
    saving = tokenise.tokenise(text)
    assert (saving.words, list(saving.starts), saving.breaks) == (ordinary.words, ordinary.starts, ordinary.breaks)
