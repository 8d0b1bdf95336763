"""Rows in words for a reader."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from annotate.knowledge.tables import Agreement, Partnership
from annotate.report.wording import grouped, party_name, spaced

Found = Agreement | Partnership


def party_of(code: str) -> str:
    """A party by its usual name; one whose name is not known by its code.

    >>> party_of("VN"), party_of("ASEAN")
    ('Vietnam', 'ASEAN')
    """
    return party_name(code) or code


def what_of(row: Found) -> str:
    """What it is, between whom."""
    who = ", ".join(map(party_of, row.parties))
    return " · ".join(filter(None, (sort_of(row), who, spaced(row.status or ""))))


def title_of(row: Found) -> str:
    """Its name with its acronym, or else what it is."""
    acronym = row.acronym if isinstance(row, Agreement) else None
    if row.name:
        return f"{row.name} ({acronym})" if acronym and acronym != row.name else row.name
    if acronym:
        return acronym
    return f"{'–'.join(map(party_of, row.parties))} {sort_of(row)}".strip()


def short_title(row: Found) -> str:
    """Its name or acronym where it has one, or else what it is, without its parties."""
    return title_of(row) if row.name or (isinstance(row, Agreement) and row.acronym) else sort_of(row)


def sort_of(row: Found) -> str:
    """What sort it is: `comprehensive strategic partnership`, `agreement on social security`."""
    level = row.level if isinstance(row, Partnership) else ()
    subject = f" on {row.subject}" if isinstance(row, Agreement) and row.subject else ""
    return " ".join(spaced(word) for word in (*level, row.kind)) + subject


def dates_of(row: Found) -> Iterator[str]:
    """Its dates, each with what came about."""
    for one in row.dates:
        yield f"{spaced(one.role)}: {one.date}" + (f" ({one.documents} documents)" if one.documents > 1 else "")


def sums_of(row: Found) -> Iterator[str]:
    """Its sums."""
    for one in row.sums if isinstance(row, Agreement) else ():
        amount = one.amount or f"{one.min} to {one.max}"
        words = grouped(Decimal(one.amount)) if one.amount else amount
        yield "worth: " + " ".join(
            filter(None, (spaced(one.modifier or ""), words, one.currency, one.per and f"a {spaced(one.per)}"))
        )
