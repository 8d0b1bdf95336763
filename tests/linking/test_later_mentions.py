"""Later mentions: short documents in twelve languages, each mention with the agreement that it is of, or with none."""

from __future__ import annotations

import pytest

from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.records import Document
from annotate.spans import AgreementValue, PartnershipValue

#: Language, text, and what each agreement or partnership in it is, in order; `-` for none.
LINKED = [
    # `this` is the one of the sentence before, though the text has told of others.
    (
        "en",
        "Fiji and Nepal signed a fisheries agreement. Fiji and Chad signed a visa agreement. This agreement expires "
        "in 2031.",
        "fj-np/fisheries fj-td/visas fj-td/visas",
    ),
    (
        "de",
        "Ghana und Togo unterzeichneten ein Abkommen über Fischerei. Ghana und Benin schlossen ein Abkommen über "
        "Energie. Dieses Abkommen trat 2019 in Kraft.",
        "gh-tg/fisheries bj-gh/energy bj-gh/energy",
    ),
    (
        "fr",
        "Le Ghana et le Togo ont signé un accord sur la pêche. Le Ghana et le Bénin ont signé un accord sur "
        "l'énergie. Cet accord expire en 2031.",
        "gh-tg/fisheries bj-gh/energy bj-gh/energy",
    ),
    (
        "vi",
        "Lào và Nepal ký hiệp định về thuế. Lào và Bhutan ký hiệp định về du lịch. Hiệp định này có hiệu lực năm 2019.",
        "la-np/taxation bt-la/tourism bt-la/tourism",
    ),
    (
        "zh",
        "加纳与多哥签署渔业协定。加纳与贝宁签署能源协定。该协定2019年生效。",
        "gh-tg/fisheries bj-gh/energy bj-gh/energy",
    ),
    (
        "ko",
        "가나와 토고는 어업협정을 체결했다. 가나와 베냉은 에너지협정을 체결했다. 이 협정은 2019년 발효됐다.",
        "gh-tg/fisheries bj-gh/energy bj-gh/energy",
    ),
    (
        "ru",
        "Гана и Того подписали соглашение о рыболовстве. Гана и Бенин подписали соглашение об энергетике. "
        "Это соглашение вступило в силу в 2019 году.",
        "gh-tg/fisheries bj-gh/energy bj-gh/energy",
    ),
    # By its topic it is the only one of that topic, however many stand between.
    (
        "en",
        "Fiji and Nepal signed an agreement on social security. Fiji and Chad signed a treaty on extradition. Few "
        "read it. The social security agreement entered into force in 2019.",
        "fj-np/social_security fj-td/extradition fj-np/social_security",
    ),
    (
        "nl",
        "Ghana en Togo tekenden een verdrag over uitlevering. Ghana en Benin sloten een akkoord over visserij. Het "
        "uitleveringsverdrag trad in 2019 in werking.",
        "gh-tg/extradition bj-gh/fisheries gh-tg/extradition",
    ),
    (
        "es",
        "Ghana y Togo firmaron un acuerdo sobre pesca. Ghana y Benín firmaron un acuerdo sobre energía. El acuerdo "
        "sobre pesca entró en vigor en 2019.",
        "gh-tg/fisheries bj-gh/energy gh-tg/fisheries",
    ),
    (
        "pt",
        "O Gana e o Togo assinaram um acordo de livre comércio. O Gana e o Benim assinaram um memorando de "
        "entendimento. O acordo de livre comércio entrou em vigor em 2019.",
        "gh-tg/free_trade - gh-tg/free_trade",
    ),
    # `their` is of the two who were told of together.
    ("en", "Ghana and Togo talked for hours. Their free trade agreement dates from 2009.", "gh-tg/free_trade"),
    ("nl", "Ghana en Togo spraken elkaar. Hun vrijhandelsverdrag is van 2009.", "gh-tg/free_trade"),
    ("de", "Ghana und Togo sprachen miteinander. Ihr Freihandelsabkommen stammt von 2009.", "gh-tg/free_trade"),
    ("it", "Il Ghana e il Togo hanno parlato. Il loro accordo di libero scambio è del 2009.", "gh-tg/free_trade"),
    # One party is told, the other is who the text and the sentence before are about.
    (
        "fr",
        "Le Ghana ouvre ses ports.\nLe Ghana joue sur un autre tableau. Un accord de libre-échange avec le Togo est "
        "en vigueur depuis 2009.",
        "gh-tg/free_trade",
    ),
    (
        "ja",
        "ガーナは港を開く。ガーナは均衡を重んじる。トーゴとは戦略的パートナーシップを結んだ。",
        "gh-tg/partnership/strategic",
    ),
    # Known ones: by party and kind with who stands near, and by the day of signing.
    (
        "en",
        "For Ghana this is not the first paper. The economic partnership agreement with the EU was signed in 2016.",
        "eu-ghana-epa",
    ),
    (
        "it",
        "L'accordo di libero scambio UE-Vietnam è in vigore; l'accordo sulla protezione degli investimenti attende.",
        "evfta evipa",
    ),
    (
        "ko",
        "한국과 미국은 동맹이다. 한국과 미국은 1953년 10월 1일 조약에 서명했다.",
        "us-korea-mutual-defense-treaty",
    ),
    (
        "es",
        "Japón y Filipinas son vecinos. El acuerdo de acceso recíproco, firmado el 8 de julio de 2024, rige ya.",
        "japan-philippines-raa",
    ),
    (
        "zh",
        "日本与菲律宾是邻国。这是继2024年7月8日《互惠准入协定》之后的又一步。",
        "japan-philippines-raa",
    ),
    (
        "en",
        "Japan and the Philippines are neighbours. The Reciprocal Access Agreement of 8 July 2024 is read by few.",
        "japan-philippines-raa",
    ),
    (
        "nl",
        "Over een handelspact tussen Vietnam en de VAE werd lang gesproken. Het pact werd op 28 oktober 2024 getekend.",
        "vietnam-uae-cepa vietnam-uae-cepa",
    ),
    # In brackets, and set off by a comma.
    (
        "pt",
        "O Gana e o Togo assinaram a 3 de maio de 2019 um memorando de entendimento (MdE).",
        "gh-tg/mou/2019-05-03 gh-tg/mou/2019-05-03",
    ),
    (
        "en",
        "The EVFTA, an agreement signed in 2019, covers nearly all goods.",
        "evfta evfta",
    ),
    # Without articles a head alone is the one of its sentence.
    ("ja", "ガーナとトーゴは漁業協定に署名し、協定は近く発効する。", "gh-tg/fisheries gh-tg/fisheries"),
    (
        "ru",
        "Гана и Того подписали соглашение о рыболовстве, но соглашение вступит в силу позже.",
        "gh-tg/fisheries gh-tg/fisheries",
    ),
    # There a sentence may begin with it, too.
    (
        "ru",
        "Гана и Того подписали соглашение о рыболовстве. Соглашение вступит в силу осенью.",
        "gh-tg/fisheries gh-tg/fisheries",
    ),
    ("ja", "ガーナとトーゴは漁業協定に署名した。協定は近く発効する。", "gh-tg/fisheries gh-tg/fisheries"),
    # The same words, whatever they mean.
    (
        "fr",
        "Le Ghana et le Togo ont signé le 3 mai 2019 un accord de pâturage. Le Ghana et le Bénin ont signé un accord "
        "sur l'énergie. L'accord de pâturage expire en 2031.",
        "gh-tg/agreement/2019-05-03 bj-gh/energy gh-tg/agreement/2019-05-03",
    ),
    # A partnership by its level.
    (
        "nl",
        "Ghana en Togo sloten in 2014 een strategisch partnerschap. Benin zag het aan. Het strategische partnerschap "
        "kost geld.",
        "gh-tg/partnership/strategic/2014 gh-tg/partnership/strategic/2014",
    ),
]

OPEN = [
    # Two that fit.
    (
        "nl",
        "Ghana en Togo tekenden een visserijverdrag. Ghana en Benin tekenden een uitleveringsverdrag. Het verdrag "
        "loopt af in 2031.",
    ),
    (
        "es",
        "Ghana y Togo firmaron un acuerdo sobre pesca. Ghana y Benín firmaron un acuerdo sobre energía. El acuerdo "
        "entró en vigor en 2019.",
    ),
    (
        "it",
        "Ghana e Togo hanno firmato un trattato di pesca e un trattato di estradizione. Questo trattato è entrato in "
        "vigore nel 2019.",
    ),
    (
        "pt",
        "O Gana e o Togo assinaram um acordo sobre pesca. O Gana e o Níger assinaram um acordo sobre pesca. O acordo "
        "sobre pesca entrou em vigor em 2019.",
    ),
    # One with a topic that none has; one whose words are unknown, behind another.
    ("nl", "Ghana en Togo tekenden een visserijverdrag. Het kabelbaanverdrag trad in 2019 in werking."),
    ("fr", "Le Ghana et le Togo ont signé un accord de pêche. L'accord de pâturage est entré en vigueur en 2019."),
    # Others act, who are no party.
    ("en", "Ghana and Togo signed a fisheries agreement. Nepal then declined to ratify the agreement."),
    ("de", "Ghana und Togo schlossen ein Abkommen über Fischerei. Nepal lehnte ab, das Abkommen zu ratifizieren."),
    (
        "en",
        "Ghana and Togo signed a trade agreement. The European Parliament approved the interim trade agreement with "
        "Togo.",
    ),
    # Words behind it tell of another, whatever they mean.
    ("en", "Ghana and Togo signed a fisheries agreement. The agreement on lighthouse upkeep was signed in 2019."),
    ("nl", "Ghana en Togo tekenden een visserijverdrag. Het verdrag met Ruritanië werd in 2019 getekend."),
    ("ru", "Гана и Того подписали соглашение о рыболовстве. Соглашение о транзите подписано в 2019 году."),
    # Another party of its own; another year.
    ("ja", "ガーナとトーゴは漁業協定に署名した。ネパールとの協定は近く発効する。"),
    ("zh", "加纳与多哥签署渔业协定，并与尼泊尔签署协定。"),
    ("ru", "В 2014 году Гана и Того подписали соглашение о рыболовстве. Это соглашение подписали в 2019 году."),
    # Not `the`, not `this`; in a language without articles not of another sentence.
    ("en", "Ghana and Togo signed a fisheries agreement. An agreement was signed in 2019."),
    ("ko", "가나와 토고는 어업협정을 체결했다. 두 도시에서 협정을 체결했다."),
    # Several.
    ("vi", "Lào và Nepal ký hiệp định về thuế. Các hiệp định này có hiệu lực năm 2019."),
    ("de", "Ghana und Togo unterzeichneten ein Abkommen über Fischerei. Die Abkommen traten 2019 in Kraft."),
    # `their` behind three; one party behind a text that is about another.
    ("en", "Ghana, Togo and Benin talked. Their free trade agreement dates from 2009."),
    (
        "fr",
        "Le Népal ouvre ses ports.\nLa pluie tombe.\nLa Chine est loin. Un accord de libre-échange avec le Togo est "
        "en vigueur.",
    ),
    # A day on which a known one was signed, by others.
    ("es", "Fiyi y Chad son vecinos. El acuerdo de acceso recíproco, firmado el 8 de julio de 2024, rige ya."),
]  # fmt: skip


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline(Options())


def keys(pipeline: Pipeline, lang: str, text: str) -> list[str]:
    spans = pipeline.annotate(Document("a", text, "a", lang=lang)).spans
    return [span.value.id or "-" for span in spans if isinstance(span.value, AgreementValue | PartnershipValue)]


@pytest.mark.parametrize(("lang", "text", "told"), LINKED)
def test_a_later_mention_is_the_one_that_fits(pipeline: Pipeline, lang: str, text: str, told: str) -> None:
    """By what points back, topic, parties, known names, day, brackets, apposition, sentence and words."""
    assert keys(pipeline, lang, text) == told.split()


@pytest.mark.parametrize(("lang", "text"), OPEN)
def test_a_later_mention_that_may_be_another_is_none(pipeline: Pipeline, lang: str, text: str) -> None:
    """Where two fit, or its topic, parties or year are others, or it is told of anew, the last mention has no key."""
    assert keys(pipeline, lang, text)[-1] == "-"
