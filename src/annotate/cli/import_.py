"""`annotate import`."""

from __future__ import annotations

import secrets
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from annotate.cli.app import app
from annotate.cli.review import reviewer_of
from annotate.cli.say import WRONG, counted, note, told


@app.command("import")
def import_command(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="[FORMAT] FILE OUT",
            help="The format (needless for spreadsheets), what came back in it, and the output that it is of.",
        ),
    ],
    decisions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where decisions are kept; OUT/review/NAME.jsonl without.")
    ] = None,
    reviewer: Annotated[str | None, typer.Option(metavar="NAME", help="Who decided; you without.")] = None,
    reviewed: Annotated[
        bool,
        typer.Option("--reviewed", help="Every document in FILE was looked at: what is unchanged there is right."),
    ] = False,
) -> None:
    """Take what was decided in another tool into the decisions of a reviewer: all of it, or nothing.

    `annotate export --list` shows from which tools that works. Exit status 2, and nothing taken, where something does
    not fit the record that it is about; each is listed.

    \b
    Examples:
      annotate import entities.xlsx out --reviewer anna
      annotate import prodigy annotated.jsonl out --reviewer anna
    """
    from annotate.export.articles import ExportError
    from annotate.export.taking import format_for, take
    from annotate.review.decisions import DecisionError, Journal

    if len(what) not in (2, 3):
        raise typer.BadParameter("give FILE and OUT, or FORMAT, FILE and OUT")
    file, out = Path(what[-2]), Path(what[-1])
    with told(ExportError, DecisionError):
        kind = format_for(what[0] if len(what) == 3 else None, file)
        path, name = reviewer_of(out, decisions, reviewer)
        journal = Journal(path, name)
        for fault in journal.faults:
            note(str(fault))
        found = take(kind, file, out, journal, key=f"import-{secrets.token_hex(8)}", reviewed=reviewed)
    noun, unit = ("row", "row") if kind.imports == "rows" else ("annotation", "document")
    for mismatch in found.mismatches:
        note(f"{file}: {mismatch}")
    if found.mismatches:
        many = counted(len(found.mismatches), noun)
        of = f" of {found.rows:,}" if noun == unit else ""
        note(f"annotate: {many}{of} cannot be taken, so none was; mend them, and import again")
        raise typer.Exit(WRONG)
    if found.outdated:
        note(f"{counted(found.outdated, noun)} without a change: the output is another one there now")
    verdicts = Counter(draft.verdict for draft in found.drafts)
    told_of = ", ".join(f"{count:,} {verdict}" for verdict, count in sorted(verdicts.items()))
    made = f"{counted(len(found.drafts), 'decision')} ({told_of}) of {name} in {path}" if verdicts else "nothing new"
    note(f"{counted(found.rows, unit)} read: {made}")
