"""`annotate evaluate`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from annotate.quality.scores import Report

from annotate.cli.app import app
from annotate.cli.options import (
    Json,
    split,
)
from annotate.cli.say import (
    as_text,
    say,
    stop,
    told,
)


@app.command("evaluate")
def evaluate_command(
    gold: Annotated[Path, typer.Argument(metavar="GOLD", help="Gold records: a file, or a folder of *.gold.json*.")],
    predicted: Annotated[Path, typer.Argument(metavar="PRED", help="Records to judge: a file, or a folder.")],
    labels: Annotated[str | None, typer.Option(metavar="DATE,MONEY", help="Only these labels.")] = None,
    errors: Annotated[bool, typer.Option("--errors", help="Each error, with its context.")] = False,
    rules: Annotated[
        bool,
        typer.Option("--rules", help="The precision of each rule with its interval, and the rules that found nothing."),
    ] = False,
    linked: Annotated[bool, typer.Option("--links", help="Also the parties and the facts.")] = False,
    as_json: Json = False,
) -> None:
    """Compare with gold annotations: precision, recall and F1 of exact and of overlapping spans, and values right.

    \b
    Examples:
      annotate evaluate corpus outputs
      annotate evaluate gold.jsonl out/ --labels DATE,MONEY --errors
    """
    from annotate.quality.evaluate import evaluate
    from annotate.quality.links import as_dict, link_lines, links
    from annotate.quality.saved import EvaluateError, load_all
    from annotate.quality.score_table import render

    with told(EvaluateError):
        wanted, found = load_all(gold, "*.gold.json*"), load_all(predicted, "annotations*.jsonl*")
        report = evaluate(wanted, found, labels=split(labels) or None)
        if rules:
            report = replace(report, silent=_silent(report, found, split(labels)))
    if unknown := [label for label in split(labels) if label not in report.by_label]:
        stop(f"--labels: neither side has a span labelled {' or '.join(unknown)}")
    scores = links(wanted, found) if linked else {}
    if as_json:
        extra = (
            {"links": {f"{lang} {what}": as_dict(score) for (lang, what), score in scores.items()}} if linked else {}
        )
        say(as_text(report.as_dict() | extra))
    else:
        say("\n".join([render(report, errors=errors, rules=rules).rstrip("\n"), *link_lines(scores)]))


def _silent(report: Report, found: list[dict[str, Any]], labels: list[str]) -> list[str]:
    """The rules of the languages that were compared which found nothing in all of the records."""
    from annotate.rules import patterns
    from annotate.rules.compiled import load

    fired = {span.get("rule") for record in found for span in record["spans"]}
    silent: set[str] = set()
    roots = patterns.folders()
    for lang in {*report.by_language} & {*patterns.languages(roots)}:
        grammar = load(lang, roots)
        for rule in grammar.rules.values():
            if rule.label and grammar.labels[rule.label].emit and (not labels or rule.label in labels):
                silent.add(rule.id)
    return sorted(silent - fired)
