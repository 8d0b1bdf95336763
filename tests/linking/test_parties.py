"""Parties: who concludes an agreement, by what its sentence says."""

from __future__ import annotations

import pytest

import annotate
from annotate.spans import AgreementValue, PartnershipValue


def parties(text: str, lang: str) -> list[list[str]]:
    values = [span.value for span in annotate.annotate(text, lang=lang).spans]
    pacts = [value for value in values if isinstance(value, AgreementValue | PartnershipValue)]
    return [[party.code or str(party.name) for party in value.parties] for value in pacts]


@pytest.mark.parametrize(
    ("lang", "text", "codes"),
    [
        ("en", "The trade agreement between Ghana, Togo and Benin holds.", ["GH", "TG", "BJ"]),
        ("en", "Fiji and the European Union signed the trade agreement in 2021.", ["FJ", "EU"]),
        ("en", "Nepal has signed a memorandum of understanding with Bhutan.", ["NP", "BT"]),
        ("nl", "In 2014 ondertekenden Ghana en Togo het handelsverdrag.", ["GH", "TG"]),
        ("nl", "De handelsovereenkomst met Ghana geldt.", ["GH"]),
        ("de", "Der Handelsvertrag zwischen Ghana und Togo gilt seit 2004.", ["GH", "TG"]),
        ("fr", "Le Ghana et le Togo ont signé un accord de pêche.", ["GH", "TG"]),
        ("es", "El acuerdo de pesca entre Ghana y Togo sigue en vigor.", ["GH", "TG"]),
        ("vi", "Hiệp định thương mại giữa Lào và Nepal có hiệu lực.", ["LA", "NP"]),
    ],
)
def test_the_sentence_names_the_parties(lang: str, text: str, codes: list[str]) -> None:
    """Behind between and with, in lists, and as subjects before the verb of agreeing or right behind it."""
    assert parties(text, lang) == [codes]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "The United Nations Convention on Contracts entered into force."),
        ("en", "Togo then declined to ratify the trade agreement."),
        ("fr", "Le Ghana a applaudi. L'accord de pêche fut signé à Lomé."),
        ("nl", "Ghana zag hoe het handelsverdrag werd getekend."),
    ],
)
def test_who_only_stands_near_is_no_party(lang: str, text: str) -> None:
    """Not a name's keeper, not one alone that acts, not a country of another sentence or clause."""
    assert parties(text, lang) == [[]]


def test_a_known_name_keeps_its_parties() -> None:
    """What the list of names says holds against the sentence."""
    (found,) = parties("Japan and the United Kingdom signed the EVFTA, says a hoax.", "en")
    assert {*found} == {"EU", "VN"}


def test_a_month_in_a_date_is_no_verb() -> None:
    """May in a date does not say that something may be: the fact stands, with its parties and its day."""
    record = annotate.annotate("Fiji signed a trade agreement with Togo on 5 May 2021.", lang="en")
    (fact,) = record.facts
    assert (fact.type, fact.parties) == ("signed", ("FJ", "TG"))
    assert annotate.annotate("Fiji may sign a trade agreement with Togo on 5 June 2021.", lang="en").facts == ()
