"""The published schema: it takes the contract's records and nothing beside them, and explains every field."""

from __future__ import annotations

import doctest
import re
import runpy
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from annotate import records, schema, spans
from annotate.cli.app import app
from annotate.manifest import Manifest
from annotate.records import Record, RecordError
from annotate.schema import invariants, json_schema, out_of_order
from annotate.spans import AgreementSpan, DateSpan, MoneySpan, OtherSpan, PartnershipSpan, Party

Json = dict[str, Any]
Change = Callable[[Json], object]

TEXT = "Sinds 18 januari 1950: de VKFTA, goed voor 2,5 miljard dollar, en een strategisch partnerschap."


def span(identity: str, words: str, label: str, value: Json, *, tokens: tuple[int, int] = (0, 0)) -> Json:
    start = TEXT.index(words)
    return {
        "id": identity,
        "start": start,
        "end": start + len(words),
        "text": words,
        "label": label,
        "token_start": tokens[0],
        "token_end": tokens[1],
        "rule": f"{label.lower()}/example",
        "value": value,
    }


DATE: Json = {"timex": "1950-01-18", "timex_type": "DATE", "mod": None, "edtf": "1950-01-18"}
DATE |= {"start": "1950-01-18", "end": "1950-01-18", "grain": "day", "anchor": None}
MONEY: Json = {"amount": "2500000000", "min": None, "max": None, "currency": "USD", "currency_candidates": []}
MONEY |= {"modifier": "more_than", "per": None}
VIETNAM = {"name": "Vietnam", "code": "VN"}
AGREEMENT: Json = {
    "kind": "free_trade_agreement",
    "name": None,
    "id": "vkfta",
    "acronym": "VKFTA",
    "count": None,
}
AGREEMENT |= {"parties": [VIETNAM], "subject": None, "status": "signed", "date_span": "s1", "amount_span": "s3"}
PARTNERSHIP: Json = {"kind": "partnership", "level": ["strategic"], "name": None, "id": None, "parties": []}
PARTNERSHIP |= {"status": "established", "since_span": "s1"}


def valid_record() -> Json:
    """A record with one span of each label, every link set and one fact."""
    spans = [
        span("s1", "18 januari 1950", "DATE", DATE, tokens=(1, 3)),
        span("s2", "VKFTA", "AGREEMENT", AGREEMENT, tokens=(6, 6)),
        span("s3", "2,5 miljard dollar", "MONEY", MONEY, tokens=(10, 14)),
        span("s4", "strategisch partnerschap", "PARTNERSHIP", PARTNERSHIP, tokens=(18, 19)),
    ]
    fact = {"type": "valued_at", "subject": "s2", "parties": ["VN", "KR"], "date": "s1", "amount": "s3"}
    return deepcopy(
        {
            "schema": "annotate/2",
            "id": "2025-04-14-bezoek",
            "text": TEXT,
            "lang": "nl",
            "meta": {
                "source": "corpus/nl/2025-04-14-bezoek.txt",
                "title": None,
                "date": "2025-04-14",
                "date_source": "filename",
                "sha256": "9f" * 32,
                "lang_score": 0.9999,
                "lang_source": "langdetect",
                "author": {"whatever": ["the", "input", "carried"]},
            },
            "spans": spans,
            "facts": [{**fact, "evidence": [0, 61]}],
            "run": {
                "tool": "annotate 0.1.0",
                "spacy": "3.8.18",
                "pipeline": "blank",
                "patterns": "sha256:0a",
                "config": "sha256:0b",
            },
        }
    )


def faults(record: Json) -> list[str]:
    return [error.message for error in Draft202012Validator(json_schema()).iter_errors(record)]


def test_the_examples_in_the_docstrings_are_true() -> None:
    """Every example in a docstring of the format's modules gives what it says."""
    assert [doctest.testmod(module).failed for module in (records, schema, spans)] == [0, 0, 0]


# The JSON Schema


def test_the_schema_is_a_schema() -> None:
    """It is valid against the meta-schema of draft 2020-12, and says that it is of that draft."""
    Draft202012Validator.check_schema(json_schema())
    assert json_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_schema_is_the_callers_own() -> None:
    """Each call gives a new dict: changing one does not change the next."""
    json_schema()["required"].clear()
    assert json_schema()["required"]


def fields(part: Json, path: str = "record") -> Iterator[tuple[str, Json]]:
    for name, field in part.get("properties", {}).items():
        yield f"{path}.{name}", field
        yield from fields(field, f"{path}.{name}")
        yield from fields(field.get("items") or {}, f"{path}.{name}[]")


def all_fields() -> list[tuple[str, Json]]:
    whole = json_schema()
    parts = [("record", whole), *whole["$defs"].items()]
    return [field for name, part in parts for field in fields(part, name)]


@pytest.mark.parametrize(("path", "field"), all_fields(), ids=[path for path, _ in all_fields()])
def test_every_field_is_explained(path: str, field: Json) -> None:
    """The schema is the documentation of the format: each field has a sentence in plain words."""
    assert field["description"][0].isupper(), path
    assert len(field["description"].split()) >= 3, path


def test_a_record_of_the_contract_is_valid() -> None:
    """A record with all four labels, links and a fact fits the schema and breaks no invariant."""
    assert faults(valid_record()) == []
    assert invariants(Record.from_dict(valid_record())) == []
    assert out_of_order(valid_record()) == []


def test_tokens_are_allowed_but_not_required() -> None:
    """With `--tokens` a record holds Prodigy's tokens; their form is fixed as well."""
    record = valid_record()
    record["tokens"] = [{"text": "Sinds", "start": 0, "end": 5, "id": 0, "ws": True}]
    assert faults(record) == []
    del record["tokens"][0]["ws"]
    assert faults(record) != []


ACCEPTED: dict[str, Change] = {
    "any key in meta": lambda r: r["meta"].update(anything=[1, {"a": None}]),
    "no title": lambda r: r["meta"].pop("title"),
    "no date": lambda r: r["meta"].update(date=None, date_source=None),
    "undecided language": lambda r: r.update(lang="und"),
    "segments": lambda r: r["meta"].update(
        lang_segments=[{"start": 0, "end": 5, "lang": "nl"}], author=r["meta"].pop("author")
    ),
    "no spans, no facts": lambda r: r.update(spans=[], facts=[]),
    "another label, any value": lambda r: r["spans"][0].update(label="TIME", value={"a": [1, 2]}),
    "another label, empty value": lambda r: r["spans"][0].update(label="SET", value={}),
    "open date": lambda r: r["spans"][0]["value"].update(timex="P20Y", edtf=None, start=None, end=None),
    "date with mod": lambda r: r["spans"][0]["value"].update(timex="2008", mod="END", grain="year"),
    "money range": lambda r: r["spans"][2]["value"].update(amount=None, min="200", max="300.50"),
    "undecided currency": lambda r: r["spans"][2]["value"].update(currency=None, currency_candidates=["SEK", "NOK"]),
    "count": lambda r: r["spans"][1]["value"].update(count=170),
    "another level": lambda r: r["spans"][3]["value"].update(level=["comprehensive", "maritime"]),
    "no level": lambda r: r["spans"][3]["value"].update(level=[]),
    "organisation": lambda r: r["spans"][3]["value"].update(parties=[{"name": "Acme", "code": None}]),
    "fact without links": lambda r: r["facts"][0].update(date=None, amount=None),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_the_contract_allows_is_valid(name: str) -> None:
    """Open parts of the format are open: meta, other labels, other levels, null where it means something."""
    record = valid_record()
    ACCEPTED[name](record)
    assert faults(record) == []


REFUSED: dict[str, Change] = {
    "another version": lambda r: r.update(schema="annotate/1"),
    "unknown key in the record": lambda r: r.update(extra=1),
    "language with region": lambda r: r.update(lang="nl-BE"),
    "empty id": lambda r: r.update(id=""),
    "meta without source": lambda r: r["meta"].pop("source"),
    "the clock as date source": lambda r: r["meta"].update(date_source="clock"),
    "meta.date with a time": lambda r: r["meta"].update(date="2025-04-14T10:00:00"),
    "unknown key in a span": lambda r: r["spans"][0].update(score=0.5),
    "another form of span id": lambda r: r["spans"][0].update(id="span1"),
    "negative offset": lambda r: r["spans"][0].update(start=-1),
    "offset as a float": lambda r: r["spans"][0].update(start=1.5),
    "value as a string": lambda r: r["spans"][0].update(value="1950"),
    "other label, value as a string": lambda r: r["spans"][0].update(label="TIME", value="12:00"),
    "value of another label": lambda r: r["spans"][0].update(label="MONEY"),
    "null left out of a value": lambda r: r["spans"][0]["value"].pop("mod"),
    "unknown key in a value": lambda r: r["spans"][0]["value"].update(tz="CET"),
    "month 13": lambda r: r["spans"][0]["value"].update(start="1950-13-01"),
    "a month as start": lambda r: r["spans"][0]["value"].update(start="1950-01"),
    "unknown mod": lambda r: r["spans"][0]["value"].update(mod="LATE"),
    "unknown timex_type": lambda r: r["spans"][0]["value"].update(timex_type="PERIOD"),
    "amount as a number": lambda r: r["spans"][2]["value"].update(amount=2.5e9),
    "amount with an exponent": lambda r: r["spans"][2]["value"].update(amount="2.5E+9"),
    "amount with grouping": lambda r: r["spans"][2]["value"].update(amount="2,500"),
    "amount with leading zero": lambda r: r["spans"][2]["value"].update(amount="007"),
    "currency in words": lambda r: r["spans"][2]["value"].update(currency="dollar"),
    "candidate twice": lambda r: r["spans"][2]["value"].update(currency_candidates=["SEK", "SEK"]),
    "unknown modifier": lambda r: r["spans"][2]["value"].update(modifier="about"),
    "per head": lambda r: r["spans"][2]["value"].update(per="person"),
    "unknown kind of agreement": lambda r: r["spans"][1]["value"].update(kind="deal"),
    "unknown status of an agreement": lambda r: r["spans"][1]["value"].update(status="done"),
    "count as a string": lambda r: r["spans"][1]["value"].update(count="170"),
    "party as a string": lambda r: r["spans"][1]["value"].update(parties=["VN"]),
    "link that is no span id": lambda r: r["spans"][1]["value"].update(date_span="1950-01-18"),
    "level as a string": lambda r: r["spans"][3]["value"].update(level="strategic"),
    "level in capitals": lambda r: r["spans"][3]["value"].update(level=["Strategic"]),
    "unknown kind of partnership": lambda r: r["spans"][3]["value"].update(kind="friendship"),
    "unknown type of fact": lambda r: r["facts"][0].update(type="broken"),
    "fact without evidence": lambda r: r["facts"][0].pop("evidence"),
    "evidence with three ends": lambda r: r["facts"][0].update(evidence=[1, 2, 3]),
    "a time in run": lambda r: r["run"].update(started="2025-04-14"),
    "a hash of another kind": lambda r: r["run"].update(patterns="md5:00"),
    "a token number missing": lambda r: r["spans"][0].pop("token_end"),
}
REQUIRED = ["schema", "id", "text", "lang", "meta", "spans", "facts", "run"]


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_contract_does_not_allow_is_refused(name: str) -> None:
    """A record that is wrong in one place is no valid record."""
    record = valid_record()
    REFUSED[name](record)
    assert faults(record) != []


@pytest.mark.parametrize("key", REQUIRED)
def test_every_key_of_a_record_is_required(key: str) -> None:
    """No key of the contract may be left out of a record."""
    record = valid_record()
    del record[key]
    assert faults(record) != []


@pytest.mark.parametrize("number", range(4))
def test_every_key_of_a_value_is_required(number: int) -> None:
    """All values of a label have the same keys: each of them is missed."""
    for key in valid_record()["spans"][number]["value"]:
        record = valid_record()
        del record["spans"][number]["value"][key]
        assert faults(record) != [], key


def test_the_order_of_keys_is_that_of_the_contract() -> None:
    """The schema lists its fields in the contract's order, so that it can be read as the documentation."""
    whole = json_schema()
    record = valid_record()
    assert [key for key in whole["properties"] if key != "tokens"] == list(record)
    assert list(whole["$defs"]["Fact"]["properties"]) == list(record["facts"][0])
    for entry in record["spans"]:
        kind = entry["label"].capitalize()
        assert list(whole["$defs"][f"{kind}Span"]["properties"]) == list(entry)
        assert list(whole["$defs"][f"{kind}Value"]["properties"]) == list(entry["value"])


def test_the_page_is_made_from_the_types() -> None:
    """docs/record.md says what the types say; after a change of one: `python docs/make_record.py`."""
    docs = Path(__file__).parents[1] / "docs"
    assert runpy.run_path(str(docs / "make_record.py"))["page"]() == (docs / "record.md").read_text(encoding="utf-8")


# The types


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_the_schema_takes_is_read_and_written_again(name: str) -> None:
    """A record that fits the schema is read into the types, and comes out as it went in, to the byte."""
    record = valid_record()
    ACCEPTED[name](record)
    line = orjson.dumps(record)
    assert Record.from_json(line).to_json() == line
    assert Record.from_json(line).to_dict() == record


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_schema_refuses_is_not_read(name: str) -> None:
    """A record that does not fit the schema is not read into the types either."""
    record = valid_record()
    REFUSED[name](record)
    with pytest.raises(RecordError):
        Record.from_json(orjson.dumps(record))


def test_a_fault_is_told_with_its_place() -> None:
    """What is wrong in a record that is read is named with its path, within a span as well."""
    record = valid_record()
    record["spans"][2]["value"]["amount"] = 5
    with pytest.raises(RecordError, match=r"Expected `str \| null`, got `int` - at `\$\.spans\[2\]\.value\.amount`"):
        Record.from_dict(record)


def test_a_record_of_an_earlier_version_is_refused_with_advice() -> None:
    """Links had other names in annotate/1: such a record is told apart from a damaged one."""
    with pytest.raises(RecordError, match=r"annotate/1 record.*annotate it again"):
        Record.from_dict(valid_record() | {"schema": "annotate/1"})


def test_a_span_is_typed_by_its_label() -> None:
    """Each label has its own type of span and value; any other label has a plain dict as its value."""
    record = valid_record()
    record["spans"].append(span("s5", "Sinds", "TIME", {"a": [1, 2]}))
    spans = Record.from_dict(record).spans
    assert [type(one) for one in spans] == [DateSpan, AgreementSpan, MoneySpan, PartnershipSpan, OtherSpan]
    assert isinstance(spans[0], DateSpan)
    assert spans[0].value.start == "1950-01-18"
    assert isinstance(spans[1], AgreementSpan)
    assert spans[1].value.parties == (Party("Vietnam", "VN"),)
    assert spans[4].value == {"a": [1, 2]}


# Invariants

BROKEN: dict[str, tuple[Change, str]] = {
    "offsets and text differ": (lambda r: r["spans"][0].update(text="19 januari 1950"), "span s1: is '19"),
    "end outside the text": (lambda r: r["spans"][3].update(end=999), "span s4: .* outside the text"),
    "empty span": (lambda r: r["spans"][0].update(end=6), "span s1: .* is empty"),
    "white space at the edge": (
        lambda r: r["spans"][0].update(start=5, text=" 18 januari 1950"),
        "span s1: .* white space",
    ),
    "tokens the wrong way round": (lambda r: r["spans"][0].update(token_end=0), "span s1: token_end 0"),
    "spans out of order": (lambda r: r["spans"].reverse(), "span s3: comes after s4"),
    "longest first": (
        lambda r: r["spans"].insert(1, {**r["spans"][0], "id": "s9", "label": "X", "end": 24, "text": TEXT[6:24]}),
        "span s9: comes after s1",
    ),
    "overlap within a label": (
        lambda r: r["spans"].insert(1, {**r["spans"][0], "id": "s9", "start": 9, "text": TEXT[9:21]}),
        "span s9: overlaps s1",
    ),
    "one id twice": (lambda r: r["spans"][1].update(id="s1"), "span s1: its id stands twice"),
    "date that is no span": (
        lambda r: r["spans"][1]["value"].update(date_span="s9"),
        "span s2: date_span is s9, .* no span",
    ),
    "date that is no DATE": (
        lambda r: r["spans"][1]["value"].update(date_span="s3"),
        "span s2: date_span is s3, .* MONEY",
    ),
    "amount that is no MONEY": (
        lambda r: r["spans"][1]["value"].update(amount_span="s1"),
        "amount_span is s1, .* DATE",
    ),
    "since that is no DATE": (
        lambda r: r["spans"][3]["value"].update(since_span="s2"),
        "since_span is s2, .* AGREEMENT",
    ),
    "fact about a date": (
        lambda r: r["facts"][0].update(subject="s1"),
        "fact 0: subject is s1, .* not AGREEMENT",
    ),
    "fact with a lost date": (lambda r: r["facts"][0].update(date="s9"), "fact 0: date is s9"),
    "fact with a lost amount": (lambda r: r["facts"][0].update(amount="s2"), "fact 0: amount is s2"),
    "evidence outside the text": (lambda r: r["facts"][0].update(evidence=[0, 999]), "fact 0: evidence"),
    "segment outside the text": (
        lambda r: r["meta"].update(lang_segments=[{"start": 5, "end": 999, "lang": "nl"}]),
        "meta.lang_segments 0",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_invariant_is_named(name: str) -> None:
    """What no JSON Schema can see is found, and the message says where it is."""
    change, message = BROKEN[name]
    record = valid_record()
    change(record)
    found = invariants(Record.from_dict(record))
    assert any(re.search(message, problem) for problem in found), found


SHUFFLED: dict[str, tuple[Change, str]] = {
    "keys of the record out of order": (lambda r: r.update(text=r.pop("text")), r"\$: keys are"),
    "keys of a span out of order": (
        lambda r: r["spans"][0].update(id=r["spans"][0].pop("id")),
        r"\$\.spans\[0\]: keys",
    ),
    "keys of a value out of order": (
        lambda r: r["spans"][0]["value"].update(mod=r["spans"][0]["value"].pop("mod")),
        r"\$\.spans\[0\]\.value: keys",
    ),
    "keys of a fact out of order": (
        lambda r: r["facts"][0].update(type=r["facts"][0].pop("type")),
        r"\$\.facts\[0\]: keys",
    ),
    "keys of meta out of order": (lambda r: r["meta"].update(source=r["meta"].pop("source")), r"\$\.meta: keys"),
}


@pytest.mark.parametrize("name", SHUFFLED)
def test_keys_out_of_order_are_named(name: str) -> None:
    """Equal records are equal bytes: keys that stand in another order than the format's are found, with their place."""
    change, message = SHUFFLED[name]
    record = valid_record()
    change(record)
    found = out_of_order(record)
    assert len(found) == 1
    assert re.match(message, found[0]), found


def test_an_overlap_is_seen_across_a_short_span() -> None:
    """A long span overlaps the third one even where a short one of its label lies between them."""
    record = valid_record()
    long = {**record["spans"][0], "end": 28, "text": TEXT[6:28]}
    short = {**record["spans"][0], "id": "s8", "end": 8, "text": TEXT[6:8]}
    third = {**record["spans"][0], "id": "s9", "start": 23, "end": 28, "text": TEXT[23:28]}
    record["spans"][:1] = [long, short, third]
    assert "span s9: overlaps s1, which is DATE too" in invariants(Record.from_dict(record))


def test_spans_of_different_labels_may_overlap() -> None:
    """A DATE within an AGREEMENT is no fault."""
    record = valid_record()
    record["spans"].insert(1, {**record["spans"][1], "id": "s9", "start": 9, "end": 16, "text": TEXT[9:16]})
    assert invariants(Record.from_dict(record)) == []


def test_touching_spans_do_not_overlap() -> None:
    """Offsets are half open: one span may begin where another ends."""
    record = valid_record()
    first = {**record["spans"][0], "end": 8, "text": TEXT[6:8]}
    second = {**record["spans"][0], "id": "s9", "start": 8, "end": 9, "text": TEXT[8:9]}
    record["spans"][:1] = [first, second]
    assert [problem for problem in invariants(Record.from_dict(record)) if "overlaps" in problem] == []


def test_the_schema_of_errors_is_printed_and_takes_a_failure() -> None:
    """`annotate schema --errors` is the schema of a line of errors.jsonl: it takes one, none without its message."""
    printed = CliRunner().invoke(app, ["schema", "--errors"])
    assert printed.exit_code == 0, printed.output
    validator = Draft202012Validator(orjson.loads(printed.stdout))
    line = records.Failure("a", "news.jsonl:12", "read", "empty", "holds no text").to_dict()
    assert validator.is_valid(line)
    assert not validator.is_valid({key: value for key, value in line.items() if key != "message"})


def test_the_schema_of_the_manifest_is_printed() -> None:
    """`annotate schema --manifest` is that of the type, with every key there."""
    printed = CliRunner().invoke(app, ["schema", "--manifest"])
    assert printed.exit_code == 0, printed.output
    schema = orjson.loads(printed.stdout)
    assert schema["required"] == list(Manifest.__struct_fields__)
    assert not Draft202012Validator(schema).is_valid({"schema": "annotate/2"})
