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
from typing import Any

from annotate.spans import AGREEMENT_KINDS, MONEY_MODIFIERS, MONEY_PERIODS, PARTNERSHIP_KINDS, TIMEX_MODS

Value = Mapping[str, Any]


class NotationError(ValueError):
    """The text in parentheses is no value of its kind; the message says what would be."""


def read(kind: str, written: str) -> dict[str, Any]:
    """What a value in parentheses states, by the keys of the record's value; nothing where it is empty.

    >>> read("date", "2008 END")
    {'timex': '2008', 'mod': 'END'}
    >>> read("partnership", "comprehensive strategic")
    {'level': ['comprehensive', 'strategic']}
    """
    words = _WORD.findall(written)
    return _READERS[kind](words) if words else {}


def write(kind: str, value: Value) -> str:
    """A value in the form that `read` takes, so that it can be pasted into an example.

    >>> write("money", {"amount": "5", "currency": "EUR", "per": "year"})
    '5 EUR /year'
    """
    return " ".join(_WRITERS[kind](value))


def differences(stated: Value, value: Value) -> Iterator[str]:
    """What is stated and not so: `mod is START, not END`.

    >>> list(differences({"timex": "2008", "mod": None}, {"timex": "2009", "mod": None}))
    ['timex is 2009, not 2008']
    """
    for key, wanted in stated.items():
        found = value.get(key)
        if not _same(key, wanted, found, value):
            yield f"{key} is {_shown(found)}, not {_shown(wanted)}"


def _same(key: str, wanted: Any, found: Any, value: Value) -> bool:
    if key == "timex":
        return wanted in (found, value.get("edtf"))
    if key in ("amount", "min", "max") and wanted is not None and found is not None:
        return Decimal(wanted) == Decimal(found)
    if key in ("level", "currency_candidates"):
        return sorted(wanted) == sorted(found or ())
    if key == "parties":
        return sorted(wanted) == sorted(party["code"] or party["name"] for party in found or ())
    return bool(wanted == (str(found) if isinstance(found, int) else found))


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return value or '""'
    return " ".join(map(str, value)) or "none" if isinstance(value, list | tuple) else str(value)


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
_POINT = rf"(?:[0-9X]{{2,3}}|[0-9X]{{4}}(?:-(?:{_IN_YEAR}))?)[~?%]?"
_REFERENCE = r"(?:PAST|PRESENT|FUTURE)_REF"
_SIDE = rf"(?:{_POINT}|{_REFERENCE}|\.\.)"
_LENGTH = r"P(?:[0-9X]+(?:\.[0-9]+)?(?:WE|[YMWD]))+"
_TIMEX = re.compile(rf"{_POINT}|{_REFERENCE}|{_LENGTH}|{_SIDE}/{_SIDE}")
_DAYS = re.compile(r"(\d{4}-\d\d-\d\d)?\.\.(\d{4}-\d\d-\d\d)?")


def _read_date(words: Sequence[str]) -> dict[str, Any]:
    timex, *more = words
    if not _TIMEX.fullmatch(timex):
        raise NotationError(
            f"'{timex}' is no date; write its TIMEX3 or EDTF value, such as 2024-12-06, 2008, 199, 2024-Q3, "
            "2020/2021, P5Y, XXXX-05-06 or PAST_REF"
        )
    stated: dict[str, Any] = {"timex": timex, "mod": None}
    for word in more:
        if days := _DAYS.fullmatch(word):
            stated |= {"start": days[1], "end": days[2]}
        elif word in TIMEX_MODS:
            stated["mod"] = word
        else:
            raise NotationError(f"'{word}' is neither first..last day nor a mod of TIMEX3; {_choices(TIMEX_MODS)}")
    return stated


def _write_date(value: Value) -> Iterator[str]:
    yield value["timex"]
    if value.get("mod"):
        yield value["mod"]
    if value.get("anchor") and (value.get("start") or value.get("end")):
        yield f"{value['start'] or ''}..{value['end'] or ''}"


# --- sums

_AMOUNT = re.compile(r"-?\d+(?:\.\d+)?")
_RANGE = re.compile(rf"({_AMOUNT.pattern})?\.\.({_AMOUNT.pattern})?")
_CODE = re.compile(r"[A-Z]{3}")
_CODES = re.compile(r"[A-Z]{3}(?:\|[A-Z]{3})+")


def _read_money(words: Sequence[str]) -> dict[str, Any]:
    amount, *more = words
    stated: dict[str, Any] = {"amount": None, "min": None, "max": None}
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


def _money_word(word: str) -> dict[str, Any]:
    if _CODES.fullmatch(word):
        return {"currency_candidates": word.split("|")}
    if word in MONEY_MODIFIERS:
        return {"modifier": word}
    if word.startswith("/") and word[1:] in MONEY_PERIODS:
        return {"per": word[1:]}
    raise NotationError(
        f"'{word}' says nothing of a sum; {_choices((*MONEY_MODIFIERS, *(f'/{p}' for p in MONEY_PERIODS)))}"
    )


def _write_money(value: Value) -> Iterator[str]:
    amount = value.get("amount")
    yield amount if amount is not None else f"{value.get('min') or ''}..{value.get('max') or ''}"
    yield value.get("currency") or "?"
    if value.get("currency_candidates"):
        yield "|".join(value["currency_candidates"])
    if value.get("modifier"):
        yield value["modifier"]
    if value.get("per"):
        yield f"/{value['per']}"


# --- agreements, partnerships, and labels of the user's own

_AGREEMENT_KEYS = ("count", "acronym", "id", "name", "parties", "subject", "status", "date_span", "amount_span")
_PARTNERSHIP_KEYS = ("kind", "id", "name", "parties", "status", "since_span")


def _read_agreement(words: Sequence[str]) -> dict[str, Any]:
    kind, *pairs = words
    if kind not in AGREEMENT_KINDS:
        raise NotationError(f"'{kind}' is no kind of agreement; {_choices(AGREEMENT_KINDS)}")
    return {"kind": kind, **_read_pairs(pairs, _AGREEMENT_KEYS)}


def _read_partnership(words: Sequence[str]) -> dict[str, Any]:
    level = [word for word in words if "=" not in word]
    pairs = words[len(level) :]
    wrong = next((word for word in level if not re.fullmatch(r"[a-z_]+|-", word)), None)
    if wrong or ("-" in level and len(level) > 1) or any("=" not in pair for pair in pairs):
        raise NotationError(
            f"'{' '.join(words)}' is no partnership; write its levels first (comprehensive strategic, "
            f"or - for none), then pairs such as kind=alliance; {_choices(_PARTNERSHIP_KEYS)}"
        )
    stated = {"level": [word for word in level if word != "-"], **_read_pairs(pairs, _PARTNERSHIP_KEYS)}
    if stated.get("kind", "partnership") not in PARTNERSHIP_KINDS:
        raise NotationError(f"'{stated['kind']}' is no kind of partnership; {_choices(PARTNERSHIP_KINDS)}")
    return stated


def _read_pairs(words: Iterable[str], known: Sequence[str] = ()) -> dict[str, Any]:
    stated: dict[str, Any] = {}
    for word in words:
        key, sign, value = word.partition("=")
        if not sign or (known and key not in known):
            raise NotationError(f"'{word}' is no key=value pair; {_choices(known) if known else 'slot=value'}")
        value = value.removeprefix('"').removesuffix('"')
        stated[key] = value.split(",") if key == "parties" else None if value == "null" else value
    return stated


def _write_agreement(value: Value) -> Iterator[str]:
    yield value["kind"]
    yield from _write_pairs(value, ("count", "acronym", "id"))


def _write_partnership(value: Value) -> Iterator[str]:
    yield from value["level"] or ("-",)
    if value["kind"] != "partnership":
        yield f"kind={value['kind']}"
    yield from _write_pairs(value, ("id",))


def _write_pairs(value: Value, keys: Iterable[str] | None = None) -> Iterator[str]:
    for key in value if keys is None else keys:
        if value.get(key) is not None:
            text = str(value[key])
            yield f"{key}={text}" if text and not re.search(r"\s", text) else f'{key}="{text}"'


_READERS: Mapping[str, Callable[[Sequence[str]], dict[str, Any]]] = {
    "date": _read_date,
    "money": _read_money,
    "agreement": _read_agreement,
    "partnership": _read_partnership,
    "slots": _read_pairs,
}
_WRITERS: Mapping[str, Callable[[Value], Iterator[str]]] = {
    "date": _write_date,
    "money": _write_money,
    "agreement": _write_agreement,
    "partnership": _write_partnership,
    "slots": _write_pairs,
}
