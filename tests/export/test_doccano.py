"""doccano: rows that its own importer takes, and that come back from its exporter."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import exchanged
from annotate.export.articles import ExportError
from annotate.export.export import export
from annotate.export.formats import format_of
from annotate.export.outcome import Taken
from decks import write
from hardtexts import difficult

Row = dict[str, Any]
KIND = format_of("doccano")
exported, back = partial(exchanged.exported, KIND), partial(exchanged.back, KIND)
#: What is documented of a row for sequence labelling: https://doccano.github.io/doccano/tutorial/
ROW = {
    "type": "object",
    "required": ["text", "label"],
    "properties": {
        "id": False,  # a row number of its own
        "text": {"type": "string", "minLength": 1},
        "label": {
            "type": "array",
            "items": {
                "type": "array",
                "prefixItems": [
                    {"type": "integer", "minimum": 0},
                    {"type": "integer", "minimum": 1},
                    {"type": "string"},
                ],
                "items": False,
                "minItems": 3,
            },
        },
    },
}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return write(tmp_path / "out", *difficult())


def rows_of(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def as_doccano_exports(path: Path, change: Callable[[Row], object]) -> Path:
    """The rows with what doccano adds: a number of its own, and comments."""
    rows = [{"id": number, **row, "Comments": []} for number, row in enumerate(rows_of(path), 1)]
    for row in rows:
        change(row)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_rows_have_the_documented_form(out: Path) -> None:
    """Offsets are those of the editor, which counts UTF-16; a text that is empty is left out, and said."""
    done = export(KIND, out, out.parent / "a.jsonl")
    assert done.notes == ["1 without a text left out: doccano takes none"]
    rows, records = rows_of(out.parent / "a.jsonl"), [one for one in difficult() if one["text"]]
    for row, one in zip(rows, records, strict=True):
        Draft202012Validator(ROW).validate(row)
        units = row["text"].encode("utf-16-le")
        words = [units[2 * start : 2 * end].decode("utf-16-le") for start, end, _ in row["label"]]
        assert words == [span["text"] for span in one["spans"]]
    assert next(row for row in rows if row["document"] == "emoji")["label"][0][:2] == [8, 12]


def test_what_is_unchanged_is_no_decision_and_reviewed_it_is_accepted(out: Path) -> None:
    """All texts come back as they went."""
    path = as_doccano_exports(exported(out), lambda row: None)
    assert back(out, path) == Taken(rows=len(difficult()) - 1)
    found = back(out, path, reviewed=True)
    assert found.mismatches == []
    assert {draft.verdict for draft in found.drafts} == {"accept", "whole"}
    assert back(out, path, reviewed=True).drafts == []


def test_what_was_changed_is_taken(out: Path) -> None:
    """Rows with entities as objects, too, which doccano writes where there are relations."""

    def change(row: Row) -> None:
        labels = row.pop("label")
        if row["document"] == "emoji":
            labels = [[labels[0][0] - 3, *labels[0][1:]]]
        row["entities"] = [{"id": 1, "label": label, "start_offset": a, "end_offset": b} for a, b, label in labels]

    found = back(out, as_doccano_exports(exported(out), change))
    assert found.mismatches == []
    said = sorted((draft.verdict, draft.correction.text if draft.correction else "") for draft in found.drafts)
    assert said == [("correct", "In 2008"), ("reject", "")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": "a"}', "line 1: is no document with a text and labels"),
        ('{"text": "a", "label": []}', "line 1: carries no `annotate` field"),
        ('{"text": "🎉 a", "label": [[1, 3, "LAW"]]}', "line 1: LAW: offset 1 stands within a character"),
        ('{"text": "ab", "label": [[0, 7, "LAW"]]}', "line 1: LAW: offset 7 is outside the text"),
        ('{"text": "ab", "label": [[0, 1]]}', "line 1: an annotation needs a start, an end and a label"),
    ],
)
def test_a_file_that_is_no_export_is_told(out: Path, line: str, message: str) -> None:
    """Which line, and what it lacks."""
    path = out.parent / "a.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(ExportError) as told:
        back(out, path)
    assert message in str(told.value)


# --- the real thing

#: The Python of a virtual environment with doccano in it, whose libraries are not ours.
PYTHON = os.environ.get("DOCCANO_PYTHON")

#: Takes a file with doccano's importer into its database, and writes what its exporter makes of that.
SCRIPT = """
import importlib.util, json, os, pathlib, sys
source, target, folder = sys.argv[1:]
sys.path.insert(0, str(pathlib.Path(importlib.util.find_spec("backend").submodule_search_locations[0])))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.development"
os.environ["DATABASE_URL"] = f"sqlite:///{folder}/doccano.sqlite"
os.chdir(folder)
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("create_roles")
from django.contrib.auth.models import User
from projects.models import SequenceLabelingProject
from data_import.datasets import SequenceLabelingDataset
from data_import.pipeline.catalog import JSONL
from data_import.pipeline.factories import create_parser
from data_import.pipeline.readers import FileName, Reader
user = User.objects.create(username="anna")
project = SequenceLabelingProject.objects.create(
    name="a", description="a", created_by=user, project_type="SequenceLabeling", allow_overlapping=True)
reader = Reader([FileName(source, "rows.jsonl", "rows.jsonl")], create_parser(JSONL))
dataset = SequenceLabelingDataset(reader, project)
dataset.save(user)
assert not dataset.errors, dataset.errors
from data_export.models import ExportedExample
from data_export.pipeline.dataset import Dataset
from data_export.pipeline.factories import create_comment, create_formatter, create_labels, create_writer
from data_export.pipeline.services import ExportApplicationService
examples = ExportedExample.objects.filter(project=project)
made = Dataset(examples, create_labels(project, examples), create_comment(examples), True)
formatters = create_formatter(project, "JSONL")
ExportApplicationService(made, formatters, create_writer("JSONL")).export(target)
"""


@pytest.mark.slow
@pytest.mark.skipif(PYTHON is None, reason="doccano is not installed (name its Python in DOCCANO_PYTHON)")
def test_doccano_itself_takes_the_rows_and_gives_them_back(out: Path, tmp_path: Path) -> None:
    """Through its importer, its database and its exporter: texts, spans and tickets are the same."""
    target = tmp_path / "back.jsonl"
    command = [str(PYTHON), "-c", SCRIPT, str(exported(out)), str(target), str(tmp_path)]
    env = {key: part for key, part in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert back(out, target) == Taken(rows=len(difficult()) - 1)
    found = back(out, target, reviewed=True)
    assert found.mismatches == []
    assert sum(draft.verdict == "accept" for draft in found.drafts) == sum(len(one["spans"]) for one in difficult())
