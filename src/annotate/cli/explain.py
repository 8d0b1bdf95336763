"""`annotate explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from annotate.cli.app import app
from annotate.cli.options import (
    Day,
    Json,
    Lang,
    OnlyPatterns,
    Patterns,
    Region,
    options_of,
    pipeline_of,
)
from annotate.cli.say import (
    STANDARD,
    as_text,
    say,
    standard_input,
    told,
)
from annotate.cli.terminal import EXPLAINED, show


@app.command("explain")
def explain_command(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The text, or - for standard input.")],
    rule: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Say, too, why this rule did or did not match; the end of its id will do."),
    ] = None,
    patterns: Patterns = None,
    only_patterns: OnlyPatterns = False,
    lang: Lang = None,
    region: Region = None,
    day: Day = None,
    as_json: Json = False,
) -> None:
    """Show how a text is annotated and why: the rule, slots and value of each span, and what lost to it.

    \b
    Examples:
      annotate explain "Since 2008 it has cost $2.5 billion."
      annotate explain "Het begon op 3 mei." --lang nl --rule dates/year
      annotate explain - --patterns my-patterns
    """
    from annotate.quality.attempts import UnknownRuleError
    from annotate.quality.explain import explain

    options = options_of(patterns, only_patterns, lang=lang, region=region)
    with told(UnknownRuleError):
        given = standard_input() if text == STANDARD else text
        explained = explain(given, pipeline=pipeline_of(options, examples=False), date=day, rule=rule)
    if as_json:
        say(as_text(explained.as_dict()))
    else:
        show(explained.render().rstrip("\n"), EXPLAINED)
