"""The period of a rate: one of those that the schema names, whatever word the text has for it."""

from __future__ import annotations

import pytest

from annotate import annotate


@pytest.mark.parametrize(
    ("text", "lang", "per"),
    [
        ("De huur is 500 euro per half jaar of 80 euro per maand.", "nl", {"half_year", "month"}),
        ("Elle verse 500 euros par semestre.", "fr", {"half_year"}),
        ("Versa 500 euro a semestre.", "it", {"half_year"}),
        ("Het kost 90 euro per weekend.", "nl", {None}),
        ("Het kost 90 euro per decennium.", "nl", {None}),
        ("Het kost 90 euro per eeuw.", "nl", {None}),
    ],
)
def test_a_rate_is_told_in_a_period_of_the_schema(text: str, lang: str, per: set[str | None]) -> None:
    """`par semestre` is `half_year`; a sum per weekend or decade is a sum without a rate, and not an invalid record."""
    record = annotate(text, lang=lang)
    found = {span.value.per for span in record.money}
    assert found - {None} == per - {None}
    assert found
