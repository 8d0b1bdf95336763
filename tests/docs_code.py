"""The code in the pages of `docs/`: taken out of them as it stands there, and run.

A page is followed as a reader does who copies all of it, from the top to the bottom, in one folder:

- a block whose first line is a comment with a path (`# my-patterns/nl/laws.yaml`) is written to that file;
- `python` is run in one scope, `pycon` with its shown output, by doctest; `sql` on the database that is there;
- `sh` is a command a line, which must succeed; `console` has commands behind `$ ` and what they print, where that is
  shown: `…` stands for any number of lines, and within a line for anything.

`annotate` is called in this process, since a new one takes a second; whatever needs a shell gets bash.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import sqlite3
import subprocess
import sysconfig
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer.main
from typer.testing import CliRunner

import annotate.cli  # noqa: F401 - all commands, into `app`
from annotate.cli.app import app
from committed import ROOT

#: A heading, or a fenced block with its language and what stands in it.
_PART = re.compile(
    r"^#+ +(?P<heading>.+?) *$|^(?P<indent> *)```(?P<lang>[\w-]*)[^\n]*\n(?P<code>.*?)^(?P=indent)```", re.M | re.S
)
_FILE = re.compile(r"# ((?:[\w.-]+/)*[\w-]+\.(?:yaml|toml|py|txt))\n")
#: What only a shell can do.
_NEEDS_A_SHELL = re.compile(r"[|;&*?]|\$[\w({]|<\(|2>|\bfor\b")
_PROGRESS = re.compile(r"[\d,]+ documents?, [\d,]+ failed, [\d,]+ words/s$")
#: How wide the terminal is that pages show.
COLUMNS = "100"

#: What is not run here, and why.
NOT_RUN = {
    r"\bFORMAT\b": "it stands for any format",
    r"pip install|^python3? -m venv|^git clone|^cd |^\. ": "it installs: tests/test_packaging.py does that once",
    r"^docker |^curl |^annotate serve|mkdocs serve": "it serves: tests/serve does that",
    r"^annotate review (?!.*--status)": "it waits for a reviewer: tests/review does that",
    r"^prodigy |^label-studio ": "another tool",
    r"\b(s3|ray)://|--executor ray|--ray-address": "it needs a cluster or a store: tests/batch/test_cluster.py has one",
}


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: the page that it stands in, the line of its first line of code, and the heading above it."""

    page: Path
    line: int
    heading: str
    lang: str
    code: str

    def run(self, scope: dict[str, Any]) -> None:
        """Run a block of Python; what goes wrong in it is told with the line of the page."""
        exec(compile("\n" * (self.line - 1) + self.code, str(self.page), "exec"), scope)


@dataclass(frozen=True, slots=True)
class Command:
    """A line of a shell, and the lines that it is shown to print; none where nothing is shown."""

    block: Block
    line: str
    shown: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.block.page.name}: {self.line}"

    @property
    def words(self) -> list[str]:
        """Its words, without a comment behind it."""
        return shlex.split(self.line, comments=True)

    @property
    def left_out(self) -> str | None:
        """Why it is not run, None where it is."""
        return next((why for pattern, why in NOT_RUN.items() if re.search(pattern, self.line)), None)


def blocks(page: str | Path, lang: str | None = "python") -> list[Block]:
    """The blocks of a page in a language, or in all; pages are named from the project's folder."""
    path = ROOT / page
    text, heading, found = path.read_text(encoding="utf-8"), "", []
    for part in _PART.finditer(text):
        if part["heading"] is not None:
            heading = part["heading"]
        elif lang in (part["lang"], None):
            line = text.count("\n", 0, part.start("code")) + 1
            code = re.sub(f"^{part['indent']}", "", part["code"], flags=re.M)
            found.append(Block(path, line, heading, part["lang"], code))
    return found


def run(page: str | Path, **given: Any) -> dict[str, Any]:
    """Run all Python of a page in one scope, as who copies it from the top to the bottom does; the names at the end.

    `given` are names that stand there before; `print` says nothing unless it is given.
    """
    return run_blocks(blocks(page), **given)


def run_blocks(chosen: Iterable[Block], **given: Any) -> dict[str, Any]:
    """The same for some blocks of a page."""
    scope = {"__name__": "__main__", "print": lambda *_, **__: None} | given
    for block in chosen:
        block.run(scope)
    return scope


def commands(block: Block) -> Iterator[Command]:
    """The commands of a block: one a line, or over several that end in a backslash."""
    text = block.code.replace("\\\n", "")
    if block.lang == "console":
        for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
            line, _, shown = part.partition("\n")
            yield Command(block, line, tuple(shown.rstrip().splitlines()))
    else:
        lines = re.findall(r"^for .*?^done$|^[^#\n].*$", text, re.M | re.S) if "\nfor " in text else text.splitlines()
        yield from (Command(block, line) for line in lines if line and not line.startswith("#"))


def follow(
    page: str | Path,
    *,
    instead: Mapping[str, Callable[[], None]] = {},
    fails: Iterable[str] = (),
    less: Mapping[str, str] = {},
) -> None:
    """Do all that a page shows, in the current folder.

    `instead` is what is done in the place of a command: what a reader does at one that waits for somebody. Commands
    that begin as one in `fails` are to fail, with status 1 or 2. `less` are words of commands, and what is taken for
    them to save time.
    """
    scope: dict[str, Any] = {"__name__": "__main__", "print": lambda *_, **__: None}
    waiting = dict(instead)
    for block in blocks(page, None):
        if file := _FILE.match(block.code):
            Path(file[1]).parent.mkdir(parents=True, exist_ok=True)
            Path(file[1]).write_text(block.code, encoding="utf-8")
        elif block.lang == "python":
            block.run(scope)
        elif block.lang == "pycon":
            _doctest(block, scope)
        elif block.lang == "sql":
            _query(block.code)
        elif block.lang in ("sh", "console"):
            for command in commands(block):
                if command.line in waiting:
                    waiting.pop(command.line)()
                elif command.left_out is None:
                    for much, little in less.items():
                        command = replace(command, line=command.line.replace(much, little))
                    _hold(command, *printed(command), failing=command.line.startswith(tuple(fails)))
    assert not waiting, f"not on the page: {[*waiting]}"


def _query(code: str) -> None:
    """Run SQL on the databases that commands before it have made."""
    for path in Path().glob("*.sqlite"):
        with closing(sqlite3.connect(path)) as database:
            assert database.execute(code).fetchall(), code


def _doctest(block: Block, scope: dict[str, Any]) -> None:
    scope.pop("print", None)
    test = doctest.DocTestParser().get_doctest(block.code, scope, block.page.name, str(block.page), block.line - 1)
    test.globs = scope
    told: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=told.append, clear_globs=False)
    assert not told, "".join(told)


def printed(command: Command) -> tuple[int, str]:
    """Run a command: its exit status, and what stands on the terminal then."""
    if _NEEDS_A_SHELL.search(re.sub(r"'[^']*'", "", command.line.partition(" #")[0])) or command.words[0] != "annotate":
        path = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-c", command.line],
            env=os.environ | {"COLUMNS": COLUMNS, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )
        return done.returncode, done.stdout
    words, source, target = command.words[1:], None, None
    while len(words) > 1 and words[-2] in ("<", ">"):
        sign, name = words[-2:]
        source, target = (Path(name), target) if sign == "<" else (source, Path(name))
        words = words[:-2]
    if target is None:
        return called(words, source.read_bytes() if source else None)
    result = CliRunner(env={"COLUMNS": COLUMNS}).invoke(app, words)
    target.write_text(result.stdout, encoding="utf-8")
    return result.exit_code, result.stderr


def called(words: Iterable[str], stdin: bytes | None = None) -> tuple[int, str]:
    """`annotate` in this process: its exit status, and what it says on either stream, as a terminal shows it."""
    result = CliRunner(env={"COLUMNS": COLUMNS}).invoke(app, [*words], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result.exit_code, result.output


def _hold(command: Command, status: int, output: str, *, failing: bool) -> None:
    assert (status in (1, 2)) if failing else (status == 0), f"{command}: exit status {status}\n{output}"
    if command.shown:
        assert as_shown(command.shown, output), f"{command}: the page shows other lines than\n{output}"


def as_shown(shown: Iterable[str], output: str) -> bool:
    """Whether a page shows an output, with `…` for what it leaves out."""
    lines = [r"(?:.*\n)*?" if line.strip() == "…" else _line(line) for line in shown]
    return re.fullmatch("".join(lines) + r"\n*", _plain(output) + "\n") is not None


def _line(line: str) -> str:
    return ".*".join(re.escape(part) for part in line.rstrip().split("…")) + r"\n"


def _plain(output: str) -> str:
    """Without white space at the ends of lines, and without what a slow machine says meanwhile."""
    lines = (line.rstrip() for line in output.rstrip().splitlines())
    return "\n".join(line for line in lines if not _PROGRESS.match(line))


def command_names() -> set[str]:
    """The commands that `annotate` has."""
    group: Any = typer.main.get_command(app)
    return {*group.commands}


def parse(command: Command) -> None:
    """Fails where a line calls `annotate` with a command or option that there is not; nothing is run."""
    group: Any = typer.main.get_command(app)
    for call in re.split(r"[|;\n]|&&|\bdo\b", command.line):
        words = shlex.split(call, comments=True)
        if not words or words[0] != "annotate":
            continue
        name, found, rest = group.resolve_command(group.context_class(group), words[1:])
        params = [*found.params, *(one for sub in getattr(found, "commands", {}).values() for one in sub.params)]
        known = {option for param in params for option in (*param.opts, *param.secondary_opts)}
        wrong = [word for word in rest if re.match(r"--?[a-z]", word) and word.partition("=")[0] not in known]
        assert not wrong, f"{command}: {name} has no {wrong[0]}"
