"""`annotate knowledge`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from annotate.cli.app import app
from annotate.cli.options import Json, Quiet
from annotate.cli.review import reviewer_of
from annotate.cli.say import as_text, counted, note, say, told

if TYPE_CHECKING:
    from annotate.knowledge.ask import Found
    from annotate.review.decisions import Decision

_MAKE = "make"


class _Group(TyperGroup):
    """`annotate knowledge OUT` makes the tables; a folder of the name of a command is written as ./ask."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments, with the command that is meant where none is named."""
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = [_MAKE, *args]
        return super().parse_args(ctx, args)


group = typer.Typer(
    cls=_Group,
    no_args_is_help=True,
    help="Who agreed what, when, for how much: one row for each agreement, over all articles and languages. "
    f"`annotate knowledge OUT -o DIR` is short for `annotate knowledge {_MAKE} OUT -o DIR`.",
)
app.add_typer(group, name="knowledge")

Decisions = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Decisions to apply; OUT/review/NAME.jsonl without.")
]
Reviewer = Annotated[str | None, typer.Option(metavar="NAME", help="Whose decisions; yours without.")]


@group.command(_MAKE)
def make_command(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The output of `annotate run`: a folder, or a file.")],
    target: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="The folder for the tables.")],
    database: Annotated[
        Path | None,
        typer.Option("--duckdb", metavar="FILE", help="A database that gets the tables too; what else is in it stays."),
    ] = None,
    decisions: Decisions = None,
    reviewer: Reviewer = None,
    quiet: Quiet = False,
) -> None:
    """Write tables of an output, as JSON Lines, CSV and Parquet: agreements, partnerships, facts, sums, mentions.

    The same call over an output that has grown reads only what is new.

    \b
    Examples:
      annotate knowledge out -o knowledge
      annotate knowledge out -o knowledge --duckdb out.duckdb
    """
    from importlib.util import find_spec

    from annotate.export.articles import ExportError
    from annotate.extras import install_command
    from annotate.knowledge.known import well_known
    from annotate.knowledge.write import FORMATS, write_knowledge
    from annotate.review.decisions import DecisionError
    from annotate.storage.write import OutputError

    formats: tuple[str, ...] = FORMATS
    if find_spec("pyarrow") is None:
        formats = tuple(one for one in FORMATS if one != "parquet")
        note(f"no Parquet is written: it needs pyarrow; {install_command('parquet')}")
    with told(ExportError, DecisionError, OutputError):
        mine = _decisions(out, decisions, reviewer)
        if database is not None:
            from annotate.knowledge.database import add_tables, check_database

            check_database(database)
        made = write_knowledge(out, target, decisions=mine, known=well_known(), formats=formats)
        if database is not None:
            add_tables(target, database)
    if not quiet:
        found = ", ".join(counted(number, name[:-1]) for name, number in made.rows.items())
        read = f"{counted(made.taken.records, 'record')}, {made.taken.new:,} of them new or changed"
        where = f"{target} and {database}" if database is not None else f"{target}"
        note(f"{where}: {found}; of {read}")


def _decisions(out: Path, decisions: Path | None, reviewer: str | None) -> list[Decision]:
    from annotate.review.decisions import DecisionError, read_decisions

    path, name = reviewer_of(out, decisions, reviewer)
    if not path.exists():
        if decisions is not None:
            raise DecisionError(f"{path}: is not there; without --decisions an output is read as it stands")
        return []
    judged, faults = read_decisions(path)
    for fault in faults:
        note(str(fault))
    return [decision for decision in judged if decision.reviewer == name]


_WHEN = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)


def _when(value: str | None) -> str | None:
    if value is not None and not (_WHEN.fullmatch(value) and _is_day(f"{value}-01-01"[:10])):
        raise typer.BadParameter(f"{value!r} is no year, month or day; write it as 2009, 2009-10 or 2009-10-21")
    return value


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _kinds(values: list[str] | None) -> list[str]:
    from annotate.spans import AGREEMENT_KINDS, PARTNERSHIP_KINDS

    known = (*AGREEMENT_KINDS, *PARTNERSHIP_KINDS)
    for value in values or ():
        if value not in known:
            raise typer.BadParameter(f"{value!r} is no kind; write one of {', '.join(known)}")
    return values or []


@group.command("ask")
def ask_command(
    where: Annotated[Path, typer.Argument(metavar="DIR", help="Tables of `annotate knowledge`, or an output itself.")],
    party: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A party: VN, Vietnam, ASEAN. May be repeated: all."),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND", callback=_kinds, help="A kind: free_trade_agreement. May be repeated: any."),
    ] = None,
    level: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help="A level of partnerships: strategic. May be repeated: all.")
    ] = None,
    status: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help="How far it has come: in_force. May be repeated: any.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="WHEN", callback=_when, help="Something came about then or later.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="WHEN", callback=_when, help="Something came about then or before.")
    ] = None,
    words: Annotated[
        list[str] | None,
        typer.Option("--words", metavar="TEXT", help="In its name, id or subject. May be repeated: all."),
    ] = None,
    decisions: Decisions = None,
    reviewer: Reviewer = None,
    as_json: Json = False,
) -> None:
    """Print the agreements and partnerships that are asked for, with their dates, sums and what says so.

    \b
    Examples:
      annotate knowledge ask knowledge --party VN --party KR --since 2009 --kind free_trade_agreement
      annotate knowledge ask out --party JP --level strategic --json
    """
    from annotate.export.articles import ExportError
    from annotate.knowledge.ask import Question, ask
    from annotate.knowledge.known import well_known
    from annotate.quality.step import holds_records
    from annotate.review.decisions import DecisionError
    from annotate.storage.write import OutputError

    lists: Sequence[list[str] | None] = (party, kind, level, status)
    parties, kinds, levels, statuses = (tuple(one or ()) for one in lists)
    question = Question(parties, kinds, levels, statuses, since, until, tuple(words or ()))
    number = 0
    with told(ExportError, DecisionError, OutputError):
        known = well_known()
        mine = _decisions(where, decisions, reviewer) if where.exists() and holds_records(where) else []
        found = ask(where, question, known=known, decisions=mine)
        if as_json:
            rows = [row.to_dict() for row in found]
            number = len(rows)
            say(as_text(rows))
        else:
            for row in found:
                say(_told(row))
                number += 1
    if not as_json:
        note(counted(number, "row"))
    for doubt in question.doubts(known) if not number else ():
        note(doubt)


def _told(row: Found) -> str:
    """A row for reading: what it is, when, how much, and the sentence that says so."""
    from annotate.knowledge.wording import dates_of, sums_of, title_of, what_of

    lines = [f"{row.id}", f"  {title_of(row)}", f"  {what_of(row)}"]
    lines += [
        f"  {line}" for line in (*dates_of(row), *sums_of(row), *(f"disagreement: {one}" for one in row.disagreements))
    ]
    lines.append(f"  {counted(row.mentions, 'mention')} in {counted(row.documents, 'document')}")
    best = next((one.evidence[0] for one in row.dates if one.evidence), row.evidence[0])
    lines.append(f"  {best.document} [{best.start}:{best.end}] {best.sentence}")
    return "\n".join(lines) + "\n"
