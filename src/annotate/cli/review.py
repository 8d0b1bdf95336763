"""`annotate review`."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli.app import app
from annotate.cli.options import Json, Patterns
from annotate.cli.say import FAILED, as_text, counted, harmless, note, say, stop, told

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
    status: Annotated[
        bool, typer.Option("--status", help="Say how the decisions stand against the output, and open no page.")
    ] = False,
    limit: Annotated[int, typer.Option(min=0, metavar="N", help="List so many with --status; 0 for all.")] = 20,
    as_json: Json = False,
    settle: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Decisions of others, whose disagreements you settle. May be repeated."),
    ] = None,
) -> None:
    """Judge and mend what was found, entity by entity, on a page in the browser. All decisions are kept in a file.

    \b
    Examples:
      annotate review out/
      annotate review out/ --reviewer ada --status
    """
    if not out.exists():
        stop(f"{out}: there is no such output; `annotate run … -o {out}` makes one, with annotations.jsonl in it")
    if status:
        _show_status(out, [decisions] if decisions else None, limit, as_json)
        return
    try:
        from annotate.review import server
        from annotate.review.desk import Desk
    except ImportError as error:
        from annotate.extras import install_command

        stop(f"reviewing needs {error.name}; {install_command('review')}")
    from annotate.quality.step import DiffError, Output
    from annotate.review.decisions import DecisionError, Journal
    from annotate.review.index import ReviewError
    from annotate.review.places import decisions_path, index_path

    def ready(link: str) -> None:
        note(f"The page: {link}")
        note(f"Decisions: {journal.path}   (Ctrl+C ends; nothing is lost)")
        if browser:
            typer.launch(link)

    with told(DecisionError, ReviewError, DiffError):
        Output(out)  # what is no output is told before anything is made beside it
        path = decisions or decisions_path(out, reviewer or getpass.getuser())
        journal = Journal(path, reviewer or (path.stem if decisions is None else getpass.getuser()))
        _warn(journal)
        desk = Desk(out, journal, others=settle or (), index=index_path(path))
        try:
            server.serve(desk, server.listening(port), ready)
        finally:
            desk.close()


def reviewer_of(out: Path, decisions: Path | None, reviewer: str | None) -> tuple[Path, str]:
    """The file of a reviewer's decisions, and the reviewer: who is named, who alone is in the file, or who is here."""
    from annotate.review.decisions import read_decisions
    from annotate.review.places import decisions_path

    path = decisions or decisions_path(out, reviewer or getpass.getuser())
    there = {decision.reviewer for decision in read_decisions(path)[0]} if path.exists() else set()
    return path, reviewer or (there.pop() if len(there) == 1 else getpass.getuser())


def _warn(journal: Journal) -> None:
    for fault in journal.faults:
        note(str(fault))


def _show_status(out: Path, files: list[Path] | None, limit: int, as_json: bool) -> None:
    from annotate.quality.step import DiffError
    from annotate.review.agreement import agreements
    from annotate.review.agreement import render as render_agreement
    from annotate.review.decisions import DecisionError
    from annotate.review.status import render, status_of
    from annotate.review.verdicts import documents, read_all

    with told(DecisionError, DiffError):
        decisions, faults = read_all(_files(out, files))
        judged = list(documents(out, decisions))
        status, agreed = status_of(judged, faults), agreements(judged)
    if as_json:
        pairs = [{"reviewers": list(pair), **one.as_dict()} for pair, one in sorted(agreed.items())]
        say(as_text({**status.as_dict(), "agreement": pairs}))
        return
    say(render(status, limit=limit).rstrip("\n"))
    if agreed:
        say("\n" + render_agreement(agreed).rstrip("\n"))


def _files(out: Path, files: list[Path] | None) -> list[Path]:
    """The files of decisions that are named, or else all that stand beside an output."""
    from annotate.review.decisions import DecisionError
    from annotate.review.places import review_folder

    if files:
        return files
    found = sorted(review_folder(out).glob("[!.]*.jsonl"))
    if not found:
        raise DecisionError(f"{review_folder(out)}: holds no decisions; `annotate review {out}` makes some")
    return found


Decisions = Annotated[
    list[Path] | None,
    typer.Option(metavar="FILE", help="Decisions of a reviewer; all of OUT/review without. May be repeated."),
]


@app.command("gold")
def gold_command(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The output that was reviewed.")],
    decisions: Decisions = None,
    target: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to write it; standard output without.")
    ] = None,
) -> None:
    """Write what reviewers have judged as gold records, for `annotate evaluate`.

    \b
    Examples:
      annotate gold out/ -o gold.jsonl
    """
    from annotate.quality.step import DiffError
    from annotate.review.decisions import DecisionError
    from annotate.review.gold import Told, gold_records
    from annotate.review.verdicts import documents, read_all
    from annotate.storage.write import OutputError, to_bytes, whole

    left = Told()
    with told(DecisionError, DiffError, OutputError):
        judged, faults = read_all(_files(out, decisions))
        content = b"".join(to_bytes(record) for record in gold_records(documents(out, judged), left))
        if target is None:
            say(harmless(content.decode()), nl=False)
        else:
            with whole(target) as draft:
                draft.write(content)
    for fault in faults:
        note(str(fault))
    note(
        f"{counted(left.documents, 'document')} ({left.whole:,} judged whole): {left.spans:,} right, "
        f"{left.wrong:,} found where there is none"
    )
    for name, one in left.disputed:
        start, end, label = one.place
        note(f"in dispute, left out: {label} at [{start}:{end}] in {name}; settle it with `annotate review --settle`")
    if left.unplaced:
        note(f"{counted(len(left.unplaced), 'decision')} left out: `annotate review --status` lists them")


@app.command("suggest")
def suggest_command(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The output that was reviewed.")],
    decisions: Decisions = None,
    target: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="DIR", help="Write pattern files there, for `annotate test --patterns`."
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what was found right, so that it stays so.")] = False,
    patterns: Patterns = None,
    untried: Annotated[bool, typer.Option("--untried", help="Do not run them; quicker.")] = False,
) -> None:
    """Turn decisions into examples and rejects for the rules concerned, in YAML ready to paste.

    Exit status 1 where some of them do not hold yet: there a rule is to be mended.

    \b
    Examples:
      annotate suggest out/
      annotate suggest out/ --patterns my-patterns -o reviewed/
    """
    from annotate.quality.step import DiffError
    from annotate.review.decisions import DecisionError
    from annotate.review.suggest import pages, suggestions, tried, write
    from annotate.review.verdicts import documents, read_all
    from annotate.rules.patterns import PatternError

    with told(DecisionError, DiffError, PatternError, OSError):
        judged, _ = read_all(_files(out, decisions))
        made = suggestions(documents(out, judged), everything=everything)
        found = made.found if untried else tried(made.found, patterns or ())
        paths = write(found, target) if target else []
    if target is None:
        for name, content in pages(found).items():
            say(f"# {name}\n{content}")
    for path in paths:
        note(str(path))
    failing = sum(bool(one.wrong) for one in found)
    held = "" if untried else f", {failing:,} of them do not hold yet"
    note(
        f"{counted(len(found), 'sentence')}{held}; {made.left_out:,} left out: their sentence holds what is not judged"
    )
    raise typer.Exit(FAILED if failing else 0)
