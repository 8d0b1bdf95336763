"""Identity: all mentions of one agreement or partnership have one key, and no two share one."""

from __future__ import annotations

import pytest

import annotate
from annotate.spans import AgreementValue, PartnershipValue


def keys(text: str, lang: str, date: str | None = None) -> list[tuple[str, str | None]]:
    spans = annotate.annotate(text, lang=lang, date=date).spans
    return [(span.text, span.value.id) for span in spans if isinstance(span.value, AgreementValue | PartnershipValue)]


@pytest.mark.parametrize(
    ("lang", "text", "key"),
    [
        ("en", "In 2014 Ghana and Togo signed an agreement on social security.", "gh-tg/social_security/2014"),
        ("nl", "In 2014 tekenden Ghana en Togo een overeenkomst over sociale zekerheid.", "gh-tg/social_security/2014"),
        ("fr", "Le Ghana et le Togo ont signé en 2014 un accord sur la pêche.", "gh-tg/fisheries/2014"),
        ("es", "Ghana y Togo firmaron en 2014 un acuerdo sobre seguridad social.", "gh-tg/social_security/2014"),
        ("en", "The free trade agreement between Fiji and Nepal is dull.", "fj-np/free_trade"),
        ("en", "Fiji and Nepal signed an agreement on 3 May 2019.", "fj-np/agreement/2019-05-03"),
        ("en", "Fiji and Nepal signed a memorandum of understanding on fisheries.", "fj-np/mou-fisheries"),
    ],
)  # fmt: skip
def test_parties_topic_and_year_make_the_key_in_every_language(lang: str, text: str, key: str) -> None:
    """Whatever the language and the word for agreement; a plain one without a topic needs the day of its signing."""
    assert [found for _, found in keys(text, lang)] == [key]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Fiji and Nepal signed an agreement in 2019."),
        ("en", "Fiji and Nepal signed many agreements on fisheries."),
        ("en", "Fiji signed an agreement on fisheries."),
        ("nl", "Ghana en Togo sloten talrijke visserijakkoorden."),
        ("zh", "加纳和多哥签署了多项渔业协定。"),
    ],
)
def test_what_is_not_settled_has_no_key(lang: str, text: str) -> None:
    """Not a plain agreement of some year, not several at once, not one whose other party is not told."""
    assert {key for _, key in keys(text, lang)} <= {None}


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Ghana and Togo talked.\nThe two countries have a strategic partnership."),
        ("nl", "Ghana en Togo spraken elkaar.\nBeide landen hebben een strategisch partnerschap."),
        ("de", "Ghana und Togo berieten sich.\nBeide Länder haben eine strategische Partnerschaft."),
        ("fr", "Le Ghana et le Togo ont parlé.\nLes deux pays ont un partenariat stratégique."),
        ("es", "Ghana y Togo hablaron.\nAmbos países tienen una asociación estratégica."),
        ("it", "Ghana e Togo hanno parlato.\nI due Paesi hanno un partenariato strategico."),
        ("pt", "Gana e Togo conversaram.\nOs dois países têm uma parceria estratégica."),
        ("vi", "Ghana và Togo đã hội đàm.\nHai nước có quan hệ đối tác chiến lược."),
        ("zh", "加纳和多哥举行了会谈。\n两国建立了战略伙伴关系。"),
        ("ja", "ガーナとトーゴは会談した。\n両国は戦略的パートナーシップを結んでいる。"),
        ("ko", "가나와 토고가 회담했다.\n양국은 전략적 동반자 관계를 맺고 있다."),
        ("ru", "Гана и Того провели переговоры.\nОбе страны имеют стратегическое партнёрство."),
        ("en", "Accra and Lomé have a strategic partnership."),
    ],
)
def test_the_two_countries_are_those_that_the_passage_told_of(lang: str, text: str) -> None:
    """The key has the parties that the sentence before names together, and the value only what its sentence names."""
    assert [key for _, key in keys(text, lang)] == ["gh-tg/partnership/strategic"]


@pytest.mark.parametrize(
    "text",
    [
        "Ghana, Togo and Benin talked. The two countries have a strategic partnership.",
        "Ghana and Togo talked. Benin listened. The two countries have a strategic partnership.",
        "Ghana and Togo talked.\n\nNews from Asia\nThe two countries have a strategic partnership.",
        "Ghana has a strategic partnership with Togo, Benin and Nigeria.",
        "Ghana and Togo talked. It has a strategic partnership with distant Ruritania.",
    ],
)
def test_two_countries_among_three_are_open(text: str) -> None:
    """Where another is named between, or another passage begins, no key is made up."""
    assert [key for _, key in keys(text, "en")] == [None]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Fiji and Nepal signed a fisheries agreement in 2019. Critics say the agreement expires."),
        ("nl", "Ghana en Togo tekenden in 2019 een visserijovereenkomst. Dit akkoord loopt af in 2029."),
        ("en", 'Fiji and Nepal signed a fisheries agreement (hereinafter "the Agreement"). The Agreement expires.'),
    ],
)  # fmt: skip
def test_a_short_mention_means_the_one_agreement_before_it(lang: str, text: str) -> None:
    """`The agreement` behind the only one that it can mean."""
    found = {key for _, key in keys(text, lang)}
    assert len(found) == 1, found
    assert None not in found


@pytest.mark.parametrize(
    "text",
    [
        "Fiji and Nepal signed a fisheries agreement. Fiji and Chad signed a visa agreement. The agreement expires.",
        "Fiji and Nepal signed a fisheries agreement. An agreement was reached with Chad.",
        "Fiji and Nepal signed a memorandum of understanding on visas. The treaty expires in 2029.",
    ],
)
def test_a_short_mention_between_two_means_neither(text: str) -> None:
    """With two that fit, without a definite word, and with one of another kind there is no key."""
    assert keys(text, "en")[-1][1] is None


def test_mentions_with_and_without_the_year_are_one() -> None:
    """Where the document tells one year, all its mentions have it in their key; of two each has its own."""
    one = "In 2014 Ghana and Togo signed a tax agreement. The tax agreement between Ghana and Togo holds."
    assert {key for _, key in keys(one, "en")} == {"gh-tg/taxation/2014"}
    two = f"{one} In 2024 Ghana and Togo signed a tax agreement."
    assert [key for _, key in keys(two, "en")] == ["gh-tg/taxation/2014", "gh-tg/taxation", "gh-tg/taxation/2024"]


def test_another_name_takes_no_year() -> None:
    """A treaty by another name is not the one whose year is told, though parties and topic are the same."""
    text = "ガーナ・トーゴ修好通商条約は古い。2011年、ガーナとトーゴはガーナ・トーゴ通商航海条約に調印した。"
    assert [key for _, key in keys(text, "ja")] == ["gh-tg/trade", "gh-tg/trade/2011"]


def test_a_kind_and_its_parties_are_a_known_name() -> None:
    """Where the list of names has one agreement of this kind between these parties, it is that."""
    assert keys("The free trade agreement between the EU and Vietnam holds.", "en")[0][1] == "evfta"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Vietnam and Japan established a strategic partnership in 2009.", "vn-jp-strategic"),
        ("Vietnam and Japan have a strategic partnership.", "vn-jp-strategic"),
        ("Vietnam and Japan established a strategic partnership in 2014.", "jp-vn/partnership/strategic/2014"),
        ("In 2019 Chile and Vietnam signed a free trade agreement.", "cl-vn/free_trade/2019"),
    ],
)
def test_a_known_name_is_of_its_year(text: str, key: str) -> None:
    """Parties and level lead to the known name of about that year, and to none where the text tells another year."""
    assert [found for _, found in keys(text, "en")] == [key]
