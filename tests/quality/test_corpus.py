"""The corpus: articles as they were promised, gold that is sound, and the pipeline held against it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from annotate.pipeline import Pipeline
from annotate.quality.evaluate import evaluate
from annotate.quality.links import Links, link_lines, links
from annotate.quality.saved import load_records
from annotate.quality.scores import Score
from annotate.records import Document, Record
from annotate.schema import invariants, json_schema
from committed import CORPUS, ROOT

Json = dict[str, Any]

LANGUAGES = sorted(folder.name for folder in CORPUS.iterdir() if folder.is_dir())
ARTICLES = sorted(CORPUS.glob("*/*.txt"))
GOLD = sorted(CORPUS.glob("*/*.gold.jsonl"))
SHARED = ROOT.parent / "shared"

LABELS = ("DATE", "MONEY", "AGREEMENT", "PARTNERSHIP")
#: What each label's strict F1 must reach in every language of the corpus, over its articles together.
CORPUS_F1 = {"DATE": 0.95, "MONEY": 0.95, "AGREEMENT": 0.85, "PARTNERSHIP": 0.85}
#: The same on the Dutch articles that the issue is measured by.
SHARED_F1 = {"DATE": 0.97, "MONEY": 0.97, "AGREEMENT": 0.85, "PARTNERSHIP": 0.90}
VALUES = 0.97
#: What links must reach, over all languages: precision and recall.
LINKS = {"parties": (0.97, 0.80), "facts": (0.95, 0.80), "fact parties": (0.92, 0.92)}


def name(path: Path) -> str:
    return path.relative_to(CORPUS).as_posix()


@cache
def pipeline() -> Pipeline:
    return Pipeline()


@cache
def gold(lang: str) -> list[Json]:
    return [record for path in GOLD if path.parent.name == lang for record in load_records(path)]


@cache
def annotated(lang: str) -> list[Json]:
    """What the pipeline makes of a language's articles, which it is not told the language of."""
    return [
        pipeline()
        .annotate(
            Document(one["id"], one["text"], one["meta"]["source"], date=one["meta"]["date"], date_source="filename")
        )
        .to_dict()
        for one in gold(lang)
    ]


def assert_good(gold: list[Json], found: list[Json], least: dict[str, float]) -> None:
    """Fails with every error in its context where a label's F1, or the share of right values, is too low."""
    report = evaluate(gold, found, labels=LABELS)
    assert report.compared == len(gold), (report.other_text, report.not_predicted)
    f1 = {label: report.by_label.get(label, Score()).strict.f1 or 0.0 for label in least}
    # taken together: an article has about eight sums, so that one of them would decide
    values = sum((report.by_label.get(label, Score()) for label in ("DATE", "MONEY")), Score())
    errors = [
        f"{error.document}: {error.kind} {error.label} …{error.before}[{error.text}]{error.after}…"
        for error in report.errors
    ]
    told = "\n".join([str(f1), f"values of DATE and MONEY: {values.right} of {values.valued} right", *errors])
    assert all(f1[label] >= bar for label, bar in least.items()), told
    assert (values.value_accuracy or 0.0) >= VALUES, told


# --- the articles -------------------------------------------------------------------------------


def test_there_are_twelve_languages() -> None:
    """Dutch and English with three articles each, ten more with at least two."""
    counts = Counter(path.parent.name for path in ARTICLES)
    assert len(LANGUAGES) >= 12
    assert counts["nl"] >= 3
    assert counts["en"] >= 3
    assert min(counts.values()) >= 2


def test_every_article_has_its_gold() -> None:
    """An article and its gold stand side by side, and nothing else does."""
    assert [str(path).removesuffix(".gold.jsonl") for path in GOLD] == [
        str(path).removesuffix(".txt") for path in ARTICLES
    ]


def test_the_readme_says_what_each_article_is_for() -> None:
    """corpus/README.md has a row for every article, and none for an article that is gone."""
    rows = re.findall(r"^\| `(\w\w/[^`]+)` \|", (CORPUS / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(name(path).removesuffix(".txt") for path in ARTICLES)


@pytest.mark.parametrize("path", ARTICLES, ids=name)
def test_an_article_is_as_long_as_a_news_article(path: Path) -> None:
    """150 to 600 words, or 300 to 1,500 characters of Chinese, Japanese or Korean, give or take 15%."""
    text = path.read_text(encoding="utf-8")
    if re.search(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]", text):
        assert 0.85 * 300 <= len("".join(text.split())) <= 1.15 * 1500
    else:
        assert 0.85 * 150 <= len(text.split()) <= 1.15 * 600


@pytest.mark.parametrize("path", ARTICLES, ids=name)
def test_an_article_s_name_carries_its_date(path: Path) -> None:
    """The date in the name is the day that relative expressions are told from, in the gold too; or the story's."""
    (record,) = load_records(path.with_suffix(".gold.jsonl"))
    date = re.match(r"(\d{4}-\d\d-\d\d)-[a-z0-9-]+\.txt$", path.name)
    assert date, path.name
    assert record["meta"]["date"] == date[1]
    told = {span["value"]["end"] for span in record["spans"] if span["label"] == "DATE" and not span["value"]["anchor"]}
    anchors = {span["value"]["anchor"] for span in record["spans"] if span["label"] == "DATE"} - {date[1], None}
    assert all(any(end and end.startswith(anchor) for end in told) for anchor in anchors)


# --- the gold -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", GOLD, ids=name)
def test_gold_belongs_to_its_article(path: Path) -> None:
    """One record, its text the file's to the byte, its id and language those of the file."""
    (record,) = load_records(path)
    article = path.with_name(path.name.replace(".gold.jsonl", ".txt"))
    assert record["text"].encode() == article.read_bytes()
    assert record["id"] == article.stem
    assert record["lang"] == path.parent.name
    assert record["meta"]["source"] == article.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", GOLD, ids=name)
def test_gold_is_sound(path: Path) -> None:
    """Spans equal their text, stand in order, overlap none of their label, link to spans that exist."""
    (record,) = load_records(path)
    assert invariants(whole(record)) == []


@pytest.mark.parametrize("path", GOLD, ids=name)
def test_gold_facts_are_sound(path: Path) -> None:
    """A fact joins spans of its passage, names the parties of its subject, and stands once."""
    (record,) = load_records(path)
    spans = {span["id"]: span for span in record["spans"]}
    for fact in record["facts"]:
        subject, other = spans[fact["subject"]], spans[fact["date"] or fact["amount"]]
        assert subject["label"] in ("AGREEMENT", "PARTNERSHIP")
        assert other["label"] == ("DATE" if fact["date"] else "MONEY")
        assert fact["evidence"][0] <= min(subject["start"], other["start"])
        assert max(subject["end"], other["end"]) <= fact["evidence"][1]
        assert fact["parties"] == [party["code"] or party["name"] for party in subject["value"]["parties"]]
    keys = [(fact["type"], fact["subject"], fact["date"], fact["amount"]) for fact in record["facts"]]
    assert len({*keys}) == len(keys)


def test_the_gold_has_facts_in_every_language() -> None:
    """At least 250 facts over all, and twenty in each language."""
    counts = {lang: sum(len(record["facts"]) for record in gold(lang)) for lang in LANGUAGES}
    assert sum(counts.values()) >= 250
    assert min(counts.values()) >= 20


@pytest.mark.parametrize("path", GOLD, ids=name)
def test_gold_has_all_keys_of_each_value(path: Path) -> None:
    """A value of the gold names what a value of the output names, null where nothing is to be said."""
    (record,) = load_records(path)
    parts = json_schema()["$defs"]
    keys = {label: list(parts[f"{label.capitalize()}Value"]["properties"]) for label in LABELS}
    wrong = [span for span in record["spans"] if list(span["value"]) != keys[span["label"]]]
    assert wrong == []


@pytest.mark.parametrize("path", GOLD, ids=name)
def test_every_label_is_in_every_article(path: Path) -> None:
    """No article leaves a label out, so that each is measured in each language."""
    (record,) = load_records(path)
    assert {span["label"] for span in record["spans"]} == {*LABELS}


def whole(record: Json) -> Record:
    """A gold record with what only the pipeline can know; its own fields are checked against the types."""
    missing = {"token_start": 0, "token_end": 0, "rule": "-"}
    run = {"tool": "gold", "spacy": "-", "pipeline": "-", "patterns": "sha256:0", "config": "sha256:0"}
    meta = {"sha256": "0" * 64, "lang_score": None, "lang_source": None}
    spans = [missing | span for span in record["spans"]]
    return Record.from_dict({**record, "meta": record["meta"] | meta, "spans": spans, "run": run})


# --- the pipeline -------------------------------------------------------------------------------


@pytest.mark.xdist_group("corpus")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_language_is_detected(lang: str) -> None:
    """No article has to be told its language."""
    assert {record["lang"] for record in annotated(lang)} == {lang}


@pytest.mark.xdist_group("corpus")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_gold_is_found(lang: str) -> None:
    """Dates and sums reach F1 0.95 with 97% of the values right, agreements and partnerships F1 0.85."""
    assert_good(gold(lang), annotated(lang), CORPUS_F1)


@pytest.mark.xdist_group("corpus")
def test_parties_and_facts_are_found() -> None:
    """Parties are right in 97% and found in 80%, facts in 95% and 80%, over all languages; none is far behind.

    Of the facts that are right 92% have exactly the parties of the gold.
    """
    scores = links(
        [one for lang in LANGUAGES for one in gold(lang)], [one for lang in LANGUAGES for one in annotated(lang)]
    )
    for what, (precision, recall) in LINKS.items():
        whole = sum((score for (_, one), score in scores.items() if one == what), Links())
        assert (whole.precision or 0) >= precision, link_lines(scores)
        assert (whole.recall or 0) >= recall, link_lines(scores)
        assert min(score.recall or 0 for (_, one), score in scores.items() if one == what) >= recall - 0.1


@pytest.mark.skipif(not (SHARED / "gold").is_dir(), reason="the owner's articles are not beside the repository")
def test_the_owner_s_gold_is_found() -> None:
    """On the real Dutch articles dates and sums reach F1 0.97, agreements 0.85, partnerships 0.90."""
    golds = [record for path in sorted((SHARED / "gold").glob("*.json*")) for record in load_records(path)]
    golds = [record for record in golds if shared_article(record).is_file()]
    assert golds
    found = []
    for record in golds:
        text = shared_article(record).read_bytes().decode()
        assert hashlib.sha256(text.encode()).hexdigest() == record["sha256"]
        found.append(pipeline().annotate(Document(record["id"], text, record["id"])).to_dict())
    assert {record["lang"] for record in found} == {"nl"}
    assert_good(golds, found, SHARED_F1)


def shared_article(record: Json) -> Path:
    return SHARED / f"articles/{record['lang']}/{record['id']}.txt"
