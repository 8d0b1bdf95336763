"""`annotate explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    pass

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


@app.command("explain")
def explain_command(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The text, or - for standard input.")],
    rule: Annotated[
        str | None, typer.Option(metavar="ID", help="Say, too, why this rule did or did not match.")
    ] = None,
    patterns: Patterns = None,
    only_patterns: OnlyPatterns = False,
    lang: Lang = None,
    region: Region = None,
    day: Day = None,
    as_json: Json = False,
) -> None:
    """Show each span of a text with its rule, slots and value, and each rival that lost with the reason."""
    from annotate.quality.attempts import UnknownRuleError
    from annotate.quality.explain import explain

    options = options_of(patterns, only_patterns, lang=lang, region=region)
    with told(UnknownRuleError):
        given = standard_input() if text == STANDARD else text
        explained = explain(given, pipeline=pipeline_of(options, examples=False), date=day, rule=rule)
    say(as_text(explained.as_dict()) if as_json else explained.render().rstrip("\n"))
