"""`annotate review`."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli.app import app
from annotate.cli.say import note, stop, told
from annotate.extras import install_command

if TYPE_CHECKING:
    from annotate.review.decisions import Journal


@app.command("review")
def review_command(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The output of `annotate run`: a folder, or a file.")],
    decisions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where decisions are kept; OUT/review/NAME.jsonl without.")
    ] = None,
    reviewer: Annotated[str | None, typer.Option(metavar="NAME", help="Who decides; your login name without.")] = None,
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="The port; 0 for any free one.")] = 0,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")] = True,
    settle: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Decisions of others, whose disagreements you settle. May be repeated."),
    ] = None,
) -> None:
    """Judge and mend what was found, entity by entity, on a page in the browser. All decisions are kept in a file."""
    try:
        from annotate.review import server
        from annotate.review.desk import Desk
    except ImportError as error:
        stop(f"reviewing needs {error.name}; {install_command('review')}")
    from annotate.quality.step import DiffError
    from annotate.review.decisions import DecisionError, Journal
    from annotate.review.index import ReviewError
    from annotate.review.places import decisions_path, index_path

    def ready(link: str) -> None:
        note(f"The page: {link}")
        note(f"Decisions: {journal.path}   (Ctrl+C ends; nothing is lost)")
        if browser:
            typer.launch(link)

    with told(DecisionError, ReviewError, DiffError):
        path = decisions or decisions_path(out, reviewer or getpass.getuser())
        journal = Journal(path, reviewer or (path.stem if decisions is None else getpass.getuser()))
        _warn(journal)
        desk = Desk(out, journal, others=settle or (), index=index_path(path))
        try:
            server.serve(desk, server.listening(port), ready)
        finally:
            desk.close()


def _warn(journal: Journal) -> None:
    for fault in journal.faults:
        note(str(fault))
