"""What a document's own text and region change in how it is read."""

from __future__ import annotations

import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.records import Document
from annotate.spans import AnySpan, DateSpan, MoneySpan

_PIPELINES: dict[str, Pipeline] = {}


def spans(lang: str, text: str, region: str | None = None, **options: Any) -> list[AnySpan]:
    pipeline = _PIPELINES.setdefault(lang, Pipeline(Options(lang=lang, tokens=True)))
    record = pipeline.annotate(Document("a", text, "a", region=region))
    for token in record.tokens:
        assert text[token.start : token.end] == token.text
    for span in record.spans:
        assert text[span.start : span.end] == span.text
    return list(record.spans)


def amounts(lang: str, text: str, region: str | None = None) -> list[tuple[str, str | None]]:
    return [(s.text, s.value.amount) for s in spans(lang, text, region) if isinstance(s, MoneySpan)]


def dates(lang: str, text: str, region: str | None = None) -> list[str]:
    return [s.value.timex for s in spans(lang, text, region) if isinstance(s, DateSpan)]


@pytest.mark.parametrize("sign", ["\u00ad", "\u200b", "\u2060", "\ufeff", "\u200e"])
def test_invisible_signs(sign: str) -> None:
    """A sign that nobody sees is read over inside numbers and words, and the span is that of the text given."""
    text = f"Het kost{sign} 2{sign}.500{sign}.0{sign}00 eu{sign}ro sinds 3 ja{sign}nuari 20{sign}24."
    assert amounts("nl", text) == [(f"2{sign}.500{sign}.0{sign}00 eu{sign}ro", "2500000")]
    assert dates("nl", text) == ["2024-01-03"]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("ko", "정부는 2024년 3월 5일에 5억 원을 지원했다."),
        ("vi", "Ngày 6 tháng 12 năm 2024, họ vay 20,8 tỷ đồng."),
        ("fr", "Le 3 août 2024, l'État a versé 5 millions de couronnes suédoises à la Suède."),
        ("ru", "6 мая 2024 года она получила пять тысяч йен."),
    ],
)
def test_decomposed_text(lang: str, text: str) -> None:
    """A text in decomposed letters gives the same spans and values as the same text composed."""
    decomposed = unicodedata.normalize("NFD", text)
    assert decomposed != text
    composed = spans(lang, text)
    assert composed
    found = [(unicodedata.normalize("NFC", s.text), s.label, s.value) for s in spans(lang, decomposed)]
    assert found == [(unicodedata.normalize("NFC", s.text), s.label, s.value) for s in composed]


def test_segments_and_evidence_of_the_text_given() -> None:
    """Segments of a mixed document and the evidence of facts cover the text as it was given, from end to end."""
    dutch = "Nederland en Vietnam onder\u00adtekenden op 3 mei 2024 in Hanoi een vrijhandelsovereenkomst over vis. " * 3
    english = "The ministers of both countries met again in the capital in order to discuss the fishing rights. " * 3
    text = f"\ufeff{dutch}\n\n{english}\u00ad"
    record = Pipeline().annotate(Document("a", text, "a"))
    segments = record.meta.lang_segments
    assert (segments[0].start, segments[-1].end) == (0, len(text))
    assert record.facts
    start, end = record.facts[0].evidence
    assert text[start:end] == "onder\u00adtekenden op 3 mei 2024 in Hanoi een vrijhandelsovereenkomst"


@pytest.mark.parametrize(
    ("text", "region", "timex"),
    [
        ("It opened on 3/4/2024.", None, ["2024-03-04"]),
        ("It opened on 3/4/2024, after 25/12/2023.", None, ["2024-04-03", "2023-12-25"]),
        ("It opened on 3/4/2024, after 25/12/2023.", "US", ["2024-03-04", "2023-12-25"]),
        ("It opened on 3/4/2024, after 12/25/2023.", "GB", ["2024-04-03", "2023-12-25"]),
        ("It opened on 3/4/2024, between 25/12/2023 and 12/25/2024.", None, ["2024-03-04", "2023-12-25/2024-12-25"]),
        ("It opened on 3/4/2024; file 25/13/2023.", None, ["2024-03-04"]),
    ],
)
def test_order_of_day_and_month(text: str, region: str | None, timex: list[str]) -> None:
    """A date that can have but one order settles the others of its text; the region wins, a contradiction settles
    nothing."""
    assert dates("en", text, region) == timex


def test_order_of_a_segment_without_doubt() -> None:
    """Where the year comes first, nothing is to be settled."""
    assert dates("hu", "Ez 25/12/2023 és 2024.03.04. volt.") == ["2023-12-25", "2024-03-04"]


@pytest.mark.parametrize("text", ["May 3,2024", "Mar. 3,2024", "December 31,1999"])
def test_no_space_after_the_comma(text: str) -> None:
    """A day and its year may stand together without a space."""
    assert len(dates("en", f"It opened on {text}.")) == 1
    assert [s.text for s in spans("en", f"It opened on {text}.")] == [text]


def test_region_keeps_what_the_language_says() -> None:
    """A region changes only what CLDR writes otherwise there: Dutch groups with spaces in Belgium, too."""
    assert amounts("nl", "Het kost 2 500 000 euro.", "BE") == [("2 500 000 euro", "2500000")]
    assert dates("sv", "Den 3/4/2024 kom de.", "SE") == dates("sv", "Den 3/4/2024 kom de.") == ["2024-04-03"]
    assert dates("sv", "Den 3/4/2024 kom de.", "FI") == ["2024-04-03"]


def test_documents_do_not_change_one_another() -> None:
    """What a number is in one region is not remembered in another."""
    pipeline = Pipeline(Options(lang="de"))
    swiss, german = (
        Document("a", "Vor 1.234 Jahren war hier Wald.", "a", region=r, date="2024-05-03") for r in ("CH", None)
    )
    alone = [Pipeline(Options(lang="de")).annotate(document).spans for document in (swiss, german)]
    assert [pipeline.annotate(document).spans for document in (swiss, german)] == alone
    assert [pipeline.annotate(document).spans for document in (german, swiss)] == alone[::-1]


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("nl", "Er bleef -5 euro over.", [("-5 euro", "-5")]),
        ("nl", "Er bleef € -5 over.", [("€ -5", "-5")]),
        ("nl", "Er bleef 10 euro min 5 euro.", [("10 euro", "10"), ("5 euro", "5")]),
        ("en", "A loss (−€3m) followed.", [("−€3m", "-3000000")]),
        ("en", "It lost – €3m – again.", [("€3m", "3000000")]),
        ("es", "La obra –5 millones de euros– sigue.", [("5 millones de euros", "5000000")]),
        ("en", "The gain (+€3m) was real.", [("€3m", "3000000")]),
        ("en", "They paid 5 -10 euros.", [("5 -10 euros", None)]),
        ("de", "Das Ergebnis: minus fünf Euro.", [("minus fünf Euro", "-5")]),
        ("de", "Es sind plus minus fünf Euro.", [("fünf Euro", "5")]),
        ("fr", "Il coûte au moins cinq euros.", [("cinq euros", "5")]),
        ("en", "The COVID-19 euro crisis.", []),
    ],
)
def test_minus(lang: str, text: str, found: list[tuple[str, str | None]]) -> None:
    """A minus glued to a sum or in words is inside and makes it negative; a plus, a range and an aside do not."""
    assert amounts(lang, text) == found


def test_threads_that_share_a_pipeline_take_turns() -> None:
    """A document is begun when the one before it is done, since what matches keeps what it has learnt."""
    told: list[str] = []

    def on_load(lang: str) -> None:
        told.append(f"{lang} begun")
        time.sleep(0.1)
        told.append(f"{lang} done")

    pipeline = Pipeline(on_load=on_load)
    documents = [Document(lang, "2008", lang, lang=lang) for lang in ("nl", "en", "fr")]
    with ThreadPoolExecutor(3) as pool:
        records = [*pool.map(pipeline.annotate, documents)]
    assert [record.lang for record in records] == ["nl", "en", "fr"]
    assert [one.split()[1] for one in told] == ["begun", "done"] * 3
