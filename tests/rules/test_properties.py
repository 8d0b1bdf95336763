"""What holds for any text: offsets, no crash, the same bytes twice."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.records import Document
from annotate.schema import invariants

_PIPELINES = {lang: Pipeline(Options(lang=lang)) for lang in ("nl", "en")} | {"": Pipeline()}

_PIECES = st.sampled_from(
    [
        "18 januari 1950",
        "2,5 miljard euro",
        "US$ 3 mrd",
        "eind 2008",
        "van",
        "tot",
        "tussen",
        "en",
        "(",
        ")",
        "–",
        "-",
        "/",
        ".",
        ",",
        "mei",
        "may",
        "verdrag",
        "overeenkomst",
        "strategisch partnerschap",
        "RCEP",
        "ondertekend",
        "Vietnam",
        "99999999999999999999999999",
        "31 februari 2024",
        "2020-2021",
        "0",
        "1e",
        "\n",
        "\n\n",
        "\u202f",
        "\u200f",
        "é",
        "令和6年",
        "５",
        "²",
        "½",
        "𝟚",
        "١٢",
        "€",
        "per jaar",
        "meer dan",
        "five years ago",
        "the 1990s",
        "Q3 2024",
        "https://a.b/2024",
        "@",
        "#",
        "\x00",
        "\ufeff",
        "ß",
        "İ",
        "ŉ",
    ]
)
TEXTS = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    st.lists(_PIECES, max_size=30).map(" ".join),
    st.lists(_PIECES, max_size=30).map("".join),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXTS, lang=st.sampled_from(sorted(_PIPELINES)), date=st.sampled_from([None, "2024-02-29"]))
def test_any_text(text: str, lang: str, date: str | None) -> None:
    """Any text gives a record that keeps the contract, and the same bytes twice."""
    document = Document("a", text, "a.txt", date=date, date_source="option" if date else None)
    record = _PIPELINES[lang].annotate(document)
    assert record.text == text
    assert invariants(record) == []
    assert record.to_json() == _PIPELINES[lang].annotate(document).to_json()
