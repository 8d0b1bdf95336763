"""What is said, and where: data to standard output, all else to standard error."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import typer
from rich.console import Console

if TYPE_CHECKING:
    from rich.table import Table


FAILED, WRONG, INTERRUPTED = 1, 2, 130
STANDARD = "-"


def console() -> Console:
    """Standard error; plain where it is no terminal, and never markup, because texts hold brackets."""
    wide = None if sys.stderr.isatty() else 200
    return Console(stderr=True, markup=False, emoji=False, highlight=False, width=wide)


def visible(text: str) -> str:
    r"""A text in which nothing commands a terminal or hides: controls, and what turns the direction of writing.

    A name, an id or a text may hold any character. Line ends and tabs stay.

    >>> print(visible("a\x1b[2Jb\u202egpj.exe\tc"))
    a\x1b[2Jb\u202egpj.exe	c
    """
    return _CONTROLS.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


#: C0 and C1 controls, marks and overrides of direction, and what ends a line unseen.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def say(message: str, *, err: bool = False, nl: bool = True) -> None:
    """Print to standard output: every command does it by this function, or by `note`."""
    typer.echo(visible(message), err=err, nl=nl)


def note(message: str) -> None:
    """Print to standard error."""
    say(message, err=True)


def stop(message: str) -> NoReturn:
    """End with a message: the user's call, or the user's files, are wrong."""
    note(f"annotate: {message}")
    raise typer.Exit(WRONG)


def as_text(content: Any) -> str:
    """JSON to be read by people and programs; what `visible` would alter is escaped as JSON has it."""
    return harmless(json.dumps(content, ensure_ascii=False, indent=2, default=str))


def harmless(text: str) -> str:
    """JSON in which what `visible` would alter is escaped as JSON has it: it reads back as it was."""
    return _CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


@contextmanager
def told(*errors: type[Exception]) -> Iterator[None]:
    """Turn what the user can put right into a message, and an interruption into its exit status."""
    try:
        yield
    except errors as error:
        stop(str(error))
    except KeyboardInterrupt:
        note("annotate: interrupted; what stood there is unchanged, and the same call goes on where this one stopped")
        raise typer.Exit(INTERRUPTED) from None


def refuse(faults: Sequence[object]) -> NoReturn:
    """End with the faults of the pattern files."""
    for fault in faults:
        note(str(fault))
    note(f"annotate: {counted(len(faults), 'fault')} in the pattern files; nothing was read")
    raise typer.Exit(WRONG)


def counted(number: int, noun: str) -> str:
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun[:-1]}ies" if noun.endswith("y") else f"{number:,} {noun}s"


def plain_table(*columns: str) -> Table:
    """A plain table: names to the left, numbers to the right."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", overflow="fold")
    return table


def standard_input() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        stop(f"standard input is not UTF-8 (byte {error.start}); convert it first")
