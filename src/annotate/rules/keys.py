"""What the keys of a word list may be: the values that its words stand for.

A list says so beside its description, `month: {text: month names, keys: 1..12}`. A wrong value would otherwise be met
in the middle of a run, as a sum that is no number or a record that breaks the published schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import get_args

from babel.core import get_global

from annotate.rules.faults import nearest
from annotate.spans import (
    AGREEMENT_KINDS,
    MONEY_MODIFIERS,
    MONEY_PERIODS,
    PARTNERSHIP_KINDS,
    PARTNERSHIP_STATUSES,
    TIMEX_MODS,
    AgreementStatus,
)

PERIODS = ("year", "half", "quarter", "month", "week", "weekend", "day", "decade", "century")
_RANGE = re.compile(r"(-?\d{1,9})\.\.(-?\d{1,9})")
#: How long a key may be, and how much of it a message shows.
_LONGEST, _SHOWN = 200, 40


@dataclass(frozen=True)
class Keys:
    """One way of giving the keys of a list: what it says of them, and whether a key is one.

    `choices` are all keys that there are, where they can be listed. `optional` allows words without a key.
    """

    says: str
    allows: Callable[[str], bool]
    choices: tuple[str, ...] = ()
    optional: bool = False

    def complaint(self, key: str) -> str | None:
        """What is wrong with a key, None where nothing is.

        >>> keys_of("1..12").complaint("13")
        "'13' is no key of it; its keys are whole numbers from 1 to 12"
        """
        if self.optional and not key:
            return None
        if len(key) <= _LONGEST and self.allows(key):
            return None
        shown = f"'{key[:_SHOWN]}' is no key of it" if key else "a word without a key"
        return f"{shown}; {self._what(key)}"

    def _what(self, key: str) -> str:
        return nearest(key, self.choices) if self.choices else f"its keys are {self.says}"


def _among(choices: Sequence[str]) -> Keys:
    return Keys(f"one of {', '.join(choices)}", frozenset(choices).__contains__, tuple(choices))


def _matching(says: str, pattern: str) -> Keys:
    expression = re.compile(pattern)
    return Keys(says, lambda key: expression.fullmatch(key) is not None)


def _is_number(key: str) -> bool:
    return re.fullmatch(r"[0-9]{1,30}(?:\.[0-9]{1,9})?", key) is not None


def _is_factor(key: str) -> bool:
    return _is_number(key) and Decimal(key) > 0


@cache
def _codes() -> frozenset[str]:
    """All currencies that CLDR knows of, those of the past too."""
    return frozenset(get_global("all_currencies"))


def _is_currency(key: str) -> bool:
    """A code, or candidates; a star marks what is meant where nothing else is said."""
    codes = key.split("|")
    return {code.removesuffix("*") for code in codes} <= _codes() and len([c for c in codes if c[-1:] == "*"]) <= 1


def _is_shift(key: str) -> bool:
    unit, sign, number = key.partition(":")
    return unit in PERIODS and bool(sign) and re.fullmatch(r"-?[0-9]{1,4}", number) is not None


#: The names that `keys:` may have; else it is a range such as 1..12, or a list of the choices themselves.
KINDS: Mapping[str, Keys] = {
    "none": Keys("none: a plain list of words", lambda key: not key),
    "any": Keys("any words, or none", lambda key: True),
    "number": Keys("numbers, such as 20 or 2.5", _is_number),
    "factor": Keys("numbers above zero, such as 1000000", _is_factor),
    "integer": _matching("whole numbers, such as -1 or 1990", r"-?[0-9]{1,6}"),
    "currency": Keys("ISO 4217 codes: EUR, or candidates with the usual one starred: USD*|AUD", _is_currency),
    "country": _matching("ISO 3166 codes of two letters, such as NL", r"[A-Z]{2}"),
    "parties": _matching("codes or acronyms, several with spaces between: JP US", r"[^\W\d_]\w*(?: [^\W\d_]\w*)*"),
    "name": _matching("ids of known names", r"[a-z0-9][a-z0-9-]*"),
    "period": _among(PERIODS),
    "shift": Keys("a period, a colon and how many of them from today: day:-1, week:0", _is_shift),
    "season": _among(("spring", "summer", "autumn", "winter")),
    "part": _among(("START", "MID", "END")),
    "time_unit": _among(("hour", "minute", "second")),
    "modifier": _among(MONEY_MODIFIERS),
    "rate": _among(MONEY_PERIODS),
    "agreement_kind": _among(AGREEMENT_KINDS),
    "agreement_status": _among(get_args(AgreementStatus)),
    "partnership_kind": _among(PARTNERSHIP_KINDS),
    "partnership_status": _among(PARTNERSHIP_STATUSES),
    "level": _matching(
        "levels and fields in lower case, several with spaces between: comprehensive strategic",
        r"[a-z]+(?:_[a-z]+)*(?: [a-z]+(?:_[a-z]+)*)*",
    ),
}


@lru_cache(maxsize=512)
def keys_of(written: str | tuple[str, ...]) -> Keys:
    """What `keys:` says; raises ValueError where it says nothing known.

    >>> keys_of("season?").complaint("") is None, keys_of(("number", "scale")).allows("scale")
    (True, True)
    """
    if not isinstance(written, str):
        return _among(written)
    name = written.removesuffix("?")
    optional = name != written
    if bounds := _RANGE.fullmatch(name):
        low, high = int(bounds[1]), int(bounds[2])
        found = Keys(
            f"whole numbers from {low} to {high}",
            lambda key: re.fullmatch(r"0|-?[1-9]\d{0,8}", key) is not None and low <= int(key) <= high,
        )
    elif name in KINDS:
        found = KINDS[name]
    else:
        raise ValueError(f"'{written}' says nothing of keys; {nearest(name, KINDS)}, a range such as 1..12, or a list")
    return Keys(found.says, found.allows, found.choices, optional or name == "any")


#: What a slot may be filled with, by the resolver of its label: a list that fills one has such keys, declared or not.
#: Whole numbers without bounds: a list of ordinals may fill `quarter`, and a seventh quarter is no date.
#: `=` before a slot: it holds for values under `set` only; what lists give there and is none is passed over.
SLOTS: Mapping[str, Mapping[str, str | tuple[str, ...]]] = {
    "date": {
        "month": "integer",
        "weekday": "integer",
        "quarter": "integer",
        "half": "integer",
        "season": "season",
        "unit": "period",
        "relative": "shift",
        "offset": "integer",
        "era": "integer",
        "mod": TIMEX_MODS,
        "relation": ("ago", "ahead", "past", "future"),
    },
    "money": {
        "currency": "currency",
        "region_currency": "currency",
        "modifier": "modifier",
        "divisor": "factor",
    },
    "agreement": {"head": "agreement_kind?", "=kind": "agreement_kind"},
    "partnership": {"level": "level?", "kind": "partnership_kind"},
}
