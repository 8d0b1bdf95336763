"""Facts: what the verbs of a sentence say came about, when, of which agreement; plans and denials are none."""

from __future__ import annotations

import pytest

from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.records import Document, Record

TODAY = "2025-06-01"


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline(Options())


def read(pipeline: Pipeline, lang: str, text: str, date: str | None = TODAY) -> Record:
    return pipeline.annotate(Document("a", text, "a", lang=lang, date=date, date_source="option" if date else None))


def facts(record: Record) -> list[str]:
    words = {span.id: span.text for span in record.spans}
    return [
        " | ".join(
            [fact.type, words[fact.subject], words.get(fact.date or fact.amount or "", ""), " ".join(fact.parties)]
        )
        for fact in record.facts
    ]


@pytest.mark.parametrize(
    ("lang", "text", "told"),
    [
        (
            "nl",
            "Ghana en Togo ondertekenden op 5 mei 2015 een visserijverdrag.",
            ["signed | visserijverdrag | 5 mei 2015 | GH TG"],
        ),
        (
            "nl",
            "Het visserijverdrag met Ghana werd in 2014 getekend en trad in 2016 in werking.",
            ["signed | visserijverdrag | 2014 | GH", "in_force | visserijverdrag | 2016 | GH"],
        ),
        (
            "nl",
            "Ghana en Togo sloten in 2009 een strategisch partnerschap, dat in 2014 werd opgewaardeerd tot een "
            "alomvattend strategisch partnerschap.",
            [
                "established | strategisch partnerschap | 2009 | GH TG",
                "upgraded | alomvattend strategisch partnerschap | 2014 | GH TG",
            ],
        ),
        (
            "en",
            "The fisheries treaty, signed in 2014, entered into force in 2016.",
            ["signed | fisheries treaty | 2014 | ", "in_force | fisheries treaty | 2016 | "],
        ),
        (
            "en",
            "Ghana and Togo signed a trade agreement in 2010 and an extradition treaty in 2014.",
            ["signed | trade agreement | 2010 | GH TG", "signed | extradition treaty | 2014 | GH TG"],
        ),
        (
            "en",
            "Ghana and Togo signed the fisheries treaty in 2014. It took effect on 1 May 2016.",
            ["signed | fisheries treaty | 2014 | GH TG", "in_force | fisheries treaty | 1 May 2016 | GH TG"],
        ),
        (
            "en",
            "Ghana and Togo raised their ties from a strategic partnership to a comprehensive strategic partnership "
            "in 2014.",
            ["upgraded | comprehensive strategic partnership | 2014 | GH TG"],
        ),
        (
            "en",
            "The trade agreement did not enter into force until 5 December 1994.",
            ["in_force | trade agreement | 5 December 1994 | "],
        ),
        (
            "en",
            "In Lomé, on 3 May 2014, Ghana and Togo signed a trade agreement.",
            ["signed | trade agreement | 3 May 2014 | GH TG"],
        ),
        (
            "de",
            "Das Handelsabkommen mit Ghana wurde 2014 unterzeichnet und ist seit 2016 in Kraft.",
            ["signed | Handelsabkommen | 2014 | GH", "in_force | Handelsabkommen | 2016 | GH"],
        ),
        ("de", "Über ein Handelsabkommen wird seit 2012 verhandelt.", ["negotiating | Handelsabkommen | 2012 | "]),
        (
            "fr",
            "Le Ghana et le Togo ont signé le 3 mai 2014 un accord de pêche, entré en vigueur en 2016.",
            ["signed | accord de pêche | 3 mai 2014 | GH TG", "in_force | accord de pêche | 2016 | GH TG"],
        ),
        (
            "fr",
            "Le traité de pêche franco-marocain fut signé en 1972.",
            ["signed | traité de pêche franco-marocain | 1972 | FR MA"],
        ),
        (
            "es",
            "Ghana y Togo elevaron en 2014 sus lazos a asociación estratégica.",
            ["upgraded | asociación estratégica | 2014 | GH TG"],
        ),
        (
            "es",
            "Ghana negocia desde 2012 un acuerdo comercial con Togo.",
            ["negotiating | acuerdo comercial | 2012 | GH TG"],
        ),
        (
            "it",
            "Il trattato di pesca tra Ghana e Togo, firmato nel 2014, è in vigore dal 2016.",
            ["signed | trattato di pesca | 2014 | GH TG", "in_force | trattato di pesca | 2016 | GH TG"],
        ),
        (
            "pt",
            "Gana e Togo assinaram a 3 de maio de 2014 um acordo de pesca.",
            ["signed | acordo de pesca | 3 de maio de 2014 | GH TG"],
        ),
        (
            "ru",
            "Гана и Того подписали 3 мая 2014 года договор о дружбе, который вступил в силу в 2016 году.",
            ["signed | договор о дружбе | 3 мая 2014 года | GH TG", "in_force | договор о дружбе | 2016 году | GH TG"],
        ),
        (
            "vi",
            "Lào và Nepal ký hiệp định thương mại ngày 3/5/2014.",
            ["signed | hiệp định thương mại | ngày 3/5/2014 | LA NP"],
        ),
        (
            "zh",
            "加纳与多哥于2014年5月3日签署了渔业协定，2016年生效。",
            ["signed | 渔业协定 | 2014年5月3日 | GH TG", "in_force | 渔业协定 | 2016年 | GH TG"],
        ),
        (
            "ja",
            "ガーナとトーゴは2014年5月3日に漁業協定に署名し、2016年に発効した。",
            ["signed | 漁業協定 | 2014年5月3日 | GH TG", "in_force | 漁業協定 | 2016年 | GH TG"],
        ),
        ("ko", "가나와 토고는 2014년 5월 3일 어업협정을 체결했다.", ["signed | 어업협정 | 2014년 5월 3일 | GH TG"]),
    ],
)
def test_each_verb_has_its_own_date(pipeline: Pipeline, lang: str, text: str, told: list[str]) -> None:
    """A verb tells what came about, of the agreement of its clause or before it, on the date of its clause."""
    assert facts(read(pipeline, lang, text)) == told


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("nl", "Ghana en Togo zullen in 2027 een visserijverdrag ondertekenen."),
        ("nl", "Ghana heeft het visserijverdrag van 2014 niet ondertekend."),
        ("nl", "De kredietovereenkomst wordt later dit jaar getekend."),
        ("de", "2013 ist der Abschluss von Sitzabkommen vorgesehen."),
        ("zh", "两国建立面向21世纪的战略伙伴关系。"),
        ("nl", "Als zij in 2014 het visserijverdrag hadden getekend, was er vis."),
        ("en", "Ghana and Togo may sign a trade agreement in May 2025."),
        ("en", "Togo refused to sign the trade agreement in 2014."),
        ("en", "The trade agreement of 2014 was signed by nobody."),
        ("en", "Ghana and Togo will sign a trade agreement on 5 July 2025."),
        ("en", "The trade agreement was signed before 2014."),
        ("en", "Exports rose in 2014, and the trade agreement was signed."),
        ("en", "The trade agreement and the loan agreement of Togo were in 2014 and 2015 signed."),
        ("de", "Ghana und Togo wollen 2026 ein Handelsabkommen unterzeichnen."),
        ("de", "Das Handelsabkommen wurde 2014 nicht unterzeichnet."),
        ("fr", "Le Ghana n'a pas signé en 2014 l'accord de pêche."),
        ("fr", "Le Ghana signera en 2026 un accord de pêche."),
        ("es", "Ghana no firmó en 2014 el acuerdo de pesca."),
        ("it", "Il trattato di pesca non è stato firmato nel 2014."),
        ("pt", "Gana não assinou em 2014 o acordo de pesca."),
        ("ru", "В 2014 году договор о дружбе так и не был подписан."),
        ("vi", "Lào sẽ ký hiệp định thương mại năm 2026."),
        ("zh", "加纳2014年没有签署渔业协定。"),
        ("ja", "2014年に漁業協定は署名されなかった。"),
        ("ko", "2014년 어업협정은 체결되지 않았다."),
    ],
)
def test_what_is_planned_denied_or_open_is_no_fact(pipeline: Pipeline, lang: str, text: str) -> None:
    """Plans, possibilities, denials, limits, dates of other verbs and of names, and dates that may be either's."""
    assert facts(read(pipeline, lang, text)) == []


def test_the_present_tells_it_of_a_day_in_the_past_only(pipeline: Pipeline) -> None:
    """`signs` is history where its date has passed by the document's date, and nothing without one or before it."""
    text = "In 1951 Ghana and Togo sign a trade agreement."
    assert facts(read(pipeline, "en", text)) == ["signed | trade agreement | 1951 | GH TG"]
    assert facts(read(pipeline, "en", text, None)) == []
    assert facts(read(pipeline, "en", "In 2030 Ghana and Togo sign a trade agreement.")) == []


@pytest.mark.parametrize(
    ("lang", "text", "sums"),
    [
        ("en", "They signed a contract worth 5 million euros.", 1),
        ("en", "They signed a 5 million euro contract.", 1),
        ("en", "They signed a contract worth, all in all, about 5 million euros.", 0),
        ("en", "They signed a contract and paid 5 million euros.", 0),
        ("nl", "Zij tekenden een contract van 5 miljoen euro.", 1),
        ("nl", "Zij tekenden een contract ter waarde van iets meer dan 5 miljoen euro.", 1),
        ("nl", "Zij tekenden een contract ter waarde van nog iets meer dan 5 miljoen euro.", 0),
        ("zh", "双方签署合同5亿元。", 0),
        ("ko", "두 회사는 5억 달러 규모의 공급계약을 체결했다.", 1),
    ],
)
def test_a_sum_is_of_the_agreement_that_it_stands_beside(pipeline: Pipeline, lang: str, text: str, sums: int) -> None:
    """At most six words lie between an agreement and its sum, the first one such as worth; or it stands before."""
    assert [fact.type for fact in read(pipeline, lang, text).facts].count("valued_at") == sums


def test_years_in_brackets_are_those_of_levels(pipeline: Pipeline) -> None:
    """A raise that has its years behind both levels tells of two: the old one, and the new one."""
    text = (
        'Ghana en Togo hebben hun banden opgewaardeerd van "Strategisch Partnerschap" (2009) naar '
        '"Alomvattend Strategisch Partnerschap" (2022).'
    )
    assert facts(read(pipeline, "nl", text)) == [
        "upgraded | Alomvattend Strategisch Partnerschap | 2022 | GH TG",
        "established | Strategisch Partnerschap | 2009 | GH TG",
    ]


def test_the_evidence_of_a_raise_holds_the_old_level(pipeline: Pipeline) -> None:
    """The passage that says so names both levels, so that who reads facts alone can tell from which it was raised."""
    text = "Ghana and Togo raised their ties from a strategic partnership to a comprehensive partnership in 2014."
    record = read(pipeline, "en", text)
    (fact,) = record.facts
    assert "a strategic partnership to a comprehensive partnership in 2014" in text[slice(*fact.evidence)]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("es", "Prorrogaron el Protocolo de Aduanas y renovaron su asociación estratégica, vigente desde 2008."),
        ("it", "Il partenariato strategico globale Cina-Italia (2024-2027) avanza."),
        ("pt", "Manifestaram a esperança de que o Acordo seja assinado ainda este ano."),
        ("fr", "Ils saluent le pacte depuis 2020 et appellent à la ratification de l'accord de pêche."),
    ],
)
def test_nothing_of_the_sort_came_about(pipeline: Pipeline, lang: str, text: str) -> None:
    """What stands behind a partnership is not of the agreement before it; a stretch, a hope and a call tell no day."""
    assert facts(read(pipeline, lang, text)) == []


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "CETA has applied since 2017; the one with Ghana entered into force on 1 February 2019."),
        ("de", "CETA gilt seit 2017, das mit Ghana trat am 1. Februar 2019 in Kraft."),
        ("nl", "CETA geldt sinds 2017, dat met Ghana trad op 1 februari 2019 in werking."),
        ("fr", "Le CETA s'applique depuis 2017, celui avec le Ghana est entré en vigueur le 1er février 2019."),
    ],
)
def test_the_one_with_another_is_another(pipeline: Pipeline, lang: str, text: str) -> None:
    """What is told of the agreement with somebody else did not come about for the one that stands before it."""
    assert not [fact for fact in facts(read(pipeline, lang, text)) if "2019" in fact]
