"""The Python interface: a handful of names, typed, quick to import."""

from __future__ import annotations

import doctest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import annotate
from annotate import Document, FieldError, Options, PatternError, Pipeline, annotate_many, load
from annotate.schema import invariants

TEXT = "Op 18 januari 1950 kostte het de regering 2,5 miljard euro, zei de minister."


def test_the_public_names() -> None:
    """The package has these names and offers no others."""
    assert annotate.__all__ == [
        "AgreementSpan",
        "AgreementValue",
        "AnySpan",
        "DateSpan",
        "DateValue",
        "Document",
        "Fact",
        "FieldError",
        "Meta",
        "MoneySpan",
        "MoneyValue",
        "Options",
        "OtherSpan",
        "PartnershipSpan",
        "PartnershipValue",
        "Party",
        "PatternError",
        "Pipeline",
        "Record",
        "RecordError",
        "__version__",
        "annotate",
        "annotate_many",
        "load",
    ]
    assert {*annotate.__all__} <= {*dir(annotate)}
    for name in annotate.__all__:
        assert getattr(annotate, name) is not None
    with pytest.raises(AttributeError, match="'annotate' has no attribute 'annotator'"):
        _ = annotate.annotator


def test_the_package_says_that_it_is_typed() -> None:
    """`py.typed` stands beside the modules, so that type checkers use their annotations."""
    assert (Path(annotate.__file__).parent / "py.typed").is_file()


def test_one_text() -> None:
    """`annotate` gives the record of one text, with the built-in patterns and the language detected."""
    record = annotate.annotate(TEXT)
    assert (record.schema, record.id, record.lang) == ("annotate/2", "text", "nl")
    assert [span.text for span in record.spans] == ["18 januari 1950", "2,5 miljard euro"]
    assert invariants(record) == []


def test_what_the_caller_knows_of_a_text() -> None:
    """Language, date, region and id may be given, and stand in the record."""
    record = annotate.annotate("Gisteren kostte het $ 5.", lang="nl", date="2025-04-14", region="AU", id="a")
    assert (record.id, record.lang, record.meta.date) == ("a", "nl", "2025-04-14")
    assert record.meta.date_source == "option"
    assert record.dates[0].value.timex == "2025-04-13"
    assert record.money[0].value.currency == "AUD"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("lang", "../../../evil", "names no language that CLDR knows"),
        ("lang", "Elvish", "write its code"),
        ("lang", 3, "names no language"),
        ("region", "Atlantis", "is no region"),
        ("date", "5 maart 2024", "is no day of the calendar; write it as 2025-04-14"),
        ("date", "2024-02-31", "is no day"),
        ("date", "20240305", "is no day"),
        ("date", 20240305, "is no day"),
    ],
)
def test_what_a_document_says_of_itself_is_checked(field: str, value: object, says: str) -> None:
    """A clear error names the document, the field and the value; nothing else of a bad value comes out."""
    with pytest.raises(FieldError, match=says) as caught:
        Pipeline().annotate(Document("a1", TEXT, "a", **{field: value}))  # type: ignore[arg-type]
    assert str(caught.value).startswith(f"document 'a1': {field} '{value}'")
    assert (caught.value.field, caught.value.value) == (field, value)


@pytest.mark.parametrize("options", [{"lang": "../evil"}, {"region": "QQ"}, {"languages": ["nl", "xx"]}])
def test_what_the_options_say_is_checked_alike(options: dict[str, Any]) -> None:
    """Before a single text."""
    with pytest.raises(FieldError):
        load(**options)


@pytest.mark.parametrize("lang", ["nl-BE", "nld", "dut", "Dutch", "Nederlands", "Flemish"])
def test_a_language_may_be_given_by_code_or_name(lang: str) -> None:
    """The record has the primary code, whichever of its names was used."""
    record = annotate.annotate(TEXT, lang=lang)
    assert (record.lang, record.meta.lang_source) == ("nl", "record")
    assert load(lang=lang).annotate(Document("a", TEXT, "a")).lang == "nl"


def test_many_texts_are_a_stream() -> None:
    """`annotate_many` takes documents and plain strings one at a time, and gives records in their order."""
    taken: list[str] = []

    def texts() -> Iterator[Document | str]:
        for text in (TEXT, Document("b", TEXT, "b.txt", lang="nl")):
            taken.append("one")
            yield text

    stream = annotate_many(texts())
    assert taken == []
    assert next(stream).id == "1"
    assert taken == ["one"]
    assert [record.meta.source for record in stream] == ["b.txt"]


def test_a_pipeline_with_patterns_of_ones_own(tmp_path: Path) -> None:
    """`load` gives a pipeline with other patterns and settings; `annotate_many` takes it."""
    (tmp_path / "nl").mkdir()
    (tmp_path / "nl" / "ships.yaml").write_text(
        "label: SHIP\nrules:\n  - id: ship\n    pattern: [{LOWER: mv}, {IS_TITLE: yes, slot: name}]\n"
    )
    pipeline = load(patterns=[tmp_path], built_in=False, lang="nl", tokens=True)
    (record,) = annotate_many(["De MV Ada vaart."], pipeline=pipeline)
    assert [(span.label, span.value) for span in record.spans] == [("SHIP", {"name": "Ada"})]
    assert record.tokens[0].text == "De"
    assert pipeline.options == Options(patterns=(tmp_path,), built_in=False, lang="nl", tokens=True)


def test_a_slot_on_a_token_that_stands_several_times_has_all_its_words(tmp_path: Path) -> None:
    """`OP: "+"` with a slot gives what follows one another, and not the first word alone."""
    (tmp_path / "en").mkdir()
    pattern = '[{TEXT: MV}, {kind: capital, OP: "+", slot: name}, {LOWER: of}, {kind: capital, slot: name}]'
    rules = f"label: SHIP\nrules:\n  - id: ship\n    pattern: {pattern}\n"
    (tmp_path / "en" / "ships.yaml").write_text(rules)
    (record,) = annotate_many(["The MV Ada Lovelace of Cork."], pipeline=load(patterns=[tmp_path], lang="en"))
    assert [span.value for span in record.spans] == [{"name": "Ada Lovelace"}]


def test_faults_in_patterns_are_raised_at_once(tmp_path: Path) -> None:
    """`load` raises PatternError with every fault of every file, before any text is seen."""
    (tmp_path / "nl").mkdir()
    for name in ("a", "b"):
        (tmp_path / "nl" / f"{name}.yaml").write_text("rulez: []\n")
    with pytest.raises(PatternError) as told:
        load(patterns=[str(tmp_path)], lang="nl")
    assert [(Path(fault.path).name, fault.line) for fault in told.value.faults] == [
        ("a.yaml", 1),
        ("b.yaml", 1),
    ]


PIPELINE = Pipeline()
SIGNS = '0123456789 \n\t.,-/()€$%’"“ⅣＡ年月日\u200b\u00a0\u0301\U0001f600'
WORDS = "mei 2024 miljard euro van tot Verdrag overeenkomst partnerschap eind vorig jaar US$ in may the billion"
PIECES = st.sampled_from([*SIGNS, *WORDS.split()])


@settings(deadline=None, max_examples=150)
@given(
    st.one_of(
        st.text(max_size=80),
        st.lists(PIECES, max_size=25).map("".join),
        st.lists(PIECES, max_size=25).map(" ".join),
    )
)
def test_any_text_gives_a_sound_record(text: str) -> None:
    """Whatever the text: no crash, every span quotes it, the same bytes twice."""
    document = Document("any", text, "any", lang="nl", date="2025-04-14")
    record = PIPELINE.annotate(document)
    assert invariants(record) == []
    assert all(text[span.start : span.end] == span.text for span in record.spans)
    assert record.to_json() == PIPELINE.annotate(document).to_json()


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=200))
def test_any_text_of_any_language_gives_a_sound_record(text: str) -> None:
    """The same where the language is detected, whatever it is taken for."""
    assert invariants(PIPELINE.annotate(Document("any", text, "any"))) == []


def test_the_examples_in_the_docstrings_hold() -> None:
    """The examples in the docstrings are run."""
    assert doctest.testmod(annotate).failed == 0


def test_a_generic_acronym_is_no_key() -> None:
    """`(FTA)` behind a name says what kind it is: it must not tie all such agreements together."""
    record = annotate.annotate("피지·네팔 자유무역협정(FTA)이 발효됐다.", lang="ko")
    values = [span.value for span in record.agreements]
    assert [value.acronym for value in values] == ["FTA", "FTA"]
    assert {value.id for value in values} <= {None, "fj-np/free_trade"}
