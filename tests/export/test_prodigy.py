"""Prodigy's tasks, held against the fields that its documentation names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from annotate.export.export import export
from annotate.export.formats import format_of
from decks import write
from hardtexts import difficult, record

SPAN = {
    "type": "object",
    "required": ["start", "end", "label", "token_start", "token_end"],
    "properties": {
        "start": {"type": "integer", "minimum": 0},
        "end": {"type": "integer", "minimum": 1},
        "token_start": {"type": "integer", "minimum": 0},
        "token_end": {"type": "integer", "minimum": 0},
        "label": {"type": "string", "minLength": 1},
    },
}
TOKEN = {
    "type": "object",
    "required": ["text", "start", "end", "id", "ws"],
    "additionalProperties": False,
    "properties": {
        "text": {"type": "string", "minLength": 1},
        "start": {"type": "integer", "minimum": 0},
        "end": {"type": "integer", "minimum": 1},
        "id": {"type": "integer", "minimum": 0},
        "ws": {"type": "boolean"},
    },
}
HASH = {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}
#: What is documented of the tasks of `spans.manual`: https://prodi.gy/docs/api-interfaces#spans_manual
TASK = {
    "type": "object",
    "required": ["text", "tokens", "spans", "meta", "_input_hash", "_task_hash"],
    "properties": {
        "text": {"type": "string"},
        "tokens": {"type": "array", "items": TOKEN},
        "spans": {"type": "array", "items": SPAN},
        "meta": {"type": "object", "additionalProperties": {"type": "string"}},
        "_input_hash": HASH,
        "_task_hash": HASH,
    },
}


@pytest.fixture
def tasks(tmp_path: Path) -> list[dict[str, Any]]:
    out = write(tmp_path / "out", *difficult())
    done = export(format_of("prodigy"), out, tmp_path / "a.jsonl")
    assert done.notes == ["spans overlap in 1 of the tasks: open them with spans.manual, since ner.manual takes none"]
    return [json.loads(line) for line in (tmp_path / "a.jsonl").read_bytes().split(b"\n") if line]


def test_tasks_have_the_documented_fields(tasks: list[dict[str, Any]]) -> None:
    """Each of its type, tokens and spans complete."""
    assert len(tasks) == len(difficult())
    for task in tasks:
        Draft202012Validator(TASK).validate(task)


def test_tokens_and_spans_stand_where_they_say(tasks: list[dict[str, Any]]) -> None:
    """Tokens give the text back with their spaces; a span's tokens, the last included, are its characters."""
    for task, made in zip(tasks, difficult(), strict=True):
        text = made["text"]
        assert task["text"] == "".join(token["text"] + " " * token["ws"] for token in task["tokens"]) == text
        for token in task["tokens"]:
            assert text[token["start"] : token["end"]] == token["text"]
        for span, found in zip(task["spans"], made["spans"], strict=True):
            first, last = task["tokens"][span["token_start"]], task["tokens"][span["token_end"]]
            assert text[first["start"] : last["end"]] == found["text"]
            assert {key: span[key] for key in ("id", "label", "rule", "value")} == {
                key: found[key] for key in ("id", "label", "rule", "value")
            }


def test_hashes_tell_tasks_apart_and_know_them_again(tmp_path: Path) -> None:
    """The input's is the text's, the task's that of what is asked about it, whoever exports it and under what id."""
    hashes = []
    for number, one in enumerate(
        [
            record("a", "In 2008."),
            record("b", "In 2008."),
            difficult()[-1],
            {**difficult()[-1], "spans": [], "facts": []},
        ]
    ):
        out = write(tmp_path / f"{number}", one)
        export(format_of("prodigy"), out, tmp_path / f"{number}.jsonl")
        task = json.loads((tmp_path / f"{number}.jsonl").read_bytes())
        hashes.append((task["_input_hash"], task["_task_hash"]))
    assert hashes[0] == hashes[1]
    assert hashes[2][0] == hashes[3][0]
    assert len({task for _, task in hashes}) == 3
