"""Days of one month in a list: neighbouring ones are a stretch, others dates of their own."""

import pytest

from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.records import Document


@pytest.mark.parametrize(
    ("lang", "text", "dates"),
    [
        ("en", "Sessions: 3, 4, 9 and 17 May 2026.", ["3, 4", "9", "17 May 2026"]),
        ("en", "They met on June 6 and 20, 2022.", ["June 6", "20, 2022"]),
        ("de", "Am 1. und 2. sowie am 8. und 9. Mai 2026 wird geprobt.", ["1. und 2.", "8. und 9. Mai 2026"]),
        ("it", "Si replica il 10 e il 24 maggio 2026.", ["10", "24 maggio 2026"]),
        ("en", "Lots 9 and 4 May 2026 differ.", ["4 May 2026"]),
    ],
)
def test_days_apart_are_spans_of_their_own(lang: str, text: str, dates: list[str]) -> None:
    """Each run of days that follow one another is one span; days that do not ascend are no list of days."""
    record = Pipeline(Options(lang=lang, labels=("DATE",))).annotate(Document("a", text, "a"))
    assert [span.text for span in record.spans] == dates


def test_each_day_has_the_month_and_the_direction_of_its_clause() -> None:
    """The values of listed days have the month and year of the last, and look where their clause looks."""
    text = "Der Rat wird am 4. und 18. Februar tagen."
    record = Pipeline(Options(lang="de")).annotate(Document("a", text, "a", date="2025-03-18"))
    assert [span.value.timex for span in record.dates] == ["2026-02-04", "2026-02-18"]


@pytest.mark.parametrize(
    ("text", "dates"), [("El 5-1 de enero fue duro.", ["enero"]), ("Del 1-5 de enero.", ["1-5 de enero"])]
)
def test_a_score_is_no_range_of_days(text: str, dates: list[str]) -> None:
    """Figures that run backwards before a month are a score, and the month stands alone."""
    record = Pipeline(Options(lang="es")).annotate(Document("a", text, "a"))
    assert [span.text for span in record.dates] == dates
