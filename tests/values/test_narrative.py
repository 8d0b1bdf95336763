"""Stories and news in eight languages, annotated by hand before the tool saw them: how many dates come out right.

`narrative/<lang>.jsonl` holds stories: history and lives, told from one date to the next, where most days and months
take the year that the story has reached. `narrative/news.jsonl` holds news that name an old year beside their own.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import annotate
from annotate.rules import notation

FOLDER = Path(__file__).parent / "narrative"
LANGUAGES = ("nl", "en", "de", "fr", "es", "ru", "zh", "ja")


def passages(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def right_and_all(lang: str, passage: dict[str, str]) -> tuple[int, int]:
    """How many dates of a passage have the span and value of the gold, out of all that stand there or are found."""
    text, marks = notation.unmark(passage["text"])
    found = {(s.start, s.end): s.value for s in annotate.annotate(text, lang=lang, date=passage["date"]).dates}
    right = sum(
        span in found and not [*notation.differences(notation.read("date", written), found[span])]
        for *ends, written in marks
        for span in [(ends[0], ends[1])]
    )
    return right, len({*found, *((start, end) for start, end, _ in marks)})


def test_the_gold_is_large_enough() -> None:
    """There are at least five stories in each of the eight languages, and forty in all."""
    counts = [len(passages(lang)) for lang in LANGUAGES]
    assert min(counts) >= 5
    assert sum(counts) >= 40


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_year_of_the_story(lang: str) -> None:
    """Of the dates of the stories at least 95 in a hundred have their span and the year that the story has reached."""
    right, every = map(sum, zip(*(right_and_all(lang, passage) for passage in passages(lang)), strict=True))
    assert right / every >= 0.95


@pytest.mark.parametrize("passage", passages("news"), ids=lambda passage: passage["id"])
def test_the_news_stay_in_their_year(passage: dict[str, str]) -> None:
    """An old year in the news takes no other date with it: all dates of the passage are right."""
    right, every = right_and_all(passage["lang"], passage)
    assert right == every
