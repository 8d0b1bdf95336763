"""Sums of money by currency: how many, the largest ones, and their exact total."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Context, Decimal, Inexact

from annotate.spans import MoneyValue

#: So many digits that a total is exact; an amount may have a quarter of them, and one with more is not added.
_DIGITS = 400
_EXACT = Context(prec=_DIGITS, traps=[Inexact])
_LONGEST = _DIGITS // 4
_LARGEST = 10


@dataclass(slots=True)
class Large:
    """One of the largest amounts: how often it is stated, and where first."""

    amount: Decimal
    number: int
    where: str


@dataclass(slots=True)
class Sums:
    """All sums of one currency.

    >>> sums = Sums("EUR")
    >>> values = [MoneyValue(amount, None, None, "EUR", (), None, None) for amount in ("0.10", "0.20", "5")]
    >>> amounts = [sums.add(value, lambda: "") for value in values]
    >>> sums.total, [large.amount for large in sums.largest]
    (Decimal('5.30'), [Decimal('5'), Decimal('0.20'), Decimal('0.10')])
    """

    currency: str
    stated: int = 0
    #: How many amounts are in the total; ranges, rates and amounts with more than 100 digits are not.
    added: int = 0
    ranges: int = 0
    rates: int = 0
    unread: int = 0
    total: Decimal = Decimal(0)
    _largest: dict[Decimal, Large] = field(default_factory=dict)

    def add(self, value: MoneyValue, where: Callable[[], str]) -> Decimal | None:
        """Count a sum, and give its amount if it is in the total; `where` is asked only if it is one of the largest."""
        self.stated += 1
        if value.amount is None:
            self.ranges += 1
            return None
        if len(value.amount) > _LONGEST:
            self.unread += 1
            return None
        amount = Decimal(value.amount)
        if value.per is not None:
            self.rates += 1
            return None
        self.added += 1
        self.total = _EXACT.add(self.total, amount)
        self._keep(amount, where)
        return amount

    def _keep(self, amount: Decimal, where: Callable[[], str]) -> None:
        """One of the largest stays so from its first mention on, or never comes back: so its count is whole."""
        known = self._largest.get(amount)
        if known is not None:
            known.number += 1
            return
        if len(self._largest) == _LARGEST:
            least = min(self._largest)
            if amount < least:
                return
            del self._largest[least]
        self._largest[amount] = Large(amount, 1, where())

    @property
    def largest(self) -> list[Large]:
        """The largest amounts that are no rates, largest first."""
        return [self._largest[amount] for amount in sorted(self._largest, reverse=True)]
