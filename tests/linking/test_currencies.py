"""Currencies by the whole text, and what only reads like a sum."""

from __future__ import annotations

import pytest

from annotate.records import Document
from annotate.spans import MoneySpan
from pipelines import pipeline


def sums(lang: str, text: str, region: str | None = None) -> list[tuple[str, str | None]]:
    record = pipeline(lang).annotate(Document("a", text, "a", region=region))
    return [(span.text, span.value.currency) for span in record.spans if isinstance(span, MoneySpan)]


@pytest.mark.parametrize(
    ("lang", "text", "region", "found"),
    [
        ("en", "She lost 30 pounds on a diet.", None, []),
        ("en", "She lost 30 pounds on a diet.", "GB", [("30 pounds", "GBP")]),
        ("en", "Britain fined her 30 pounds.", None, [("30 pounds", "GBP")]),
        ("en", "The fine was £5, later 30 pounds.", None, [("£5", "GBP"), ("30 pounds", "GBP")]),
        ("en", "It cost 30 million pounds.", None, [("30 million pounds", "GBP")]),
        ("en", "A litre costs 70 pence.", None, [("70 pence", "GBP")]),
        ("de", "Der Sack wiegt 50 Pfund.", None, []),
        ("ru", "Малыш весит 8 фунтов.", None, []),
        ("ko", "그는 20파운드를 감량했다.", None, []),
    ],
)
def test_pounds(lang: str, text: str, region: str | None, found: list[tuple[str, str]]) -> None:
    """A few pounds are a weight, unless a country, a sign or another sum of the text speaks of that money."""
    assert sums(lang, text, region) == found


@pytest.mark.parametrize(
    ("lang", "text", "region", "found"),
    [
        ("fr", "La COP29 fut longue.", None, []),
        ("en", "It runs PHP 8 on AMD64.", None, []),
        ("de", "Unter TOP 12 sprach er.", None, []),
        ("en", "He paid PHP 800.", "PH", [("PHP 800", "PHP")]),
        ("en", "He paid PHP 12,500.", None, [("PHP 12,500", "PHP")]),
        ("en", "He paid USD 12.", None, [("USD 12", "USD")]),
        ("da", "Det er en som arbejder hårdt, og 5 som hviler.", None, []),
        ("ro", "A depus un real efort.", None, []),
        ("pl", "Otwarto 12 nowych szkół.", None, []),
    ],
)
def test_what_only_looks_like_money(lang: str, text: str, region: str | None, found: list[tuple[str, str]]) -> None:
    """Capitals before a small number, and everyday words that are a currency far away, are no money."""
    assert sums(lang, text, region) == found


@pytest.mark.parametrize(
    ("lang", "text", "currency"),
    [
        ("es", "Chile licitó el puerto. La obra vale 40.000 millones de pesos.", "CLP"),
        ("es", "Chile y Colombia licitan. La obra vale 40.000 millones de pesos.", None),
        ("de", "Es kostet vier US-Dollar, das sind 5 Cent mehr.", "USD"),
        ("en", "It cost A$5 million, then $3 million.", "AUD"),
        ("en", "It cost A$5 million ($3 million).", "USD"),
        ("ko", "캐나다는 20억 캐나다 달러, 수출은 610억 달러다.", "USD"),
        ("en", "It cost A$5 million and US$2 million, then $3 million.", "USD"),
        ("en", "He paid 100 pesos in Manila.", "PHP"),
        ("en", "She gave 300 Mexican pesos, he 100 pesos.", "MXN"),
        ("zh", "公司增資100億元，另借新台幣20億元，每股配息3.2元。", "TWD"),
        ("zh", "公司增資100億元。在台北開會，每股配息3.2元。", "TWD"),
        ("zh", "公司市值100億元，股價收報12.3元。", None),
    ],
)
def test_the_text_settles_the_currency(lang: str, text: str, currency: str | None) -> None:
    """A word of several currencies is that of the one country that the text names, of its capital, or of other sums;
    it stands for no more of them than elsewhere in the text. Cents and a bare dollar sign follow the text's own."""
    assert sums(lang, text)[-1][1] == currency


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("es", "La alcaldía de Bogotá gastará $45.000 millones.", [("$45.000 millones", "COP")]),
        ("fr", "Le Canada versera 20 millions $ aux écoles.", [("20 millions $", "CAD")]),
        ("es", "Chile y México gastarán $45.000 millones.", [("$45.000 millones", "USD")]),
        ("es", "En Colombia, Estados Unidos gastará $45 millones.", [("$45 millones", "USD")]),
        ("en", "Mexico exported $45 billion worth of cars.", [("$45 billion", "USD")]),
        ("it", "Il Messico ha speso $45 milioni.", [("$45 milioni", "USD")]),
        (
            "es",
            "México gastará $4,500 millones (unos 230 millones de dólares) y otros $90 millones.",
            [("$4,500 millones", "MXN"), ("230 millones de dólares", "USD"), ("$90 millones", "MXN")],
        ),
    ],
)
def test_dollar_sign_of_the_country(lang: str, text: str, found: list[tuple[str, str]]) -> None:
    """A bare dollar sign is of the one country that the text names and whose language it is in, else America's."""
    assert sums(lang, text) == found


@pytest.mark.parametrize(
    ("lang", "text", "currency"),
    [
        ("it", "Costava 40mila lire.", "ITL"),
        ("it", "In Turchia costava 40mila lire.", "TRY"),
        ("pt", "Em Cabo Verde pagou 67.000 escudos.", "CVE"),
    ],
)
def test_money_of_the_language_home(lang: str, text: str, currency: str) -> None:
    """A word of several currencies is that of the country named, else of the language's home, be it of the past."""
    assert [code for _, code in sums(lang, text)] == [currency]
