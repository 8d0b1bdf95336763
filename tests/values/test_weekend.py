"""The weekend without a word of direction."""

import pytest

from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.records import Document


@pytest.mark.parametrize(
    ("day", "text", "timex"),
    [
        ("2024-06-12", "Die Brücke wurde am Wochenende gesperrt.", "2024-W23-WE"),
        ("2024-06-16", "Die Brücke wurde am Wochenende gesperrt.", "2024-W24-WE"),
        ("2024-06-12", "Der Rat wird am Wochenende tagen.", "2024-W24-WE"),
        ("2024-06-12", "Am Wochenende ist es dort still.", None),
    ],
)
def test_the_clause_tells_which_weekend(day: str, text: str, timex: str | None) -> None:
    """In a clause of the past it is the last one, on its own days that very one; ahead it is the next; else none."""
    record = Pipeline(Options(lang="de")).annotate(Document("a", text, "a", date=day))
    assert [date.value.timex for date in record.dates] == ([timex] if timex else [])
