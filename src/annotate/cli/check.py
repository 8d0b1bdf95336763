"""`annotate check` and `annotate test`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from annotate.pipeline import Pipeline
    from annotate.quality.cases import CaseResult

from annotate.cli.app import app
from annotate.cli.options import (
    Langs,
    OnlyPatterns,
    Patterns,
    options_of,
)
from annotate.cli.say import (
    FAILED,
    WRONG,
    counted,
    note,
    refuse,
    say,
    stop,
    told,
)
from annotate.cli.terminal import VERDICTS, progress, show


@app.command("check")
def check_command(
    langs: Langs = None,
    patterns: Patterns = None,
    only_patterns: OnlyPatterns = False,
) -> None:
    """List all faults of all pattern files, and examples that do not hold, as path:line:column: message.

    \b
    Examples:
      annotate check nl en
      annotate check nl --patterns my-patterns
    """
    from annotate.pipeline import Pipeline
    from annotate.quality.cases import check
    from annotate.rules.patterns import warnings_of

    pipeline = Pipeline(options_of(patterns, only_patterns, languages=langs or ()))
    own, roots = pipeline.rulebook.languages, pipeline.rulebook.roots
    with told(), progress("checking", len(own)) as on_language:
        faults = check(own, roots, on_language=on_language)
        warnings = sorted({one for lang in own for one in warnings_of(lang, roots)})
    for fault in faults:
        say(str(fault))
    for warning in warnings:
        say(f"{warning.path}:{warning.line}:{warning.column}: warning: {warning.message}")
    found = f"{counted(len(faults), 'fault')}, {counted(len(warnings), 'warning')}"
    note(f"{found} in the patterns of {', '.join(own)}")
    raise typer.Exit(WRONG if faults else 0)


@app.command("test")
def cases_command(
    langs: Langs = None,
    patterns: Patterns = None,
    only_patterns: OnlyPatterns = False,
    keyword: Annotated[
        str | None, typer.Option("-k", metavar="TEXT", help="Only cases with TEXT in their id, rule or text.")
    ] = None,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="List the cases that pass, too.")] = False,
) -> None:
    """Run every example and reject of every rule, also of your own patterns.

    \b
    Examples:
      annotate test nl
      annotate test nl -k dates/year -v
      annotate test nl --patterns my-patterns --only-patterns
    """
    from annotate.pipeline import Pipeline

    pipeline = Pipeline(options_of(patterns, only_patterns, languages=langs or ()))
    with told():
        if faults := pipeline.rulebook.check():
            refuse(faults)
        passed = failed = 0
        for result in _results(pipeline, keyword or ""):
            passed, failed = passed + result.ok, failed + (not result.ok)
            if not result.ok:
                show(f"FAILED {result.lang} {result.fault}", VERDICTS)
            elif verbose:
                show(f"passed {result.id}", VERDICTS)
    if keyword and not passed + failed:
        stop(f"no case of {', '.join(pipeline.rulebook.languages)} has '{keyword}' in its id, rule or text")
    note(f"{passed:,} passed, {failed:,} failed")
    raise typer.Exit(FAILED if failed else 0)


def _results(pipeline: Pipeline, keyword: str) -> Iterator[CaseResult]:
    """The cases with the keyword in them, each run as it is asked for."""
    from annotate.quality.cases import run_cases

    with progress("testing", len(pipeline.rulebook.languages)) as on_language:
        for lang in pipeline.rulebook.languages:
            on_language(lang)
            for result in run_cases(lang, pipeline.rulebook.roots):
                if keyword in f"{result.id}\n{result.rule}\n{result.text}":
                    yield result
