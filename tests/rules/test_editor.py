"""The schema of pattern files for editors: from the models, with the names that there are."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from annotate.cli.app import app
from annotate.rules.editor import json_schema
from annotate.rules.grammar import BUILT_IN_KINDS
from annotate.rules.models import PatternFile
from annotate.rules.patterns import BUILT_IN, folders
from annotate.rules.token_model import ATTRIBUTES, Token


@cache
def schema() -> dict[str, Any]:
    return json_schema(folders())


def complaints(text: str) -> list[str]:
    """What an editor says of a pattern file; it reads YAML 1.2, in which `yes` is a word and `true` is not."""
    content = yaml.load(text.replace("yes", "'yes'"), Loader=yaml.SafeLoader)
    return [error.message for error in jsonschema.Draft7Validator(schema()).iter_errors(content)]


def test_it_is_a_schema() -> None:
    """The schema is one itself, and of the version that editors know best."""
    jsonschema.Draft7Validator.check_schema(schema())


@pytest.mark.parametrize(
    "path", sorted(BUILT_IN.glob("shared/**/*.yaml")) + sorted(BUILT_IN.glob("zh/*.yaml")), ids=str
)
def test_built_in_files_keep_to_it(path: Path) -> None:
    """An editor has nothing to say of the built-in files."""
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    assert list(jsonschema.Draft7Validator(schema()).iter_errors(content)) == []


def test_it_completes_keys_lists_kinds_and_rules() -> None:
    """All keys of files and tokens are in it, and the names of built-in lists, kinds, rules and labels."""
    whole = schema()
    assert whole["properties"].keys() == PatternFile.model_fields.keys()
    token = whole["$defs"]["Token"]["properties"]
    assert token.keys() == Token.model_fields.keys()
    assert {*ATTRIBUTES} <= token.keys()
    names = {what: whole["$defs"][f"{what}-name"] for what in ("list", "kind", "rule", "rule-id", "label")}
    assert names["kind"]["enum"] == list(BUILT_IN_KINDS)
    assert {"month", "agreement_verb"} <= {*names["list"]["anyOf"][0]["enum"]}
    assert {"full-day", "dates/year"} <= {*names["rule"]["anyOf"][0]["enum"]}
    assert "full-day" not in names["rule-id"]["anyOf"][0]["enum"]
    assert {"DATE", "none"} <= {*names["label"]["anyOf"][0]["enum"]}
    assert {"spring", "winter"} <= whole["properties"]["lists"]["properties"]["season"]["anyOf"][0]["properties"].keys()


@pytest.mark.parametrize(
    "text",
    [
        "label: LAW\nrules:\n  - id: a\n    pattern: [{LOWER: wet, OP: '?'}, {IS_TITLE: yes, slot: law}]\n",
        "label: LAW\nrules:\n  - id: a\n    pattern: [{IS_TITLE: true, list: a_list_of_mine}]\n    priority: 10\n",
        "lists:\n  month: {5: [mei, bloeimaand], '6': zomermaand}\n  mine: [010, 12:30, on]\n",
        "examples:\n  - Op [18 mei](XXXX-05-18).\n  - {text: 'Sinds [gisteren](2024-12-05)', date: '2024-12-06'}\n",
    ],
)
def test_what_may_be_written_is_not_complained_of(text: str) -> None:
    """Numbers and truth values are words to us; an editor must let them stand, and names that it cannot know."""
    assert complaints(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "label: LAW\nrulez: []\n",
        "rules:\n  - id: a\n    pattern: [{kind: yaer}]\n",
        "rules:\n  - id: a\n    pattern: [{LOWR: wet}]\n",
        "rules:\n  - id: a\n    pattern: [{LOWER: {INN: [wet]}}]\n",
        "rules:\n  - id: a\n    pattern: [wet]\n",
        "label: LAW\nvalue: slot\n",
        "lists:\n  season: {wintr: [winter]}\n",
        "lists:\n  article: {x: [de]}\n",
    ],
)
def test_what_may_not_be_written_is_underlined(text: str) -> None:
    """A wrong key, kind, attribute, predicate, choice or key of a list is a fault in the editor already."""
    assert complaints(text) != []


def test_the_command_prints_it_with_names_of_ones_own(tmp_path: Path) -> None:
    """`annotate schema --patterns my-patterns` has the lists, rules and labels of that folder, too."""
    (tmp_path / "nl").mkdir()
    (tmp_path / "nl" / "laws.yaml").write_text(
        "label: LAW\ndescribe: {law_word: words for a law}\nrules:\n  - {id: law, pattern: [{LOWER: wet}]}\n"
    )
    done = CliRunner().invoke(app, ["schema", "--patterns", str(tmp_path)])
    assert done.exit_code == 0, done.output
    printed = json.loads(done.stdout)
    names = {what: printed["$defs"][f"{what}-name"]["anyOf"][0]["enum"] for what in ("list", "rule", "label")}
    assert "law_word" in names["list"]
    assert "nl/laws/law" in names["rule"]
    assert "LAW" in names["label"]


def test_folders_without_the_option_are_refused(tmp_path: Path) -> None:
    """The schema of a record knows of no folders."""
    (tmp_path / "a.yaml").write_text("label: LAW\n")
    assert CliRunner().invoke(app, ["schema", str(tmp_path)]).exit_code == 2
