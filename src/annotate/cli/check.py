"""`annotate check` and `annotate test`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    pass

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
    told,
)


@app.command("check")
def check_command(
    langs: Langs = None,
    patterns: Patterns = None,
    only_patterns: OnlyPatterns = False,
) -> None:
    """List all faults of all pattern files, and examples that do not hold, as path:line:column: message."""
    from annotate.pipeline import Pipeline
    from annotate.quality.cases import check
    from annotate.rules.patterns import warnings_of

    pipeline = Pipeline(options_of(patterns, only_patterns, languages=tuple(langs or ())))
    with told():
        own, roots = pipeline.rulebook.languages, pipeline.rulebook.roots
        faults = check(own, roots)
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
    """Run every example and reject of every rule, also of your own patterns."""
    from annotate.pipeline import Pipeline
    from annotate.quality.cases import run_cases

    pipeline = Pipeline(options_of(patterns, only_patterns, languages=tuple(langs or ())))
    with told():
        if faults := pipeline.rulebook.check():
            refuse(faults)
        passed = failed = 0
        for result in (
            result for lang in pipeline.rulebook.languages for result in run_cases(lang, pipeline.rulebook.roots)
        ):
            if keyword and keyword not in f"{result.id}\n{result.rule}\n{result.text}":
                continue
            passed, failed = passed + result.ok, failed + (not result.ok)
            if not result.ok:
                say(f"FAILED {result.lang} {result.fault}")
            elif verbose:
                say(f"passed {result.id}")
    note(f"{passed:,} passed, {failed:,} failed")
    raise typer.Exit(FAILED if failed else 0)
