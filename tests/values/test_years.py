"""Four digits that stand alone: a year or a count, by the evidence around them."""

from __future__ import annotations

import pytest

from annotate.pipeline import Pipeline
from annotate.quality.explain import explain
from annotate.records import Document
from pipelines import pipeline


def dates(lang: str, text: str, day: str | None = "2024-05-03") -> list[str]:
    return [
        text[span.start : span.end]
        for span in pipeline(lang).annotate(Document("a", text, "a", date=day)).spans
        if span.label == "DATE"
    ]


@pytest.mark.parametrize(
    ("lang", "text", "year"),
    [
        ("en", "The World Cup Qatar 2022 drew crowds.", "2022"),
        ("nl", "Het actieplan Wallonië 2027 bevat tien punten.", "2027"),
        ("fr", "La Solheim Cup 2021 est finie.", "2021"),
        ("sw", "Timu ilishinda 1998.", "1998"),
        ("te", "1998లో గెలిచాడు.", "1998"),
        ("ko", "2016 국민투표 이후 흔들렸다.", "2016"),
    ],
)
def test_year(lang: str, text: str, year: str) -> None:
    """Near the document's date, behind a name, behind an article or in brackets, four digits are a year."""
    assert dates(lang, text) == [year]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("de", "An der Börse schlossen 630 Titel im Plus, 1913 im Minus."),
        ("es", "Llegaron 20 000 hombres y 1800 caballos."),
        ("uk", "Було 340 убитих та 1461 поранених."),
        ("en", "It gives power from 2000-4500 rpm."),
        ("de", "Der ICE 1976 fährt später."),
        ("nl", "Bel 0431 8814 2018 voor vragen."),
        ("nl", "Er kwamen 1955 mensen."),
        ("nl", "Zie COM(2017) 345 en richtlijn 2014/65/EU."),
        ("it", "Il regolamento 1303/2013 si applica."),
        ("cs", "Na 1240. kilometru řeky stojí mlýn."),
    ],
)
def test_count(lang: str, text: str) -> None:
    """Beside another count, before a noun, in a range with what is no year, behind a code, or as an ordinal: none."""
    assert dates(lang, text) == []


def test_thousands_of_the_text() -> None:
    """A text that groups its thousands means a year by four plain digits; one that does not may mean a count."""
    assert dates("en", "It has 1,500 acres. They sold 1975 Toyotas.") == ["1975"]
    assert dates("en", "It has 4500 acres. They sold 1975 Toyotas.") == []


def test_explained() -> None:
    """`annotate explain` shows what was weighed, for a year and for a count."""
    told = explain("The Solheim Cup 2021 went on.", pipeline=Pipeline(), lang="en", date="2024-05-03").render()
    assert "evidence: '2021' = " in told
    told = explain("They sold 300 bikes and 1955 cars.", pipeline=Pipeline(), lang="en").render()
    assert "a count rather than a year: " in told
    assert "beside another count -4" in told


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("en", "It entered into force on 3 June 2016.4 It runs on.", ["3 June 2016"]),
        ("de", "Das Programm läuft 2019–2024.2 Danach folgt mehr.", ["2019–2024"]),
        ("en", "It rose to 2016.4 points.", []),
    ],
)
def test_footnote(lang: str, text: str, found: list[str]) -> None:
    """The digit of a footnote behind the full stop of a sentence is no decimal of the year."""
    assert dates(lang, text) == found
