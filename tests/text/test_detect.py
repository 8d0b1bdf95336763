"""Language detection: langdetect's profiles, evaluated exactly."""

from __future__ import annotations

import pytest

from annotate.text.detect import UNDECIDED, LangDetect, segments

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
