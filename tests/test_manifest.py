"""What a run says of itself: read back leniently, since a manifest says first of all whose files stand beside it."""

from __future__ import annotations

import doctest
import json
from pathlib import Path

import jsonschema
import pytest

from annotate import manifest as module
from annotate.manifest import Manifest, Plan, Settings
from annotate.schema import manifest_schema

OUTPUTS = Path(__file__).parents[1] / "outputs"


def test_the_examples_in_the_docstrings_are_true() -> None:
    """Every example in a docstring gives what it says."""
    assert doctest.testmod(module).failed == 0


def test_a_manifest_comes_back_as_it_was_written() -> None:
    """The committed one, byte for byte; and it is as the schema says."""
    content = json.loads((OUTPUTS / "manifest.json").read_bytes())
    read = Manifest.from_json((OUTPUTS / "manifest.json").read_bytes())
    assert read is not None
    assert json.dumps(read.to_dict()) == json.dumps(content)
    jsonschema.Draft202012Validator(manifest_schema()).validate(content)


@pytest.mark.parametrize(
    "damage",
    [{"labels": 3}, {"counts": {"documents": -1}}, {"options": [1]}, {"languages": {"nl": None}}, {"later": {"a": 1}}],
)
def test_a_damaged_key_takes_no_other_with_it(damage: dict[str, object]) -> None:
    """One key that holds what it may not counts as missing; the rest is read."""
    read = Manifest.from_json(json.dumps({"schema": "annotate/1", "files": ["a.jsonl"], **damage}))
    assert read == Manifest(schema="annotate/1", files=("a.jsonl",))


def test_options_are_read_one_by_one_too() -> None:
    """The inputs are known though another option is damaged: by them a run knows what would leave."""
    read = Manifest.from_json(b'{"schema": "annotate/2", "options": {"inputs": ["a.jsonl"], "tokens": "x"}}')
    assert read is not None
    assert read.options.inputs == ("a.jsonl",)
    assert read.options.tokens is False


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"schema": "other/1"}', b"\xff", b"[" * 100_000])
def test_what_is_not_ours_is_no_manifest(content: bytes) -> None:
    """A file of another origin, or none at all, however deep or broken."""
    assert Manifest.from_json(content) is None


def test_a_plan_without_what_must_be_there_is_none() -> None:
    """Inputs, folder and options have no default: without one of them nothing can be done again."""
    plan = Plan(inputs=("a",), text_key="text", options=Settings(), folder="/")
    content = plan.to_dict()
    assert Plan.from_json(json.dumps(content)) == plan
    for key in ("inputs", "text_key", "options", "folder"):
        assert Plan.from_json(json.dumps({name: value for name, value in content.items() if name != key})) is None
