"""Texts that break converters, as records of an output: every format is held against each of them."""

from __future__ import annotations

from typing import Any

from annotate.review.desk import Desk, Judgement, Place, Request, Wanted
from decks import date_value, span, value
from decks import record as bare_record

Record = dict[str, Any]

RUN = {"tool": "annotate 0.1.0", "spacy": "3.8.18", "pipeline": "match", "patterns": "sha256:00", "config": "sha256:00"}

#: The id of a record and its text; each but the last two speaks of 2008 and of 5 million euros.
TEXTS = {
    "plain": "In 2008 the talks began; it cost 5 million euros.\n",
    "emoji": "🎉🎉 In 2008 👩‍👩‍👧 began 𝔸; it cost 5 million euros 🎈 in all.",
    "combining": "Cafe\u0301 e\u0308 in 2008; nai\u0308f, it cost 5 million euros o\u0302.",
    "crlf": "One.\r\n\r\nIn\r\n2008 it cost 5 million euros.\r\n",
    "right to left": "في عام 2008 بدأت المحادثات \u202bואז\u202c؛ 5 million euros انتهى.",
    "cjk": "2008年に交渉が始まり、5 million eurosかかった。",
    "spaces": "  \tIn  2008\t\tit   cost\u00a0 5 million euros .  \n\n  \u3000",
    "unseen": "A\x0b in\u2028 2008\x85 it\x00 cost\ufeff 5 million euros \ufffe\u200b.",
    "../a/b c/é.txt": "<In> 2008 & \"it\" cost 5 million euros ]]> 'so' \\n {x} %20.",
    "split": "In 2008 it\ncost 5 million\neuros\n in all, 5 million euros.",
    "none": "Nothing stands here.",
    " ": "",
}


def record(name: str, text: str, *spans: Record, facts: Any = (), lang: str = "en", **meta: Any) -> Record:
    """A record that is whole, as `annotate run` writes it."""
    made = bare_record(name, text, spans, lang=lang, **meta)
    made["meta"] |= {"sha256": "0" * 64, "lang_score": None, "lang_source": None}
    return {**made, "facts": list(facts), "run": RUN}


def year(text: str, words: str = "2008", **more: Any) -> Record:
    """A year of a text."""
    stated = date_value(words, edtf=words, start=f"{words}-01-01", end=f"{words}-12-31", grain="year")
    return span(text, words, "DATE", {**stated, **more})


def money(text: str, words: str = "5 million euros", **more: Any) -> Record:
    """A sum of a text."""
    stated = value("MONEY", **{"amount": "5000000", "currency": "EUR", **more})
    return span(text, words, "MONEY", stated, rule="money/amount-currency")


LINKED = "Since 2008 a deep strategic tie; the \u201cpact \U0001f91d of 2009\u201d was worth 5 million euros; law 7."


def linked(name: str = "linked") -> Record:
    """A record with spans of all labels, overlapping ones, links between them, parties, and facts."""
    parties = [{"name": "Vietnam", "code": "VN"}, {"name": "Bosnia; (North), etc.", "code": None}]
    pact = value("AGREEMENT", kind="treaty", parties=parties, status="signed", count=3, date_span="s4")
    tie = value("PARTNERSHIP", kind="partnership", level=["strategic"], parties=parties[:1], since_span="s1")
    made = record(
        name,
        LINKED,
        year(LINKED),
        span(LINKED, "deep strategic tie", "PARTNERSHIP", tie, rule="partnerships/tie"),
        span(LINKED, "pact \U0001f91d of 2009", "AGREEMENT", {**pact, "amount_span": "s5"}, rule="agreements/pact"),
        year(LINKED, "2009"),
        money(LINKED),
        span(LINKED, "law 7", "LAW", {"number": "7", "of": ["x", 1, None]}, rule="laws/law"),
        facts=[
            {"type": "signed", "subject": "s3", "parties": ["VN"], "date": "s4", "amount": "s5", "evidence": [33, 79]}
        ],
    )
    assert [one["id"] for one in made["spans"]] == ["s1", "s2", "s3", "s4", "s5", "s6"]
    return made


def difficult() -> list[Record]:
    """All of these texts as records, one with spans that overlap and link, two without any."""
    records = []
    for name, text in TEXTS.items():
        words = "5 million\neuros" if name == "split" else "5 million euros"
        spans = [year(text), money(text, words)] if "2008" in text else []
        records.append(record(name, text, *spans))
    return [*records, linked()]


def decide(
    desk: Desk, verdict: Any, words: str | None, correction: Wanted | None = None, comment: str | None = None
) -> None:
    """One verdict on the entity with these words; `add` has none."""
    place = None
    if words is not None:
        found = next(e["found"] for e in desk.article(1)["entities"] if e["text"] == words)
        place = Place(found["start"], found["end"], found["label"])
    judgement = Judgement(verdict, place, correction, comment)
    desk.decide(Request(f"test-{desk.journal.last:04}", desk.journal.last, 1, [judgement]))


def wanted(text: str, words: str, label: str, stated: dict[str, Any]) -> Wanted:
    """What these words of a text should be."""
    return Wanted(text.index(words), text.index(words) + len(words), label, stated)
