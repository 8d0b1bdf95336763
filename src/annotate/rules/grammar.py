"""The typed form of the patterns of one language: what `patterns` builds and the stages read.

Nothing here knows YAML, CLDR or a language; everything is frozen once it is built.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from annotate.text.tokenise import tokenise

#: Kinds that the number reader gives to a unit; a pattern names one with `kind:`.
BUILT_IN_KINDS: Mapping[str, str] = {
    "number": "any number: digits or words, with its scale word",
    "integer": "a whole number without scale word",
    "scaled": "a number with a scale word (2,5 miljard)",
    "year": "four digits from 1000 to 2999, written without grouping",
    "modern_year": "a year from 1800 to 2100",
    "spelled_year": "a whole number in words from 1000 to 2100: duemilaquindici",
    "short_year": "two digits",
    "day": "1 to 31 in one or two digits, or as an ordinal in digits (6th)",
    "month_number": "1 to 12 in one or two digits",
    "ordinal": "an ordinal number, in digits (19e) or words",
    "roman": "a Roman numeral in capitals",
    "numeric_date": "day, month and year in digits: 6/12/2024, 2024-12-06",
    "numeric_day_month": "day and month in digits: 6/12; 6.12 where the language writes them so",
    "numeric_month_year": "month and year in digits: 12/2024, 2024-12",
    "numeric_year_span": "a year and the two last digits of the next: 2024/25, 2024-25",
    "capital": "a word that begins with a capital letter",
    "minus": "a minus glued to a number or sum: -5, −€3m, €-5",
    "code": "letters and digits that belong together: a URL, ISO-9001, 01-25/HDKH",
    "clock": "a time of day in digits: 10:30",
    "break": "the end of a line",
}


def fold(word: str) -> str:
    """The form in which words are compared: compatibility-composed and case-folded.

    Decomposed Vietnamese or full-width digits would otherwise never meet their list entry. Joiners inside Persian and
    Indic words are left out, since some write them and some do not.

    >>> fold("ＵＳＤ"), fold("MÄRZ"), fold("سه\u200cشنبه") == fold("سهشنبه")
    ('usd', 'märz', True)
    """
    return word.lower() if word.isascii() else _folded(word)


@lru_cache(maxsize=50_000)
def _folded(word: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold())
    return folded.translate(_EVENED)


#: A dot above that does not compose is what casefolding leaves of İ.
_EVENED = {ord("’"): "'", 0x200C: None, 0x200D: None, 0x0307: None}


def even(word: str) -> str:
    """A word of a phrase as phrases are compared: folded, and all dashes and middle dots alike.

    >>> even("—"), even("・"), even("Vertrag")
    ('-', '-', 'vertrag')
    """
    return "-" if word in _DASHES else fold(word)


_DASHES = frozenset("-–—‐‑−－·・ㆍ‧･")


def is_stem(word: str) -> bool:
    """Whether a word of a phrase stands for all words that begin so: `соглашени*`."""
    return word[-1:] == "*" and len(word) > 1


def words_of(form: str) -> tuple[str, ...]:
    """The words of a form as they are written, a star kept with the stem before it.

    >>> words_of("Парижск* соглашени*"), words_of("A$")
    (('Парижск*', 'соглашени*'), ('A', '$'))
    """
    tokens = tokenise(form)
    found: list[str] = []
    for i, word in enumerate(tokens.words):
        if word == "*" and found and tokens.glued(i):
            found[-1] += word
        else:
            found.append(word)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class TokenSpec:
    """One token of a rule's pattern.

    `lists`, `kinds` and `rules` name what the unit must be (any one of them), `also` what it
    must be besides, `unless` what it must not be;
    `attributes` are spaCy `Matcher` attributes, `op` its quantifier. `outside` marks context: matched, but no part
    of the span.
    """

    lists: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    op: str = "1"
    slot: str | None = None
    outside: bool = False
    #: Its number in the pattern as it is written, from 1; a language that lacks words has fewer tokens.
    at: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """Everything the unit may be, lists, kinds and rules alike."""
        return self.lists + self.kinds + self.rules

    @property
    def optional(self) -> bool:
        """Whether the quantifier allows no token at all."""
        return self.op in ("?", "*", "!") or self.op.startswith(("{0,", "{,"))


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence of a rule: `spans` are `(start, end, value as written)`; rejects have none of the rule's label.

    `lang` is the language that it was written for, empty where a shared file names none.
    """

    text: str
    spans: tuple[tuple[int, int, str], ...]
    place: str
    date: str | None = None
    region: str | None = None
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: alternative token patterns that give a span of `label`.

    `label` is None for a rule that only serves larger ones. `constants` are slots with a fixed value.
    `gives` are the names under which other rules may ask for it.
    """

    id: str
    grammar: str
    label: str | None
    patterns: tuple[tuple[TokenSpec, ...], ...]
    place: str
    priority: int = 0
    why: str = ""
    constants: Mapping[str, str] = field(default_factory=dict)
    gives: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    rejects: tuple[Example, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names under which other rules may ask for it."""
        return (self.id, *self.gives)


@dataclass(frozen=True, slots=True)
class Label:
    """What a label needs to be written: its value's shape, and what it gives way to.

    `value` names the resolver (`date`, `money`, `agreement`, `partnership`, `slots`); `emit` is false for labels
    that only stand in the way of others (`DURATION`, `NONE`). Of two labels in `over` the first keeps the span.
    """

    name: str
    value: str
    emit: bool = True
    over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """How a language writes numbers and dates; from CLDR, corrected by the language's own `settings`."""

    decimal: str = "."
    group: str = ","
    order: str = "dmy"
    space_groups: bool = False
    #: Years from 2400 on are counted from the Buddha's death, 543 years more than the common era.
    buddhist: bool = False
    #: Whether day and month are written with full stops, `28.10.`.
    dotted: bool = False
    #: Whether nouns are written with a capital, so that a capital is no sign of a name.
    capital_nouns: bool = False
    region: str | None = None
    #: Pairs of letters, of which the second is often written for the first: words count in both spellings.
    spelling: str = ""
    #: Those of the language, where these are others: of the document's region, or shown by the text's own dates.
    usual: Settings | None = None


Kinds = Mapping[str, str]


class Lexicon(dict[str, "Kinds | None"]):
    """What each word may be: list names with the word's value in each, None where it stands in no list.

    Looks a word up exactly, then folded, then by its head (`*overeenkomst`) or stem (`соглашени*`).
    Results are kept, misses too, up to a bound: most words of a text have been seen before, and cost a look into
    a dictionary.
    """

    _BOUND = 40_000

    def __init__(
        self,
        *,
        exact: Mapping[str, Kinds],
        folded: Mapping[str, Kinds],
        heads: Mapping[str, Kinds],
        stems: Mapping[str, Kinds],
        phrases: Mapping[tuple[str, ...], Sequence[tuple[str, str, str, bool]]],
    ) -> None:
        super().__init__()
        #: What words are that may be numbers, where no other word goes on with them; filled by `units`.
        self.numerals: dict[str, dict[str, Any]] = {}
        self.exact = exact
        self.folded = folded
        self.heads = heads
        self.stems = stems
        #: words of a phrase as `even` has them -> (list, value, form as written, whether case counts)
        self.phrases = phrases
        starts = {words[0] for words in phrases}
        self._phrase_starts = frozenset(starts)
        self._phrase_stems = _by_edge((word[:-1] for word in starts if is_stem(word)), lambda stem: stem[:2])
        self._numerals = {form: int(kinds[name]) for form, kinds in folded.items() if (name := _numeral(form, kinds))}
        self._endings = frozenset(form[-_SHORTEST:] for form in self._numerals)
        self._heads = _by_edge(heads, lambda head: head[-2:])
        self._stems = _by_edge(stems, lambda stem: stem[:2])

    def __missing__(self, word: str) -> Kinds | None:
        if len(self) > self._BOUND:
            self.clear()
        found = self[word] = self._look_up(word)
        return found

    def _compound(self, word: str) -> int | None:
        """The value of a numeral that is written as one word, by the numerals that it is made of, None where it is
        none: `einunddreißigtausend`, `honderddrieëntwintig`.
        """
        if word[-_SHORTEST:] not in self._endings:
            return None
        for at in range(_SHORTEST, len(word) - _SHORTEST + 1):
            last = self._numerals.get(word[at:])
            if last is None:
                continue
            first = self._numerals.get(word[:at])
            if first is None:
                first = self._compound(word[:at])
            if first is None:
                continue
            if first < last and last in (100, 1000):
                return first * last
            if last < 1000 and first % 10 ** len(str(last)) == 0 and first > last:
                return first + last
        return None

    def _look_up(self, word: str) -> Kinds | None:
        folded = fold(word)
        found: dict[str, str] = {}
        for kinds in self._by_part(folded):
            found.update({k: v for k, v in kinds.items() if k not in found})
        if folded in self.folded:
            found.update(self.folded[folded])
        if word in self.exact:
            found.update(self.exact[word])
        if not found and len(folded) > _LONG and (value := self._compound(folded)) is not None:
            found["cardinal"] = str(value)
        if word[0].isupper() and "name_stop" not in found:
            found[CAPITAL] = ""
            if word.isascii() and _ROMAN.fullmatch(word):
                found["roman"] = str(_roman(word))
        if ("-" if word in _DASHES else folded) in self._phrase_starts or self.phrase_stems(folded):
            found[PHRASE_START] = ""
        return found or None

    def _by_part(self, folded: str) -> Iterator[Kinds]:
        """What a word may be by how it ends, and then by how it begins; most words end and begin in no part of a list,
        which is told at once."""
        heads, stems = self._heads.get(folded[-2:]), self._stems.get(folded[:2])
        if heads and folded.endswith(heads):
            yield from (self.heads[head] for head in heads if len(head) < len(folded) and folded.endswith(head))
        if stems and folded.startswith(stems):
            yield from (self.stems[stem] for stem in stems if folded.startswith(stem))

    def phrase_stems(self, folded: str) -> list[str]:
        """The stems with which phrases begin, and with which a word begins, too."""
        stems = self._phrase_stems.get(folded[:2], ())
        return [stem for stem in stems if folded.startswith(stem)] if folded.startswith(stems) else []


#: A numeral of several words written as one has more letters than this.
_LONG = 6
#: The letters of the shortest numeral in such a word, and the largest value of one.
_SHORTEST, _LARGEST = 3, 1000


def _by_edge(parts: Iterable[str], edge: Callable[[str], str]) -> dict[str, tuple[str, ...]]:
    """Heads by their last letters, stems by their first, the longest of each first: most words end in none."""
    found: dict[str, list[str]] = {}
    for part in sorted(parts, key=len, reverse=True):
        found.setdefault(edge(part), []).append(part)
    return {letters: tuple(own) for letters, own in found.items()}


def _numeral(form: str, kinds: Kinds) -> str | None:
    """In which list a word has the value of a whole number up to a thousand, of which longer ones are made."""
    for name in ("cardinal", "scale"):
        if kinds.get(name, "").isdecimal() and len(form) >= _SHORTEST and form.isalpha() and form < "\u0e00":
            return name if int(kinds[name]) <= _LARGEST else None
    return None


#: The kind of a word that begins a phrase of several words, and kinds that come from a word's shape alone.
PHRASE_START = "phrase start"
CAPITAL = "capital"
_SHAPES = frozenset({CAPITAL, "roman"})
_ROMAN = re.compile(r"(?=[IVXL])X{0,3}(?:I[XV]|V?I{0,3})")


def is_listed(kinds: Kinds) -> bool:
    """Whether a word stands in any list, and does not only have a shape."""
    return not kinds.keys() <= _SHAPES


def _roman(text: str) -> int:
    values = [{"I": 1, "V": 5, "X": 10, "L": 50}[letter] for letter in text]
    return sum(-v if any(w > v for w in values[n + 1 : n + 2]) else v for n, v in enumerate(values))


@dataclass(frozen=True, slots=True)
class ListedName:
    """What a value takes from an entry of a name list; `gazetteer` has all that is known of it."""

    id: str
    kind: str | None
    name: str
    acronym: str | None = None
    level: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    #: What the language calls its parties.
    party_names: tuple[str, ...] = ()
    #: A year, month or day.
    signed: str | None = None
    in_force: str | None = None
    #: Acronyms that are also words: they count where the text has the name in full.
    weak: tuple[str, ...] = ()

    @property
    def year(self) -> str | None:
        """The year since when: of its signing, else of its entry into force."""
        return (self.signed or self.in_force or "")[:4] or None


@dataclass(frozen=True)
class Grammar:
    """All that the stages need to know of one language."""

    lang: str
    settings: Settings
    lexicon: Lexicon
    rules: Mapping[str, Rule]
    labels: Mapping[str, Label]
    names: Mapping[str, ListedName]
    lists: Mapping[str, Mapping[str, str]]
    #: What linking reads besides, by list: forms with what they tell.
    frames: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: Lists of words so common that they are no triggers where a rule has any other.
    weak: frozenset[str] = frozenset()
    #: Examples of whole files: the rule's id or `:LABEL`, the example, whether it is a reject.
    cases: tuple[tuple[str, Example, bool], ...] = ()
    #: Described word lists in which the language has no words.
    lacking: tuple[str, ...] = ()
    fingerprint: str = ""
