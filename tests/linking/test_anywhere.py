"""Linking holds wherever a text ends: no place of a sentence is its last that it could not be."""

from __future__ import annotations

import re

import pytest

import annotate

SENTENCES = {
    "nl": "Ghana en Togo waardeerden in 2014 op van een strategisch partnerschap (2009) naar 2 akkoorden van 2019",
    "en": 'On 5 May 2014 Ghana and Togo signed a treaty ("the Treaty") worth $5 million, not yet in force since 2019',
    "de": "Am 5. Mai 2014 haben Ghana und Togo das Abkommen, das seit 2019 gilt, nicht gekündigt",
    "fr": "Le Ghana et le Togo ont élevé en 2014 leur partenariat stratégique, noué en 2009, et signé l'accord de 2019",
    "es": "Ghana y Togo firmaron en 2014 el acuerdo, en vigor desde 2019, y la asociación estratégica de 2020",
    "it": "Il Ghana e il Togo hanno firmato nel 2014 l'accordo, in vigore dal 2019, e un'alleanza nel 2020",
    "pt": "Gana e Togo assinaram em 2014 o acordo de pesca, em vigor desde 2019, e a parceria estratégica de 2020",
    "vi": "Ghana và Togo ký hiệp định năm 2014, có hiệu lực từ năm 2019, nâng cấp quan hệ đối tác chiến lược năm 2020",
    "zh": "加纳和多哥于2014年签署协定,2019年生效,并将战略伙伴关系提升为全面战略伙伴关系(2020年)",
    "ja": "ガーナとトーゴは2014年に協定に署名し、2019年に発効し、戦略的パートナーシップ(2020年)",
    "ko": "가나와 토고는 2014년 협정에 서명했고 2019년 발효됐으며 전략적 동반자 관계(2020년)",
    "ru": "Гана и Того подписали в 2014 году договор, в силе с 2019 года, и стратегическое партнёрство 2020 года",
}


@pytest.mark.parametrize("lang", SENTENCES)
def test_a_text_may_end_anywhere(lang: str) -> None:
    """Cut behind each of its words and signs, also within brackets and quotation marks."""
    text = SENTENCES[lang]
    for end in (match.end() for match in re.finditer(r"[ -\u04ff]\b|\W|[\u1100-\uffff]", text)):
        record = annotate.annotate(text[:end], lang=lang, date="2025-06-01")
        assert record.text == text[:end]
