"""What spans say of one another."""

from __future__ import annotations

import pytest

from annotate.records import Document, Record
from pipelines import pipeline


def record(lang: str, text: str) -> Record:
    return pipeline(lang).annotate(Document("a", text, "a"))


@pytest.mark.parametrize(
    ("lang", "text", "key", "acronym"),
    [
        ("en", "The EU-Zambia Economic Partnership Agreement (EPA) took effect.", "eu-zm/free_trade", "EPA"),
        ("nl", "De Zambia-Chili Vrijhandelsovereenkomst (FTA) geldt.", "cl-zm/free_trade", "FTA"),
        ("ko", "한·베트남 자유무역협정(FTA)이 발효됐다.", "vkfta", "VKFTA"),
        ("nl", "De Geavanceerde Kaderovereenkomst (AFA) is nieuw.", "afa", "AFA"),
    ],
)
def test_an_acronym_of_a_kind_is_no_key(lang: str, text: str, key: str | None, acronym: str) -> None:
    """An acronym in brackets that names a kind gives a name and itself no key; a known name keeps its own."""
    values = [span.value for span in record(lang, text).agreements]
    assert [(value.id, value.acronym) for value in values] == [(key, acronym)] * 2


@pytest.mark.parametrize(
    ("lang", "text", "currency"),
    [
        ("en", "Norway will pay 300 million kroner.", "NOK"),
        ("en", "The Norwegian fund will pay 300 million kroner. Denmark waits.", "NOK"),
        ("en", "Morocco lends 96 billion dirhams.", "MAD"),
        ("en", "Pakistan owes 5 billion rupees.", "PKR"),
        ("ja", "スウェーデンは750億クローナを投じる。", "SEK"),
        ("fr", "Le Maroc prête 96 milliards de dirhams.", "MAD"),
        ("ru", "Норвегия вложит 300 миллионов крон.", "NOK"),
        ("en", "Norway and Denmark will pay 300 million kroner.", None),
        ("en", "Norway waits. They will pay 300 million kroner.", "NOK"),
        ("en", "South Sudan and Chile owe 5 billion kroner.", None),
    ],
)
def test_the_sentence_settles_the_currency(lang: str, text: str, currency: str | None) -> None:
    """A currency name that several countries share is that of the one that the sentence names, else it stays open."""
    (value,) = [span.value for span in record(lang, text).money]
    assert value.currency == currency
    assert bool(value.currency_candidates) == (currency is None)


def test_an_acronym_means_nothing_before_it_is_introduced() -> None:
    """A bare acronym is a mention behind the place where the text introduces it, and never before."""
    text = "De ABCX groeit. De Vietnam-Chili Handelsovereenkomst (ABCX) geldt. De ABCX groeit weer; de ABCX-leden niet."
    found = [(span.start, span.text) for span in record("nl", text).agreements if span.text == "ABCX"]
    assert found == [(text.index("(ABCX") + 1, "ABCX"), (text.index("ABCX groeit weer"), "ABCX")]


@pytest.mark.parametrize("between", [" (", ' ("', "    (", "("])
def test_an_acronym_goes_with_the_name_that_it_stands_behind(between: str) -> None:
    """Name and acronym have one key, however they are set."""
    text = f"De Vietnam-Chili Handelsovereenkomst{between}ABCX"
    text += '") geldt.' if '"' in between else ") geldt."
    assert [span.value.id for span in record("nl", text).agreements] == ["abcx", "abcx"]


@pytest.mark.parametrize(
    ("text", "dated"),
    [
        ("Vietnam and Japan upgraded their ties to a comprehensive strategic partnership in November 2023.", True),
        ("Vietnam and Japan established a strategic partnership in November 2023.", True),
        ("Vietnam and Japan reaffirmed their strategic partnership in November 2023.", False),
    ],
)
def test_a_partnership_is_dated_by_what_founds_it(text: str, dated: bool) -> None:
    """The date of establishing or upgrading a partnership is that since which it stands; another verb's is not."""
    (value,) = [span.value for span in record("en", text).partnerships]
    assert (value.since_span is not None) == dated
