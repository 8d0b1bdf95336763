"""The explanation of a text: the same path as its annotation, the rivals that lost, where a rule stopped."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.quality import explain as module
from annotate.quality.attempts import UnknownRuleError
from annotate.quality.explain import Explanation, explain
from annotate.records import Document

OWN = """\
labels:
  WHEN: {value: date}
  NONE: {emit: no}
label: WHEN
lists:
  month: {"2": [februari], "5": [mei]}
  page: [pagina, zaal]
rules:
  - id: day
    why: A day is a number and a month.
    pattern:
      - {kind: day, slot: day}
      - {list: month, slot: month}
      - {kind: year, slot: year, OP: "?"}
    gives: [a-day]
  - id: month
    pattern: [{list: month, slot: month}]
  - id: from-to
    pattern: [{LOWER: van}, {rule: a-day, slot: from}, {LOWER: tot}, {rule: a-day, slot: to}]
  - id: year
    pattern: [{LOWER: in, outside: yes}, {kind: year, slot: year, unless: short_year}]
  - id: page
    label: NONE
    priority: "5"
    pattern: [{LOWER: in, OP: "?"}, {list: page}, {LOWER: nummer, OP: "{0,2}"}, {kind: year}]
  - id: three
    label: NONE
    pattern: [{ORTH: een}, {ORTH: twee}, {ORTH: drie}]
"""


WORDS = ["op", "in", "van", "tot", "3", "31", "februari", "mei", "2024", "1998", "pagina", ",", "."]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """A pipeline with a handful of rules of its own and none of the built-in ones."""
    folder = tmp_path_factory.mktemp("patterns")
    (folder / "nl").mkdir()
    (folder / "nl" / "own.yaml").write_text(OWN)
    return Pipeline(Options(patterns=(folder,), built_in=False, lang="nl"))


def why_not(text: str, rule: str, pipeline: Pipeline) -> list[str]:
    """What is said of a rule, without the line that names it."""
    return [line.strip() for line in explain(text, pipeline=pipeline, rule=rule).rule[1:]]


# --- spans


def test_a_span_tells_rule_slots_value_and_why(own: Pipeline) -> None:
    """Each span comes with its rule, the rule's reason, what filled its slots, and its value."""
    (span,) = explain("Op 3 mei 2024.", pipeline=own).spans
    assert (span.text, span.label, span.rule) == ("3 mei 2024", "WHEN", "nl/own/day")
    assert span.why == "A day is a number and a month."
    assert [(part.slot, part.text, part.value) for part in span.slots] == [
        ("day", "3", "3"),
        ("month", "mei", "5"),
        ("year", "2024", "2024"),
    ]
    assert isinstance(span.value, dict)
    assert (span.value["timex"], span.short) == ("2024-05-03", "2024-05-03")


def test_a_span_tells_the_smaller_rules_it_is_made_of(own: Pipeline) -> None:
    """The chain of rules that took part is told, the smallest first."""
    (span,) = explain("Het duurt van 3 februari tot 5 mei 2024.", pipeline=own).spans
    assert span.made_of == ("nl/own/day", "nl/own/from-to")
    assert [(part.slot, part.value) for part in span.slots] == [("from", "nl/own/day"), ("to", "nl/own/day")]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_an_explanation_has_the_spans_of_the_record(own: Pipeline, words: list[str]) -> None:
    """Explaining and annotating are one path: the spans agree whatever the text."""
    text = " ".join(words)
    record = own.annotate(Document("a", text, "a"))
    told = explain(text, pipeline=own)
    assert [(s.id, s.start, s.end, s.label, s.rule, s.value) for s in told.spans] == [
        (s.id, s.start, s.end, s.label, s.rule, s.value) for s in record.spans
    ]
    inside = [(rival.start, rival.end) for rival in told.rivals]
    assert all(0 <= start < end <= len(text) for start, end in inside)


# --- rivals


def rivals(told: Explanation) -> dict[str, str]:
    return {f"{rival.rule} {rival.text}": rival.reason for rival in told.rivals}


def test_a_shorter_match_lost_to_the_longer(own: Pipeline) -> None:
    """A rival is told with the rule that it lost to, and the reason."""
    (rival,) = explain("Op 3 mei.", pipeline=own).rivals
    assert (rival.text, rival.rule, rival.winner, rival.winner_text) == (
        "mei",
        "nl/own/month",
        "nl/own/day",
        "3 mei",
    )
    assert rival.reason == "shorter"
    assert str(rival) == "'mei' (WHEN, nl/own/month) lost to '3 mei' (nl/own/day): shorter"


def test_a_date_that_does_not_exist_is_told(own: Pipeline) -> None:
    """A match without a value is no span, and the reason is told."""
    told = explain("Op 31 februari 2024.", pipeline=own)
    assert told.spans == ()
    assert rivals(told)["nl/own/day 31 februari 2024"] == "there is no such date"


def test_a_label_that_is_not_written_is_told(own: Pipeline) -> None:
    """What only keeps other labels out is told, with what lost to it by priority."""
    told = explain("Het hangt in zaal 2012.", pipeline=own)
    assert told.spans == ()
    assert rivals(told) == {"nl/own/page in zaal 2012": "NONE only keeps other labels out"}


# --- why a rule did not match


@pytest.mark.parametrize(
    ("rule", "text", "told"),
    [
        (
            "day",
            "Op 3 Kersen.",
            "begins with '3', but token 2 wants list month; the text has 'Kersen' (kind capital)",
        ),
        ("day", "Ergens in mei.", "token 1 wants kind day; the text has none"),
        ("day", "Het zijn er 3", "begins with '3', but token 2 wants list month; the line ends there"),
        (
            "from-to",
            "van 3 mei en 5 mei",
            "begins with 'van 3 mei', but token 3 wants LOWER tot; the text has 'en' ",
        ),
        (
            "from-to",
            "van mei tot 5 mei",
            "begins with 'van', but token 2 wants rule a-day; the text has 'mei' ",
        ),
        ("year", "in 20245", "token 2 wants kind year, and not short_year; the text has '20245' "),
        ("page", "in pagina nummer nummer nummer 2024", "token 4 wants kind year; the text has 'nummer' "),
        (
            "three",
            "een twee vier, een",
            "begins with 'een twee', but token 3 wants ORTH drie; the text has 'vier' ",
        ),
    ],
)
def test_a_rule_that_did_not_match_tells_where_it_stopped(rule: str, text: str, told: str, own: Pipeline) -> None:
    """The furthest that a pattern came is told: the words it took, the token it wanted, the word there."""
    said = why_not(text, rule, own)
    assert said[0] == "did not match:"
    assert told in said[1]


def test_what_the_word_is_instead_is_told(own: Pipeline) -> None:
    """The word at which a rule stopped is told with all the lists, kinds and rules that it stands for."""
    (_, said, _) = why_not("Van 3 mei pagina.", "from-to", own)
    assert said.endswith("the text has 'pagina' (list page)")
    (_, said, _) = why_not("Van 3 mei 5 mei.", "from-to", own)
    assert "the text has '5 mei' (" in said
    assert "rule nl/own/day" in said


def test_each_pattern_of_a_rule_is_told(tmp_path: Path) -> None:
    """A rule with several patterns says of each how far it came."""
    (tmp_path / "nl").mkdir()
    content = "label: X\nrules:\n  - id: a\n    patterns:\n      - [{LOWER: x}, {LOWER: y}]\n      - [{LOWER: z}]\n"
    (tmp_path / "nl" / "a.yaml").write_text(content)
    pipeline = Pipeline(Options(patterns=(tmp_path,), built_in=False, lang="nl"))
    assert why_not("x w", "a", pipeline) == [
        "did not match:",
        "pattern 1: begins with 'x', but token 2 wants LOWER y; the text has 'w' (in no list)",
        "pattern 2: token 1 wants LOWER z; the text has none",
        "tokens: x | w",
    ]


def test_a_rule_that_matched_says_so(own: Pipeline) -> None:
    """Asked of a rule that did match, or matched and lost, it says where."""
    assert why_not("Op 3 mei.", "day", own) == ["matched, in '3 mei' (WHEN)"]
    (said,) = why_not("Op 3 mei.", "month", own)
    assert said.startswith("matched, but 'mei' (WHEN, nl/own/month) lost to '3 mei'")


def test_tokens_count_as_they_are_written(tmp_path: Path) -> None:
    """A token has the number it has in the file, also where the language has no words for one before it."""
    (tmp_path / "nl").mkdir()
    content = "label: X\ndescribe: {gone: no words}\nrules:\n  - id: a\n"
    content += "    pattern: [{LOWER: x}, {list: gone, OP: '?'}, {LOWER: y}]\n"
    (tmp_path / "nl" / "a.yaml").write_text(content)
    pipeline = Pipeline(Options(patterns=(tmp_path,), built_in=False, lang="nl"))
    assert "token 3 wants LOWER y" in why_not("x w", "a", pipeline)[1]


def test_a_rule_may_be_named_by_its_end(own: Pipeline) -> None:
    """`--rule day` is enough where one rule ends so; an unknown name is refused with those that are near."""
    assert explain("x", pipeline=own, rule="day").rule[0].startswith("rule nl/own/day (")
    with pytest.raises(UnknownRuleError, match="'dayy' names no rule of nl; known: nl/own/day, nl/own/from-to"):
        explain("x", pipeline=own, rule="dayy")


def test_the_tokens_that_the_rule_saw_are_told(own: Pipeline) -> None:
    """A rule that did not match shows the tokens around the place where it stopped: `G20` is two, a date is one."""
    assert why_not("De G20 kwam in Rome bij.", "three", own)[-1] == "tokens: De | G | 20 | kwam | in | Rome | bij | ."
    assert (
        why_not("Het loopt van 3 mei tot laat.", "from-to", own)[-1]
        == "tokens: Het | loopt | van | 3 mei | tot | laat | ."
    )
    long = why_not(f"{'ver ' * 30}van 3 mei {'weg ' * 30}", "from-to", own)[-1]
    assert long == f"tokens: … | {'ver | ' * 4}van | 3 mei | {'weg | ' * 10}…"


def test_a_text_of_no_language_says_how_to_go_on() -> None:
    """Where the language is undecided no rules ran: the option is named, and what the likeliest would find."""
    told = explain("123", pipeline=Pipeline(), rule="dates/year")
    assert "too short to tell its language" in told.render()
    assert "--lang en" in told.render()
    assert "--lang names it" in told.rule[0]
    told = explain("Am 3. September 2024", pipeline=Pipeline())
    assert {supposed.lang for supposed in told.likely} == {"de", "en"}
    assert "if it is de (50% likely):\n  DATE  3. September 2024  2024-09-03  by " in told.render()
    assert told.as_dict()["likely"][0]["spans"][0]["value"]["timex"] == "2024-09-03"


# --- shape


def test_an_explanation_is_plain_text_and_plain_data(own: Pipeline) -> None:
    """It can be printed, and written as JSON."""
    told = explain("Op 3 mei 2024, in zaal 2012.", pipeline=own, rule="month")
    assert "WHEN  3 mei 2024  [3:13]  2024-05-03" in told.render()
    assert "rivals that lost:" in told.render()
    assert told.as_dict()["spans"][0]["slots"][0] == {"slot": "day", "text": "3", "value": "3"}


def test_the_examples_in_the_docstrings_hold() -> None:
    """The examples in the docstrings are run."""
    assert doctest.testmod(module).failed == 0
