"""`annotate languages` and `annotate schema`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

if TYPE_CHECKING:
    from annotate.options import Options

from annotate.cli.app import app
from annotate.cli.options import (
    Json,
    Langs,
    OnlyPatterns,
    Patterns,
    check_folders,
    options_of,
)
from annotate.cli.say import (
    as_text,
    plain_table,
    say,
    told,
)


@app.command("languages")
def languages_command(
    langs: Langs = None,
    patterns: Patterns = None,
    only_patterns: OnlyPatterns = False,
    as_json: Json = False,
) -> None:
    """List the languages, and what stands behind each label in them.

    Curated labels have rules and words written for the language; those from CLDR have shared rules and the words that
    CLDR knows; of the others only names that are the same in all languages are found.

    \b
    Examples:
      annotate languages
      annotate languages sw nl --json
    """
    from annotate.rules.patterns import PatternError

    options = options_of(patterns, only_patterns)
    with told(PatternError):
        rows = _language_rows(options, langs or [])
    if as_json:
        say(as_text(rows))
        return
    table = plain_table("code", "name", *_SUPPORT.values(), "rules", "lists without words")
    for column in table.columns:
        column.justify = "left"
    for row in rows:
        lacking = row["lacking"]
        shown = ", ".join(lacking[:4]) + (f" and {len(lacking) - 4} more" if len(lacking) > 4 else "")
        labels = (" ".join(label for label, own in row["labels"].items() if own == support) for support in _SUPPORT)
        table.add_row(row["code"], row["name"], *labels, str(row["rules"]), shown)
    Console(markup=False, emoji=False, highlight=False, width=None if sys.stdout.isatty() else 200).print(table)


#: What may stand behind a label, and the heading of its column.
_SUPPORT = {"curated": "curated", "cldr": "from CLDR", "names": "known names only"}


def _language_rows(options: Options, langs: list[str]) -> list[dict[str, Any]]:
    from annotate.pipeline import Pipeline
    from annotate.rules import cldr, patterns
    from annotate.rules.labels import support

    roots = Pipeline(options).rulebook.roots
    curated = patterns.languages(roots)
    detected = {code.split("-")[0] for code in cldr.languages()}
    rows = []
    for code in langs or [*curated, *sorted(detected - {*curated})]:
        grammar = patterns.load(code, roots)
        rows.append(
            {
                "code": code,
                "name": cldr.names(code),
                "curated": code in curated,
                "labels": support(grammar, roots),
                "rules": len(grammar.rules),
                "lacking": list(grammar.lacking),
            }
        )
    return rows


@app.command("schema")
def schema_command(
    decisions: Annotated[bool, typer.Option("--decisions", help="That of a reviewer's decision instead.")] = False,
    of_errors: Annotated[bool, typer.Option("--errors", help="That of a line of errors.jsonl instead.")] = False,
    of_manifest: Annotated[bool, typer.Option("--manifest", help="That of manifest.json instead.")] = False,
    of_patterns: Annotated[
        bool,
        typer.Option("--patterns", help="That of a pattern file, by which an editor completes and checks."),
    ] = False,
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DIRS", help="Folders of your own patterns, whose names are completed, too."),
    ] = None,
) -> None:
    """Print the JSON Schema of a record, annotate/2; with --patterns that of a pattern file.

    \b
    Examples:
      annotate schema > record.schema.json
      annotate schema --patterns my-patterns > my-patterns/schema.json
    """
    from annotate.schema import errors_schema, json_schema, manifest_schema

    if folders and not of_patterns:
        raise typer.BadParameter("folders go with --patterns: annotate schema --patterns my-patterns")
    if of_patterns:
        from annotate.rules import editor, patterns

        say(as_text(editor.json_schema(patterns.folders(check_folders(folders)))))
    elif decisions:
        from annotate.review.decisions import decisions_schema

        say(as_text(decisions_schema()))
    elif of_errors:
        say(as_text(errors_schema()))
    elif of_manifest:
        say(as_text(manifest_schema()))
    else:
        say(as_text(json_schema()))
