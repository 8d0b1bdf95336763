"""Documents of spaCy, read back by spaCy itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import srsly
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from annotate.export import spacy_docs
from annotate.export.articles import ExportError
from annotate.export.export import export
from annotate.export.formats import format_of
from decks import write
from hardtexts import difficult, linked


def from_bin(path: Path) -> list[Doc]:
    return list(DocBin().from_disk(path).get_docs(Vocab()))


def from_lines(path: Path) -> list[Doc]:
    return [Doc(Vocab()).from_json(one, validate=True) for one in srsly.read_jsonl(path)]


def from_list(path: Path) -> list[Doc]:
    return [Doc(Vocab()).from_json(one, validate=True) for one in json.loads(path.read_text(encoding="utf-8"))]


READERS: dict[str, Callable[[Path], list[Doc]]] = {".spacy": from_bin, ".jsonl": from_lines, ".json": from_list}


@pytest.fixture(autouse=True)
def extension() -> Iterator[None]:
    """What holds the values; reading the JSON registers it by itself."""
    Doc.set_extension("annotate", default=None, force=True)
    yield
    Doc.remove_extension("annotate")


@pytest.mark.parametrize("suffix", READERS)
@pytest.mark.parametrize("together", [200, 2])
def test_spacy_reads_texts_spans_and_values(
    tmp_path: Path, suffix: str, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each text to the character, each span with its words and label, overlapping ones too; values, rules, facts."""
    monkeypatch.setattr(spacy_docs, "_TOGETHER", together)
    records = difficult()
    out, target = write(tmp_path / "out", *records), tmp_path / f"made{suffix}"
    assert export(format_of("spacy"), out, target).count == len(records)
    docs = READERS[suffix](target)
    assert [doc.text for doc in docs] == [one["text"] for one in records]
    for doc, one in zip(docs, records, strict=True):
        assert [(span.start_char, span.end_char, span.text, span.label_) for span in doc.spans["annotate"]] == [
            (span["start"], span["end"], span["text"], span["label"]) for span in one["spans"]
        ]
        told: dict[str, Any] = doc._.annotate
        assert (told["id"], told["lang"], told["meta"]["source"]) == (one["id"], one["lang"], one["meta"]["source"])
        assert json.loads(json.dumps(told["facts"])) == one["facts"]
        for span, kept, own in zip(
            one["spans"], json.loads(json.dumps(told["spans"])), doc.spans["annotate"], strict=True
        ):
            assert {**kept, "token_start": 0, "token_end": 0} == span
            assert (kept["token_start"], kept["token_end"]) == (own.start, own.end - 1)
            assert own.id_ == (span["rule"] if suffix == ".spacy" else "")


def test_a_bin_is_what_spacy_itself_would_write(tmp_path: Path) -> None:
    """Read and written again by spaCy it has the same documents; and it can be merged with another."""
    out, target = write(tmp_path / "out", *difficult()), tmp_path / "made.spacy"
    export(format_of("spacy"), out, target)
    again = DocBin(attrs=["ORTH"], store_user_data=True, docs=from_bin(target))
    ours = DocBin(attrs=["ORTH"], store_user_data=True).from_disk(target)
    assert [doc.to_bytes() for doc in again.get_docs(Vocab())] == [doc.to_bytes() for doc in ours.get_docs(Vocab())]
    assert ours.strings >= again.strings
    again.merge(ours)
    assert len(again) == 2 * len(difficult())


def test_an_output_without_records_is_a_bin_without_documents(tmp_path: Path) -> None:
    """And spaCy reads it."""
    out, target = write(tmp_path / "out"), tmp_path / "made.spacy"
    assert export(format_of("spacy"), out, target).count == 0
    assert from_bin(target) == []


def test_a_suffix_that_says_no_form_is_told(tmp_path: Path) -> None:
    """It is the suffix that says which one is wanted."""
    out = write(tmp_path / "out", linked())
    with pytest.raises(ExportError, match=r"spacy is written to a file that ends in \.spacy or \.jsonl or \.json"):
        export(format_of("spacy"), out, tmp_path / "made.bin")
