"""Days and amounts as types, where these can hold them: what Arrow's columns and those of databases have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import orjson

#: Digits in all, and behind the point, of a typed amount.
PRECISION, SCALE = 38, 6
#: Whole numbers in columns are below this.
INTEGERS = 2**63
_MOST = Decimal(10) ** (PRECISION - SCALE)


def day_of(text: str | None) -> date | None:
    """A day of the calendar from year 1 to 9999; None for any other, and for none.

    >>> day_of("2024-02-29"), day_of("-0044-03-15")
    (datetime.date(2024, 2, 29), None)
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def decimal_of(text: str | None) -> Decimal | None:
    """An amount as an exact decimal number, None where it has more digits than the typed column.

    >>> decimal_of("2500000000"), decimal_of("0.1234567")
    (Decimal('2500000000'), None)
    """
    if text is None:
        return None
    amount = Decimal(text)
    if abs(amount) >= _MOST or amount.as_tuple().exponent < -SCALE:  # type: ignore[operator]
        return None
    return amount


@dataclass(slots=True)
class Untyped:
    """How many values stand as text alone, because a typed column cannot hold them: the user is told once."""

    days: int = 0
    decimals: int = 0
    counts: int = 0

    def notes(self) -> Iterator[str]:
        """What is to be said of them."""
        if self.days:
            yield f"{self.days:,} days outside the years 1 to 9999 stand as text; their typed column is null"
        if self.decimals:
            yield (
                f"{self.decimals:,} amounts with over {PRECISION - SCALE} digits, or over {SCALE} behind the point, "
                "stand as text; their typed column is null"
            )
        if self.counts:
            yield f"{self.counts:,} counts over 64 bits are null"


def as_json(content: Any) -> str:
    """What has no fixed keys, as JSON."""
    return orjson.dumps(content).decode()
