"""`annotate export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from annotate.cli.app import app
from annotate.cli.review import reviewer_of
from annotate.cli.say import counted, note, plain_table, say, stop, told


def _list(wanted: bool) -> None:
    if wanted:
        from rich.console import Console

        from annotate.export.formats import FORMATS

        table = plain_table()
        for name in ("format", "import", "what it is, and what it keeps"):
            table.add_column(name, overflow="fold")
        for one in FORMATS:
            target = " (a folder)" if one.folder else f" ({', '.join(one.suffixes)})" if one.suffixes else ""
            table.add_row(one.name, "yes" if one.imports else "", f"{one.help}{target}\nkeeps {one.keeps}")
        printed = Console(markup=False, emoji=False, highlight=False)
        with printed.capture() as captured:
            printed.print(table)
        say("\n".join(line.rstrip() for line in captured.get().rstrip("\n").split("\n")))
        raise typer.Exit


@app.command("export")
def export_command(
    kind: Annotated[str, typer.Argument(metavar="FORMAT", help="What to write; `--list` shows what there is.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The output of `annotate run`: a folder, or a file.")],
    target: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="FILE", help="Where to write it: a file, of some formats a folder."),
    ],
    decisions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Decisions to export; OUT/review/NAME.jsonl without.")
    ] = None,
    reviewer: Annotated[str | None, typer.Option(metavar="NAME", help="Whose decisions; yours without.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE where it is there already.")] = False,
    _: Annotated[
        bool, typer.Option("--list", callback=_list, is_eager=True, help="The formats, and what each keeps.")
    ] = False,
) -> None:
    """Write an output in the format of another tool, for which `--list` names those that there are.

    With decisions of `annotate review` it is written as it stands after them.

    \b
    Examples:
      annotate export xlsx out -o entities.xlsx
      annotate export --list
    """
    from annotate.export.articles import ExportError
    from annotate.export.export import export
    from annotate.export.formats import format_of
    from annotate.review.decisions import DecisionError, read_decisions
    from annotate.storage.write import OutputError

    with told(ExportError, DecisionError, OutputError):
        chosen = format_of(kind)
        path, name = reviewer_of(out, decisions, reviewer)
        if decisions is not None and not path.exists():
            stop(f"{path}: is not there; without --decisions an output is exported as it stands")
        judged, faults = read_decisions(path) if path.exists() else ([], [])
        for fault in faults:
            note(str(fault))
        mine = [decision for decision in judged if decision.reviewer == name]
        done = export(chosen, out, target, decisions=mine, force=force)
    for line in done.notes:
        note(line)
    of = f", with what {name} has decided" if mine else ""
    note(f"{target}: {counted(done.count, chosen.unit)}{of}")
