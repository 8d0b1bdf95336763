"""Values in short, as examples write them in parentheses: `(2008 END)`, `(2500000000 EUR more_than)`.

One form for each kind of value. What it states is asked of the value found; what it leaves out is not, but
for the `mod` of a date and the modifier and rate of a sum: where they are left out, there must be none.

| kind        | form                                                                                       |
|-------------|--------------------------------------------------------------------------------------------|
| date        | `2024-12-06`, `2008 END`, `2020/2021`, `199X`, `P5Y 2020-03-18..2025-03-18`                |
| money       | `2500000000 EUR`, `200..300 EUR more_than /year`, `500 ? DKK|NOK` (currency undecided)     |
| agreement   | `free_trade_agreement count=170 acronym=VKFTA id=rcep parties=VN,KR`                       |
| partnership | `comprehensive strategic`, `-` (no level), then `kind=alliance`, `id=…`                    |
| slots       | `slot=value other="two words"`                                                             |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from annotate.spans import (
    AGREEMENT_KINDS,
    MONEY_MODIFIERS,
    MONEY_PERIODS,
    PARTNERSHIP_KINDS,
    TIMEX_MODS,
    AgreementValue,
    DateValue,
    MoneyValue,
    PartnershipValue,
    SlotsValue,
    Value,
)

#: What an example states of a value: some of its fields, and what must stand there.
Stated = dict[str, str | list[str] | None]


class NotationError(ValueError):
    """The text in parentheses is no value of its kind; the message says what would be."""


def read(kind: str, written: str) -> Stated:
    """What a value in parentheses states, by the keys of the record's value; nothing where it is empty.

    >>> read("date", "2008 END")
    {'timex': '2008', 'mod': 'END'}
    >>> read("partnership", "comprehensive strategic")
    {'level': ['comprehensive', 'strategic']}
    """
    words = _WORD.findall(written)
    return _READERS[kind](words) if words else {}


def write(value: Value) -> str:
    """A value in the form that `read` takes, so that it can be pasted into an example.

    >>> write(MoneyValue("5", None, None, "EUR", (), None, "year"))
    '5 EUR /year'
    """
    match value:
        case DateValue():
            return " ".join(_write_date(value))
        case MoneyValue():
            return " ".join(_write_money(value))
        case AgreementValue():
            return " ".join(_write_agreement(value))
        case PartnershipValue():
            return " ".join(_write_partnership(value))
        case _:
            return " ".join(_write_pairs(value))


def differences(stated: Stated, value: Value) -> Iterator[str]:
    """What is stated and not so: `mod is START, not END`.

    >>> value = MoneyValue("5", None, None, "EUR", (), None, "year")
    >>> list(differences({"amount": "5.00", "per": None}, value))
    ['per is year, not null']
    """
    for key, wanted in stated.items():
        found = _field(value, key)
        if not _same(key, wanted, found, value):
            yield f"{key} is {_shown(found)}, not {_shown(wanted)}"


def _field(value: Value, key: str) -> str | list[str] | None:
    """A field of a value as `read` would state it."""
    found = value.get(key) if isinstance(value, dict) else getattr(value, key)
    if isinstance(found, tuple):
        return [item if isinstance(item, str) else item.code or item.name for item in found]
    return found if found is None else str(found)


def _same(key: str, wanted: str | list[str] | None, found: str | list[str] | None, value: Value) -> bool:
    if key == "timex" and isinstance(value, DateValue):
        return wanted in (found, value.edtf)
    if key in ("amount", "min", "max") and isinstance(wanted, str) and isinstance(found, str):
        return Decimal(wanted) == Decimal(found)
    if isinstance(wanted, list) and isinstance(found, list):
        return sorted(wanted) == sorted(found)
    return wanted == found


def _shown(value: str | list[str] | None) -> str:
    if value is None:
        return "null"
    return value or '""' if isinstance(value, str) else " ".join(value) or "none"


_MARK = re.compile(r"\[([^\[\]]+)\]\(([^()]*)\)")


def unmark(marked: str) -> tuple[str, tuple[tuple[int, int, str], ...]]:
    """An example's plain text and its `(start, end, value)` spans.

    >>> unmark("Op [18 januari 1950](1950-01-18) begon het.")
    ('Op 18 januari 1950 begon het.', ((3, 18, '1950-01-18'),))
    """
    text, spans, last = "", [], 0
    for match in _MARK.finditer(marked):
        text += marked[last : match.start()]
        spans.append((len(text), len(text) + len(match[1]), match[2]))
        text += match[1]
        last = match.end()
    return text + marked[last:], tuple(spans)


_WORD = re.compile(r'[^\s"]*"[^"]*"|\S+')


def _choices(known: Iterable[str]) -> str:
    return f"known: {', '.join(known)}"


# --- dates

_IN_YEAR = r"[0-9X]{2}(?:-[0-9X]{2})?|W[0-9X]{2}(?:-(?:[1-7]|WE))?|Q[1-4X]|H[12X]|SP|SU|FA|WI"
_POINT = rf"(?:BC[0-9]{{2}}(?:[0-9]{{2}})?|[0-9X]{{2,3}}|(?:FY)?[0-9X]{{4}}(?:-(?:{_IN_YEAR}))?)[~?%]?"
_REFERENCE = r"(?:PAST|PRESENT|FUTURE)_REF"
_SIDE = rf"(?:{_POINT}|{_REFERENCE}|\.\.)"
_LENGTH = r"P(?:[0-9X]+(?:\.[0-9]+)?(?:WE|[YMWD]))+"
_TIMEX = re.compile(rf"{_POINT}|{_REFERENCE}|{_LENGTH}|{_SIDE}/{_SIDE}")
_DAYS = re.compile(r"(\d{4}-\d\d-\d\d)?\.\.(\d{4}-\d\d-\d\d)?")


def _read_date(words: Sequence[str]) -> Stated:
    timex, *more = words
    if not _TIMEX.fullmatch(timex):
        raise NotationError(
            f"'{timex}' is no date; write its TIMEX3 or EDTF value, such as 2024-12-06, 2008, 199, 2024-Q3, "
            "2020/2021, P5Y, XXXX-05-06 or PAST_REF"
        )
    stated: Stated = {"timex": timex, "mod": None}
    for word in more:
        if days := _DAYS.fullmatch(word):
            stated |= {"start": days[1], "end": days[2]}
        elif word in TIMEX_MODS:
            stated["mod"] = word
        else:
            raise NotationError(f"'{word}' is neither first..last day nor a mod of TIMEX3; {_choices(TIMEX_MODS)}")
    return stated


def _write_date(value: DateValue) -> Iterator[str]:
    yield value.timex
    if value.mod:
        yield value.mod
    if value.anchor and (value.start or value.end):
        yield f"{value.start or ''}..{value.end or ''}"


# --- sums

_AMOUNT = re.compile(r"-?\d+(?:\.\d+)?")
_RANGE = re.compile(rf"({_AMOUNT.pattern})?\.\.({_AMOUNT.pattern})?")
_CODE = re.compile(r"[A-Z]{3}")
_CODES = re.compile(r"[A-Z]{3}(?:\|[A-Z]{3})+")


def _read_money(words: Sequence[str]) -> Stated:
    amount, *more = words
    stated: Stated = {"amount": None, "min": None, "max": None}
    if amount == "?":  # the amount is not asked, and the currency undecided
        more, stated = list(words), {}
    elif bounds := _RANGE.fullmatch(amount):
        stated |= {"min": bounds[1], "max": bounds[2]}
    elif _AMOUNT.fullmatch(amount):
        stated["amount"] = amount
    else:
        raise NotationError(f"'{amount}' is no amount; write 2500000000 EUR, or 200..300 EUR for a range")
    if not more or not (_CODE.fullmatch(more[0]) or more[0] == "?"):
        raise NotationError("the currency is missing; write its ISO 4217 code, or ? where it is undecided")
    stated |= {"currency": None if more[0] == "?" else more[0], "modifier": None, "per": None}
    for word in more[1:]:
        stated |= _money_word(word)
    return stated


def _money_word(word: str) -> Stated:
    if _CODES.fullmatch(word):
        return {"currency_candidates": word.split("|")}
    if word in MONEY_MODIFIERS:
        return {"modifier": word}
    if word.startswith("/") and word[1:] in MONEY_PERIODS:
        return {"per": word[1:]}
    raise NotationError(
        f"'{word}' says nothing of a sum; {_choices((*MONEY_MODIFIERS, *(f'/{p}' for p in MONEY_PERIODS)))}"
    )


def _write_money(value: MoneyValue) -> Iterator[str]:
    yield value.amount if value.amount is not None else f"{value.min or ''}..{value.max or ''}"
    yield value.currency or "?"
    if value.currency_candidates:
        yield "|".join(value.currency_candidates)
    if value.modifier:
        yield value.modifier
    if value.per:
        yield f"/{value.per}"


# --- agreements, partnerships, and labels of the user's own

_AGREEMENT_KEYS = tuple(name for name in AgreementValue.__struct_fields__ if name != "kind")
_PARTNERSHIP_KEYS = tuple(name for name in PartnershipValue.__struct_fields__ if name != "level")


def _read_agreement(words: Sequence[str]) -> Stated:
    kind, *pairs = words
    if kind not in AGREEMENT_KINDS:
        raise NotationError(f"'{kind}' is no kind of agreement; {_choices(AGREEMENT_KINDS)}")
    return {"kind": kind, **_read_pairs(pairs, _AGREEMENT_KEYS)}


def _read_partnership(words: Sequence[str]) -> Stated:
    level = [word for word in words if "=" not in word]
    pairs = words[len(level) :]
    wrong = next((word for word in level if not re.fullmatch(r"[a-z_]+|-", word)), None)
    if wrong or ("-" in level and len(level) > 1) or any("=" not in pair for pair in pairs):
        raise NotationError(
            f"'{' '.join(words)}' is no partnership; write its levels first (comprehensive strategic, "
            f"or - for none), then pairs such as kind=alliance; {_choices(_PARTNERSHIP_KEYS)}"
        )
    stated: Stated = {"level": [word for word in level if word != "-"], **_read_pairs(pairs, _PARTNERSHIP_KEYS)}
    if stated.get("kind", "partnership") not in PARTNERSHIP_KINDS:
        raise NotationError(f"'{stated['kind']}' is no kind of partnership; {_choices(PARTNERSHIP_KINDS)}")
    return stated


def _read_pairs(words: Iterable[str], known: Sequence[str] = ()) -> Stated:
    stated: Stated = {}
    for word in words:
        key, sign, value = word.partition("=")
        if not sign or (known and key not in known):
            raise NotationError(f"'{word}' is no key=value pair; {_choices(known) if known else 'slot=value'}")
        value = value.removeprefix('"').removesuffix('"')
        stated[key] = value.split(",") if key == "parties" else None if value == "null" else value
    return stated


def _write_agreement(value: AgreementValue) -> Iterator[str]:
    yield value.kind
    yield from _write_pairs({"count": value.count, "acronym": value.acronym, "id": value.id})


def _write_partnership(value: PartnershipValue) -> Iterator[str]:
    yield from value.level or ("-",)
    if value.kind != "partnership":
        yield f"kind={value.kind}"
    yield from _write_pairs({"id": value.id})


def _write_pairs(value: SlotsValue) -> Iterator[str]:
    for key, content in value.items():
        if content is not None:
            text = str(content)
            yield f"{key}={text}" if text and not re.search(r"\s", text) else f'{key}="{text}"'


_READERS: Mapping[str, Callable[[Sequence[str]], Stated]] = {
    "date": _read_date,
    "money": _read_money,
    "agreement": _read_agreement,
    "partnership": _read_partnership,
    "slots": _read_pairs,
}
