"""The commands for those who write rules: help, folders to start from, patterns that match nothing, colours."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

import annotate.cli  # noqa: F401 - each command adds itself to the application
from annotate.cli.app import app
from annotate.cli.terminal import EXPLAINED, HEADINGS, VERDICTS, show
from terminals import ANSI, COMMAND, on_a_terminal

GROUP: Any = typer.main.get_command(app)
#: All commands by what is typed for them; the one that a group stands for by its hidden name.
COMMANDS: dict[str, Any] = {
    " ".join((name, *inner)): command
    for name, outer in GROUP.commands.items()
    for inner, command in (((inner,), one) for inner, one in getattr(outer, "commands", {}).items())
} | {name: command for name, command in GROUP.commands.items() if not hasattr(command, "commands")}


def call(*arguments: object) -> Any:
    """One call, in this process."""
    done = CliRunner().invoke(app, [*map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


def examples(name: str) -> list[str]:
    """The example calls in the help of a command."""
    help_text = COMMANDS[name].help or ""
    return [line.strip() for line in help_text.split("\n") if line.strip().startswith("annotate ")]


# --- help


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_help_has_examples_that_can_be_called(name: str) -> None:
    """Each command shows at least one call, and each call is of that command, with options that it has."""
    assert examples(name)
    for line in examples(name):
        words = shlex.split(re.split(" [<>] ", line)[0])
        typed = [word for word in name.split() if word != "make"]
        assert words[: len(typed) + 1] == ["annotate", *typed]
        words = words[len(typed) - 1 :]
        context = COMMANDS[name].make_context(name, words[2:], resilient_parsing=True)
        options = {option for parameter in COMMANDS[name].params for option in parameter.opts}
        assert {word for word in words[2:] if re.fullmatch("--?[a-z][a-z-]*", word)} <= options
        assert context.params


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_says_what_it_does(name: str) -> None:
    """Every option and argument has a sentence of help that ends as one."""
    for parameter in COMMANDS[name].params:
        if parameter.name != "help":
            assert re.search(r"\w.*[.)]$", getattr(parameter, "help", None) or ""), parameter.name


# --- a folder to start from


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that `init` has made."""
    folder = tmp_path_factory.mktemp("deep") / "er" / "mine"
    assert call("init", folder, "--lang", "nl").exit_code == 0
    return folder


def test_a_folder_to_start_from(started: Path) -> None:
    """`init` writes a rule whose examples hold, with the line that names the schema for an editor, and the schema."""
    folder = started
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")) == [
        "nl",
        "nl/flights.yaml",
        "schema.json",
    ]
    assert [path.name for path in folder.parent.iterdir()] == ["mine"]
    first = (folder / "nl" / "flights.yaml").read_text(encoding="utf-8").split("\n")[0]
    assert first == "# yaml-language-server: $schema=../schema.json"
    schema = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
    assert "airline" in json.dumps(schema)
    told = call("test", "nl", "--patterns", folder, "--only-patterns")
    assert (told.exit_code, "2 passed, 0 failed" in told.stderr) == (0, True)
    assert call("check", "nl", "--patterns", folder, "--only-patterns").exit_code == 0
    assert "airline=KLM number=1234" in call("explain", "KL 1234", "--lang", "nl", "--patterns", folder).stdout


@pytest.mark.parametrize("what", ["file", "folder"])
def test_init_overwrites_nothing(what: str, tmp_path: Path) -> None:
    """A folder that holds something, or a file of that name, is refused and left as it is."""
    target = tmp_path / "mine"
    kept = target / "notes.txt" if what == "folder" else target
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("mine")
    done = call("init", target)
    assert (done.exit_code, "nothing was written" in done.stderr) == (2, True)
    assert kept.read_text() == "mine"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [kept]


# --- patterns that match nothing


@pytest.fixture
def flights(started: Path, tmp_path: Path) -> Path:
    """A folder of patterns of one rule."""
    return Path(shutil.copytree(started, tmp_path / "flights"))


def test_a_keyword_that_no_case_has_is_an_error(flights: Path) -> None:
    """`test -k` with a word that stands nowhere is a wrong call, not a test that passed."""
    own = ("test", "nl", "--patterns", flights, "--only-patterns", "-k")
    done = call(*own, "flihgt")
    assert (done.exit_code, "no case of nl has 'flihgt'" in done.stderr) == (2, True)
    assert call(*own, "flight").exit_code == 0


def test_a_label_that_nothing_has_is_an_error(tmp_path: Path) -> None:
    """`diff --label` and `evaluate --labels` with a label that neither side has are wrong calls."""
    record = {"id": "a", "text": "in 2008", "spans": [{"start": 3, "end": 7, "label": "DATE"}]}
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(record))
    for call_of in (("diff", path, path, "--label"), ("evaluate", path, path, "--labels")):
        assert call(*call_of, "DATE").exit_code == 0
        done = call(*call_of, "DATE,DTAE")
        assert (done.exit_code, "labelled DTAE" in done.stderr) == (2, True)


# --- terminals


def test_colours_and_progress_on_a_terminal(flights: Path) -> None:
    """On a terminal `test` shows which language it is at, and a failure in red; with NO_COLOR without."""
    rules = flights / "nl" / "flights.yaml"
    rules.write_text(rules.read_text().replace("XY 1234", "KL 1234"))
    command = [COMMAND, "test", "nl", "--patterns", str(flights), "--only-patterns"]
    shown = on_a_terminal(command, {"TERM": "xterm"})
    assert "testing nl" in ANSI.sub("", shown)
    assert "\x1b[31m\x1b[1mFAILED" in shown or "\x1b[1;31mFAILED" in shown
    plain = on_a_terminal(command, {"TERM": "xterm", "NO_COLOR": "1"})
    assert "FAILED" in plain
    assert "\x1b[31m" not in plain
    assert "\x1b[1;31m" not in plain


@pytest.mark.parametrize(
    ("styles", "line", "colour"),
    [
        (EXPLAINED, "DATE  3 May 2024  [0:10]  2024-05-03", "\x1b[32m"),
        (EXPLAINED, "rivals that lost:", "\x1b[33m"),
        (VERDICTS, "passed nl/dates.yaml:12", "\x1b[32m"),
        (HEADINGS, "lost: 3", "\x1b[31m"),
        (HEADINGS, "  signed [3 May] in", "\x1b[36m"),
    ],
)
def test_what_is_coloured(
    styles: Any, line: str, colour: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each command colours what one looks for; in a pipe the same line is as it is, and controls are made visible."""
    painted: list[str] = []
    show(line, styles)
    assert capsys.readouterr().out == f"{line}\n"
    monkeypatch.setattr("annotate.cli.terminal.has_colours", lambda: True)
    monkeypatch.setattr("annotate.cli.terminal.typer.echo", painted.append)
    show(f"{line}\x1b[2J", styles)
    assert colour in painted[0]
    assert ANSI.sub("", painted[0]) == f"{line}\\x1b[2J"
