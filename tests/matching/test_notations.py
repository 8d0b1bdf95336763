"""Every way of writing a sum, in every language and in each of its regions that writes numbers otherwise."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel.localedata import locale_identifiers

from annotate.records import Document
from annotate.rules import cldr
from annotate.rules.grammar import Settings
from pipelines import pipeline

LANGUAGES = sorted({lang.split("-")[0] for lang in cldr.languages()})

#: Sums that mean the same wherever they are written, and their amounts.
WHOLE = {
    "7": "7",
    "2500": "2500",
    "2500000": "2500000",
    "2,500,000": "2500000",
    "2.500.000": "2500000",
    "2 500 000": "2500000",
    "2\u00a0500\u00a0000": "2500000",
    "2\u202f500\u202f000": "2500000",
    "2\u2009500\u2009000": "2500000",
    "2'500'000": "2500000",
    "2’500’000": "2500000",
    "12 500": "12500",
    "12\u00a0500": "12500",
    "12'500": "12500",
    "250,000": "250000",
    "250.000": "250000",
    "635,125": "635125",
    "1,250.50": "1250.50",
    "1.250,50": "1250.50",
    "1 250,50": "1250.50",
    "1 250.50": "1250.50",
    "1\u00a0250,50": "1250.50",
    "1'250.50": "1250.50",
    "2.5": "2.5",
    "2,5": "2.5",
    "2.5000": "2.5",
    "1.1712": "1.1712",
    "1,1712": "1.1712",
    "0.125": "0.125",
    "0,125": "0.125",
    "12,50,000": "1250000",
    "2\u200b500": "2500",
    "2\u00ad500,50": "2500.50",
}

#: What looks like a part of a number is none: such a sum is read whole or not at all.
NOTHING = (
    "000",
    "000.500",
    "007",
    "0 500",
    "1234 567",
    "1234\u00a0567",
    "12.500.00",
    "1,2,3",
    "125,50,000",
    "1234.5678",
    "1.250,50,25",
    "3/400",
    "1,250.500.000",
)


def regions(lang: str) -> list[str]:
    """One region for each way in which CLDR writes the numbers and dates of a language, and none at all."""
    ways: dict[Settings, str] = {}
    for name in sorted(locale_identifiers()):
        own, *parts = name.split("_")
        found = cldr.locale(lang)
        if found is not None and own == found.language and parts and len(parts[-1]) == 2:
            settings = cldr.settings_in(lang, parts[-1])
            if settings is not None:
                ways.setdefault(Settings(settings.decimal, settings.group, settings.order), parts[-1])
    return ["", *ways.values()]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_notations(lang: str) -> None:
    """A sum is read whole, with its exact amount, or not at all, in whatever language and region it stands."""
    annotator = pipeline(lang)
    lines = [f"{written} EUR" for written in (*WHOLE, *NOTHING)] + [f"EUR {written}" for written in (*WHOLE, *NOTHING)]
    expected = {line: Decimal(amount) for w, amount in WHOLE.items() for line in (f"{w} EUR", f"EUR {w}")}
    for region in regions(lang):
        document = Document("a", "\n\n".join(lines), "a", region=region or None)
        spans = annotator.annotate(document).money
        found = {span.text: Decimal(span.value.amount or "") for span in spans}
        assert found == expected, region


@pytest.mark.parametrize("lang", LANGUAGES)
def test_scale_words(lang: str) -> None:
    """A number before a scale word is what it is alone: `2 500 million`, `2,5 million`, `1.125 million`."""
    annotator = pipeline(lang)
    engine = annotator.rulebook.engine(lang)
    assert engine is not None
    grammar = engine.grammar
    words = [form for form, value in grammar.lists.get("scale", {}).items() if value in ("1000000", "10000000")]
    if not words:
        pytest.skip("CLDR has no word for a million")
    scale = Decimal(grammar.lists["scale"][words[0]])
    own = f"1{grammar.settings.decimal}125"
    wanted: dict[str, Decimal | int] = {
        "2 500": 2500,
        "2,5": Decimal("2.5"),
        "2.5": Decimal("2.5"),
        "2,000": Decimal(2000),
        own: Decimal("1.125"),
    }
    if "scale_of_thousands" in (grammar.lexicon[words[0]] or ()):
        wanted[own] = Decimal(1125)
    for region in regions(lang):
        usual = grammar.settings.decimal
        there = cldr.settings_in(lang, region) if region else None
        local = there.decimal if there else usual
        for written, number in wanted.items():
            if written == own and local != usual:
                continue
            record = annotator.annotate(Document("a", f"{written} {words[0]} EUR", "a", region=region or None))
            amounts = [Decimal(span.value.amount or "") for span in record.money]
            assert amounts == [number * scale], (region, written, words[0])
