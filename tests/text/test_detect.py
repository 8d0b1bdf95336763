"""Language detection: langdetect's profiles, evaluated exactly."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from annotate.pipeline import Pipeline
from annotate.records import Document
from annotate.text import detect, profiles, scripts
from annotate.text.detect import UNDECIDED, Guess, LangDetect, segments

SENTENCES = {
    "nl": "De minister zei dat beide landen de samenwerking willen uitbreiden.",
    "en": "The minister said that both countries want to extend their cooperation.",
    "de": "Der Minister sagte, dass beide Länder die Zusammenarbeit ausbauen wollen.",
    "fr": "Le ministre a déclaré que les deux pays veulent élargir leur coopération.",
    "es": "El ministro dijo que ambos países quieren ampliar su cooperación.",
    "it": "Il ministro ha detto che i due paesi vogliono ampliare la cooperazione.",
    "pt": "O ministro disse que os dois países querem ampliar a sua cooperação.",
    "vi": "Bộ trưởng cho biết hai nước muốn mở rộng hợp tác kinh tế.",
    "zh-cn": "部长表示，两国希望扩大经济合作。",
    "ja": "大臣は両国が経済協力を拡大したいと述べた。",
    "ko": "장관은 양국이 경제 협력을 확대하기를 원한다고 말했다.",
    "ru": "Министр заявил, что обе страны хотят расширить сотрудничество.",
}


@pytest.mark.parametrize("lang", SENTENCES)
def test_sentence(lang: str) -> None:
    """One sentence is enough in each of the twelve languages."""
    assert LangDetect().detect(SENTENCES[lang]).lang == lang


@pytest.mark.parametrize("text", ["", "  ", "2024", "OK!", "12:30 – 14:00", "https://example.org/a/b"])
def test_undecided(text: str) -> None:
    """Too little text is undecided, not guessed."""
    assert LangDetect().detect(text).lang == UNDECIDED


@pytest.mark.parametrize(
    "text",
    ["Hij is gister naar huis gegaan.", "Laten we morgen verder praten.", "Dat is een goed begin voor ons."],
)
def test_dutch_is_not_afrikaans(text: str) -> None:
    """With the prior of a language that has patterns, short Dutch sentences stay Dutch."""
    assert LangDetect(prior={"nl": 20.0}).detect(text).lang == "nl"


def test_deterministic() -> None:
    """The same text gets the same answer, whatever was asked before."""
    text = SENTENCES["nl"] + " " + SENTENCES["de"]
    first = LangDetect().detect(text)
    other = LangDetect()
    for sentence in SENTENCES.values():
        other.detect(sentence)
    assert other.detect(text) == first


def test_only() -> None:
    """Candidates can be limited."""
    assert LangDetect(only={"nl", "en"}).detect(SENTENCES["de"]).lang in {"nl", "en", UNDECIDED}


def test_segments() -> None:
    """A quotation of some sentences in another language is a segment of its own."""
    quotation = " ".join([SENTENCES["en"]] * 3)
    dutch = " ".join([SENTENCES["nl"]] * 3)
    text = f"{dutch}\n“{quotation}”\n{dutch}"
    found = segments(text, "nl", LangDetect(), ["nl", "en"])
    assert [s.lang for s in found] == ["nl", "en", "nl"]
    assert quotation in text[found[1].start : found[1].end]
    assert "".join(text[s.start : s.end] for s in found) == text


@pytest.fixture(scope="module")
def detector() -> LangDetect:
    """The detector as a run has it, which expects the languages that have patterns for everything."""
    detector = Pipeline().rulebook.detector
    assert isinstance(detector, LangDetect)
    return detector


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("部长在 Massachusetts Institute of Technology 与 Brookings Institution 的专家见面。", "zh-cn"),
        ("部長在紐約 (New York Stock Exchange) 與華爾街 (Wall Street Journal) 的記者見面。", "zh-tw"),
        ("장관은 매사추세츠(Massachusetts Institute of Technology)에서 전문가(Brookings Institution)를 만났다.", "ko"),
        ("大臣は Brookings Institution の専門家と会った。", "ja"),
        ("日米首脳会談、来月に東京で開催へ", "ja"),
        ("Ο υπουργός μίλησε στο Massachusetts Institute of Technology για τον πληθωρισμό.", "el"),
        ("President Xi Jinping (习近平) met the president of France in Paris.", "en"),
        ("Կառավարությունը ուզում է բարձրացնել բենզինի հարկը։", UNDECIDED),
        ("მთავრობას სურს ბენზინზე გადასახადის გაზრდა.", UNDECIDED),
        ("ኢትዮጵያ ነዳጅ ላይ ግብር ልትጨምር ነው።", UNDECIDED),
    ],
)
def test_the_script_comes_first(text: str, lang: str, detector: LangDetect) -> None:
    """Latin names turn no Chinese or Korean text into English; a script of no known language is undecided."""
    assert detector.detect(text).lang == lang


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Regeringen vil hæve skatten på benzin, fordi den mener, at folk kører for meget.", "da"),
        ("Regjeringen vil øke avgiften på bensin fordi den mener at folk kjører for mye.", "no"),
        ("Die regering wil die belasting op brandstof verhoog omdat hy glo dat mense te veel ry.", "af"),
        ("El govern vol apujar els impostos de la benzina perquè creu que la gent condueix massa.", "ca"),
        ("Правителството иска да повиши данъка върху бензина, защото хората карат твърде много.", "bg"),
        ("Den mönstrade besättningen fick inte ens en ny båt av kommunen i år.", "sv"),
    ],
)
def test_neighbours_are_told_apart(text: str, lang: str, detector: LangDetect) -> None:
    """Common words tell apart languages that share most of their n-grams, and one without rules of its own is told."""
    assert detector.detect(text).lang == lang


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("En 2019, Sundar Pichai dejó el Massachusetts Institute of Technology y fundó Alphabet Research.", "es"),
        (
            "Zijn boek is nu te koop bij de Random House Publishing Group van Penguin Books in New York.",
            "nl",
        ),
        ("HET KABINET WIL DE BELASTING OP BENZINE VERHOGEN", "nl"),
        ("DIE REGIERUNG WILL DIE STEUER AUF BENZIN ERHÖHEN", "de"),
        ("BUNDESKABINETT BESCHLIESST STEUERERHÖHUNG", "de"),
        ("Kabinet Verhoogt Benzinebelasting Volgend Jaar", "nl"),
        ("ПРАВИТЕЛЬСТВО ХОЧЕТ ПОВЫСИТЬ НАЛОГ НА БЕНЗИН", "ru"),
    ],
)
def test_capitals_say_little(text: str, lang: str, detector: LangDetect) -> None:
    """Names with capitals weigh nothing where enough else remains; a text all in capitals is read as a small one."""
    assert detector.detect(text).lang == lang


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("3 May 2024", "en"),
        ("3 mei 2024", "nl"),
        ("3 MEI 2024", "nl"),
        ("5 März 2024", "de"),
        ("le 3 mai 2024", "fr"),
        ("3 de mayo de 2024", "es"),
        ("5 мая 2024", "ru"),
        ("2024年5月3日", "zh-cn"),
        ("2024년 5월 3일", "ko"),
        ("3 พ.ค. 2567", "th"),
        ("3 September 2024", UNDECIDED),
        ("3 marca 2024", UNDECIDED),
        ("May", UNDECIDED),
    ],
)
def test_a_short_text_is_told_by_the_name_of_its_month(text: str, lang: str, detector: LangDetect) -> None:
    """A number beside the name of a month tells the language, where one language has that name or is far likelier."""
    assert detector.detect(text).lang == lang


def test_the_likeliest_languages_are_told_though_undecided(detector: LangDetect) -> None:
    """What is too short or too even for an answer still has its likeliest languages; a text of no letters has none."""
    assert detector.detect("3 September 2024").lang == UNDECIDED
    assert {guess.lang for guess in detector.likely("3 September 2024", 2)} == {"de", "en"}
    assert [guess.lang for guess in detector.likely("het huis", 1)] == ["nl"]
    assert detector.likely("123") == []


def test_fewer_than_twelve_letters_are_undecided(detector: LangDetect) -> None:
    """Eleven letters are too few, twelve may do."""
    assert detector.detect("Dat is goed zo").lang == UNDECIDED
    assert detector.detect("Dat was zo goed").lang == "nl"


@pytest.mark.parametrize(("german", "lang"), [(60.0, UNDECIDED), (90.0, "de")])
def test_an_answer_is_likelier_than_all_others_by_far(german: float, lang: str) -> None:
    """Sixty in a hundred for the best language are not enough, eighty are."""
    detector = LangDetect(only={"de", "en"}, prior={"de": german, "en": 100.0 - german})
    assert detector.detect("3 September 2024").lang == lang


def test_an_expected_language_needs_much_less_than_another(detector: LangDetect) -> None:
    """A short sentence that is good Dutch and good Afrikaans is not told as Afrikaans in a run."""
    assert LangDetect().detect("Ons land is klein").lang == "af"
    assert detector.detect("Ons land is klein").lang != "af"
    assert LangDetect().detect("Hij is gister naar huis gegaan.").lang == UNDECIDED
    assert detector.detect("Hij is gister naar huis gegaan.").lang == "nl"


@pytest.mark.parametrize("module", [detect, profiles, scripts])
def test_the_examples_in_the_docstrings_hold(module: ModuleType) -> None:
    """The examples in the docstrings are run."""
    done = doctest.testmod(module)
    assert (done.failed, done.attempted > 0) == (0, True)


# --- mixed documents


class Certain:
    """Says of every text that it is English, with one score."""

    name = "certain"

    def __init__(self, score: float) -> None:
        self.score = score
        self.asked: list[str] = []

    def detect(self, text: str) -> Guess:
        self.asked.append(text)
        return Guess("en", self.score)

    def likely(self, text: str, count: int = 3) -> list[Guess]:
        return [self.detect(text)][:count]


@pytest.mark.parametrize(("score", "langs"), [(0.94, ["nl"]), (0.96, ["en"])])
def test_a_paragraph_of_its_own_language_is_all_but_certain(score: float, langs: list[str]) -> None:
    """A paragraph goes its own way where the detector is at least 95% sure of it."""
    assert [s.lang for s in segments("x" * 200, "nl", Certain(score), ["nl", "en"])] == langs


def test_a_quotation_is_cut_out_of_its_line() -> None:
    """A quotation that is half of its line is a segment; one that is nearly all of it takes the line along."""
    detector = LangDetect()
    english, dutch = " ".join([SENTENCES["en"]] * 3), " ".join([SENTENCES["nl"]] * 3)
    found = segments(f"{dutch} “{english}” {dutch}", "nl", detector, ["nl", "en"])
    assert [s.lang for s in found] == ["nl", "en", "nl"]
    found = segments(f"“{english}” zei hij.", "nl", detector, ["nl", "en"])
    assert [s.lang for s in found] == ["en"]


def test_short_paragraphs_of_a_mixed_document() -> None:
    """Paragraphs of one sentence each have their own language, Chinese ones too; the record says where they stand."""
    paragraphs = [SENTENCES["nl"], SENTENCES["en"], SENTENCES["nl"], SENTENCES["zh-cn"] + SENTENCES["zh-cn"]]
    record = Pipeline().annotate(Document("a", "\n\n".join([*paragraphs, SENTENCES["nl"]]), "a"))
    assert record.lang == "nl"
    assert [part.lang for part in record.meta.lang_segments] == ["nl", "en", "nl", "zh", "nl"]


def test_a_document_in_two_languages_is_not_left_undecided() -> None:
    """Where the whole tells no language its paragraphs do: the language of most of the text is the document's."""

    class OfLines(LangDetect):
        """Undecided about more than one line."""

        def detect(self, text: str) -> Guess:
            return Guess(UNDECIDED, 0.0) if "\n" in text else super().detect(text)

    pipeline = Pipeline()
    pipeline.rulebook.detector = OfLines()
    text = "\n".join([SENTENCES["de"], SENTENCES["en"], SENTENCES["de"]])
    assert pipeline.annotate(Document("a", text, "a")).lang == "de"
    assert pipeline.annotate(Document("a", "12\n34", "a")).lang == UNDECIDED


def test_wrapped_lines_are_not_asked_after() -> None:
    """The lines of a wrapped paragraph cost nothing: a short line is looked at only where it ends as a sentence."""
    detector = Certain(1.0)
    text = "\n".join(["het kabinet wil volgend jaar de begroting verhogen en dan kijken naar"] * 20)
    assert [s.lang for s in segments(text, "nl", detector, ["nl", "en"])] == ["nl"]
    assert detector.asked == []
