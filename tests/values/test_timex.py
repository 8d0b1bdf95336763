"""Values of dates: TIMEX3, EDTF, first and last day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from annotate.values.timex import resolve_date

ANCHOR = date(2025, 3, 18)  # a Tuesday


class Slots(dict[str, Any]):
    """Slots as a match has them."""


@pytest.mark.parametrize(
    ("slots", "timex", "edtf", "start", "end"),
    [
        ({"year": "1950", "month": "1", "day": "18"}, "1950-01-18", "1950-01-18", "1950-01-18", "1950-01-18"),
        ({"year": "2024", "month": "2"}, "2024-02", "2024-02", "2024-02-01", "2024-02-29"),
        ({"year": "2008"}, "2008", "2008", "2008-01-01", "2008-12-31"),
        ({"decade": "1990"}, "199", "199X", "1990-01-01", "1999-12-31"),
        ({"decade": "90"}, "199", "199X", "1990-01-01", "1999-12-31"),
        ({"century": "19"}, "18", "18XX", "1800-01-01", "1899-12-31"),
        ({"century": "1900"}, "19", "19XX", "1900-01-01", "1999-12-31"),
        ({"from": "2014", "to": "2020"}, "2014/2020", "2014/2020", "2014-01-01", "2020-12-31"),
        ({"year": "2024", "quarter": "3"}, "2024-Q3", "2024-07/2024-09", "2024-07-01", "2024-09-30"),
        ({"year": "2024", "half": "1"}, "2024-H1", "2024-01/2024-06", "2024-01-01", "2024-06-30"),
        ({"year": "2023", "season": "summer"}, "2023-SU", "2023-22", "2023-06-01", "2023-08-31"),
        ({"year": "2023", "season": "winter"}, "2023-WI", "2023-24", "2023-12-01", "2024-02-29"),
        ({"year_span": "2023/2024", "season": "winter"}, "2023-WI", "2023-24", "2023-12-01", "2024-02-29"),
        ({"year": "2024", "week": "20"}, "2024-W20", "2024-05-13/2024-05-19", "2024-05-13", "2024-05-19"),
        ({"year": "6", "era": "2018"}, "2024", "2024", "2024-01-01", "2024-12-31"),
        (
            {"year": "2024", "month": "3", "stretch": "through"},
            "2023-04/2024-03",
            "2023-04/2024-03",
            "2023-04-01",
            "2024-03-31",
        ),
        (
            {"year": "2024", "month": "12", "stretch": "through"},
            "2024-01/2024-12",
            "2024-01/2024-12",
            "2024-01-01",
            "2024-12-31",
        ),
        ({"year": "2025", "fiscal": "FY"}, "FY2025", "2025", "2025-01-01", "2025-12-31"),
        ({"year_span": "2023/2024"}, "2023/2024", "2023/2024", "2023-01-01", "2024-12-31"),
    ],
)
def test_given(slots: dict[str, str], timex: str, edtf: str, start: str, end: str) -> None:
    """What the text gives in full needs no document date, and none is named."""
    value = resolve_date(Slots(slots), None)
    assert value is not None
    assert (value.timex, value.edtf, value.start, value.end) == (timex, edtf, start, end)
    assert value.anchor is None


@pytest.mark.parametrize(
    ("slots", "open_form", "timex", "start", "end"),
    [
        ({"relative": "day:-1"}, "PAST_REF", "2025-03-17", "2025-03-17", "2025-03-17"),
        ({"relative": "day:0"}, "PRESENT_REF", "2025-03-18", "2025-03-18", "2025-03-18"),
        ({"relative": "year:1"}, "FUTURE_REF", "2026", "2026-01-01", "2026-12-31"),
        ({"offset": "-1", "unit": "month"}, "PAST_REF", "2025-02", "2025-02-01", "2025-02-28"),
        ({"offset": "1", "unit": "quarter"}, "FUTURE_REF", "2025-Q2", "2025-04-01", "2025-06-30"),
        ({"offset": "-1", "unit": "weekend"}, "PAST_REF", "2025-W11-WE", "2025-03-15", "2025-03-16"),
        ({"offset": "-1", "unit": "decade"}, "PAST_REF", "201", "2010-01-01", "2019-12-31"),
        ({"offset": "-1", "month": "3"}, "XXXX-03", "2024-03", "2024-03-01", "2024-03-31"),
        ({"offset": "-1", "weekday": "2"}, "XXXX-WXX-2", "2025-03-11", "2025-03-11", "2025-03-11"),
        ({"offset": "1", "weekday": "5"}, "XXXX-WXX-5", "2025-03-21", "2025-03-21", "2025-03-21"),
        ({"month": "5", "day": "6"}, "XXXX-05-06", "2025-05-06", "2025-05-06", "2025-05-06"),
        ({"month": "12", "day": "28"}, "XXXX-12-28", "2024-12-28", "2024-12-28", "2024-12-28"),
        ({"relation": "ago", "count": "3", "unit": "year"}, "PAST_REF", "2022", "2022-01-01", "2022-12-31"),
        ({"relation": "past", "count": "5", "unit": "year"}, "P5Y", "P5Y", "2020-03-18", "2025-03-18"),
        ({"relation": "future", "count": "5", "unit": "year"}, "P5Y", "P5Y", "2025-03-18", "2030-03-18"),
    ],
)
def test_relative(slots: dict[str, str], open_form: str, timex: str, start: str, end: str) -> None:
    """With a document date a relative expression has days and says so; without one it stays open."""
    value = resolve_date(Slots(slots), ANCHOR)
    assert value is not None
    assert (value.timex, value.start, value.end) == (timex, start, end)
    assert value.anchor == ANCHOR.isoformat()
    undecided = resolve_date(Slots(slots), None)
    assert undecided is not None
    assert (undecided.timex, undecided.start, undecided.anchor) == (open_form, None, None)


@pytest.mark.parametrize(
    ("slots", "timex"),
    [
        ({"offset": "-1", "season": "summer"}, "2023-SU"),
        ({"offset": "1", "season": "spring"}, "2024-SP"),
        ({"offset": "0", "season": "winter"}, "2023-WI"),
        ({"from": Slots(month="10"), "to": Slots(month="12")}, "2023-10/2023-12"),
        ({"from": Slots(offset="-1", unit="year", month="1"), "to": Slots(month="6")}, "2023-01/2023-06"),
    ],
)
def test_in_february(slots: dict[str, Any], timex: str) -> None:
    """Early in the year the last summer and the months before are those of the year before."""
    value = resolve_date(Slots(slots), date(2024, 2, 7))
    assert value is not None
    assert value.timex == timex


@pytest.mark.parametrize(
    ("slots", "timex"),
    [
        ({"from": Slots(year="2009"), "to": Slots(year="2014")}, "2009/2014"),
        ({"from": "3", "to": Slots(year="2025", month="5", day="5")}, "2025-05-03/2025-05-05"),
        ({"from": Slots(month="5"), "to": Slots(year="2024", month="7")}, "2024-05/2024-07"),
        ({"from": Slots(month="12"), "to": Slots(year="2024", month="1")}, "2023-12/2024-01"),
        ({"from": Slots(year="2014"), "to": Slots(year="2009")}, None),
        ({"from": Slots(year="1921"), "to": Slots(short_year="22")}, "1921/1922"),
        ({"from": Slots(year="1998"), "to": Slots(short_year="02")}, "1998/2002"),
        ({"from": "31", "to": Slots(year="2024", month="2", day="3")}, None),
    ],
)
def test_range(slots: dict[str, Any], timex: str | None) -> None:
    """The end of a range lends its start the month and year; a range that runs backwards is none."""
    value = resolve_date(Slots(slots), None)
    assert (value and value.timex) == timex


@pytest.mark.parametrize(
    ("slots", "timex"),
    [
        ({"from": Slots(month="10"), "to": Slots(month="12")}, "2024-10/2024-12"),
        ({"from": Slots(month="2", day="17"), "to": Slots(month="8", day="29")}, "2025-02-17/2025-08-29"),
        ({"from": Slots(month="11"), "to": Slots(month="1")}, "2024-11/2025-01"),
        ({"from": Slots(day="25"), "to": Slots(day="30")}, "2025-03-25/2025-03-30"),
        ({"from": Slots(unit="month", offset="-1", day="20"), "to": Slots(day="22")}, "2025-02-20/2025-02-22"),
        ({"from": Slots(unit="year", offset="-1", month="7"), "to": Slots(month="9")}, "2024-07/2024-09"),
        ({"from": Slots(unit="year", offset="-1", month="11"), "to": Slots(month="1")}, "2024-11/2025-01"),
        ({"from": Slots(unit="year", offset="-1", quarter="2"), "to": Slots(quarter="3")}, "2024-Q2/2024-Q3"),
        ({"from": Slots(unit="year", offset="-1", month="3", day="5"), "to": Slots(day="8")}, "2024-03-05/2024-03-08"),
        ({"from": "3", "to": Slots(unit="year", offset="-1", month="5", day="5")}, "2024-05-03/2024-05-05"),
    ],
)
def test_range_near_the_document(slots: dict[str, Any], timex: str) -> None:
    """Ends without a year are told together; a relative first end lends the second its year and month."""
    value = resolve_date(Slots(slots), ANCHOR)
    assert value is not None
    assert (value.timex, value.anchor) == (timex, ANCHOR.isoformat())


@pytest.mark.parametrize(
    "slots",
    [
        {"year": "2024", "month": "2", "day": "31"},
        {"year": "2023", "month": "2", "day": "29"},
        {"year": "2024", "quarter": "5"},
        {"year": "2024", "week": "54"},
        {"year": "0"},
        {"relation": "ago", "count": "4999", "unit": "year"},
        {"month": "2", "day": "30"},
    ],
)
def test_impossible(slots: dict[str, str]) -> None:
    """What no calendar has is no date, with or without a document date."""
    assert resolve_date(Slots(slots), ANCHOR) is None


def test_mod() -> None:
    """The part of a period goes into `mod` and leaves the days those of the whole; circa marks the EDTF."""
    end = resolve_date(Slots(year="2008", mod="END"), None)
    about = resolve_date(Slots(year="2008", mod="APPROX"), None)
    assert end is not None
    assert about is not None
    assert (end.timex, end.mod, end.end, end.edtf) == ("2008", "END", "2008-12-31", "2008")
    assert (about.mod, about.edtf) == ("APPROX", "2008~")


@pytest.mark.parametrize(
    ("slots", "timex"),
    [
        ({"weekday": "2"}, "2025-03-18"),
        ({"weekday": "4"}, "2025-03-13"),
        ({"weekday": "4", "clause": "future"}, "2025-03-20"),
        ({"weekday": "2", "clause": "future"}, "2025-03-18"),
        ({"month": "10"}, "2024-10"),
        ({"month": "10", "clause": "undecided"}, "2025-10"),
        ({"season": "summer"}, "2025-SU"),
        ({"season": "autumn"}, "2024-FA"),
        ({"month": "10", "clause": "past"}, "2024-10"),
        ({"month": "2", "clause": "future"}, "2026-02"),
        ({"month": "3", "clause": "future"}, "2025-03"),
        ({"month": "2", "day": "28", "clause": "future"}, "2026-02-28"),
        ({"season": "winter", "clause": "future"}, "2025-WI"),
        ({"year": "2019", "month": "2", "clause": "future"}, "2019-02"),
        ({"from": Slots(weekday="4"), "to": Slots(weekday="6")}, "2025-03-13/2025-03-15"),
        ({"from": Slots(weekday="1"), "to": Slots(weekday="3")}, "2025-03-17/2025-03-19"),
    ],
)
def test_clause(slots: dict[str, Any], timex: str) -> None:
    """What leaves the year or week open is the last, the nearest or the next one, as its clause has it."""
    value = resolve_date(Slots(slots), ANCHOR)
    assert value is not None
    assert value.timex == timex


@pytest.mark.parametrize(
    ("slots", "timex"),
    [
        ({"quarter": "3"}, "2025-Q3"),
        ({"quarter": "3", "clause": "future"}, "2026-Q3"),
        ({"quarter": "2"}, "2026-Q2"),
        ({"quarter": "2", "clause": "past"}, "2025-Q2"),
        ({"half": "2"}, "2026-H2"),
        ({"half": "2", "clause": "past"}, "2025-H2"),
        ({"half": "1", "clause": "past"}, "2026-H1"),
    ],
)
def test_part_of_a_year(slots: dict[str, str], timex: str) -> None:
    """A quarter or half in a clause of the past has begun; a quarter that is far off either way has, too."""
    value = resolve_date(Slots(slots), date(2026, 3, 5))
    assert value is not None
    assert value.timex == timex


@pytest.mark.parametrize(
    ("slots", "timex"),
    [
        ({"month": "10", "day": "11"}, "2024-10-11"),
        ({"month": "10", "day": "11", "weekday": "6"}, "2025-10-11"),
        ({"month": "10", "day": "11", "weekday": "5", "clause": "future"}, "2024-10-11"),
        ({"month": "10", "day": "11", "weekday": "1"}, "2024-10-11"),
        ({"day": "14", "weekday": "5"}, "2025-03-14"),
        ({"day": "14", "weekday": "1"}, "2025-04-14"),
        ({"day": "14", "weekday": "7"}, "2025-03-14"),
        ({"from": Slots(month="10", day="11", weekday="6"), "to": Slots(month="11", day="3")}, "2025-10-11/2025-11-03"),
    ],
)
def test_weekday_settles_the_year(slots: dict[str, Any], timex: str) -> None:
    """Of the years or months near the document a day is in the one where it falls on its weekday, if there is one."""
    value = resolve_date(Slots(slots), ANCHOR)
    assert value is not None
    assert value.timex == timex
    assert value.anchor == ANCHOR.isoformat()


@pytest.mark.parametrize(
    ("offset", "season", "timex"),
    [("-1", "autumn", "2023-FA"), ("1", "spring", "2024-SP"), ("1", "winter", "2024-WI"), ("0", "winter", "2023-WI")],
)
def test_season_said_in_february(offset: str, season: str, timex: str) -> None:
    """January and February are still of the winter that began the year before."""
    value = resolve_date(Slots({"offset": offset, "season": season}), date(2024, 2, 10))
    assert value is not None
    assert value.timex == timex


@pytest.mark.parametrize(
    ("short", "written", "timex"),
    [
        ("45", date(2025, 3, 18), "2045-05-03"),
        ("46", date(2025, 3, 18), "1946-05-03"),
        ("48", date(1950, 3, 18), "1948-05-03"),
        ("75", date(2060, 3, 18), "2075-05-03"),
        ("68", None, "2068-05-03"),
        ("69", None, "1969-05-03"),
    ],
)
def test_year_of_two_digits(short: str, written: date | None, timex: str) -> None:
    """A year of two digits is at most twenty years after the document's date; without one it is 1969 to 2068."""
    for slots in ({"day": "3", "month": "5", "short_year": short}, {"iso": f"{short}-05-03"}):
        value = resolve_date(Slots(slots), written)
        assert value is not None
        assert value.timex == timex


@pytest.mark.parametrize(("century", "timex"), [("1", "00"), ("30", "29"), ("31", None), ("0", None)])
def test_centuries(century: str, timex: str | None) -> None:
    """Centuries are numbered up to the thirtieth; what counts more is none."""
    value = resolve_date(Slots({"century": century}), None)
    assert (value and value.timex) == timex


def test_a_range_of_one_day() -> None:
    """A range may end with the day that it begins with."""
    slots = Slots({"from": "3", "to": Slots({"day": "3", "month": "5", "year": "2024"})})
    value = resolve_date(slots, None)
    assert value is not None
    assert (value.start, value.end) == ("2024-05-03", "2024-05-03")


def test_a_range_with_an_open_end() -> None:
    """Of a range from a known year to a day that only the document's date would tell, the beginning is known."""
    value = resolve_date(Slots({"from": "2020", "to": Slots({"relative": "day:0"})}), None)
    assert value is not None
    assert (value.timex, value.start, value.end) == ("2020/PRESENT_REF", "2020-01-01", None)


def test_about_a_decade() -> None:
    """EDTF level 1 has no approximate decade: `199X` stays as it is, where `2008` becomes `2008~`."""
    assert [
        value.edtf
        for slots in ({"decade": "90", "mod": "APPROX"}, {"year": "2008", "mod": "APPROX"})
        if (value := resolve_date(Slots(slots), None))
    ] == ["199X", "2008~"]
