"""What stands in a record, in words for a reader; and text of any origin as markup that nothing can break out of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from html import escape
from typing import Any

from babel import Locale
from markupsafe import Markup

from annotate.spans import AgreementValue, AnySpan, DateValue, MoneyValue, PartnershipValue, Party

_DIRECTIONS = {
    "\u061c": "ALM",
    "\u200e": "LRM",
    "\u200f": "RLM",
    "\u202a": "LRE",
    "\u202b": "RLE",
    "\u202c": "PDF",
    "\u202d": "LRO",
    "\u202e": "RLO",
    "\u2066": "LRI",
    "\u2067": "RLI",
    "\u2068": "FSI",
    "\u2069": "PDI",
}
#: Controls of C0 and C1, which HTML does not allow, and what turns the direction of writing.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LONGEST = 160
#: How much of a value of the user's own is shown.
_MOST, _DEEPEST = 20, 3


def safe(text: str) -> Markup:
    """A text as markup: nothing in it is markup, and what turns the direction of writing is shown by its name.

    >>> print(safe("<b>a\u202e"))
    &lt;b&gt;a<span class="control" data-name="RLO"></span>
    """
    return Markup(_CONTROL.sub(_named, escape(text)))


def _named(control: re.Match[str]) -> str:
    name = _DIRECTIONS.get(control[0], f"U+{ord(control[0]):04X}")
    return f'<span class="control" data-name="{name}"></span>'


def attribute(text: str) -> Markup:
    """A text as the value of an attribute, where no markup can name its controls.

    >>> print(attribute('"a\u202e'))
    &quot;a\ufffd
    """
    return Markup(_CONTROL.sub("\ufffd", escape(text)))


def clipped(text: str, longest: int = _LONGEST) -> str:
    """A text on one line, and not longer than a line of a table may be.

    >>> clipped("free\\n trade", 6)
    'free …'
    """
    line = " ".join(text[: 4 * longest].split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def label_of(span: AnySpan) -> str:
    """The label of a span, short enough for the head of a column."""
    return clipped(span.label, 40)


def rule_of(span: AnySpan) -> str:
    """The rule of a span, short enough for a line."""
    return clipped(span.rule)


def currency_of(value: MoneyValue) -> str:
    """The currency of a sum, or those that it may be."""
    return value.currency or clipped(" or ".join(value.currency_candidates)) or "undecided"


def spaced(word: str) -> str:
    """A word of the format as a reader has it.

    >>> spaced("free_trade_agreement")
    'free trade agreement'
    """
    return word.replace("_", " ")


def grouped(amount: Decimal) -> str:
    """An amount with its thousands marked, every digit of it.

    >>> grouped(Decimal("20800000000.50"))
    '20,800,000,000.50'
    """
    return format(amount, ",f")


@cache
def _english() -> Locale:
    return Locale("en")


@cache
def language_name(code: str) -> str:
    """The English name of a language, with its code.

    >>> language_name("nl"), language_name("und")
    ('Dutch (nl)', 'undecided (und)')
    """
    name = "undecided" if code == "und" else _english().languages.get(code)
    return f"{name} ({code})" if name else code


@cache
def party_name(code: str) -> str | None:
    """The English name of a state by its code; None for an organisation, whose code is its name.

    >>> party_name("VN"), party_name("ASEAN")
    ('Vietnam', None)
    """
    name = _english().territories.get(code)
    return str(name) if name and len(code) == 2 else None


def party(one: Party) -> str:
    """A party by the name that all its mentions share, where it has one."""
    return party_name(one.code) or clipped(one.code) if one.code else clipped(one.name)


def value_words(span: AnySpan) -> str:
    """What a span means, in one line."""
    value = span.value
    if isinstance(value, DateValue):
        parts = list(_date(value))
    elif isinstance(value, MoneyValue):
        parts = list(_money(value))
    elif isinstance(value, AgreementValue):
        parts = list(_agreement(value))
    elif isinstance(value, PartnershipValue):
        parts = list(_partnership(value))
    else:
        parts = [f"{spaced(key)}: {_plain(one)}" for key, one in value.items() if one not in (None, [], "")][:_MOST]
    return clipped(" · ".join(parts), 2 * _LONGEST)


def _date(value: DateValue) -> Iterator[str]:
    yield value.timex if value.mod is None else f"{value.timex} ({spaced(value.mod.lower())})"
    if value.start and value.start == value.end:
        if value.start != value.timex:
            yield value.start
    elif value.start or value.end:
        yield f"{value.start or '…'} to {value.end or '…'}"
    if value.anchor:
        yield f"told from {value.anchor}"


def _money(value: MoneyValue) -> Iterator[str]:
    currency = value.currency or clipped(" or ".join(value.currency_candidates)) or "currency undecided"
    if value.amount is not None:
        amount = _decimal(value.amount)
    elif value.min is not None and value.max is not None:
        amount = f"{_decimal(value.min)} to {_decimal(value.max)}"
    else:
        amount = _decimal(value.min or value.max or "")
    yield f"{amount} {currency}".strip()
    if value.modifier:
        yield spaced(value.modifier)
    if value.per:
        yield f"a {spaced(value.per)}"


def _decimal(amount: str) -> str:
    return grouped(Decimal(amount)) if amount and len(amount) <= _LONGEST else amount


def _agreement(value: AgreementValue) -> Iterator[str]:
    name = value.name and (f"{value.name} ({value.acronym})" if value.acronym else value.name)
    yield from (clipped(part) for part in (name or value.acronym,) if part)
    yield spaced(value.kind) if value.count is None else f"{value.count:,} × {spaced(value.kind)}"
    yield from _bond(value.parties, value.status)


def _partnership(value: PartnershipValue) -> Iterator[str]:
    if value.name:
        yield clipped(value.name)
    yield kind_of(value)
    yield from _bond(value.parties, value.status)


def kind_of(value: PartnershipValue) -> str:
    """The level and the kind of a partnership: `comprehensive strategic partnership`."""
    return " ".join(spaced(word) for word in (*value.level, value.kind))


def _bond(parties: Sequence[Party], status: str | None) -> Iterator[str]:
    if parties:
        yield between(parties)
    if status:
        yield spaced(status)


def between(parties: Iterable[Party]) -> str:
    """The parties in one line."""
    return ", ".join(map(party, parties))


def _plain(content: Any, depth: int = 0) -> str:
    """What a rule of the user's own has put into a value, as far as a line can show it."""
    if depth == _DEEPEST:
        return "…"
    if isinstance(content, (list, tuple)):
        return ", ".join(_plain(one, depth + 1) for one in content[:_MOST])
    if isinstance(content, dict):
        return ", ".join(f"{clipped(key)} {_plain(one, depth + 1)}" for key, one in [*content.items()][:_MOST])
    return clipped(str(content))
