"""Which year a day or month without one belongs to, in stories and in the news."""

from __future__ import annotations

import doctest

import pytest

import annotate
from annotate.values import story, timex

HISTORY = "In 1944 the war went on. On 6 June the allies landed in Normandy. By August Paris was free."


def dates(text: str, *, lang: str = "en", date: str | None = "2024-05-05") -> list[tuple[str, str, str | None]]:
    spans = annotate.annotate(text, lang=lang, date=date).dates
    return [(s.text, s.value.timex, s.value.anchor) for s in spans]


def timexes(text: str, **more: str | None) -> list[str]:
    return [timex for _, timex, _ in dates(text, **more)]  # type: ignore[arg-type]


def test_examples_in_docstrings() -> None:
    """The examples of both modules give what they say."""
    assert doctest.testmod(story).failed == doctest.testmod(timex).failed == 0


@pytest.mark.parametrize("date", ["2024-05-05", None])
def test_a_history_carries_its_year(date: str | None) -> None:
    """A day and a month take the year of the date before, with a document's date and without; the anchor says which."""
    assert dates(HISTORY, date=date) == [
        ("1944", "1944", None),
        ("6 June", "1944-06-06", "1944"),
        ("August", "1944-08", "1944-06-06"),
    ]


def test_decades_and_centuries_long_past_are_no_news() -> None:
    """A history may speak of them as often as it likes: they say nothing of the document's own time."""
    text = (
        "Since the 17th century the ports had quarrelled; in the 1760s they armed.\n"
        "The war began on 3 May 1771 and ended on 9 July 1775. By the late 1770s trade grew.\n"
        "On 6 June 1772 the fleet sailed. On 8 August it was beaten. In 1773 a truce failed; in 1774 the king died.\n"
        "The peace lasted until the 1790s and the 19th century."
    )
    assert ("8 August", "1772-08-08", "1772-06-06") in dates(text)


def test_what_was_to_come_in_a_story_belongs_to_its_year() -> None:
    """An army that was to march did so in the year of the story; a renewal that the news tells of is this year's."""
    text = (
        "The siege of 1642 began on 4 March 1642. On 6 April the king would return; the army was to march in May.\n"
        "It ended on 9 May 1643, after that of 1640 and before those of 1645 and 1648."
    )
    assert [timex for timex in timexes(text) if len(timex) > 4] == ["1642-03-04", "1642-04-06", "1642-05", "1643-05-09"]
    assert timexes("The treaty of 4 March 1995 will be renewed on 5 June.")[1] == "2024-06-05"


def test_the_end_of_the_year_and_the_twenties_are_those_of_the_story() -> None:
    """In a history the year that ends and the decade in words are those that it has reached; in news they stay."""
    text = (
        "Der Krieg von 1921 bis 1926 war lang. In den zwanziger Jahren stritt man. Am 3. Mai 1921 begann er.\n"
        "Am 4. Juni 1922 fiel die Stadt. Im Oktober kam Hilfe; Ende des Jahres war Ruhe. 1924 und 1926 endete er."
    )
    told = {span: timex for span, timex, _ in dates(text, lang="de")}
    assert (told["zwanziger Jahren"], told["Ende des Jahres"]) == ("192", "1922")
    assert timexes("Bis Ende des Jahres soll gewählt werden.", lang="de") == ["2024"]


def test_what_is_to_come_behind_a_last_date_of_long_ago_is_of_the_document() -> None:
    """A history may end in its own time: a show that comes behind a date of long ago is the document's."""
    text = (
        "De opstand van 1825 begon op 20 juli 1825. Op 12 november 1828 viel de stad, op 28 maart 1830 de vorst.\n"
        "Hij stierf op 8 januari 1855. Sinds 6 november 1973 is hij een held. In het najaar volgt een tentoonstelling."
    )
    assert timexes(text, lang="nl")[-1] == "2024-FA"


def test_a_story_goes_forward_into_the_next_year() -> None:
    """A month more than half a year earlier than the date before is one of the next year."""
    assert timexes("On 11 November 1918 the guns fell silent. In January the delegates met.")[1] == "1919-01"
    assert timexes("On 3 May 1907 it was signed. In February the envoy had fallen ill.")[1] == "1907-02"


def test_a_range_takes_the_year_too() -> None:
    """Both ends of a range without years are told by the story."""
    assert timexes("In October 1939 they gave up. From November to February little happened.")[1] == "1939-11/1940-02"


def test_the_paragraph_before_hands_its_year_on_and_no_further() -> None:
    """The year goes on to the next paragraph, not over one without a date, where the text is no history as a whole."""
    first, second = "The league was founded in 1998.", "In March it moved to Oslo."
    assert timexes(f"{first}\n{second}")[-1] == "1998-03"
    assert timexes(f"{first}\nIt grew.\n{second}")[-1] == "2024-03"


def test_the_news_keeps_its_year() -> None:
    """A date near the document's, a clause about the future, or a word such as yesterday keep the document's year."""
    assert timexes("The company, founded in 1998, said on 6 June it would go.", date="2024-06-07")[-1] == "2024-06-06"
    assert timexes("It was founded in 1998. The court will rule in November.", date="2024-06-07")[-1] == "2024-11"
    assert timexes("Yesterday it closed. It was founded in 1998. It opened a plant in March.")[-1] == "2024-03"
    assert timexes("The plan for 2030 was made in June. Sales rose in August.", date="2024-09-10") == [
        "2030",
        "2024-06",
        "2024-08",
    ]


def test_the_same_sentence_gives_its_year_in_the_news_too() -> None:
    """A full date before it in the sentence gives the year; one in an aside between commas does not."""
    news = "Yesterday the house met. "
    assert timexes(f"{news}It was signed on 3 May 1907 and ratified on 9 August.")[-1] == "1907-08-09"
    assert timexes(f"{news}The firm, founded in 1998, sold its plant in February.")[-1] == "2024-02"


def test_the_same_year_is_that_of_the_date_before() -> None:
    """`of that year` is told by the text, however near the document's date is, and open with no date before it."""
    assert timexes("Signed on 3 May 2007, in force on 9 August of that year.", date="2007-09-01")[-1] == "2007-08-09"
    assert dates("It was ratified on 9 August of the same year.") == [("9 August of the same year", "XXXX-08-09", None)]


def test_an_impossible_day_of_the_story_is_none_of_it() -> None:
    """29 February is no day of 1943: it stays as it is told from the document's date."""
    assert timexes("In 1943 it was cold. On 29 February it snowed.", date="2024-05-05")[-1] == "2024-02-29"


@pytest.mark.parametrize(
    ("lang", "text", "timex"),
    [
        ("de", "1813 zog das Heer nach Sachsen. Am 16. Oktober begann die Schlacht.", "1813-10-16"),
        ("fr", "En 1870, la guerre éclata. Le 2 septembre, l'empereur se rendit.", "1870-09-02"),
        ("ru", "В 1812 году началась война. 7 сентября армии сошлись у Бородина.", "1812-09-07"),
        ("ja", "1868年に政府が成立した。9月に元号が改められた。", "1868-09"),
        ("sv", "År 1809 avsattes kungen. Den 6 juni antogs regeringsformen.", "1809-06-06"),
    ],
)
def test_stories_in_other_languages(lang: str, text: str, timex: str) -> None:
    """The stage has no words of a language: what is told in one holds in all."""
    assert timexes(text, lang=lang)[-1] == timex


def test_a_history_told_on_its_anniversary() -> None:
    """Days of a story that are near to the document's stay in the story; where the text speaks of today they do not."""
    story = "On 10 May 1940 the troops came. On 14 May the city burnt. On 15 May it gave up. In July all was quiet."
    assert timexes(story, date="2024-05-14") == ["1940-05-10", "1940-05-14", "1940-05-15", "1940-07"]
    news = "The firm was founded on 3 May 1907. It had 500 workers in 1950. The board decided on 16 June to close it."
    assert timexes(news, date="2025-06-18")[-1] == "2025-06-16"
    assert timexes(f"Yesterday the mayor spoke. {story}", date="2024-05-14")[2] == "2024-05-14"


@pytest.mark.parametrize(
    ("lang", "text", "date", "timex"),
    [
        ("ja", "7月3日に公示、20日に投開票される見通しだ。", "2025-06-18", "2025-07-20"),
        ("ko", "1950년 6월 25일 전쟁이 터졌고 28일 서울이 함락됐다.", "2025-06-18", "1950-06-28"),
        ("zh", "1945年8月6日，广岛遭轰炸，9日轮到长崎。", "2025-03-28", "1945-08-09"),
        ("zh", "双方2023年11月7日签约，外长17日再次会谈。", "2025-06-18", "2025-06-17"),
        ("ja", "5月26日の合意を受け、両首脳は17日に会談した。", "2025-06-18", "2025-06-17"),
    ],
)
def test_a_day_alone_is_of_the_month_before_it(lang: str, text: str, date: str, timex: str) -> None:
    """A later day in the sentence is of the same month; one of the days before the document's is of the news."""
    assert timexes(text, lang=lang, date=date)[-1] == timex
