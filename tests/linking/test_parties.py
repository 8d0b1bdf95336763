"""Parties: who concludes an agreement, by what its sentence says."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from babel import Locale

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
        ("fr", "L'accord fiscal entre la République française et le Royaume du Maroc s'applique.", ["FR", "MA"]),
        ("it", "Vale il trattato tra il Governo della Repubblica italiana e il Governo della Norvegia.", ["IT", "NO"]),
        ("es", "Rige el convenio entre el Reino de España y la República del Perú.", ["ES", "PE"]),
        ("pt", "Vigora o tratado entre a República Portuguesa e a República Federativa do Brasil.", ["PT", "BR"]),
        ("nl", "De Vietnam-China-gemeenschap met een gedeelde toekomst groeit.", ["VN", "CN"]),
        ("fr", "Le traité de pêche franco-marocain est en vigueur.", ["FR", "MA"]),
        ("de", "Der deutsch-polnische Handelsvertrag gilt.", ["DE", "PL"]),
        ("ru", "Подписан российско-китайский договор о дружбе.", ["RU", "CN"]),
        ("ko", "한·몽골 자유무역협정이 발효됐다.", ["KR", "MN"]),
        ("ja", "日越両国は漁業協定に署名した。", ["JP", "VN"]),
        ("zh", "中国和越南昨天在河内签署了渔业协定。", ["CN", "VN"]),
        ("ja", "日本とモンゴルの漁業協定が発効した。", ["JP", "MN"]),
        ("it", "La Francia, la Tunisia e il Marocco hanno firmato un accordo di pesca.", ["FR", "TN", "MA"]),
        ("pt", "Com o Togo, o Gana assinou um acordo de pesca.", ["GH", "TG"]),
        ("de", "Über ein Handelsabkommen mit Togo verhandelt Ghana.", ["GH", "TG"]),
        ("en", "Tokyo and Hanoi signed a fisheries treaty.", ["JP", "VN"]),
        ("en", "Ghana met Togo. The two countries signed a fisheries treaty.", ["GH", "TG"]),
        ("en", "Ghana, which in 2014 signed a fisheries treaty with Togo, is content.", ["GH", "TG"]),
        ("pt", "Acra, que em 2014 assinou com Lomé um acordo de pesca, está contente.", ["GH", "TG"]),
        ("nl", "Ghana, dat in 2014 met Togo een visserijverdrag sloot, is tevreden.", ["GH", "TG"]),
        ("en", "Chile has few of them. It signed a fisheries treaty with Ghana in 2014.", ["CL", "GH"]),
        ("de", "Ghana wächst. Ein Fischereiabkommen mit Togo unterschrieb es 2014.", ["GH", "TG"]),
        ("nl", "Ghana groeit. In 2014 tekende het met Togo een visserijverdrag.", ["GH", "TG"]),
        ("fr", "La France grandit. Avec le Togo, elle a signé en 2014 un accord de pêche.", ["FR", "TG"]),
        ("ru", "Гана растёт. В 2014 году она подписала с Того договор о рыболовстве.", ["GH", "TG"]),
        ("es", "Con Togo, Ghana firmó en 2014 un tratado de pesca en Benín.", ["GH", "TG"]),
        ("fr", "Le Ghana a signé un traité de pêche avec le Togo et le Bénin.", ["GH", "TG", "BJ"]),
        ("en", "Togo talked; Ghana signed in 2014 a fisheries treaty.", ["GH"]),
        ("de", "Das Handelsabkommen zwischen den Efta-Staaten und Ghana gilt.", ["EFTA", "GH"]),
        ("ko", "가나와 토고는 1960년 수교했고, 2014년 어업협정을 체결했다.", ["GH", "TG"]),
    ],
)
def test_the_sentence_names_the_parties(lang: str, text: str, codes: list[str]) -> None:
    """Behind between and with, in lists, and as subjects before the verb of agreeing or right behind it."""
    assert [sorted(found) for found in parties(text, lang)] == [sorted(codes)]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "The United Nations Convention on Contracts entered into force."),
        ("en", "Togo then declined to ratify the trade agreement."),
        ("fr", "Le Ghana a applaudi. L'accord de pêche fut signé à Lomé."),
        ("en", "EU officials signed a fisheries treaty in Lomé."),
        ("en", "The fisheries treaty was signed in Ghana and Togo."),
        ("en", "Ghana met Togo and Benin. The two countries signed a fisheries treaty."),
        ("en", "It costs 5 Canadian dollars, says the fisheries treaty."),
        ("ja", "日露戦争を終わらせた講和条約が調印された。"),
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


def test_both_are_the_two_that_the_sentence_told_of() -> None:
    """Capitals that sign are the two, and not who stands in the sentence before."""
    text = (
        "Ghana is geen lid van Mercosur. In 2014 tekende Ottawa met Bern het Visserijverdrag (VVD), nadat beide in "
        "2012 een strategisch partnerschap waren aangegaan."
    )
    assert {tuple(sorted(found)) for found in parties(text, "nl")} == {("CA", "CH")}


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Chile praised Togo. It signed a fisheries treaty with Ghana in 2014."),
        ("fr", "La France et le Maroc grandissent. Avec le Ghana, elle a signé en 2014 un accord de pêche."),
        ("nl", "Togo groeit. Het visserijverdrag met Ghana werd in 2014 getekend."),
        ("en", "Chile has a court. It took effect in 2014, the fisheries treaty with Ghana."),
    ],
)
def test_a_pronoun_that_may_be_another_is_no_party(lang: str, text: str) -> None:
    """Two in the sentence before, an article, and what only an agreement does."""
    assert parties(text, lang) == [["GH"]]


def test_no_organisation_has_the_code_of_a_country() -> None:
    """The African Union is not Australia: else what the EU has with one would be what it has with the other."""
    territories = {*Locale("en").territories} - {"EU", "UN"}
    for path in sorted((Path(__file__).parents[2] / "patterns").glob("*/words.yaml")):
        organisations = yaml.load(path.read_bytes(), yaml.CSafeLoader).get("lists", {}).get("organisation") or {}
        assert not territories.intersection(organisations), path
