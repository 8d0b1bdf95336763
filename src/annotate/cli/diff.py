"""`annotate diff`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from annotate.cli.app import app
from annotate.cli.options import (
    Json,
    check_tags,
    split,
)
from annotate.cli.say import (
    FAILED,
    as_text,
    say,
    stop,
    told,
)
from annotate.cli.terminal import HEADINGS, show


@app.command("diff")
def diff_command(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The earlier output: a file of records, or a folder.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The later output: a file of records, or a folder.")],
    labels: Annotated[str | None, typer.Option("--label", metavar="DATE,MONEY", help="Only these labels.")] = None,
    langs: Annotated[
        str | None,
        typer.Option("--lang", metavar="nl,en", callback=check_tags, help="Only documents in these languages."),
    ] = None,
    limit: Annotated[int, typer.Option(min=0, metavar="N", help="Show so many entities of a kind; 0 for all.")] = 20,
    decisions: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Decisions of reviewers: mark what contradicts or confirms one. Repeatable."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what changed between two outputs, entity by entity.

    Exit status as of diff(1): 0 where nothing differs, 1 where something does, 2 for a wrong call.

    \b
    Examples:
      annotate diff before/ after/
      annotate diff old.jsonl new.jsonl --label DATE --lang nl --limit 0
    """
    from annotate.quality.change_table import render
    from annotate.quality.diff import diff
    from annotate.quality.step import DiffError
    from annotate.review.decisions import DecisionError
    from annotate.review.marks import marker
    from annotate.review.verdicts import read_all

    with told(DiffError, DecisionError):
        mark = marker(read_all(decisions)[0]) if decisions else None
        report = diff(old, new, labels=split(labels), langs=split(langs), limit=limit, mark=mark)
    if unknown := [label for label in split(labels) if label not in report.by_label]:
        stop(f"--label: neither output has a span labelled {' or '.join(unknown)}")
    if as_json:
        say(as_text(report.as_dict()))
    else:
        show(render(report).rstrip("\n"), HEADINGS)
    raise typer.Exit(FAILED if report.differs else 0)
