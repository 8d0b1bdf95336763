"""Values of MONEY: slots of a match to an exact amount with its ISO 4217 currency."""

from __future__ import annotations

from decimal import Decimal

from annotate.matching.numbers import Number
from annotate.spans import MONEY_PERIODS, MoneyPeriod, MoneyValue
from annotate.values.timex import Slots

#: The currencies of the document's region, and those of its language.
Currencies = tuple[tuple[str, ...], tuple[str, ...]]

#: The periods of rates by their words' values; none is told in another (`per weekend`).
_PERIODS: dict[str | None, MoneyPeriod] = {period: period for period in MONEY_PERIODS} | {"half": "half_year"}


def resolve_money(match: Slots, currencies: Currencies) -> MoneyValue | None:
    """The value of a sum, None where it makes none (a range that falls, a subunit of no currency).

    Of an ambiguous word or symbol the region decides, then the usual meaning (a bare `dollar`), then the language
    (`kronor` in Swedish).
    """
    code, candidates = _currency(match.get("region_currency") or match.get("currency"), currencies)
    low, high = match.get("amount"), match.get("amount_to")
    if not isinstance(low, Number) or _is_head(low) or (isinstance(high, Number) and _is_head(high)):
        return None
    divisor = Decimal(match.get("divisor") or 1) / Decimal(match.get("times") or 1)
    amount, least, most = None, None, None
    if isinstance(high, Number):
        ends = sorted((_scaled(low, high), high.value))
        if ends[0] == ends[1]:
            return None
        least, most = (plain(end / divisor) for end in ends)
    else:
        amount = plain(_whole(low, match) / divisor)
    return MoneyValue(amount, least, most, code, candidates, match.get("modifier"), _PERIODS.get(match.get("per")))


def _whole(low: Number, match: Slots) -> Decimal:
    """An amount with its sign, its cents, and the decimal that words say behind it."""
    amount, cents, behind = low.value, match.get("cents"), match.get("decimal")
    if isinstance(cents, Number):
        amount = (amount + cents.value / 100).quantize(Decimal("0.01"))
    if isinstance(behind, Number):
        amount = _spoken(amount, behind.value)
    return -amount if match.get("negative") and amount > 0 else amount


def _is_head(number: Number) -> bool:
    """Whether digits are no sum for the noughts that they begin with: the head of a table (`in 000 EUR`), a code."""
    plain = number.plain or ""
    return plain.startswith("0") and plain != "0" and (len(plain) > 2 or plain == "00")


def _scaled(low: Number, high: Number) -> Decimal:
    """The lower end of a range with the scale word of the upper, where it has none: `200 tot 300 miljoen`."""
    if low.scale is None and high.scale is not None and low.value * high.scale <= high.value * 10:
        return low.value * high.scale
    return low.value


def _spoken(whole: Decimal, behind: Decimal) -> Decimal:
    """A decimal said in words, whose scale word stands with the digit behind the point.

    >>> print(f"{_spoken(Decimal(4), Decimal(500_000_000)):f}")
    450000000
    """
    scale = Decimal(10) ** behind.adjusted()
    return whole * scale + behind / 10


def plain(amount: Decimal) -> str:
    """An amount as the contract writes it: no exponent, whole sums without decimals, cents as given.

    >>> plain(Decimal("2.5E+9")), plain(Decimal("1250.50")), plain(Decimal("3.00"))
    ('2500000000', '1250.50', '3')
    """
    return f"{amount.to_integral_value():f}" if amount == amount.to_integral_value() else f"{amount:f}"


def _currency(value: str | None, currencies: Currencies) -> tuple[str | None, tuple[str, ...]]:
    """The code that a currency word stands for, or its candidates where nothing settles it."""
    if not value:
        return None, ()
    codes = value.split("|")
    if len(codes) == 1:
        return codes[0].rstrip("*"), ()
    bare = tuple(code.rstrip("*") for code in codes)
    default = [code.rstrip("*") for code in codes if code.endswith("*")]
    own, language = currencies
    for used in (own, default, language):
        if len(common := [code for code in bare if code in used]) == 1:
            return common[0], ()
    return None, bare
