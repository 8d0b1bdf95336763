"""The one number reader: digits, words and scale words to exact decimals, for every label and language.

`2,5 miljard`, `1.250,50`, `1兆2000億`, `two hundred and fifty million`, `5억 3천만`, `1'000`, `३,००,०००`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from annotate.rules.grammar import Kinds, Settings

#: Spaces that stand inside a number; a plain one may also stand between two numbers.
_SPACES = frozenset(" \u00a0\u202f\u2007\u2009")
_SEPARATORS = frozenset(".,'’٫٬")
_ALWAYS_GROUP = frozenset("'٬")
_ALWAYS_DECIMAL = frozenset("٫")
#: Signs that join digits to one expression: what stands on either side of one is not the whole number.
_JOINS = frozenset("/.,'’٫٬")
#: Signs of East Asian texts as wide as their digits, by the sign that they stand for.
_WIDE = {"，": ",", "．": ".", "・": "."}
#: No number of a text is longer; without a bound, exact arithmetic on a page of digits takes minutes.
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


@dataclass(frozen=True, slots=True)
class _Chain:
    """Runs of digits with the signs between them: `1.250,50` is `[1, 250, 50]` and `[., ,]`."""

    groups: list[str]
    signs: list[str]
    end: int


def read_digits(atoms: Sequence[Atom], start: int, settings: Settings) -> tuple[int, Number] | None:
    """The numeral that begins at `start` (a run of digits, or the sign of `.89`), with the index after it.

    Grouping and decimal signs follow the language, but for what the number itself shows: `2.5` is no group in Dutch,
    and `250.000` no decimal in English. None where the signs fit no number (`6.12.2024`, `10.0.0.1`), and where more
    digits stand beside a sum that belong to it but do not fit.

    >>> atoms = [Atom(0, 1, "2", {}, False, " "), Atom(1, 2, ",", {}, True, ""), Atom(2, 3, "5", {}, True, "")]
    >>> read_digits(atoms, 0, Settings(decimal=",", group="."))
    (3, Number(value=Decimal('2.5'), plain=None, scale=None))
    """
    chain = _chain(atoms, start, settings)
    if sum(map(len, chain.groups)) > MAX_DIGITS or _is_torn(atoms, start, chain):
        return None
    if not chain.signs:
        return chain.end, Number(Decimal(chain.groups[0]), plain=chain.groups[0])
    joined = _join(chain, settings, atoms[chain.end].kinds if chain.end < len(atoms) else {})
    return None if joined is None else (chain.end, Number(Decimal(joined)))


def digits_end(atoms: Sequence[Atom], start: int, settings: Settings) -> int:
    """The end of the digits that begin at `start` with all that is joined to them, be they a number or not."""
    return _chain(atoms, start, settings).end


def is_pointed(atoms: Sequence[Atom], k: int) -> bool:
    """Whether the sign at `k` begins a number that has no digit before it: `.89`, `$.20`, `,89 €`."""
    if k + 1 >= len(atoms) or atoms[k].text not in (".", ",") or not atoms[k + 1].glued:
        return False
    following = atoms[k + 1].text
    if not following.isdecimal() or len(following) > 4 or (k and atoms[k].glued and not _opens(atoms[k - 1])):
        return False
    after = atoms[k + 2] if k + 2 < len(atoms) else None
    return not (after and after.glued and (after.text in _JOINS and k + 3 < len(atoms) and atoms[k + 3].glued))


MINUS = frozenset("-−–")
_OPENING = frozenset("([{«“„\"'‘>|,;:、，：；（「")


def is_minus(atoms: Sequence[Atom], k: int) -> bool:
    """Whether the sign or word at `k` makes the number or sum behind it negative: `-5`, `−€3m`, `€-5`, `minus five`.

    `5-10` and `5 -10` are ranges, two dashes that are glued to what they enclose set an aside apart, and neither
    `plus or minus 5` nor `10 euros minus 5` is below zero.
    """
    if k + 1 >= len(atoms):
        return False
    atom, following, before = atoms[k], atoms[k + 1], atoms[k - 1] if k else None
    digit = following.text[0].isdecimal() or is_pointed(atoms, k + 1)
    if "minus_word" in atom.kinds:
        stopped = before is not None and not _NO_MINUS.isdisjoint(before.kinds)
        return not stopped and (digit or not _AFTER_MINUS.isdisjoint(following.kinds))
    if atom.text not in MINUS or not following.glued or not (digit or not SIGNS_OF_MONEY.isdisjoint(following.kinds)):
        return False
    if before is not None:
        if not SIGNS_OF_MONEY.isdisjoint(before.kinds):
            if not digit or (k > 1 and atoms[k - 2].text[-1].isdecimal()):
                return False
        elif (atom.glued and before.text not in _OPENING) or not _NUMBERED.isdisjoint(before.kinds):
            return False
        if before.text[-1].isdecimal():
            return False
    if atom.text == "−":
        return True
    ahead = range(k + 2, len(atoms) - 1)
    return not any(atoms[n].text == atom.text and atoms[n].glued and not atoms[n + 1].glued for n in ahead)


def _opens(atom: Atom) -> bool:
    return atom.text in '([{«“„"' or not _CURRENCIES.isdisjoint(atom.kinds)


def _chain(atoms: Sequence[Atom], start: int, settings: Settings) -> _Chain:
    """All digits that are joined from `start` on by signs or spaces, as they may be inside one number."""
    if not atoms[start].text[0].isdecimal():
        return _Chain(["0", ascii_digits(atoms[start + 1].text)], [settings.decimal], start + 2)
    groups, k = [ascii_digits(atoms[start].text)], start + 1
    signs: list[str] = []
    soft: list[int] = []
    while k < len(atoms):
        at = k
        if _is_group(groups, signs, atoms[k]):
            sign = " "
            if atoms[k].gap == " ":
                soft.append(len(signs))
        elif read := _sign(atoms, start, k, settings):
            sign, at = read, k + 1
        else:
            break
        groups.append(ascii_digits(atoms[at].text))
        signs.append(sign)
        k = at + 1
    if soft and not _spaces_group(atoms, start, k, len(soft), settings):
        n = soft[0]
        return _Chain(groups[: n + 1], signs[:n], start + 2 * n - signs[:n].count(" ") + 1)
    return _Chain(groups, signs, k)


def _sign(atoms: Sequence[Atom], start: int, k: int, settings: Settings) -> str | None:
    """The sign that joins the digits before `k` to those behind it, None where none does."""
    if k + 1 >= len(atoms) or not (atoms[k].glued and atoms[k + 1].glued and atoms[k + 1].text[0].isdecimal()):
        return None
    text, following = atoms[k].text, atoms[k + 1].text
    if text in _SEPARATORS:
        if k == start + 1 and ((text == "," and _lists(atoms, k)) or (text == "." and _is_footnote(atoms, k))):
            return None
        return "'" if text == "’" else text
    if text == "،" and len(following) == 3:  # Persian writes thousands so: ۲۶،۷۵۰
        return "٬"
    sign = _WIDE.get(text)
    if sign is None or settings.decimal != ".":
        return None
    after = atoms[k + 2].kinds.keys() if k + 2 < len(atoms) else set()
    counts = "scale" in after or not _CURRENCIES.isdisjoint(after)
    if text == "・":
        return sign if counts else None
    wide = not following.isascii() and not atoms[k - 1].text.isascii()
    return sign if (wide or counts) and (sign != "," or len(following) == 3) else None


def _lists(atoms: Sequence[Atom], k: int) -> bool:
    """Whether the comma at `k` stands between two things: years (`2010,2020`) or a day and its year (`May 3,2024`)."""
    first, last = ascii_digits(atoms[k - 1].text), ascii_digits(atoms[k + 1].text)
    if not _is_modern_year(last):
        return False
    day = len(first) <= 2 and k >= 2 and not _MONTHS.isdisjoint(atoms[k - 2 - (atoms[k - 2].text == ".")].kinds)
    return day or (_is_modern_year(first) and not is_money(atoms, k - 1, k + 2))


def _is_footnote(atoms: Sequence[Atom], k: int) -> bool:
    """Whether the full stop at `k` ends a sentence with a year, and the digit behind it is that of a footnote:
    `on 3 June 2016.4 It runs`."""
    if k + 2 >= len(atoms) or not _is_modern_year(ascii_digits(atoms[k - 1].text)):
        return False
    note, following = atoms[k + 1], atoms[k + 2]
    opens = not following.glued and following.text[0].isupper() and _OF_SUMS.isdisjoint(following.kinds)
    return len(note.text) <= 2 and opens


def _is_modern_year(digits: str) -> bool:
    return len(digits) == 4 and "1800" <= digits <= "2100"


_MONTHS = frozenset({"month", "month_short"})


def _is_group(groups: list[str], signs: list[str], atom: Atom) -> bool:
    """Whether a run of digits after a space may be the next three of the number: `1 250 000`."""
    return _is_three(atom) and all(sign == " " for sign in signs) and len(groups[0]) <= 3 and groups[0][0] != "0"


def _spaces_group(atoms: Sequence[Atom], start: int, end: int, count: int, settings: Settings) -> bool:
    """Whether plain spaces stand inside a number: where the language sets them so, in a sum, and before two groups."""
    if settings.space_groups or count > 1:
        return True
    dated = start > 0 and not _MONTHS.isdisjoint(atoms[start - 1].kinds)  # On May 12 500 dollars were found
    return not dated and is_money(atoms, start, end)


def is_money(atoms: Sequence[Atom], start: int, end: int) -> bool:
    """Whether a currency stands right before or behind a number, or a scale word that counts it."""
    if start and not _CURRENCIES.isdisjoint(atoms[start - 1].kinds):
        return True
    if end < len(atoms) and "money_joiner" in atoms[end].kinds:
        end += 1
    return end < len(atoms) and not _OF_SUMS.isdisjoint(atoms[end].kinds)


def _is_torn(atoms: Sequence[Atom], start: int, chain: _Chain) -> bool:
    """Whether a sum leaves digits beside it that are joined or grouped to it: `1234 567 euro`, `€ 3/400`."""
    end = chain.end
    torn = False
    if end < len(atoms):
        behind = atoms[end]
        joined = behind.glued and behind.text in _JOINS and end + 1 < len(atoms) and atoms[end + 1].glued
        torn = joined and atoms[end + 1].text[0].isdecimal()
        ends = not _is_modern_year(chain.groups[0]) and not (chain.signs and len(chain.groups[-1]) != 3)
        torn |= ends and _is_three(behind)
    if start:
        before = atoms[start - 1]
        joined = atoms[start].glued and before.glued and before.text in _JOINS and start > 1
        torn |= joined and atoms[start - 2].text[0].isdecimal()
        torn |= before.text.isdecimal() and _is_three(atoms[start]) and not _is_modern_year(ascii_digits(before.text))
    return torn and is_money(atoms, start, end)


def _is_three(atom: Atom) -> bool:
    """Whether three digits stand behind a space, as a group of a number does."""
    return len(atom.text) == 3 and atom.text.isdecimal() and atom.gap in _SPACES


def _join(chain: _Chain, settings: Settings, following: Kinds) -> str | None:
    """One decimal numeral out of groups and signs, or None where they fit none."""
    groups, signs = chain.groups, chain.signs
    last = signs[-1]
    same = len(set(signs)) == 1
    if same and len(signs) == 1 and _is_decimal(groups, last, settings, following):
        return f"{groups[0]}.{groups[1]}"
    if same:
        return "".join(groups) if _grouped(groups) else None
    if signs.count(last) > 1 or len(set(signs[:-1])) > 1 or last == " ":
        return None
    return f"{''.join(groups[:-1])}.{groups[-1]}" if _grouped(groups[:-1]) else None


def _is_decimal(groups: list[str], sign: str, settings: Settings, following: Kinds) -> bool:
    """Whether the one sign of a number is that of its decimals: where it cannot group, and where the language says so.

    What could be thousands is thousands in any language where a sum would be strange otherwise: nobody writes
    `250,000` for 250, or counts hundreds to the thousandth part.
    """
    whole, part = groups
    if sign in _ALWAYS_DECIMAL:
        return True
    if sign in _ALWAYS_GROUP or sign == " " or (len(whole) == 4 and len(part) == 4):
        return False
    if whole == "0" or len(part) != 3:
        return True
    if sign != settings.decimal or whole[0] == "0":
        return False
    if len(whole) > 3:
        return True
    if "scale" in following or "short_scale" in following:
        return "scale_of_thousands" not in following and part != "000"
    return len(whole) < 3 and part[-1] != "0"


def _grouped(groups: list[str]) -> bool:
    """Whether groups of digits are thousands (`1.250.000`) or, as in India, `12,50,000`."""
    if len(groups) == 1:
        return True
    if not 1 <= len(groups[0]) <= 3 or groups[0].startswith("0") or len(groups[-1]) != 3:
        return False
    middle = {len(group) for group in groups[1:-1]}
    return middle <= {3} or (middle == {2} and len(groups[0]) <= 2)


def read_number(atoms: Sequence[Atom], start: int, settings: Settings) -> tuple[int, Number] | None:
    """The whole number that begins at `start`, in digits, words or both, with the index after it.

    Parts are added while they get smaller (`two hundred` + `fifty`), and a scale word multiplies the parts
    below it (`5억` + `3천` -> 3천 × 만), which reads Western and East Asian numbers alike.
    """
    if start and atoms[start].glued and "vague_before" in atoms[start - 1].kinds:
        return None
    if is_minus(atoms, start):
        read = read_number(atoms, start + 1, settings)
        return read and (read[0], replace(read[1], value=-read[1].value, plain=None))
    return _read_parts(atoms, start, settings)


def _read_parts(atoms: Sequence[Atom], start: int, settings: Settings) -> tuple[int, Number] | None:
    parts: list[Decimal] = []
    plain: str | None = None
    largest: Decimal | None = None
    factors, numerals = Decimal(1), 0
    whole: tuple[list[Decimal], int] | None = None  # the number up to its last scale word
    k, end = start, start
    while k < len(atoms):
        if len(parts) == 1 and plain is None and largest is None and (more := _decimals(atoms, start, k)):
            parts[0] += more[1]
            k = end = more[0]
            continue
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
            if not _multiply(parts, scale, again=scale == largest):
                parts, end = whole or (parts, end)
                break
            largest, plain = max(largest or scale, scale), None
            factors *= scale
            whole = ([*parts], after)
        elif number is not None:
            if parts and (not _fits(parts[-1], number.value) or not _belongs(atoms, start, k, largest)):
                break
            plain = number.plain if not parts else None
            largest = max(largest or number.scale, number.scale) if number.scale else largest
            parts.append(number.value)
            numerals += 1
        k = end = after
    if not parts:
        return None
    if largest is not None and _abbreviated(atoms, end):
        end += 1
    return end, Number(sum(parts, Decimal(0)), plain=plain, scale=factors if largest and numerals == 1 else largest)


def _belongs(atoms: Sequence[Atom], start: int, k: int, largest: Decimal | None) -> bool:
    """Whether number words at `k` go on with a number in digits and a scale word: `3 million two hundred thousand`, but
    not `$3 million two weeks ago`."""
    if largest is None or largest < 1000 or not atoms[start].text[0].isdecimal() or atoms[k].text[0].isdecimal():
        return True
    while k < len(atoms) and (atoms[k].text.isdecimal() or not _IN_WORDS.isdisjoint(atoms[k].kinds)):
        if Decimal(atoms[k].kinds.get("scale", 0)) >= 1000:
            return True
        k += 1
    return k < len(atoms) and not _CURRENCIES.isdisjoint(atoms[k].kinds)


_IN_WORDS = frozenset({"cardinal", "scale", "number_joiner"})


def _decimals(atoms: Sequence[Atom], start: int, k: int) -> tuple[int, Decimal] | None:
    """The decimals that are told in words behind a number in words, with the index after them: `two point five`."""
    k += atoms[k].text == "-"
    if k >= len(atoms) or "decimal_word" not in atoms[k].kinds:
        return None
    digits, end = "", k + 1
    while end < len(atoms):
        at = end + (atoms[end].text == "-" and atoms[end].glued)
        value = atoms[at].kinds.get("cardinal", "") if at < len(atoms) else ""
        if not value.isdecimal() or len(value) > 2 or (digits and len(value) > 1):
            break
        digits, end = digits + value, at + 1
        if len(value) > 1:
            break
    return (end, Decimal(f"0.{digits}")) if digits and is_money(atoms, start, end) else None


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
    counts = "number" in places and scaled and last < 1000 and last == last.to_integral_value()
    return (k + 1, Decimal("0.5")) if counts else None


_SCALES = frozenset({"scale", "short_scale"})


_CURRENCIES = frozenset(
    {"currency", "currency_code", "currency_symbol", "currency_adjective", "scaled_currency", "subunit"}
)
#: Signs and codes of currencies, which stand before their sums, too.
SIGNS_OF_MONEY = frozenset({"currency_symbol", "currency_code"})
_AFTER_MINUS = SIGNS_OF_MONEY | {"cardinal", "bare_scale", "article_numeral"}
#: Kinds of what stands before a number, and not before a negative one.
_NUMBERED = frozenset({"scale", "short_scale", "cardinal", "currency", "weekday", "month", "month_short"})
_NO_MINUS = _NUMBERED | SIGNS_OF_MONEY | {"minus_stop"}
_COUNTED = _CURRENCIES | {"year_after", "month_after", "day_after", "period"}
#: What may be glued behind a currency that is a syllable of other words, too.
_BEHIND_SUMS = frozenset({"before_particle", "bound_after", "sum_after"})
_OF_SUMS = _CURRENCIES | {"scale", "short_scale"}


def _abbreviated(atoms: Sequence[Atom], end: int) -> bool:
    """Whether the full stop after a scale word is that of an abbreviation: a currency follows it, `20 tys. zł`."""
    if end + 1 >= len(atoms) or atoms[end].text != "." or not atoms[end].glued:
        return False
    return not _CURRENCIES.isdisjoint(atoms[end + 1].kinds)


_Step = tuple[int, Number | None, Decimal | None]

#: What a word may be with which a number in words goes on; `_step` reads them.
CONTINUES = frozenset(
    {"scale", "short_scale", "cardinal", "number_joiner", "half_more", "decimal_word"}
    | {"article_numeral", "numeral_sign"}
)


def _step(atoms: Sequence[Atom], k: int, settings: Settings, *, first: bool, after_word: bool) -> _Step | None:
    """The next numeral, number word or scale word at `k`; a joiner or hyphen before it is passed over."""
    atom = atoms[k]
    if not first and k + 1 < len(atoms):
        following = atoms[k + 1]
        hyphened = atom.text == "-" and atom.glued and following.glued
        hyphened |= atom.text == "+" and atom.glued  # $300+ billion
        if hyphened and ("scale" in following.kinds or (after_word and "cardinal" in following.kinds)):
            return _step(atoms, k + 1, settings, first=False, after_word=after_word)
        if hyphened and "short_scale" in following.kinds and _scales_a_sum(atoms, k):
            return k + 2, None, Decimal(following.kinds["short_scale"])
        counted = following.text.isdecimal() and k + 2 < len(atoms) and "scale" in atoms[k + 2].kinds
        one = "article_numeral" in following.kinds and k + 2 < len(atoms) and "scale" in atoms[k + 2].kinds
        scaled = atom.glued and following.glued and "scale" in following.kinds  # 7000여만: some 70 million
        if "number_joiner" in atom.kinds and after_word and ("cardinal" in following.kinds or counted or one or scaled):
            return _step(atoms, k + 1, settings, first=False, after_word=after_word)
    if first and _digits_of(atom) and (written := _digit_by_digit(atoms, k)) is not None:
        return written[0], written[1], None
    counted = not first and atoms[k - 1].text[-1].isdecimal()  # 370 억: the sign is the scale of the digits
    if "numeral_sign" in atom.kinds and not counted and (signs := _in_signs(atoms, k)) is not None:
        return signs[0], signs[1], None
    if atom.text[0].isdecimal() or (first and is_pointed(atoms, k)):
        read = read_digits(atoms, k, settings)
        if read is None or not (first or (after_word and _goes_on(atoms, k, *read))):
            return None
        return read[0], read[1], None
    return _word_step(atoms, k, first=first, after_word=after_word)


#: Signs that group digits which are written as words one by one.
GROUPS = frozenset("、，,")


def _scales_a_sum(atoms: Sequence[Atom], k: int) -> bool:
    """Whether the short scale behind the sign at `k` is of a sum: `500-Mio-Euro`, `$20+ bn`, not `5-m-Lauf`."""
    if not atoms[k - 1].text[-1].isdecimal():
        return False
    end = k + 2
    while end < len(atoms) and atoms[end].text in "-." and atoms[end].glued:
        end += 1
    signed = k > 1 and not SIGNS_OF_MONEY.isdisjoint(atoms[k - 2].kinds)
    return signed or (end < len(atoms) and not _CURRENCIES.isdisjoint(atoms[end].kinds))


def _digit_by_digit(atoms: Sequence[Atom], k: int) -> tuple[int, Number] | None:
    """A number of three and more digits that are written as words one by one, in groups or not: 三四五, 三、二四〇.

    Two of them are more often two numbers: 二三日 are two or three days.
    """
    first, end = _digit_words(atoms, k)
    groups = [first]
    while len(first) <= 3 and end < len(atoms) and atoms[end].text in GROUPS:
        group, after = _digit_words(atoms, end + 1)
        if len(group) != 3:
            break
        groups.append(group)
        end = after
    digits = "".join(groups)
    if not 3 <= len(digits) <= MAX_DIGITS or digits[0] == "0":
        return None
    return end, Number(Decimal(digits), plain=digits if len(groups) == 1 else None)


def _digit_words(atoms: Sequence[Atom], k: int) -> tuple[str, int]:
    """The digits from `k` on that are written as words, one by one or in pairs, with the index after them."""
    digits = ""
    while k < len(atoms) and len(digits) <= MAX_DIGITS and (digit := _digits_of(atoms[k])):
        digits += digit
        k += 1
    return digits, k


def _digits_of(atom: Atom) -> str | None:
    return atom.kinds.get("digit_word") or atom.kinds.get("digit_pair")


def _in_signs(atoms: Sequence[Atom], start: int) -> tuple[int, Number] | None:
    """A number in signs that are syllables of other words, too: 이천오백만 원, 삼조 오천억 달러, 천구백사십오년.

    Such signs are a number only where a word begins, two and more of them or one between spaces (만 원), and before
    what they count. Of the signs that may go on, the last one counts that leaves a number before such a word: 이십일일
    is the 21st, 이십일 the 20th.
    """
    if start and _is_inside_word(atoms[start - 1], atoms[start]):
        return None
    found: tuple[int, Number] | None = None
    whole, part, digit = Decimal(0), Decimal(0), Decimal(0)
    last_myriad, last_unit = Decimal("Infinity"), _MYRIAD
    k = start
    while k < len(atoms) and (sign := atoms[k].kinds.get("numeral_sign")):
        value = Decimal(sign)
        if k > start and not atoms[k].glued and Decimal(atoms[k - 1].kinds["numeral_sign"]) < 10:
            break
        if value < 10:
            if digit:
                break
            digit = value
        elif value < _MYRIAD:
            if value >= last_unit:
                break
            part, digit, last_unit = part + (digit or 1) * value, Decimal(0), value
        else:
            if value >= last_myriad:
                break
            whole += (part + digit or 1) * value
            part, digit, last_unit, last_myriad = Decimal(0), Decimal(0), _MYRIAD, value
        k += 1
        several = k - start > 1 or (value >= 100 and k < len(atoms) and not atoms[k].glued)
        if several and _counts(atoms, k):
            scale = last_myriad if last_myriad.is_finite() else None
            found = k, Number(whole + part + digit, scale=scale)
    return found


def _is_inside_word(before: Atom, sign: Atom) -> bool:
    """Whether a sign goes on a word or a vague number: 그것만 원하는, 몇 천 원."""
    if "vague_before" in before.kinds:
        return True
    return sign.glued and before.text[-1].isalnum() and "bound" not in before.kinds


#: In East Asia numbers are counted by ten thousands.
_MYRIAD = Decimal(10_000)


def _counts(atoms: Sequence[Atom], end: int) -> bool:
    """Whether a currency or a unit of time stands at `end`, which numbers in syllables of other words need."""
    if end >= len(atoms) or (kinds := atoms[end].kinds.keys()).isdisjoint(_COUNTED):
        return False
    if end + 1 >= len(atoms) or not atoms[end + 1].glued or kinds.isdisjoint(_CURRENCIES):
        return True
    following = atoms[end + 1]  # 원 is a currency in 오만 원을, and none in 오만 원정
    return not following.text[0].isalpha() or not _BEHIND_SUMS.isdisjoint(following.kinds)


def _goes_on(atoms: Sequence[Atom], k: int, end: int, number: Number) -> bool:
    """Whether digits after a scale word belong to it: glued (`1兆2000億`), with their own scale, or `3 mil 500`."""
    if atoms[k].glued or (end < len(atoms) and "scale" in atoms[end].kinds):
        return True
    before = atoms[k - 1].kinds.get("scale", "")
    if before.startswith("10000") and atoms[k - 1].text > "\u2e80":  # 50만 9375
        return number.value < 10000
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
    one = "article_numeral" in kinds and k + 1 < len(atoms) and "scale" in atoms[k + 1].kinds
    if one and (first or after_word):
        return k + 1, Number(Decimal(kinds["article_numeral"])), None
    if first and "bare_scale" in kinds:
        return k + 1, Number(Decimal(kinds["bare_scale"])), None
    return None


def _multiply(parts: list[Decimal], scale: Decimal, *, again: bool) -> bool:
    """Multiply the trailing parts that are smaller than the scale word; False where there are none.

    `again` says that the largest scale word so far is said once more: `500 thousand and 300 thousand` are two numbers.
    """
    below = Decimal(0)
    while parts and parts[-1] < scale:
        below += parts.pop()
    if below and parts and parts[-1] < scale * (1000 if again else 10):  # two millions and three millions are no number
        return False
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
