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
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="What `annotate export` wrote, edited: .xlsx, .ods, .csv.")
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The output that it was exported from.")],
    decisions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where decisions are kept; OUT/review/NAME.jsonl without.")
    ] = None,
    reviewer: Annotated[str | None, typer.Option(metavar="NAME", help="Who decided; you without.")] = None,
) -> None:
    """Take what was decided in a spreadsheet into the decisions of a reviewer: all of it, or nothing.

    Exit status 2, and nothing taken, where a row does not fit the record that it is about; each is listed.

    \b
    Examples:
      annotate import entities.xlsx out --reviewer anna
    """
    from annotate.export.articles import ExportError
    from annotate.export.taken import take
    from annotate.review.decisions import DecisionError, Journal

    with told(ExportError, DecisionError):
        path, name = reviewer_of(out, decisions, reviewer)
        journal = Journal(path, name)
        for fault in journal.faults:
            note(str(fault))
        found = take(file, out, journal, key=f"import-{secrets.token_hex(8)}")
    for mismatch in found.mismatches:
        note(f"{file}: {mismatch}")
    if found.mismatches:
        many = counted(len(found.mismatches), "row")
        note(f"annotate: {many} of {found.rows:,} cannot be taken, so none was; mend them, and import again")
        raise typer.Exit(WRONG)
    if found.outdated:
        note(f"{counted(found.outdated, 'row')} without a change: the output is another one there now")
    verdicts = Counter(draft.verdict for draft in found.drafts)
    told_of = ", ".join(f"{count:,} {verdict}" for verdict, count in sorted(verdicts.items()))
    made = f"{counted(len(found.drafts), 'decision')} ({told_of}) of {name} in {path}" if verdicts else "nothing new"
    note(f"{counted(found.rows, 'row')} read: {made}")
