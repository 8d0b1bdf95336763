"""How far the names of agreements go, in all languages by one grammar: brackets mark what must be found."""

from __future__ import annotations

import re

import pytest

import annotate


def assert_marked(lang: str, marked: str) -> None:
    """Exactly the bracketed stretches of a text are its agreements."""
    text = re.sub(r"[\[\]]", "", marked)
    found = [span.text for span in annotate.annotate(text, lang=lang).agreements]
    assert found == re.findall(r"\[(.*?)\]", marked)


@pytest.mark.parametrize(
    ("lang", "marked"),
    [
        ("de", "Sie zeichneten das „[Abkommen über die Fischerei im Haff]“ in Danzig."),
        ("fr", "Ils ont signé l'« [Accord sur la pêche au thon] » lundi."),
        ("vi", "Hai bên ký “[Hiệp định về vận tải biển]” tại Huế."),
        ("ja", "両国は「[漁業の管理に関する協定]」に署名した。"),
        ("ko", "두 나라는 '[어업 관리에 관한 협정]'에 서명했다."),
        ("zh", "两国签署了《[关于渔业管理的协定]》。"),
    ],
)
def test_a_title_in_quotation_marks_is_the_name_whole(lang: str, marked: str) -> None:
    """A head that begins the quotation, or ends it where heads stand last, makes a title of it."""
    assert_marked(lang, marked)


@pytest.mark.parametrize(
    "marked",
    [
        "It cited the [Convention on the Use, Storage and Sale of Lead Paint].",
        "The [Nordic Council Convention on Clean Rivers] entered into force.",
        "The [Chile-Oman Treaty on Extradition] was signed in Muscat.",
        "The [Anti-Dumping Rules (ADR) Treaty] was signed.",
        "They ratified the [Treaty on Air Mail] in Lima.",
        "They ratified the [Charter on the Rights of Seamen against Piracy].",
    ],
)
def test_capitals_and_what_joins_them_belong_to_a_name(marked: str) -> None:
    """Before the head and behind it, with lists, hyphens and an acronym inside; the place where it was signed not."""
    assert_marked("en", marked)


@pytest.mark.parametrize(
    ("lang", "marked"),
    [
        ("en", "The [Treaty of Bremen] and the [Convention of Bath] apply."),
        ("en", "The [Charter on Ports] and the [European Rail Treaty] were signed."),
        ("en", "They signed the [Treaty on Fish] and the Mayor of Bath was glad."),
        ("nl", "Het [Verdrag van Breda] en de [Conventie van Bazel] gelden."),
        ("es", "Rigen el [Tratado de Quito] y la [Convención de Sucre]."),
        ("it", "Valgono il [Trattato di Como] e la [Convenzione di Lecco]."),
    ],
)
def test_names_joined_by_and_are_two(lang: str, marked: str) -> None:
    """An `and` before another head, or before an article and a capital, ends the name."""
    assert_marked(lang, marked)


@pytest.mark.parametrize(
    ("lang", "marked"),
    [
        ("es", "El [Acuerdo de Libre Comercio] entre Chile y Omán ([ALCCO]) rige."),
        ("es", "Se firmó el [Acuerdo Marco UE-Omán] en Madrid."),
        ("vi", "Hai bên ra [tuyên bố chung Việt Nam – Brunei]."),
        ("fr", "L'[Accord de coopération] fut signé à Tunis."),
        ("ja", "・[投資協定]に署名した。"),
        ("it", "I TEMPI DELL'ACCORDO\nTutto comincia a maggio."),
    ],
)
def test_what_stands_around_a_name(lang: str, marked: str) -> None:
    """Parties beside it and its acronym behind them are of it; articles, bullets and lines in capitals make no name."""
    assert_marked(lang, marked)


@pytest.mark.parametrize(
    ("lang", "marked"),
    [
        ("de", "Der [Bündnis-, Handels- und Zollvertrag] wurde verlängert."),
        ("de", "Den [Deutsch-Japanischen Freundschafts- und Handelsvertrag] von 1861 kennt kaum jemand."),
        ("nl", "Het [vriendschaps-, handels- en scheepvaartverdrag] met Siam gold tot 1920."),
        ("nl", "Zij verlengden het werk aan de haven-, en het [handelsverdrag] met Siam."),
    ],
)
def test_compounds_that_share_their_last_part_are_one_name(lang: str, marked: str) -> None:
    """The first parts of a compound that share its head belong to it, with the parties that type it."""
    assert_marked(lang, marked)


def test_an_acronym_behind_the_parties_says_what_its_name_says() -> None:
    """It is a second span of the same kind."""
    record = annotate.annotate("O acordo de livre comércio entre o Brasil e Omã (ALCBO) vigora.", lang="pt")
    kinds = [span.value.kind for span in record.agreements]
    assert kinds == ["free_trade_agreement"] * 2


@pytest.mark.parametrize(
    ("lang", "marked"),
    [
        ("es", "La naviera firmó un [contrato de desguace] con el astillero."),
        ("pt", "O banco assinou um [contrato de abertura de conta] com a CP."),
        ("fr", "Ils ont signé un [accord de coopération portuaire et fluviale] à Metz."),
        ("it", "Hanno firmato un [accordo di cooperazione teatrale, artistica e musicale] a Bari."),
        ("fr", "Le [traité d'amitié, de commerce et de bon voisinage] fut signé."),
        ("es", "Firmaron el [tratado de paz y comercio] en Tarija."),
        ("es", "Ratificaron el [acuerdo] de hace dos años."),
        ("fr", "Ils ont signé un [accord] de dernière minute."),
        ("es", "Firmaron un [acuerdo de paz] histórico y volvieron."),
    ],
)
def test_a_noun_without_its_article_types_the_head(lang: str, marked: str) -> None:
    """Whatever the noun, with its adjectives and what `and` adds; not a time, and no adjective that praises."""
    assert_marked(lang, marked)


@pytest.mark.parametrize(
    ("lang", "marked"),
    [
        ("fr", "La France a signé la [Convention sur la chasse des oiseaux de mer]."),
        ("fr", "Elle cite la [Convention de Grenoble sur la vie animale] et la loi."),
        ("it", "Vale la [Convenzione europea sulla tutela degli animali domestici] del 1987."),
        ("es", "Se firmó el [Protocolo de Paita] del sindicato."),
        ("pt", "Vale a [Convenção sobre a caça da baleia] no Brasil."),
    ],
)
def test_a_capitalised_head_names_what_follows_in_lower_case(lang: str, marked: str) -> None:
    """Within a sentence the capital tells that the phrase is a title; behind a place only its topic goes on."""
    assert_marked(lang, marked)


@pytest.mark.parametrize(
    ("lang", "marked"),
    [
        ("zh", "两国签署了《[中国—智利渔业协定修订议定书]》。"),
        ("ja", "両国は「[日・チリ漁業協定を改正する議定書]」に署名した。"),
        ("ko", "두 나라는 '[어업협정을 고치는 의정서]'에 서명했다."),
    ],
)
def test_a_title_may_name_another_agreement(lang: str, marked: str) -> None:
    """Where heads stand last, the last one in the quotation makes all of it the name."""
    assert_marked(lang, marked)


@pytest.mark.parametrize(
    ("lang", "marked"),
    [
        ("vi", "Tên tiếng Anh là [Treaty of Trade and Navigation], ký ở Huế."),
        ("ja", "英語名は[Treaty on Trade and Navigation]で、署名は翌年だった。"),
        ("ko", "영어로 [Treaty on Trade and Navigation]이라 한다."),
        ("zh", "英文名称为[Treaty on Trade and Navigation]，由两国签署。"),
    ],
)
def test_an_english_name_goes_on_by_english_words(lang: str, marked: str) -> None:
    """Inside a text of another language an English head takes the small words of English, not those of the text."""
    assert_marked(lang, marked)


@pytest.mark.parametrize(
    ("lang", "marked"),
    [
        ("en", "They signed a [search, rescue and salvage agreement] ([SRSA])."),
        ("en", "Oslo ended the [general sharing of radar information agreement] ([GSORIA])."),
        ("en", "They signed an important [fisheries agreement] ([FA])."),
        ("nl", "Zij tekenden de [wederzijdse steunovereenkomst] ([WSO])."),
        ("de", "Sie zeichneten das [gegenseitige Versorgungsabkommen] ([GVA])."),
    ],
)
def test_words_before_the_head_that_the_acronym_spells_belong_to_the_name(lang: str, marked: str) -> None:
    """The letters of the acronym say how far it goes; small words may be passed over, others stay outside."""
    assert_marked(lang, marked)


@pytest.mark.parametrize(
    ("lang", "marked"),
    [
        ("nl", "Oslo zegde het [Open Rivers (OR)-verdrag] op."),
        ("en", "They cited the [Convention on the Protection of All Workers against Dust]."),
    ],
)
def test_an_acronym_inside_and_a_word_that_mostly_opens_sentences_are_of_the_name(lang: str, marked: str) -> None:
    """`(OR)` before the head, `All` between capitals."""
    assert_marked(lang, marked)


@pytest.mark.parametrize(
    ("lang", "marked"),
    [
        ("es", "Firmaron el [Protocolo de Revisión del Tratado de Libre Comercio] en Lima."),
        ("es", "El [Tratado de Jaén de Integración y Cooperación] fue firmado."),
        ("it", "Firmarono l'[Accordo di Cooperazione in materia di Indicazioni Geografiche] a Bari."),
        ("pt", "Assinaram o [Acordo de Cooperação em Segurança e Defesa] em Lisboa."),
        ("pt", "Assinaram o [Acordo de Cooperação] em Lisboa."),
        ("fr", "Elle salue l'[Accord sur la conservation des forêts] de novembre."),
        ("it", "Il [Trattato di amicizia e buon vicinato] fu firmato a Tripoli."),
        ("fr", "Ils ont signé l'[Accord de Pêche] à Rabat."),
    ],
)
def test_a_name_goes_on_with_its_field(lang: str, marked: str) -> None:
    """A type in capitals, the field behind in or on, and the topic of a head in capitals belong to a name."""
    assert_marked(lang, marked)
