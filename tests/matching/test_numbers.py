"""The number reader: one reading for every label and language."""

from __future__ import annotations

from decimal import Decimal

import pytest

from annotate.matching.choose import select
from annotate.matching.numbers import Number
from annotate.matching.units import Unit, numeric_date
from annotate.records import Document
from annotate.text.tokenise import tokenise
from pipelines import pipeline


def units(lang: str, text: str) -> list[Unit]:
    engine = pipeline(lang).rulebook.engine(lang)
    assert engine is not None
    tokens = tokenise(text)
    row = engine._words.row(tokens, 0, len(tokens), engine.grammar.settings)
    return row.units(0, len(row.words) - 1)


def numbers(lang: str, text: str) -> list[Decimal]:
    return [u.kinds["number"].value for u in units(lang, text) if isinstance(u.kinds.get("number"), Number)]


@pytest.mark.parametrize(
    ("lang", "text", "value"),
    [
        ("nl", "2,5 miljard", "2500000000"),
        ("nl", "1.250,50", "1250.50"),
        ("nl", "2.5 miljoen", "2500000"),
        ("nl", "3.000 miljard", "3000000000000"),
        ("nl", "een miljard", "1000000000"),
        ("nl", "vijf miljoen", "5000000"),
        ("nl", "vijfentwintig", "25"),
        ("nl", "anderhalf miljoen", "1500000"),
        ("nl", "€ 1.250.000", "1250000"),
        ("nl", "3 mrd", "3000000000"),
        ("nl", "3 mrd. euro", "3000000000"),
        ("de", "300-Millionen-Euro-Kredit", "300000000"),
        ("es", "dos mil quinientos", "2500"),
        ("ru", "тысяча сто двадцать", "1120"),
        ("ko", "50만 9375", "509375"),
        ("ja", "１，２００億", "120000000000"),
        ("ja", "２．５億", "250000000"),
        ("ja", "1・5億", "150000000"),
        ("zh", "１，２００万", "12000000"),
        ("zh", "３．５亿", "350000000"),
        ("nl", "10m", "10000000"),
        ("vi", "hai tỷ rưỡi", "2500000000"),
        ("vi", "2 tỷ rưỡi", "2500000000"),
        ("ru", "2 с половиной миллиона", "2500000"),
        ("ru", "200 с половиной миллиона", "200500000"),
        ("nl", "9" * 24, "9" * 24),
        ("de", "hundertdreiundzwanzig", "123"),
        ("de", "vierhunderteinundzwanzigtausend", "421000"),
        ("nl", "eenendertigduizend", "31000"),
        ("it", "trentunomila", "31000"),
        ("es", "treinta y un millones", "31000000"),
        ("es", "ciento un mil", "101000"),
        ("es", "veintidos mil", "22000"),
        ("en", "9 thousand million", "9000000000"),
        ("ko", "천오백만 원", "15000000"),
        ("ko", "육십삼억 이천만 달러", "6320000000"),
        ("ko", "십오만 원", "150000"),
        ("ko", "만 원", "10000"),
        ("ko", "370 억 달러", "37000000000"),
        ("ko", "3천5백만원", "35000000"),
        ("ko", "이십일일", "21"),
        ("ja", "三、二四〇、〇〇〇円", "3240000"),
        ("zh", "一九五○年", "1950"),
        ("vi", "một nghìn hai trăm tỷ đồng", "1200000000000"),
        ("ko", "5억 3천만", "530000000"),
        ("ko", "45만 6,000", "456000"),
        ("ru", "два с половиной миллиарда", "2500000000"),
        ("uk", "два з половиною мільярди", "2500000000"),
        ("it", "3 milioni e mezzo", "3500000"),
        ("it", "due miliardi e mezzo", "2500000000"),
        ("es", "6 millones y medio", "6500000"),
        ("fr", "1 milliard et demi", "1500000000"),
        ("en", "2 and a half million", "2500000"),
        ("en", "a billion and a half", "1500000000"),
        ("pl", "dwa i pół miliarda", "2500000000"),
        ("en", "1,250.50", "1250.50"),
        ("en", "20.8 billion", "20800000000"),
        ("en", "three hundred", "300"),
        ("en", "two hundred and fifty million", "250000000"),
        ("en", "5 million 300 thousand", "5300000"),
        ("fr", "1 250,50", "1250.50"),
        ("fr", "1\u202f250\u202f000", "1250000"),
        ("de", "1'250.50", "1250.50"),
        ("hi", "12,50,000", "1250000"),
        ("hi", "२०२४", "2024"),
        ("ar", "١٬٢٣٤٫٥", "1234.5"),
    ],
)
def test_value(lang: str, text: str, value: str) -> None:
    """A numeral, its words and its scale word are one number with an exact value."""
    assert numbers(lang, text) == [Decimal(value)]


@pytest.mark.parametrize(
    ("lang", "text", "values"),
    [
        ("nl", "in 2024 500 mensen", ["2024", "500"]),
        ("nl", "2020 een jaar", ["2020"]),
        ("en", "five six", ["5", "6"]),
        ("fr", "en 2024 500 personnes", ["2024", "500"]),
        ("nl", "(2010, 2020)", ["2010", "2020"]),
        ("es", "3 millones y medio millón", ["3000000", "500000"]),
        ("es", "dos millones y tres millones", ["2000000", "3000000"]),
        ("en", "3 million two weeks", ["3000000", "2"]),
        ("ru", "2024 с половиной миллиона", ["2024", "1000000"]),
    ],
)
def test_neighbours_stay_apart(lang: str, text: str, values: list[str]) -> None:
    """Numbers that stand side by side are not run together."""
    assert numbers(lang, text) == [Decimal(v) for v in values]


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.1",
        "01-25/HDKH",
        "KB-9001",
        "G20",
        "+31 20 123 4567",
        "https://a.nl/2024/05/03",
        "A/RES/70/1",
        "10:30",
    ],
)
def test_code_is_no_number(text: str) -> None:
    """Digits in an address, a file number, a telephone number or a time are neither number nor year."""
    assert not any({"number", "year", "numeric_date"} & u.kinds.keys() for u in units("nl", text))


@pytest.mark.parametrize("lang", ["de", "en", "fr", "it", "nl", "pl", "zh"])
def test_letters_before_digits_are_a_code(lang: str) -> None:
    """Letters glued before digits make a code of them, though `A` is a word and the letters stand outside of it."""
    text = "A2024"
    assert [u.kinds for u in units(lang, text)][1:] == [{"code": None}]
    for sentence in ("In A2024.", "为A2024。", "A2024 was"):
        spans = pipeline(lang).annotate(Document("a", sentence, "a")).spans
        assert [span.text for span in spans] == []


@pytest.mark.parametrize(
    ("lang", "text", "timex"),
    [
        ("id", "pada kuartal I/2024", ["2024-Q1"]),
        ("id", "pada semester II-2025", ["2025-H2"]),
        ("vi", "trong quý III/2024", ["2024-Q3"]),
        ("pl", "kwartał I/2024", ["2024-Q1"]),
        ("es", "el trimestre I/2024", ["2024-Q1"]),
        ("id", "surat I/2024", []),
        ("pl", "uchwała XI/2024", []),
    ],
)
def test_roman_numeral_glued_to_a_year(lang: str, text: str, timex: list[str]) -> None:
    """A Roman numeral before a slash or hyphen is a quarter's or half's behind its word, else it begins a code."""
    spans = pipeline(lang).annotate(Document("a", text, "a")).dates
    assert [span.value.timex for span in spans] == timex


@pytest.mark.parametrize(
    ("runs", "order", "iso"),
    [
        ("6 12 2024", "dmy", "2024-12-06"),
        ("6 12 2024", "mdy", "2024-06-12"),
        ("2024 12 06", "mdy", "2024-12-06"),
        ("25 12 2024", "mdy", "2024-12-25"),
        ("31 2 2024", "dmy", None),
        ("29 2 2023", "dmy", None),
        ("06 12 24", "dmy", "24-12-06"),
        ("06 12 89", "dmy", "89-12-06"),
    ],
)
def test_numeric_date(runs: str, order: str, iso: str | None) -> None:
    """Day and month in digits follow the order given; the other order only where that one is impossible."""
    assert numeric_date(runs.split(), order) == iso


@pytest.mark.parametrize(
    ("text", "iso"),
    [("1/7/61", "2018-07-01"), ("29/2/2567", "2024-02-29"), ("29/2/67", "2024-02-29"), ("2567-12-06", "2024-12-06")],
)
def test_buddhist_year(text: str, iso: str) -> None:
    """Where years are the Buddha's, those of two digits are too, and the leap day is that of the common year."""
    assert [u.kinds.get("numeric_date") for u in units("th", text)] == [iso]


@pytest.mark.parametrize(
    ("lang", "text", "month_day"),
    [("de", "28.10.", "10-28"), ("fi", "6.12.", "12-6"), ("pl", "28.10", "10-28"), ("hu", "12.06.", "12-6")],
)
def test_day_and_month_with_full_stops(lang: str, text: str, month_day: str) -> None:
    """Where CLDR writes day and month with full stops, such a number may be both; which one, rules must show."""
    kinds = units(lang, text)[0].kinds
    assert kinds["numeric_day_month"] == month_day
    assert "number" in kinds


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("nl", "28.10."),
        ("en", "6.12."),
        ("de", "3.45."),
        ("de", "32.1."),
        ("de", "3.13."),
        ("de", "2.1.3."),
        ("de", "3.5 Mrd"),
    ],
)
def test_no_day_and_month(lang: str, text: str) -> None:
    """Decimals, versions, scaled numbers and languages that write dates otherwise have none."""
    assert "numeric_day_month" not in units(lang, text)[0].kinds


@pytest.mark.parametrize("lang", ["te", "sw"])
def test_a_letter_that_is_no_scale_word(lang: str) -> None:
    """Where `m` is no word for a million, `£125m` is not 125 pounds."""
    spans = pipeline(lang).annotate(Document("a", "£125m 2024", "a")).spans
    assert "MONEY" not in {span.label for span in spans}


def test_a_page_of_digits_is_no_number() -> None:
    """More than 24 digits are no number of a text: exact arithmetic on a page of them would take minutes."""
    assert numbers("nl", "9" * 25) == []
    assert numbers("nl", "9,999" * 6) == []


def test_a_stretch_without_tokens_holds_nothing() -> None:
    """A passage of white space, behind all tokens or anywhere, has no matches, and is no error."""
    tokens = tokenise("op 3 mei  ")
    engine = pipeline("nl").rulebook.engine("nl")
    assert engine is not None
    assert [engine.match(tokens, select, span=(n, n)).matches for n in range(len(tokens) + 1)] == [[]] * 4
