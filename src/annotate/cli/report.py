"""`annotate report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from annotate.cli.app import app
from annotate.cli.options import Quiet
from annotate.cli.say import counted, note, told


@app.command("report")
def report_command(
    out: Annotated[str, typer.Argument(metavar="OUT", help="An output: its folder, its file of records, or a URL.")],
    target: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The page to write.")] = Path(
        "report.html"
    ),
    title: Annotated[str, typer.Option(metavar="TEXT", help="The heading of the page.")] = "Annotation report",
    megabytes: Annotated[
        float,
        typer.Option(
            "--max-mb", metavar="N", min=2, max=1000, help="How large the page may be; sentences are sampled for that."
        ),
    ] = 16,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is no report.")] = False,
    quiet: Quiet = False,
) -> None:
    """Write one page that shows what an output holds: counts, names, sums, a timeline, every entity in its sentence.

    It is opened from the disk, loads nothing from elsewhere and works without JavaScript.

    \b
    Examples:
      annotate report out/ -o report.html
      annotate report news.jsonl.zst -o news.html --title "News of 2025"
    """
    from annotate.report.gather import ReportError
    from annotate.report.page import write_report
    from annotate.storage.write import OutputError

    with told(ReportError, OutputError):
        found = write_report(out, target, title=title, megabytes=megabytes, force=force)
    if not quiet:
        shown = sum(len(sentence.entities) for sentence in found.sample.sentences())
        total = found.labels.total()
        sampled = "" if shown == total else f"; {shown:,} of them shown, a random sample"
        note(f"{target}: {counted(found.documents, 'document')}, {total:,} entities{sampled}")
