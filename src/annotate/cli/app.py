"""The command line's application, which each command adds itself to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from annotate.cli.say import say

if TYPE_CHECKING:
    pass

app = typer.Typer(
    name="annotate",
    help="Annotate news articles with dates, sums of money, agreements and partnerships.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        from annotate.version import __version__

        say(f"annotate {__version__}")
        raise typer.Exit


@app.callback()
def _global(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="The version, and no more.")
    ] = False,
) -> None:
    """Annotate news articles with dates, sums of money, agreements and partnerships."""
    if context.invoked_subcommand == "run":
        from annotate.cli.settings import read_settings

        command = context.command.commands["run"]  # type: ignore[attr-defined]
        if settings := read_settings(command.params):
            context.default_map = {"run": settings.values}
            context.obj = settings.source
