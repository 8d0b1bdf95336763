"""Tokens to units: phrases and numbers put together, so that a rule sees `2,5 miljard` or `vorig jaar` as one.

What a unit may be depends on its own text alone (and, for numbers, on the signs glued to it); what it means in
its place is the business of rules.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from annotate.matching.numbers import (
    CONTINUES,
    GROUPS,
    MAX_DIGITS,
    MINUS,
    SIGNS_OF_MONEY,
    Atom,
    Number,
    ascii_digits,
    digits_end,
    is_minus,
    is_money,
    is_pointed,
    read_number,
)
from annotate.rules.grammar import CAPITAL, PHRASE_START, Kinds, Lexicon, Settings, even, is_listed, is_stem, words_of
from annotate.text.tokens import Tokens

_DATE_SIGNS = frozenset("/.-‐‑")
_SPAN_SIGNS = frozenset("/-–‐‑")
_APOSTROPHES = frozenset("'’‘")
_CODE_SIGNS = frozenset("/-_.:")
_ADDRESS = re.compile(r"://|www\.|@")
_BREAKS_ADDRESS = frozenset("<>\"'”’»)]}|,;、，。；：！？（）「」『』《》【】")

CODE = "\x00code"


@dataclass(slots=True)
class Unit:
    """A stretch of tokens `i` to `j` (exclusive) that rules see as one, and all that it may be.

    `kinds` maps the names of lists, built-in kinds and rules to the unit's value in each; `orth` is the word
    that spaCy sees, which decides the kinds: equal `orth`, equal kinds.
    """

    i: int
    j: int
    orth: str
    kinds: Mapping[str, Any]
    space: bool


class Phrases:
    """Finds the entries of several words: a tree by their words, grown for each first word when a text has it.

    Most of thousands of phrases begin with a word that a text does not have, so that nothing is made of them.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._phrases: dict[str, list[tuple[str, ...]]] = {}
        for words in lexicon.phrases:
            self._phrases.setdefault(words[0], []).append(words)
        self._trees: dict[str, _Tree] = {}
        #: By word as it is written: the trees of the phrases that it may begin.
        self._starts: dict[str, list[_Tree]] = {}
        #: By word as it is written: what may be the second word of those, in full and by its stem.
        self._seconds: dict[str, tuple[Container[str], tuple[str, ...]]] = {}

    def find(
        self, tokens: Tokens, evened: Sequence[str], start: int, places: Sequence[int]
    ) -> dict[int, tuple[int, Kinds]]:
        """The longest phrases that begin at some tokens of a line, from left to right: first token -> (end, kinds).

        `evened` are the words of the line as `even` has them, from token `start` on.
        """
        words, last = tokens.words, start + len(evened) - 1
        found: dict[int, tuple[int, Kinds]] = {}
        free = 0
        for i in places:
            if i < free or i >= last:
                continue
            exact, stems = self._seconds.get(words[i]) or self._second(words[i])
            following = evened[i + 1 - start]
            if following not in exact and not (stems and following.startswith(stems)):
                continue
            for j, entries in self._from(words[i], evened, i + 1, start):
                kinds = {n: v for n, v, form, cased in entries if _spelt(tokens, i, j, form, cased)}
                if kinds:
                    found[i] = (j, kinds)
                    free = j
                    break
        return found

    def _second(self, word: str) -> tuple[Container[str], tuple[str, ...]]:
        if len(self._seconds) > _STARTS_BOUND:
            self._seconds.clear()
        trees = self._begin(word)
        exact = frozenset[str]().union(*(tree.exact for tree in trees))
        found = self._seconds[word] = exact, tuple(stem for tree in trees for stem in tree.stems)
        return found

    def _from(self, first: str, evened: Sequence[str], i: int, start: int) -> Iterable[tuple[int, Sequence[_Entry]]]:
        """The phrases that begin with a word and go on at token `i`, the longest first: their ends and entries."""
        trees = self._begin(first)
        found: list[tuple[int, Sequence[_Entry]]] = []
        for j in range(i, start + len(evened)):  # no slice: it would copy the rest of the line for each phrase
            trees = [later for tree in trees for later in tree.step(evened[j - start])]
            if not trees:
                break
            if entries := [entry for tree in trees for entry in tree.entries]:
                found.append((j + 1, entries))
        return reversed(found)

    def _begin(self, word: str) -> list[_Tree]:
        """The trees of the phrases that may begin with a word: exactly so, or with a stem of it."""
        trees = self._starts.get(word)
        if trees is None:
            if len(self._starts) > _STARTS_BOUND:
                self._starts.clear()
            evened = even(word)
            begun = (evened, *(f"{stem}*" for stem in self._lexicon.phrase_stems(evened)))
            trees = self._starts[word] = [self._tree(first) for first in begun if first in self._phrases]
        return trees

    def _tree(self, first: str) -> _Tree:
        tree = self._trees.get(first)
        if tree is None:
            tree = self._trees[first] = _Tree()
            for words in self._phrases[first]:
                tree.add(words[1:], self._lexicon.phrases[words])
        return tree


#: An entry of a phrase: list, value, form as written, whether case counts.
_Entry = tuple[str, str, str, bool]
_STARTS_BOUND = 20_000


class _Tree:
    """What may follow the first words of phrases: entries that end there, and trees by the next word or its stem."""

    __slots__ = ("entries", "exact", "stems")

    def __init__(self) -> None:
        self.entries: list[_Entry] = []
        self.exact: dict[str, _Tree] = {}
        self.stems: dict[str, _Tree] = {}

    def add(self, words: Sequence[str], entries: Sequence[_Entry]) -> None:
        tree = self
        for word in words:
            tree = tree.stems.setdefault(word[:-1], _Tree()) if is_stem(word) else tree.exact.setdefault(word, _Tree())
        tree.entries += entries

    def step(self, word: str) -> list[_Tree]:
        """The trees behind one more word."""
        exact = self.exact.get(word)
        found = [] if exact is None else [exact]
        if self.stems:
            found += [tree for stem, tree in self.stems.items() if word.startswith(stem)]
        return found


def _spelt(tokens: Tokens, i: int, j: int, form: str, cased: bool) -> bool:
    """Whether a phrase stands in the text as its form asks: in its case, and `A$` without a space."""
    if " " not in form and not all(map(tokens.glued, range(i + 1, j))):
        return False
    return not cased or all(map(_is_written, tokens.words[i:j], _written(form)))


def _is_written(word: str, asked: str) -> bool:
    return word.startswith(asked[:-1]) if is_stem(asked) else word == asked or even(word) == asked == "-"


_written = cache(words_of)


def masked(tokens: Tokens, first: int = 0, last: int | None = None) -> dict[int, int]:
    """Tokens from `first` to `last` that belong to a URL or e-mail address: first token -> end."""
    text = tokens.text
    found: dict[int, int] = {}
    done = tokens.starts[first] if first else 0
    stop = len(text) if last is None or last >= len(tokens) else tokens.starts[last]
    while match := _ADDRESS.search(text, done, stop):
        start, end = match.span()
        while start > done and not _ends_address(text[start - 1]):
            start -= 1
        while end < len(text) and not _ends_address(text[end]):
            end += 1
        found[bisect_left(tokens.starts, start)] = bisect_left(tokens.starts, end)
        done = end  # what more signs of an address stand in this one (`a@b@c`) would only find it again
    return found


def _ends_address(character: str) -> bool:
    return character.isspace() or character in _BREAKS_ADDRESS


#: How many tokens from a number on are looked at to put it together, first and at most, and how many before it.
_NEAR, _AHEAD, _BEHIND = 7, 16, 3
#: Tokens behind a number that say where it ends.
_MARGIN = 3
#: Kinds of a word that may begin a number.
NUMERAL = frozenset({"cardinal", "bare_scale", "article_numeral", "minus_word", "numeral_sign", "digit_pair"})
_NOTHING: dict[str, Any] = {}


def read_at(
    tokens: Tokens,
    i: int,
    end: int,
    *,
    phrases: Mapping[int, tuple[int, Kinds]],
    masks: Mapping[int, int],
    lexicon: Lexicon,
    settings: Settings,
) -> tuple[int, str, Mapping[str, Any]] | None:
    """The phrase, number, date in digits, code or address that begins at token `i` of a line up to token `end`: where
    it ends, its word and kinds; None where the token is a word like any other."""
    if i in masks:
        return min(masks[i], end), CODE, _CODE_KINDS
    if i in phrases:
        return _phrase_at(tokens, i, end, phrases, lexicon, settings)
    words, j = tokens.words, i + 1
    word = words[i]
    if word[0].isdecimal():
        if word.isdecimal() and _stands_alone(tokens, i, phrases, lexicon):
            return j, word, _plain_kinds(word, settings.buddhist)
        return _number_at(tokens, i, end, phrases, lexicon, settings)
    kinds = lexicon[word] or _NOTHING
    if not NUMERAL.isdisjoint(kinds):
        sign = "minus_word" in kinds or ("numeral_sign" in kinds and not tokens.glued(i))
        if j >= end or (j not in phrases and not sign and _ends_number(kinds, words[j], lexicon)):
            return j, word, word_alone(word, kinds, lexicon, settings)
        return _number_at(tokens, i, end, phrases, lexicon, settings)
    if word in SIGNS and j < end and tokens.glued(j) and (j in phrases or _may_follow(words[j], lexicon)):
        return _number_at(tokens, i, end, phrases, lexicon, settings)
    return None


def _phrase_at(
    tokens: Tokens,
    i: int,
    limit: int,
    phrases: Mapping[int, tuple[int, Kinds]],
    lexicon: Lexicon,
    settings: Settings,
) -> tuple[int, str, Mapping[str, Any]]:
    """The phrase that begins at token `i`, or the number that it begins: its end, word and kinds."""
    words = tokens.words
    j, own = phrases[i]
    counts = words[i][0].isdecimal() or not NUMERAL.isdisjoint(own)
    if counts or _in_signs_only(words[i:j], own, lexicon):
        number = _number_at(tokens, i, limit, phrases, lexicon, settings)
        if counts or "number" in number[2]:
            return number
    kinds: Mapping[str, Any] = own
    if CAPITAL in (lexicon[words[i]] or _NOTHING) and "name_stop" not in own:
        kinds = {**own, CAPITAL: ""}
    return j, tokens.text[tokens.starts[i] : tokens.end(j - 1)], kinds


_CODE_KINDS: dict[str, Any] = {"code": None}
#: Signs that a number may begin with.
SIGNS = MINUS | {".", ","}


def _may_follow(word: str, lexicon: Lexicon) -> bool:
    """Whether what a minus or a decimal point is glued to may make a number of it: most hyphens join words."""
    return not word[0].isalpha() or not SIGNS_OF_MONEY.isdisjoint(lexicon[word] or _NOTHING)


def _stands_alone(tokens: Tokens, i: int, phrases: Mapping[int, tuple[int, Kinds]], lexicon: Lexicon) -> bool:
    """Whether a run of digits is a whole number by itself, as most are: nothing before or after goes with it."""
    words = tokens.words
    if tokens.glued(i) and (words[i - 1] not in _OPENING or (tokens.glued(i - 1) and words[i - 2].isupper())):
        return False
    if i and words[i - 1][-1].isdecimal():
        return False
    if i + 1 >= len(words):
        return True
    following = words[i + 1]
    if tokens.glued(i + 1):
        after = i + 2
        return following in _CLOSING and not (after < len(words) and tokens.glued(after) and words[after].isalnum())
    if following[0].isdecimal() or i + 1 in phrases:
        return False
    kinds = lexicon[following]
    return kinds is None or _GOES_ON.isdisjoint(kinds)


def _ends_number(word: Kinds, following: str, lexicon: Lexicon) -> bool:
    """Whether a number in words cannot go on with a word, nor with a sign that groups it: 三、二四〇円."""
    if following[0].isdecimal() or following == "-" or (following in GROUPS and "digit_word" in word):
        return False
    kinds = lexicon[following]
    return kinds is None or CONTINUES.isdisjoint(kinds)


def goes_on(word: str, kinds: Kinds) -> bool:
    """Whether a word or sign may go on with a number in words."""
    return word[0].isdecimal() or word == "-" or word in GROUPS or not CONTINUES.isdisjoint(kinds)


def word_alone(word: str, kinds: Kinds, lexicon: Lexicon, settings: Settings) -> Mapping[str, Any]:
    """What a word is that may be a number, and that no other goes on; kept."""
    found = lexicon.numerals.get(word)
    if found is None:
        _, _, found = _unit_at([Atom(0, 1, word, kinds, False, " ")], 0, settings)
        lexicon.numerals[word] = found
    return found


_OPENING, _CLOSING = frozenset("(["), frozenset(".,;:)]!?")
_GOES_ON = frozenset({"scale", "short_scale", "cardinal", "number_joiner", "half_more"})


@lru_cache(maxsize=10_000)
def _plain_kinds(word: str, buddhist: bool) -> dict[str, Any]:
    digits = ascii_digits(word)
    if len(digits) > MAX_DIGITS:
        return {"code": None}
    return _number_kinds(Number(Decimal(digits), plain=digits), buddhist)


def _number_at(
    tokens: Tokens,
    i: int,
    limit: int,
    phrases: Mapping[int, tuple[int, Kinds]],
    lexicon: Lexicon,
    settings: Settings,
) -> tuple[int, str, dict[str, Any]]:
    """The number, date or code that begins at token `i`: its end, word and kinds."""
    first = max(0, i - _BEHIND)  # the letters of a code may stand outside: windows begin where a trigger does
    before = _atoms(tokens, first, i, {}, lexicon)
    for ahead in (_NEAR, _AHEAD):
        last = min(limit, i + ahead)
        atoms = before + _atoms(tokens, i, last, phrases, lexicon)
        end, orth, kinds = _unit_at(atoms, i - first, settings)
        if last == limit or (end + _MARGIN <= len(atoms) and "numeral_sign" not in atoms[-1].kinds):
            break
    return atoms[end - 1].j, orth, kinds


def _atoms(
    tokens: Tokens, start: int, end: int, phrases: Mapping[int, tuple[int, Kinds]], lexicon: Lexicon
) -> list[Atom]:
    """The words and phrases of a short stretch, with the space before each."""
    atoms: list[Atom] = []
    words, starts, text = tokens.words, tokens.starts, tokens.text
    i = start
    while i < end:
        j, kinds = phrases.get(i) or (i + 1, lexicon[words[i]] or _NOTHING)
        if j > i + 1 and _in_signs_only(words[i:j], kinds, lexicon):
            j, kinds = i + 1, lexicon[words[i]] or _NOTHING
        before = tokens.end(i - 1) if i else 0
        surface = words[i] if j == i + 1 else text[starts[i] : tokens.end(j - 1)]
        atoms.append(Atom(i, j, surface, kinds, tokens.glued(i), text[before : starts[i]]))
        i = j
    return atoms


_Read = tuple[int, str, dict[str, Any]]


def _in_signs_only(words: Sequence[str], kinds: Kinds, lexicon: Lexicon) -> bool:
    """Whether the words of a phrase are numerals as well: 오만 is Oman, and fifty thousand."""
    return all("numeral_sign" in (lexicon[word] or _NOTHING) for word in words) and "no_number" not in kinds


def _unit_at(atoms: Sequence[Atom], k: int, settings: Settings) -> _Read:
    atom = atoms[k]
    if atom.text.isdecimal() or is_pointed(atoms, k):
        end, orth, kinds = _numeric(atoms, k, settings)
        if settings.usual and end > k + 1 and _numeric(atoms, k, settings.usual)[2].keys() != kinds.keys():
            orth = f"\x00{orth}"  # another word than that of documents without such settings: it has other kinds
        return end, orth, kinds
    signed = is_minus(atoms, k)
    if signed and not SIGNS_OF_MONEY.isdisjoint(atoms[k + 1].kinds):
        return k + 1, "\x00minus", {**atom.kinds, "minus": "yes"}
    if signed or (atom.kinds and not NUMERAL.isdisjoint(atom.kinds)):
        read = read_number(atoms, k, settings)
        if read:
            kinds = _number_kinds(read[1], settings.buddhist)
            if 1000 <= read[1].value <= 2100 and read[1].value == read[1].value.to_integral_value():
                kinds["spelled_year"] = str(int(read[1].value))
            if read[0] == k + 1 and not signed:
                kinds.update(atom.kinds)
            return read[0], _text(atoms, k, read[0]), kinds
    return k + 1, atom.text, dict(atom.kinds)


def _numeric(atoms: Sequence[Atom], k: int, settings: Settings) -> _Read:
    """What begins with a digit: a date, a span of years, a code, a clock time, or else a number."""
    for reader in () if is_pointed(atoms, k) else (_roman_date, _code, _date, _year_span, _clock):
        read = reader(atoms, k, settings)
        if read:
            return read
    number = read_number(atoms, k, settings)
    if number is None:
        return max(_chain_end(atoms, k), digits_end(atoms, k, settings)), CODE, {"code": None}
    end, value = number
    kinds = _number_kinds(value, settings.buddhist)
    dotted = _runs(atoms, k, frozenset("."), 2) if end == k + 3 else None
    if dotted and (pair := _month_year(dotted)):
        kinds["numeric_month_year"] = pair
    if dotted and settings.dotted and (pair := _day_month(dotted, settings.order)):
        kinds["numeric_day_month"] = pair
    if value.plain is not None and end < len(atoms) and atoms[end].glued:
        suffix = atoms[end]
        if "ordinal_suffix" in suffix.kinds and not suffix.text[0].isdecimal():
            return end + 1, _text(atoms, k, end + 1), _ordinal_kinds(value.plain)
    return end, _text(atoms, k, end), kinds


def _text(atoms: Sequence[Atom], start: int, end: int) -> str:
    return "".join((a.gap if n else "") + a.text for n, a in enumerate(atoms[start:end]))


_BUDDHIST = 543


def _number_kinds(number: Number, buddhist: bool) -> dict[str, Any]:
    kinds: dict[str, Any] = {"number": number}
    if number.scale is not None:
        kinds["scaled"] = number
    elif number.value == number.value.to_integral_value():
        kinds["integer"] = number
    plain = number.plain
    if plain is not None:
        value = int(plain)
        if len(plain) == 4 and 1000 <= value < 3000:
            value -= _BUDDHIST if buddhist and value >= 2400 else 0
            kinds["year"] = str(value)
            if 1800 <= value <= 2100:
                kinds["modern_year"] = str(value)
        if len(plain) == 2:
            kinds["short_year"] = plain
        if len(plain) <= 2 and 1 <= value <= 31:
            kinds["day"] = str(value)
            if value <= 12:
                kinds["month_number"] = str(value)
    return kinds


def _ordinal_kinds(plain: str) -> dict[str, Any]:
    value = int(plain)
    kinds: dict[str, Any] = {"ordinal": str(value)}
    if 1 <= value <= 31:
        kinds["day"] = str(value)
    return kinds


def _code(atoms: Sequence[Atom], k: int, settings: Settings) -> _Read | None:
    """Digits that belong to letters or to a file number: `G20`, `5G`, `ISO-9001`, `01-25/HDKH`, `+31 20`."""
    atom = atoms[k]
    if atom.glued and k and _letters(atoms[k - 1]) and _no_prefix(atoms[k - 1]):
        return k + 1, CODE, {"code": None}
    if atom.glued and k and atoms[k - 1].text == "+" and (end := _telephone_end(atoms, k)):
        return end, CODE, {"code": None}
    if atom.glued and k and atoms[k - 1].text in ("#", "_"):
        return _chain_end(atoms, k), CODE, {"code": None}
    end = _chain_end(atoms, k)
    if any(_code_letters(a) for a in atoms[k:end]) or _is_file_number(atoms, k, end):
        return end, CODE, {"code": None}
    before = k - 2
    if (
        before >= 0
        and atom.glued
        and atoms[k - 1].text in ("-", "/", "_")
        and atoms[k - 1].glued
        and _code_letters(atoms[before])
        and not _numbers_a_period(atoms, before)
    ):
        return end, CODE, {"code": None}
    return None


def _roman_date(atoms: Sequence[Atom], k: int, settings: Settings) -> _Read | None:
    """A date without spaces whose month is a Roman numeral: `4.II.1932`."""
    if k + 4 >= len(atoms) or "roman" not in atoms[k + 2].kinds or not all(a.glued for a in atoms[k + 1 : k + 5]):
        return None
    day, stop, _, other, year = (atom.text for atom in atoms[k : k + 5])
    if stop != other or stop not in _DATE_SIGNS or len(day) > 2 or not (year.isdecimal() and len(year) == 4):
        return None
    value = numeric_date([ascii_digits(day), str(atoms[k + 2].kinds["roman"]), ascii_digits(year)], "dmy")
    return None if value is None else (k + 5, _text(atoms, k, k + 5), {"numeric_date": value})


def _is_file_number(atoms: Sequence[Atom], k: int, end: int) -> bool:
    """Whether digits are the number of an act or a file: `1303/2013`, `2014/65/EU`, and the year of `COM(2017) 345`."""
    texts = [atom.text for atom in atoms[k:end]]
    if len(texts) > 4 and texts[1] == texts[3] == "/" and texts[4].isupper():
        return True
    if len(texts) == 3 and texts[1] == "/" and texts[2].isdecimal() and len(texts[2]) == 4:
        return len(texts[0]) >= 3 and not "1800" <= texts[0] <= "2100"
    opened = k > 1 and atoms[k].glued and atoms[k - 1].text == "(" and atoms[k - 1].glued
    return opened and atoms[k - 2].text.isascii() and atoms[k - 2].text.isupper() and len(atoms[k - 2].text) > 1


def _numbers_a_period(atoms: Sequence[Atom], k: int) -> bool:
    """Whether a Roman numeral is that of the quarter or half of a year before it: `kuartal I/2024`."""
    if not k or "roman" not in atoms[k].kinds:
        return False
    before = atoms[k - 1].kinds
    return before.get("period") in ("quarter", "half") or not _PARTS_OF_YEAR.isdisjoint(before)


_PARTS_OF_YEAR = frozenset({"quarter_word", "half_word"})

#: Lists of small words, which never stand glued to digits: `A2024` is a code in languages that have a word `a`.
_SMALL_WORDS = frozenset({"article", "name_joiner", "year_cue", "after_year", "range_and", "range_to", "year_after"})


def _no_prefix(atom: Atom) -> bool:
    """Whether letters have no meaning before digits that are glued to them, as `Q` in `Q3` and `FY` have."""
    return not _is_word(atom) or (atom.text.isupper() and not _SMALL_WORDS.isdisjoint(atom.kinds))


def _is_word(atom: Atom) -> bool:
    """Whether letters stand in a list by themselves: `A` only begins `A$`, and `m` begins `m€`."""
    return is_listed({kind: value for kind, value in atom.kinds.items() if kind != PHRASE_START})


def _chain_end(atoms: Sequence[Atom], k: int) -> int:
    """The end of what is written without space from `k` on: letters and digits joined by - / . _ and :"""
    end = k + 1
    while end < len(atoms) and atoms[end].glued:
        joined = end + 1 < len(atoms) and atoms[end + 1].glued and atoms[end].text in _CODE_SIGNS
        ending = joined and atoms[end].text == ":" and _letters(atoms[end + 1])  # 2024:n lopussa
        if joined and not ending and (atoms[end + 1].text[0].isdecimal() or _letters(atoms[end + 1])):
            end += 2
        elif _letters(atoms[end]) and not _is_word(atoms[end]):
            end += 1
        else:
            break
    return end


def _telephone_end(atoms: Sequence[Atom], k: int) -> int | None:
    """The end of an international telephone number, groups of digits after a plus sign; None where they are too few,
    or a currency or scale word makes a gain of them: `+12 500 euro`."""
    end = k + 1
    while end < len(atoms) and (atoms[end].text[0].isdecimal() or atoms[end].text in ("-", "(", ")", "/")):
        end += 1
    digits = sum(len(atom.text) for atom in atoms[k:end] if atom.text[0].isdecimal())
    return end if digits >= _TELEPHONE and not is_money(atoms, k, end) else None


#: The least digits of an international telephone number.
_TELEPHONE = 7


def _letters(atom: Atom) -> bool:
    """Whether an atom is letters of a script that writes words with spaces."""
    text = atom.text
    return text[0].isalpha() and ord(text[0]) < 0x0E00


def _code_letters(atom: Atom) -> bool:
    return (
        _letters(atom)
        and not _is_word(atom)
        and (atom.text.isupper() or (atom.glued and len(atom.text) <= 2 and atom.text.upper() != atom.text))
    )


def _runs(atoms: Sequence[Atom], k: int, signs: frozenset[str], count: int) -> list[str] | None:
    """`count` runs of digits joined by one and the same sign, and not by more of it."""
    runs, n, sign = [ascii_digits(atoms[k].text)], k + 1, None
    while len(runs) < count + 1 and n + 1 < len(atoms):
        joint, following = atoms[n], atoms[n + 1]
        if not (joint.glued and following.glued and joint.text in signs and following.text[0].isdecimal()):
            break
        if sign not in (None, joint.text):
            break
        sign = joint.text
        runs.append(ascii_digits(following.text))
        n += 2
    return runs if len(runs) == count else None


def _date(atoms: Sequence[Atom], k: int, settings: Settings) -> _Read | None:
    three = _runs(atoms, k, _DATE_SIGNS, 3)
    if three and k and atoms[k].glued and (era := _era(atoms[k - 1])) is not None and len(three[0]) <= 2:
        three[0] = str(int(three[0]) + era)  # S39.10.1: the year of an era
    if three and all(len(run) in (1, 2, 4) for run in three):
        value = numeric_date(_common_year(three) if settings.buddhist else three, settings.order)
        end = k + 5
        if value is None:
            return end, CODE, {"code": None}
        return end, _text(atoms, k, end), {"numeric_date": value}
    two = _runs(atoms, k, frozenset("/-"), 2)
    if not two or not (k + 3 >= len(atoms) or not (atoms[k + 3].glued and atoms[k + 3].text in "/-")):
        return None
    kinds: dict[str, Any] = {}
    if atoms[k + 1].text == "/" and (pair := _day_month(two, settings.order)):
        kinds["numeric_day_month"] = pair
    if month := _month_year(two) or _month_year(two[::-1], whole=True):
        kinds["numeric_month_year"] = month
        if len(two[0]) == 4 and (span := _year_span(atoms, k, settings)):
            kinds.update(span[2])
    return (k + 3, _text(atoms, k, k + 3), kinds) if kinds else None


def _era(atom: Atom) -> int | None:
    """The year before the first of an era that its name or letter tells: 1925 for S and 昭和."""
    era = atom.kinds.get("era_letter") or atom.kinds.get("era")
    return int(era) if era else None


def _month_year(runs: Sequence[str], *, whole: bool = False) -> str | None:
    """A month and its year in digits as `2024-12`, None where they are none; `whole` asks for two digits."""
    month, year = runs
    if len(year) != 4 or len(month) > 2 or (whole and len(month) != 2):
        return None
    return f"{year}-{int(month)}" if 1 <= int(month) <= 12 and "1500" <= year < "2200" else None


def _day_month(runs: Sequence[str], order: str) -> str | None:
    """A month and day in digits as `12-6`, None where there is no such day in any year.

    With a full stop it is a number just as well: `28.10` and `3.4`, but not `3.45` or `03.4.1`.
    """
    if max(map(len, runs)) > 2:
        return None
    day, month = map(int, runs if order == "dmy" else reversed(runs))
    return f"{month}-{day}" if 1 <= month <= 12 and 1 <= day <= 31 else None


def _common_year(runs: Sequence[str]) -> list[str]:
    """The runs of a date with its year, the Buddha's or the two last digits of one, as one of the common era.

    >>> _common_year(["1", "7", "2561"]), _common_year(["29", "2", "67"]), _common_year(["2018", "7", "1"])
    (['1', '7', '2018'], ['29', '2', '2024'], ['2018', '7', '1'])
    """
    place = 0 if len(runs[0]) == 4 else 2
    year = f"{'24' if runs[2] > '80' else '25'}{runs[2]}" if place and len(runs[2]) == 2 else runs[place]
    common = [*runs]
    if len(year) == 4 and year >= "2400":
        common[place] = str(int(year) - _BUDDHIST)
    return common


def numeric_date(runs: Sequence[str], order: str) -> str | None:
    """A date in digits as ISO 8601, by the order given; the other order only where that one is impossible.

    A year of two digits stays so: the document's date tells of which century it is.

    >>> numeric_date(["6", "12", "2024"], "dmy"), numeric_date(["6", "12", "2024"], "mdy")
    ('2024-12-06', '2024-06-12')
    >>> numeric_date(["12", "25", "2024"], "dmy"), numeric_date(["31", "2", "24"], "dmy")
    ('2024-12-25', None)
    >>> numeric_date(["6", "12", "89"], "dmy")
    '89-12-06'
    """
    if len(runs[0]) == 4:
        orders = ["ymd"]
    elif len(runs[2]) == 4:
        orders = ["mdy", "dmy"] if order == "mdy" else ["dmy", "mdy"]
    elif all(len(run) == 2 for run in runs) or (len(runs[2]) == 2 and order != "ymd"):
        orders = [order]
    else:
        return None
    for letters in orders:
        parts = dict(zip(letters, runs, strict=True))
        year = parts["y"]
        if (len(year) > 2 and year < "1000") or len(parts["m"]) > 2 or len(parts["d"]) > 2:
            continue
        try:
            day = date(int(year) + 2000 * (len(year) == 2), int(parts["m"]), int(parts["d"]))
        except ValueError:
            continue
        return day.isoformat()[4 - len(year) :]
    return None


def _year_span(atoms: Sequence[Atom], k: int, settings: Settings) -> _Read | None:
    end, marked = k + 3, k + 3 < len(atoms) and atoms[k + 2].text in _APOSTROPHES and atoms[k + 2].glued
    if marked and atoms[k + 1].text in _SPAN_SIGNS and atoms[k + 1].glued and atoms[k + 3].glued:  # 2025-'26
        end, two = k + 4, [ascii_digits(atoms[n].text) for n in (k, k + 3) if atoms[n].text.isdecimal()]
    else:
        two, marked = _runs(atoms, k, _SPAN_SIGNS, 2) or [], False
    if [len(run) for run in two] != [4, 2]:
        return None
    first, last = int(two[0]), int(two[1])
    following = last == (first + 1) % 100
    later = last > first % 100 and (marked or last > 12 or atoms[k + 1].text == "–")
    if not 1500 <= first < 2200 or not (following or later):
        return None
    until = first + 1 if following else first - first % 100 + last
    return end, _text(atoms, k, end), {"numeric_year_span": f"{first}/{until}"}


def _clock(atoms: Sequence[Atom], k: int, settings: Settings) -> _Read | None:
    for count in (3, 2):
        runs = _runs(atoms, k, frozenset(":"), count)
        if runs and len(runs[0]) <= 2 and all(len(run) == 2 for run in runs[1:]):
            return k + 2 * count - 1, "\x00clock", {"clock": ":".join(runs)}
    return None
