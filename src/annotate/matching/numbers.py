"""The one number reader: digits, words and scale words to exact decimals, for every label and language.

`2,5 miljard`, `1.250,50`, `1兆2000億`, `two hundred and fifty million`, `5억 3천만`, `1'000`, `३,००,०००`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from annotate.rules.grammar import Kinds, Settings

_SPACES = frozenset("\u00a0\u202f\u2009")
_SEPARATORS = frozenset(".,'’٫٬")
_ALWAYS_GROUP = frozenset("'’٬")
_ALWAYS_DECIMAL = frozenset("٫")
#: Signs of East Asian texts as wide as their digits, by the sign that they stand for.
_WIDE = {"，": ",", "．": ".", "・": "."}
MAX_DIGITS = 24


@dataclass(frozen=True, slots=True)
class Number:
    """A number as read: its exact value, and how it was written.

    `plain` are the digits where it is nothing but digits (`2024`), else None; `scale` is the largest
    scale word (10^9 for `miljard`), else None.
    """

    value: Decimal
    plain: str | None = None
    scale: Decimal | None = None


@dataclass(slots=True)
class Atom:
    """A word or phrase of the text before numbers are put together: tokens `i` to `j` (exclusive)."""

    i: int
    j: int
    text: str
    kinds: Kinds
    glued: bool
    gap: str


def ascii_digits(text: str) -> str:
    """Digits of any script as ASCII: `٢٠٢٤` is `2024`.

    >>> ascii_digits("२०२४")
    '2024'
    """
    return text if text.isascii() else "".join(str(int(c)) for c in text)


def read_digits(atoms: Sequence[Atom], start: int, settings: Settings) -> tuple[int, Number] | None:
    """The numeral that begins at `start` (a run of digits), with the index after it.

    Grouping and decimal signs follow the language; where the other reading is impossible (`2.5` in Dutch) the
    possible one is taken. None where the signs fit no number (`6.12.2024`, `10.0.0.1`).

    >>> atoms = [Atom(0, 1, "2", {}, False, " "), Atom(1, 2, ",", {}, True, ""), Atom(2, 3, "5", {}, True, "")]
    >>> read_digits(atoms, 0, Settings(decimal=",", group="."))
    (3, Number(value=Decimal('2.5'), plain=None, scale=None))
    """
    groups, signs, end = _groups(atoms, start, settings)
    if sum(map(len, groups)) > MAX_DIGITS:
        return None
    if not signs:
        return end, Number(Decimal(groups[0]), plain=groups[0])
    digits = _join(groups, signs, settings)
    return None if digits is None else (end, Number(Decimal(digits)))


def _groups(atoms: Sequence[Atom], start: int, settings: Settings) -> tuple[list[str], list[str], int]:
    """Runs of digits with the signs between them: `1.250,50` is `[1, 250, 50]` and `[., ,]`."""
    groups, k = [ascii_digits(atoms[start].text)], start + 1
    signs: list[str] = []
    while k < len(atoms):
        atom = atoms[k]
        following = atoms[k + 1] if k + 1 < len(atoms) else None
        if atom.text[0].isdecimal() and not atom.glued and _space_group(groups, signs, atom, settings):
            groups.append(ascii_digits(atom.text))
            signs.append(" ")
            k += 1
        elif (
            atom.glued and atom.text in _SEPARATORS and following and following.glued and following.text[0].isdecimal()
        ):
            groups.append(ascii_digits(following.text))
            signs.append(atom.text)
            k += 2
        elif (sign := _wide_sign(atoms, k)) and settings.decimal == ".":
            groups.append(ascii_digits(atoms[k + 1].text))
            signs.append(sign)
            k += 2
        else:
            break
    return groups, signs, k


def _wide_sign(atoms: Sequence[Atom], k: int) -> str | None:
    """The sign that a wide one at `k` stands for: between wide digits `１，２００`, `２．５`, and in `1・5億`."""
    sign = _WIDE.get(atoms[k].text)
    if sign is None or k + 1 >= len(atoms) or not (atoms[k].glued and atoms[k + 1].glued):
        return None
    following = atoms[k + 1].text
    if not following[0].isdecimal():
        return None
    if atoms[k].text == "・":
        after = atoms[k + 2].kinds.keys() if k + 2 < len(atoms) else set()
        return sign if "scale" in after or _CURRENCIES & after else None
    wide = not following.isascii() and not atoms[k - 1].text.isascii()
    return sign if wide and (sign != "," or len(following) == 3) else None


def _space_group(groups: list[str], signs: list[str], atom: Atom, settings: Settings) -> bool:
    """Whether a run of digits after a space continues the number: `1 250 000`."""
    space = atom.gap in _SPACES or (settings.space_groups and atom.gap == " ")
    return (
        space
        and len(atom.text) == 3
        and all(sign == " " for sign in signs)
        and len(groups[0]) <= 3
        and groups[0] != "0"
    )


def _join(groups: list[str], signs: list[str], settings: Settings) -> str | None:
    """One decimal numeral out of groups and signs, or None where they fit none."""
    last = signs[-1]
    same = len(set(signs)) == 1
    if same and len(signs) == 1 and _is_decimal(groups, last, settings):
        return f"{groups[0]}.{groups[1]}"
    if same:
        return "".join(groups) if _grouped(groups) else None
    if signs.count(last) > 1 or len(set(signs[:-1])) > 1 or last == " ":
        return None
    return f"{''.join(groups[:-1])}.{groups[-1]}" if _grouped(groups[:-1]) else None


def _is_decimal(groups: list[str], sign: str, settings: Settings) -> bool:
    if sign in _ALWAYS_DECIMAL:
        return True
    if sign in _ALWAYS_GROUP or sign == " ":
        return False
    if len(groups[0]) == 4 and len(groups[1]) == 4:
        return False
    if sign == settings.decimal:
        return True
    return len(groups[1]) != 3 and len(groups[1]) <= 2


def _grouped(groups: list[str]) -> bool:
    """Whether groups of digits are thousands (`1.250.000`) or, as in India, `12,50,000`."""
    if not 1 <= len(groups[0]) <= 3 or groups[0].startswith("0") or len(groups[-1]) != 3:
        return len(groups) == 1
    middle = {len(group) for group in groups[1:-1]}
    return middle <= {3} or (middle == {2} and len(groups[0]) <= 2)


def read_number(atoms: Sequence[Atom], start: int, settings: Settings) -> tuple[int, Number] | None:
    """The whole number that begins at `start`, in digits, words or both, with the index after it.

    Parts are added while they get smaller (`two hundred` + `fifty`), and a scale word multiplies the parts
    below it (`5억` + `3천` -> 3천 × 만), which reads Western and East Asian numbers alike.
    """
    parts: list[Decimal] = []
    plain: str | None = None
    largest: Decimal | None = None
    k, end = start, start
    while k < len(atoms):
        if parts and (more := _half_more(atoms, k, parts[-1])):
            parts[-1] += more[1]
            k, plain = more[0], None
            end = k
            continue
        step = _step(atoms, k, settings, first=k == start, after_word=bool(parts) and plain is None)
        if step is None:
            break
        after, number, scale = step
        if scale is not None and not (number is not None and parts and parts[-1] >= scale):
            if not _multiply(parts, scale):
                break
            largest, plain = max(largest or scale, scale), None
        elif number is not None:
            if parts and not _fits(parts[-1], number.value):
                break
            plain = number.plain if not parts else None
            parts.append(number.value)
        k = end = after
    if not parts:
        return None
    if largest is not None and _abbreviated(atoms, end):
        end += 1
    return end, Number(sum(parts, Decimal(0)), plain=plain, scale=largest)


def _half_more(atoms: Sequence[Atom], k: int, last: Decimal) -> tuple[int, Decimal] | None:
    """What `and a half` at `k` adds to the part before it: half its scale word (`due miliardi e mezzo`, `hai tỷ rưỡi`),
    or a half to a whole number that one multiplies (`2 с половиной миллиона`), with the index after it; None where
    it says something else (`3 millones y medio millón`)."""
    scale = atoms[k - 1].kinds.get("scale")
    if "number_joiner" in atoms[k].kinds and k + 1 < len(atoms):
        k += 1
    if "half_more" not in atoms[k].kinds:
        return None
    places = atoms[k].kinds["half_more"].split()
    scaled = k + 1 < len(atoms) and not _SCALES.isdisjoint(atoms[k + 1].kinds)
    if scale:
        return (k + 1, Decimal(scale) / 2) if "scale" in places and not scaled else None
    counts = "number" in places and scaled and last < 100 and last == last.to_integral_value()
    return (k + 1, Decimal("0.5")) if counts else None


_SCALES = frozenset({"scale", "short_scale"})


_CURRENCIES = frozenset({"currency", "currency_code", "currency_symbol", "currency_adjective"})


def _abbreviated(atoms: Sequence[Atom], end: int) -> bool:
    """Whether the full stop after a scale word is that of an abbreviation: a currency follows it, `20 tys. zł`."""
    if end + 1 >= len(atoms) or atoms[end].text != "." or not atoms[end].glued:
        return False
    return not _CURRENCIES.isdisjoint(atoms[end + 1].kinds)


_Step = tuple[int, Number | None, Decimal | None]

#: What a word may be with which a number in words goes on; `_step` reads them.
CONTINUES = frozenset({"scale", "short_scale", "cardinal", "number_joiner", "half_more"})


def _step(atoms: Sequence[Atom], k: int, settings: Settings, *, first: bool, after_word: bool) -> _Step | None:
    """The next numeral, number word or scale word at `k`; a joiner or hyphen before it is passed over."""
    atom = atoms[k]
    if not first and k + 1 < len(atoms):
        following = atoms[k + 1]
        hyphened = atom.text == "-" and atom.glued and following.glued
        if hyphened and ("scale" in following.kinds or (after_word and "cardinal" in following.kinds)):
            return _step(atoms, k + 1, settings, first=False, after_word=after_word)
        counted = following.text.isdecimal() and k + 2 < len(atoms) and "scale" in atoms[k + 2].kinds
        if "number_joiner" in atom.kinds and after_word and ("cardinal" in following.kinds or counted):
            return _step(atoms, k + 1, settings, first=False, after_word=after_word)
    if atom.text[0].isdecimal():
        read = read_digits(atoms, k, settings)
        if read is None or not (first or (after_word and _goes_on(atoms, k, read[0]))):
            return None
        return read[0], read[1], None
    return _word_step(atoms, k, first=first, after_word=after_word)


def _goes_on(atoms: Sequence[Atom], k: int, end: int) -> bool:
    """Whether digits after a scale word belong to it: glued (`1兆2000億`), with their own scale, or `3 mil 500`."""
    if atoms[k].glued or (end < len(atoms) and "scale" in atoms[end].kinds):
        return True
    before = atoms[k - 1].kinds.get("scale", "")
    if before.startswith("10000") and atoms[k - 1].text > "\u2e80":  # 50만 9375
        return end == k + 1 and len(atoms[k].text) <= 4
    return before == "1000" and end == k + 1 and len(atoms[k].text) == 3


def _word_step(atoms: Sequence[Atom], k: int, *, first: bool, after_word: bool) -> _Step | None:
    kinds = atoms[k].kinds
    if not first and "scale" in kinds:
        return k + 1, None, Decimal(kinds["scale"])
    if not first and "short_scale" in kinds and atoms[k - 1].text[-1].isdecimal():
        return k + 1, None, Decimal(kinds["short_scale"])
    if "cardinal" in kinds:
        value = Decimal(kinds["cardinal"])
        if not first and value >= 100 and value == Decimal(10) ** value.adjusted():
            return k + 1, Number(value), value  # a hundred multiplies (two hundred) or is added (тысяча сто)
        return (k + 1, Number(value), None) if first or after_word else None
    if first and "article_numeral" in kinds and k + 1 < len(atoms) and "scale" in atoms[k + 1].kinds:
        return k + 1, Number(Decimal(kinds["article_numeral"])), None
    if first and "bare_scale" in kinds:
        return k + 1, Number(Decimal(kinds["bare_scale"])), None
    return None


def _multiply(parts: list[Decimal], scale: Decimal) -> bool:
    """Multiply the trailing parts that are smaller than the scale word; False where there are none."""
    below = Decimal(0)
    while parts and parts[-1] < scale:
        below += parts.pop()
    if below == 0:
        # `3.000 miljard`: larger than the scale word itself only when it is the sole part
        if len(parts) == 1 and parts[0] < scale * 1000 * 1000:
            parts[0] *= scale
            return True
        return False
    parts.append(below * scale)
    return True


def _fits(last: Decimal, value: Decimal) -> bool:
    """Whether `value` may be added after `last`: fifty after two hundred, but not six after five."""
    if last != last.to_integral_value() or value <= 0:
        return False
    return last % (Decimal(10) ** (value.adjusted() + 1)) == 0
