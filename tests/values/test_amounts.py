"""Values of sums: exact amounts, ranges, parts of a unit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from annotate.matching.numbers import Number
from annotate.spans import MoneyValue
from annotate.values.amounts import resolve_money


class Slots(dict[str, Any]):
    """Slots as a match has them."""


def number(value: str, scale: str | None = None) -> Number:
    return Number(Decimal(value), plain=value if scale is None else None, scale=Decimal(scale) if scale else None)


def money(**slots: Any) -> MoneyValue | None:
    return resolve_money(Slots({"currency": "EUR", **slots}), ((), ()))


@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [
        (number("20"), number("30"), ("20", "30")),
        (number("200"), number("300000000", "1000000"), ("200000000", "300000000")),
        (number("5"), number("5"), None),
        (number("200"), number("200000000", "1000000"), None),
    ],
)
def test_range(low: Number, high: Number, ends: tuple[str, str] | None) -> None:
    """The lower end of a range has the scale of the upper; two equal ends are no range."""
    value = money(amount=low, amount_to=high)
    assert (value and (value.min, value.max)) == ends


def test_range_of_cents() -> None:
    """Both ends of a range in cents are hundredths of the currency."""
    value = money(amount=number("20"), amount_to=number("50"), divisor="100")
    assert value is not None
    assert (value.min, value.max) == ("0.2", "0.5")


@pytest.mark.parametrize("digits", ["000", "00", "007", "0500"])
def test_noughts_are_no_sum(digits: str) -> None:
    """The head of a table or a code is no sum."""
    assert money(amount=number(digits)) is None


@pytest.mark.parametrize(("digits", "amount"), [("0", "0"), ("05", "5"), ("500", "500")])
def test_small_sums(digits: str, amount: str) -> None:
    """Nothing, and five with a nought before it, are sums."""
    value = money(amount=number(digits))
    assert value is not None
    assert value.amount == amount
