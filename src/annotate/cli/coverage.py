"""`annotate coverage`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from annotate.pipeline import Pipeline
    from annotate.records import Document

from annotate.cli.app import app
from annotate.cli.options import Day, Json, Lang, OnlyPatterns, Patterns, Region, options_of, pipeline_of, split
from annotate.cli.say import as_text, note, say, stop, told
from annotate.cli.terminal import COUNTED, progress, show


@app.command("coverage")
def coverage_command(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[OUT|TEXTS]",
            help="The output of a run, or texts as `annotate run` takes them; the rules' own examples without.",
        ),
    ] = None,
    labels: Annotated[str | None, typer.Option("--label", metavar="DATE,MONEY", help="Only these labels.")] = None,
    gold: Annotated[
        Path | None,
        typer.Option(metavar="GOLD", help="Gold records, a file or a folder: how often each rule is right."),
    ] = None,
    decisions: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Decisions of reviewers of OUT, as gold. May be repeated."),
    ] = None,
    patterns: Patterns = None,
    only_patterns: OnlyPatterns = False,
    lang: Lang = None,
    region: Region = None,
    day: Day = None,
    as_json: Json = False,
) -> None:
    """Show what each rule does with some texts: how often it fired, won and lost, and to which rule.

    It lists the rules that never fired, and those that are only ever beaten: candidates for deletion.

    \b
    Examples:
      annotate coverage out/
      annotate coverage corpus/ --gold corpus/ --label DATE
      annotate coverage --lang nl
    """
    from annotate.quality.coverage import coverage
    from annotate.quality.coverage_table import render
    from annotate.quality.saved import EvaluateError
    from annotate.quality.step import DiffError
    from annotate.reading.read import InputError
    from annotate.review.decisions import DecisionError

    pipeline = pipeline_of(options_of(patterns, only_patterns, lang=lang, region=region), examples=False)
    with told(InputError, EvaluateError, DiffError, DecisionError):
        judged = _gold(gold, decisions, inputs or [])
        found = coverage(_documents(inputs or [], day, pipeline), pipeline, gold=judged)
    wanted = split(labels)
    if unknown := [label for label in wanted if label not in {rule.label for rule in found.rules.values()}]:
        stop(f"--label: no rule that was met has the label {' or '.join(unknown)}")
    found = found.only(wanted) if wanted else found
    if as_json:
        say(as_text(found.as_dict()))
    else:
        show(render(found).rstrip("\n"), COUNTED)


def _gold(gold: Path | None, decisions: list[Path] | None, inputs: list[str]) -> list[dict[str, Any]] | None:
    """The gold records that the options name."""
    from annotate.quality.saved import load_all
    from annotate.review.gold import Told, gold_records
    from annotate.review.verdicts import documents, read_all

    records = None if gold is None else load_all(gold, "*.gold.json*")
    if decisions:
        if len(inputs) != 1:
            raise typer.BadParameter("--decisions go with the one output that they were made of")
        records = [*(records or []), *gold_records(documents(inputs[0], read_all(decisions)[0]), Told())]
    return records


def _documents(inputs: list[str], day: str | None, pipeline: Pipeline) -> Iterator[Document]:
    """The texts of an output, or of files and folders, or else the examples and rejects of the rules."""
    if not inputs:
        yield from _cases(pipeline)
        return
    from annotate.quality.step import holds_records
    from annotate.reading.read import read
    from annotate.records import Failure

    if len(inputs) == 1 and holds_records(Path(inputs[0])):
        yield from _of_output(Path(inputs[0]), day)
        return

    for outcome in read(inputs, stdin=sys.stdin.buffer, date=day):
        if isinstance(outcome, Failure):
            note(f"{outcome.source}: {outcome.error}: {outcome.message}")
        else:
            yield outcome


def _of_output(path: Path, day: str | None) -> Iterator[Document]:
    """The documents of an output as they were read; a language that was detected is detected again."""
    from annotate.quality.step import Output
    from annotate.records import DateSource, Document

    for row in Output(path).rows():
        meta = row.record.get("meta") or {}
        given = row.record.get("lang") if meta.get("lang_source") in ("option", "record") else None
        date = day or meta.get("date")
        source: DateSource | None = "option" if day else meta.get("date_source")
        yield Document(row.id, row.record.get("text") or "", row.id, lang=given, date=date, date_source=source)


def _cases(pipeline: Pipeline) -> Iterator[Document]:
    """The examples and rejects of the rules of all languages."""
    from annotate.quality.cases import cases
    from annotate.records import Document
    from annotate.rules.compiled import load

    book = pipeline.rulebook
    with progress("reading", len(book.languages)) as on_language:
        for lang in book.languages:
            on_language(lang)
            for case in cases(load(lang, book.roots), book.roots):
                text, date, region = case.example.text, case.example.date, case.example.region
                yield Document(case.id, text, case.id, lang=lang, region=region, date=date)
