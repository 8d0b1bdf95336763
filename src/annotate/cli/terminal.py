"""What only a terminal gets: colours on standard output, and a line of progress on standard error."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import typer

from annotate.cli.say import console, say, visible

#: For what is found in a line, how it is shown: the first expression that finds anything counts.
Styles = Sequence[tuple[re.Pattern[str], str, bool]]

HEADINGS: Styles = (
    (re.compile(r"^gained: .*"), "green", True),
    (re.compile(r"^lost: .*"), "red", True),
    (re.compile(r"^(?:revalued|re-ruled): .*"), "yellow", True),
    (re.compile(r"\[[^\]]+\]"), "cyan", False),
)
VERDICTS: Styles = (
    (re.compile(r"^FAILED"), "red", True),
    (re.compile(r"^passed"), "green", False),
)
COUNTED: Styles = (
    (re.compile(r"^[A-Z][A-Z_]*$|^parts of others$"), "green", True),
    (re.compile(r"^(?:never fired|only ever beaten): .*"), "yellow", True),
)
EXPLAINED: Styles = (
    (re.compile(r"^[A-Z][A-Z_]*  .*"), "green", True),
    (re.compile(r"^(?:language|rivals that lost|no spans|name its language to go on|if it is).*"), "yellow", False),
    (re.compile(r"^rule .*"), "cyan", True),
    (re.compile(r"^  (?:rule|made of|slot|value|tokens:)"), "cyan", False),
    (re.compile(r"^  did not match:"), "red", False),
)


def has_colours() -> bool:
    """Whether standard output is a terminal that shows colours, and nobody asked for none (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def show(text: str, styles: Styles) -> None:
    """Print to standard output, in colours on a terminal; in pipes and files the text is as it is."""
    if not has_colours():
        say(text)
        return
    typer.echo("\n".join(_painted(line, styles) for line in visible(text).split("\n")))


def _painted(line: str, styles: Styles) -> str:
    for expression, colour, bold in styles:
        painted, count = expression.subn(lambda m, c=colour, b=bold: typer.style(m[0], fg=c, bold=b), line)  # type: ignore[misc]
        if count:
            return painted
    return line


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[str], None]]:
    """Gives a function that tells which of so many parts is next; nothing is shown where there is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console(), transient=True) as bar:
        task = bar.add_task(what, total=total)
        started = 0

        def next_part(name: str) -> None:
            nonlocal started
            bar.update(task, description=f"{what} {name}", completed=started)
            started += 1

        yield next_part
