"""The rules of one grammar, ready to run: levels of shards of patterns, each pattern a spaCy `Matcher`.

Word lists, kinds and smaller rules reach the `Matcher` as lexeme flags, its cheapest test. A lexeme has 45 free
ones, and each set of names that a token may be takes one: so patterns with the same trigger stand together in a
shard with a vocabulary of its own. A pattern is asked only where its trigger stands and a probe of what it needs
around that says that it may match, and sees only the units within its reach.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import or_
from typing import Any

from spacy.attrs import IDS
from spacy.lang.lex_attrs import LEX_ATTRS
from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from annotate.matching.row import BREAK, Row, Word
from annotate.matching.units import Unit
from annotate.rules.grammar import Rule, TokenSpec

_FIRST_FLAG, _LAST_FLAG = 19, 63
_VOCAB_BOUND = 10_000
#: How many units a rule may reach on either side of its trigger, at most.
_FARTHEST = 24

_GETTERS: Mapping[str, Any] = {name: LEX_ATTRS[number] for name, number in IDS.items() if number in LEX_ATTRS}
_BREAK_SET = frozenset({"break"})

Pattern = tuple[TokenSpec, ...]
#: A match: its rule and pattern, the units that it takes, and for each of them the index of its pattern token.
Hit = tuple[Rule, Pattern, Sequence[Unit], Sequence[int]]
#: The same without the units: where it begins, and the index of the pattern token of each unit.
Taken = tuple[int, tuple[int, ...]]
Reach = tuple[int, int]


class Shard:
    """Patterns of one level that share triggers, with a vocabulary of their own."""

    def __init__(self, patterns: Sequence[tuple[Rule, Pattern]]) -> None:
        self.patterns = patterns
        self._sets = list(dict.fromkeys(s for _, pattern in patterns for s in _name_sets(pattern)))
        self._attributes = {a for _, pattern in patterns for spec in pattern for a in spec.attributes}
        #: By the pattern's number; made when one is first asked, which most are not in a short text.
        self._matchers: dict[int, Any] = {}
        self._flagged: set[str] = set()

    @cached_property
    def _vocab(self) -> Vocab:
        return Vocab(lex_attr_getters={IDS[a]: _GETTERS[a] for a in self._attributes & _GETTERS.keys()})

    def _reset(self) -> None:
        """Forget all words: there are too many."""
        del self._vocab
        self._flagged.clear()
        self._matchers.clear()

    def _matcher(self, pattern: Pattern) -> Any:
        """A `Matcher` for one pattern: its time grows with patterns times units, and mostly one is asked for."""
        matcher = Matcher(self._vocab, validate=False)
        matcher.add("pattern", [[self._token(spec) for spec in pattern]], greedy="LONGEST")
        return matcher

    def _flag(self, names: frozenset[str]) -> str:
        return f"FLAG{_FIRST_FLAG + self._sets.index(names)}"

    def _token(self, spec: TokenSpec) -> dict[str, Any]:
        token: dict[str, Any] = dict(spec.attributes)
        if spec.names:
            token[self._flag(frozenset(spec.names))] = True
        else:
            token[self._flag(_BREAK_SET)] = False
        if spec.also:
            token[self._flag(frozenset(spec.also))] = True
        if spec.unless:
            token[self._flag(frozenset(spec.unless))] = False
        if spec.op != "1":
            token["OP"] = spec.op
        return token

    def _doc(self, units: Sequence[Unit]) -> Doc:
        """The units as a `Doc`, each word's flags set."""
        if len(self._vocab) > _VOCAB_BOUND:
            self._reset()
        flagged = self._flagged
        for unit in units:
            if unit.orth not in flagged and unit.kinds:
                flagged.add(unit.orth)
                lexeme = self._vocab[unit.orth]
                for n, names in enumerate(self._sets):
                    if is_any(unit.kinds, names):
                        lexeme.set_flag(_FIRST_FLAG + n, True)
        return Doc(self._vocab, words=[u.orth for u in units], spaces=[u.space for u in units])

    def find(self, units: Sequence[Unit], number: int) -> list[Taken]:
        """Every match of one pattern in the units, the longest where they overlap."""
        doc = self._doc(units)
        matcher = self._matchers.get(number)
        if matcher is None:
            matcher = self._matchers[number] = self._matcher(self.patterns[number][1])
        found: Any = matcher(doc, with_alignments=True)
        return [(start, tuple(alignment)) for _, start, _, alignment in found]


def _name_sets(pattern: Pattern) -> Iterator[frozenset[str]]:
    for spec in pattern:
        yield frozenset(spec.names) if spec.names else _BREAK_SET
        for others in (spec.also, spec.unless):
            if others:
                yield frozenset(others)


def is_any(kinds: Mapping[str, Any], names: frozenset[str]) -> bool:
    """Whether a unit is any of the names; `period.year` asks for the value, too."""
    if not names.isdisjoint(kinds):
        return True
    return any("." in n and kinds.get(n.split(".")[0]) == n.split(".", 1)[1] for n in names)


@dataclass(frozen=True, slots=True)
class _Probe:
    """What must stand around a trigger before it is worth while to ask the `Matcher` for one pattern.

    Masks have a bit for each set of names, or of words, that some token of the level asks for. `before` and `after`
    are what the units on either side of the trigger must be, `left` and `right` what must stand somewhere within
    reach; 0 where anything will do.
    """

    asked: int
    reach: Reach
    before: int
    after: int
    left: int
    right: int


class _Bits:
    """Which of a level's sets of names and words a unit is in, as bits; kept by the unit's word."""

    def __init__(self) -> None:
        self._sets: dict[frozenset[str], int] = {}
        self._names: dict[str, int] = {}
        self._valued: dict[str, list[tuple[str, int]]] = {}
        self._words: dict[str, int] = {}
        #: The bits of units that have been met, by their words.
        self.known: dict[str, int] = {}

    def of_names(self, names: Sequence[str]) -> int:
        """The bit of a set of names: of lists, kinds or rules; `period.year` asks for the value, too."""
        key = frozenset(names)
        if key not in self._sets:
            bit = self._sets[key] = 1 << len(self._sets)
            for name in key:
                base, _, value = name.partition(".")
                self._names[name] = self._names.get(name, 0) | bit
                if value:
                    self._valued.setdefault(base, []).append((value, bit))
        return self._sets[key]

    def of_words(self, words: Iterable[str]) -> int:
        """The bit of a set of words, compared without case."""
        folded = frozenset(word.casefold() for word in words)
        key = frozenset(f"word {word}" for word in folded)
        if key not in self._sets:
            bit = self._sets[key] = 1 << len(self._sets)
            for word in folded:
                self._words[word] = self._words.get(word, 0) | bit
        return self._sets[key]

    def of_token(self, spec: TokenSpec) -> int:
        """All that a unit must be to be taken by a token, as far as names and words tell."""
        bits = self.of_names(spec.names) if spec.names else 0
        if spec.also:
            bits |= self.of_names(spec.also)
        if words := list(_literals(spec)):
            bits |= self.of_words(words)
        return bits

    def of(self, unit: Word) -> int:
        """The bits of a unit."""
        bits = self.known.get(unit.orth)
        if bits is None:
            if len(self.known) > _VOCAB_BOUND:
                self.known.clear()
            bits = self.known[unit.orth] = self.of_kinds(unit.kinds, unit.orth)
        return bits

    def within(self, words: Sequence[Word]) -> list[int]:
        """What stands within 0, 1, 2, … of some units, up to the end of the line, which some rules ask for, too."""
        found, so_far, known = [0], 0, self.known.get
        for word in words:
            bits = known(word.orth)
            so_far |= self.of(word) if bits is None else bits
            found.append(so_far)
            if word.orth == BREAK:
                break
        return found

    def of_kinds(self, kinds: Mapping[str, Any], word: str) -> int:
        """The bits of a word with its kinds."""
        bits = self._words.get(word.casefold(), 0)
        names, valued = self._names, self._valued
        for name in kinds:
            if name in names:
                bits |= names[name]
            if name in valued:
                for value, bit in valued[name]:
                    if kinds[name] == value:
                        bits |= bit
        return bits


class _Asked:
    """One pattern, and what it has taken before: it takes the same wherever units that are the same to it stand.

    To a pattern units are the same that are in the same of the lists, kinds and rules that it names. Words count where
    it asks for attributes of them, and white space where it asks for that.
    """

    def __init__(self, shard: Shard, number: int) -> None:
        self._shard, self._number = shard, number
        self.rule, self.pattern = shard.patterns[number]
        self._bits = _Bits()
        for spec in self.pattern:
            self._bits.of_token(spec)
            self._bits.of_names(spec.names or ("break",))
            if spec.unless:
                self._bits.of_names(spec.unless)
        by_word = [spec for spec in self.pattern if spec.attributes.keys() - {"SPACY"}]
        self._by_word = [self._bits.of_token(spec) for spec in by_word]
        self._spaced = any("SPACY" in spec.attributes for spec in self.pattern)
        self._classes: dict[str, int | str] = {}
        self._known: dict[tuple[int | str, ...], list[Taken]] = {}

    def find(self, row: Row, start: int, end: int) -> Iterator[Hit]:
        """Every match in some units of a row."""
        if end - start > _STRETCH:
            for first in range(start, end - 2 * _FARTHEST, _STRETCH - 2 * _FARTHEST):
                yield from self._find(row, first, min(end, first + _STRETCH))
        else:
            yield from self._find(row, start, end)

    def _find(self, row: Row, start: int, end: int) -> Iterator[Hit]:
        known = self._classes.get
        words = row.words[start:end]
        key = tuple([self._class(word) if (own := known(word.orth)) is None else own for word in words])
        if self._spaced:
            glued = row.tokens.glued
            key += tuple([glued(i) for i in row.starts[start + 1 : end + 1]])
        taken = self._known.get(key)
        if taken is None:
            if len(self._known) > _KNOWN_BOUND:
                self._known.clear()
            taken = self._known[key] = self._shard.find(row.units(start, end), self._number)
        for first, alignment in taken:
            yield self.rule, self.pattern, row.units(start + first, start + first + len(alignment)), alignment

    def _class(self, word: Word) -> int | str:
        """What a unit is to the pattern."""
        if len(self._classes) > _KNOWN_BOUND:
            self._classes.clear()
        own = self._bits.of_kinds(word.kinds, word.orth)
        found = word.orth if any(own & needed == needed for needed in self._by_word) else own
        self._classes[word.orth] = found
        return found


#: How many rows of units, and how many words, a pattern remembers.
_KNOWN_BOUND = 2_000


class Level:
    """The rules of one level, in shards by what triggers them."""

    def __init__(self, rules: Sequence[Rule], weak: frozenset[str]) -> None:
        self.ids = frozenset(rule.id for rule in rules)
        self.names: frozenset[str] = frozenset()
        self.words: frozenset[str] = frozenset()
        #: Some pattern has nothing telling: it may match anywhere.
        self.everywhere = False
        self._asked: list[_Asked] = []
        self._bits = _Bits()
        #: What a trigger is and what it is not, as bits, with the pattern that it triggers; 0 for what any unit may be.
        self._probes: list[tuple[int, int, _Probe]] = []
        for group in _groups(rules, weak):
            self._add(group, weak)
        self._triggered: dict[int, tuple[_Probe, ...]] = {}
        self._likely: dict[tuple[int, int, int], tuple[tuple[_Probe, ...], int, int]] = {}

    def _add(self, group: Sequence[tuple[Rule, Pattern]], weak: frozenset[str]) -> None:
        shard = Shard(group)
        for number, (_, pattern) in enumerate(group):
            at = _trigger(pattern, weak)
            spec = pattern[at]
            words = frozenset() if spec.names else frozenset(w.casefold() for w in _literals(spec))
            self.everywhere |= not spec.names and not words
            self.names |= frozenset(spec.names)
            self.words |= words
            never = self._bits.of_names(spec.unless) if spec.unless else 0
            self._probes.append((self._bits.of_token(spec), never, self._probe(len(self._asked), pattern, at)))
            self._asked.append(_Asked(shard, number))

    def _probe(self, asked: int, pattern: Pattern, at: int) -> _Probe:
        bits = self._bits.of_token
        reach = (sum(map(_most, pattern[:at])), sum(map(_most, pattern[at:])) - 1)
        single = pattern[at].op == "1"  # of several in a row each is beside another one
        before = pattern[at - 1] if at and single else None
        after = pattern[at + 1] if at + 1 < len(pattern) and single else None
        left = [bits(spec) for spec in pattern[:at] if not spec.optional]
        right = [bits(spec) for spec in pattern[at + 1 :] if not spec.optional]
        return _Probe(
            asked,
            (min(reach[0], _FARTHEST), min(reach[1], _FARTHEST)),
            bits(before) if before and not before.optional else 0,
            bits(after) if after and not after.optional else 0,
            reduce(or_, left, 0),
            reduce(or_, right, 0),
        )

    def _probes_of(self, own: int) -> tuple[_Probe, ...]:
        """The patterns that a unit with these bits triggers; kept, as there are few kinds of units."""
        found = self._triggered.get(own)
        if found is None:
            if len(self._triggered) > _VOCAB_BOUND:
                self._triggered.clear()
            found = tuple(probe for bits, never, probe in self._probes if own & bits == bits and not own & never)
            self._triggered[own] = found
        return found

    def _likely_between(self, own: int, before: int, after: int) -> tuple[tuple[_Probe, ...], int, int]:
        """The patterns that a unit triggers between two others, and how far these reach; kept."""
        key = own, before, after
        found = self._likely.get(key)
        if found is None:
            if len(self._likely) > _VOCAB_BOUND:
                self._likely.clear()
            fitting = [p for p in self._probes_of(own) if before & p.before == p.before and after & p.after == p.after]
            left, right = (max((p.reach[n] for p in fitting), default=0) for n in (0, 1))
            found = self._likely[key] = tuple(fitting), left, right
        return found

    def find(self, row: Row, hot: Iterable[int]) -> Iterator[Hit]:
        """Every match of the level's rules around the units at the places `hot`."""
        bits, words, last = self._bits.of, row.words, len(row.words) - 1
        places: dict[int, list[tuple[int, int]]] = {}
        for n in hot:
            own = bits(words[n])
            if not self._probes_of(own):
                continue
            before = bits(words[n - 1]) if n else 0
            after = bits(words[n + 1]) if n < last else 0
            likely, left, right = self._likely_between(own, before, after)
            if not likely:
                continue
            lefts = self._bits.within(words[max(0, n - left) : n][::-1])
            rights = self._bits.within(words[n + 1 : n + 1 + right])
            for p in likely:
                left, right = p.reach
                on_left, on_right = lefts[min(left, len(lefts) - 1)], rights[min(right, len(rights) - 1)]
                if on_left & p.left == p.left and on_right & p.right == p.right:
                    places.setdefault(p.asked, []).append((max(0, n - left), min(last, n + right) + 1))
        for asked, own_places in places.items():
            for start, end in _joined(own_places):
                yield from self._asked[asked].find(row, start, end)


#: How many units the `Matcher` sees at once. Patterns with open ends cost it more than linear time in a longer row.
_STRETCH = 256


def _joined(places: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Places that overlap, as one."""
    start, end = places[0]
    for following, its_end in places:
        if following >= end:
            yield start, end
            start = following
        end = max(end, its_end)
    yield start, end


def _groups(rules: Sequence[Rule], weak: frozenset[str]) -> list[list[tuple[Rule, Pattern]]]:
    """Patterns by what triggers them; those of a shared name together, as far as a lexeme has flags for them."""
    groups: list[tuple[set[str], set[frozenset[str]], list[tuple[Rule, Pattern]]]] = []
    for rule in rules:
        for pattern in rule.patterns:
            spec = pattern[_trigger(pattern, weak)]
            keys = set(spec.names) or {f"word {w}" for w in _literals(spec)} or {""}
            sets = set(_name_sets(pattern))
            for names, used, members in groups:
                if names & keys and len(used | sets) <= _LAST_FLAG - _FIRST_FLAG + 1:
                    names |= keys
                    used |= sets
                    members.append((rule, pattern))
                    break
            else:
                groups.append((keys, sets, [(rule, pattern)]))
    return [members for _, _, members in groups]


def levels(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Rules by what they are made of: level 0 of words alone, each next one of the levels below it."""
    by_name: dict[str, list[Rule]] = {}
    for rule in rules:
        for name in rule.names:
            by_name.setdefault(name, []).append(rule)
    depth: dict[str, int] = {}

    def of(rule: Rule) -> int:
        if rule.id not in depth:
            used = {r.id: r for p in rule.patterns for s in p for n in s.rules for r in by_name.get(n, ())}
            depth[rule.id] = 1 + max((of(r) for r in used.values()), default=-1)
        return depth[rule.id]

    found: list[list[Rule]] = [[] for _ in range(1 + max(map(of, rules), default=-1))]
    for rule in rules:
        found[depth[rule.id]].append(rule)
    return found


class RuleSet:
    """The rules of one grammar (`dates`, `money`, …) in levels, and what triggers them in a text."""

    def __init__(self, rules: Sequence[Rule], weak: frozenset[str]) -> None:
        self.ids = frozenset(rule.id for rule in rules)
        self.levels = [Level(level, weak) for level in levels(rules)]
        smaller = {name for rule in rules for name in rule.names}
        #: Names of lists and kinds, and literal words, around which a match may be.
        self.triggers = frozenset(n.split(".")[0] for level in self.levels for n in level.names if n not in smaller)
        self.words = frozenset(word for level in self.levels for word in level.words)
        self.everywhere = any(level.everywhere for level in self.levels)
        #: What triggers larger rules besides the smaller ones that they are made of: names, and literal words.
        self._upper = frozenset(n.split(".")[0] for level in self.levels[1:] for n in level.names if n not in smaller)
        self._upper_words = frozenset(word for level in self.levels[1:] for word in level.words)
        self._upper_everywhere = any(level.everywhere for level in self.levels[1:])

    def may_trigger(self, kinds: Mapping[str, Any], word: str) -> bool:
        """Whether a word of these kinds triggers any rule."""
        return self.everywhere or not self.triggers.isdisjoint(kinds) or word.casefold() in self.words

    def may_climb(self, word: Word) -> bool:
        """Whether a unit may trigger a larger rule where no smaller one has found anything."""
        if self._upper_everywhere or not self._upper.isdisjoint(word.kinds):
            return True
        return bool(self._upper_words) and word.orth.casefold() in self._upper_words


#: How telling a built-in kind is as a trigger; a list of uncommon words tells more than most.
_KIND_RANK = {
    "numeric_date": 0,
    "numeric_year_span": 0,
    "numeric_month_year": 2,
    "year": 3,
    "modern_year": 3,
    "ordinal": 4,
    "roman": 4,
    "spelled_year": 9,
    "capital": 9,
}

#: A literal word of fewer letters is likely to stand in every sentence.
_SHORT = 4


def _trigger(pattern: Pattern, weak: frozenset[str]) -> int:
    """Which token of a pattern tells most of where it may match: it must be there, and is rare."""
    needed = [n for n, spec in enumerate(pattern) if not spec.optional]
    return min(needed, key=lambda n: (_rank(pattern[n], weak), len(pattern[n].names)))


def _rank(spec: TokenSpec, weak: frozenset[str]) -> int:
    """How common what a token asks for is in any text: the fewer there are, the less is looked at in vain."""
    if spec.rules and not spec.lists and not spec.kinds:
        return 0
    if not spec.names:
        shortest = min(map(len, _literals(spec)), default=0)
        return 10 if not shortest else 8 if shortest < _SHORT or spec.outside else 5
    return max([7 if n in weak else 1 for n in spec.lists] + [_KIND_RANK.get(kind, 6) for kind in spec.kinds])


def _most(spec: TokenSpec) -> int:
    """How many units a token of a pattern may take."""
    numbers = re.findall(r"\d+", spec.op)
    return int(numbers[-1]) if numbers else 12 if spec.op in ("*", "+") else 1


def _literals(spec: TokenSpec) -> Iterator[str]:
    """Words that a token names through spaCy's own attributes."""
    for attribute in ("LOWER", "ORTH", "TEXT"):
        value = spec.attributes.get(attribute)
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping) and isinstance(value.get("IN"), list):
            yield from value["IN"]


def fits(specs: Sequence[TokenSpec], units: Sequence[Unit]) -> list[set[int]]:
    """For each token of a pattern the units that it takes by itself; for `explain`."""
    found: list[set[int]] = [set() for _ in specs]
    for number, spec in enumerate(specs):
        alone = (replace(spec, op="1", outside=False),)
        rule = Rule(str(number), "", None, (alone,), "")
        found[number].update(start for start, _ in Shard([(rule, alone)]).find(units, 0))
    return found
