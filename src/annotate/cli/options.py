"""Options that several commands share: their types, their checks, and what they make."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from annotate.options import Options
    from annotate.pipeline import Pipeline

from annotate.cli.say import refuse, stop, visible


def _day(value: str | None) -> str | None:
    if value is not None:
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise typer.BadParameter(visible(f"'{value}' is no day; write it as 2025-04-14")) from None
    return value


def _region_code(value: str | None) -> str | None:
    from annotate.rules.tags import region_code

    code = value and region_code(value)
    if value is not None and not code:
        raise typer.BadParameter(visible(f"'{value}' is no region; write its two-letter code, such as NL or AU"))
    return code


def _tag(value: str | None) -> str | None:
    return None if value is None else _language(value)


def check_tags(value: str | None) -> str | None:
    """Languages apart by commas, each by its tag."""
    return None if value is None else ",".join(map(_language, split(value)))


def _tag_list(values: list[str] | None) -> list[str]:
    return [_language(value) for value in values or ()]


def _language(given: str) -> str:
    """The language's tag: `nl` for `nl`, `nld` and `Dutch`."""
    from annotate.rules.tags import language_tag
    from annotate.text.detect import UNDECIDED

    tag = language_tag(given)
    if tag is None or tag == UNDECIDED:
        raise typer.BadParameter(visible(f"'{given}' is no language that CLDR knows; write its code, such as nl or en"))
    return tag


def split(value: str | None) -> list[str]:
    return [part.strip() for part in (value or "").split(",") if part.strip()]


def check_folders(value: list[Path] | None) -> list[Path]:
    """Folders of patterns, each of which is one."""
    for folder in value or ():
        if not folder.is_dir():
            raise typer.BadParameter(visible(f"'{folder}' is no folder"))
        if not any(folder.rglob("*.yaml")):
            raise typer.BadParameter(
                visible(f"'{folder}' holds no pattern file; they stand in it as *.yaml, shared/*.yaml or LANG/*.yaml")
            )
    return value or []


def _executor_name(value: str | None) -> str | None:
    if value not in (None, "serial", "process", "ray"):
        raise typer.BadParameter(visible(f"'{value}' is no executor; choose serial, process or ray"))
    return value


Patterns = Annotated[
    list[Path] | None,
    typer.Option(
        "--patterns",
        metavar="DIR",
        callback=check_folders,
        help="A folder of your own patterns, laid over the built-in ones. May be repeated.",
    ),
]
OnlyPatterns = Annotated[
    bool, typer.Option("--only-patterns", help="Leave the built-in patterns out; needs --patterns.")
]
Lang = Annotated[
    str | None,
    typer.Option(metavar="CODE", callback=_tag, help="The language of every text; it is not detected then."),
]
Region = Annotated[
    str | None,
    typer.Option(metavar="CODE", callback=_region_code, help="Settles a bare $ and 6/12/2024: AU, US, NL."),
]
Languages = Annotated[
    str | None, typer.Option(metavar="nl,en", callback=check_tags, help="The only languages that detection may answer.")
]
Labels = Annotated[str | None, typer.Option(metavar="DATE,MONEY", help="Write spans of these labels only.")]
Day = Annotated[
    str | None,
    typer.Option(
        "--date",
        metavar="YYYY-MM-DD",
        callback=_day,
        help="The date of every text, from which `yesterday` is counted.",
    ),
]
Langs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="LANGS",
        callback=_tag_list,
        help="Languages, such as nl en; without any, all with patterns.",
    ),
]
Processes = Annotated[
    int, typer.Option("-n", "--n-process", metavar="N", min=0, help="How many processes; 0: one for each core.")
]
Timeout = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", min=0.1, help="Set a document aside that takes longer, after a second try."),
]
ExecutorName = Annotated[
    str | None,
    typer.Option("--executor", metavar="NAME", callback=_executor_name, help="serial, process, or ray."),
]
RayAddress = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="An existing Ray cluster (ray://host:10001, auto); a local one without."),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no summary.")]
Json = Annotated[bool, typer.Option("--json", help="The result as JSON.")]


def options_of(
    patterns: list[Path] | None, only: bool, *, languages: Sequence[str] = (), labels: Sequence[str] = (), **more: Any
) -> Options:
    """What a pipeline is told, as several commands are."""
    from annotate.options import Options

    if only and not patterns:
        raise typer.BadParameter("--only-patterns leaves no patterns at all; name yours with --patterns DIR")
    chosen = {"languages": tuple(languages), "labels": tuple(labels), **more}
    return Options(patterns=tuple(patterns or ()), built_in=not only, **chosen)


def _check_labels(labels: Sequence[str], roots: Sequence[Path]) -> None:
    from annotate.rules.labels import label_names

    if labels and (unknown := sorted({*labels} - {*(known := label_names(roots))})):
        near = [name for name in known if name.lower() == unknown[0].lower()] or known
        stop(f"--labels: '{unknown[0]}' is no label; write {', '.join(near)}")


def pipeline_of(options: Options, *, examples: bool = True) -> Pipeline:
    """A pipeline whose pattern files have no faults, and whose own examples hold, if these are asked for, too."""
    from annotate.pipeline import Pipeline
    from annotate.quality.cases import check
    from annotate.rules.patterns import names_in

    pipeline = Pipeline(options)
    _check_labels(options.labels, pipeline.rulebook.roots)
    faults = pipeline.rulebook.check()
    if options.patterns and examples:
        own = {name for folder in options.patterns for name in names_in(folder)}
        faults = check(pipeline.rulebook.concerned or pipeline.rulebook.languages[:1], pipeline.rulebook.roots, own)
    if faults:
        refuse(faults)
    return pipeline
