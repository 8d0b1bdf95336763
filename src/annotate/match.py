"""Stage `match`: token rules over the neighbourhood of trigger words, small rules first, larger from them.

A text's words are looked up in the lexicon; where one may trigger a rule, the tokens around it become a window.
In a window, words and numbers become units, and the rules of each grammar run level by level with spaCy's
`Matcher`: what a level finds becomes one unit for the next, so that `van <date> tot <date>` is one rule and not
one for each kind of date. Word lists and kinds reach the `Matcher` as lexeme flags, its cheapest test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from spacy.attrs import IDS
from spacy.lang.lex_attrs import LEX_ATTRS
from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from annotate.grammar import PHRASE_START, Grammar, Rule, Settings, TokenSpec
from annotate.matches import Found, Match, Select, Slot
from annotate.tokens import Tokens
from annotate.units import Phrases, Unit, masked, units_of

_FIRST_FLAG, _LAST_FLAG = 19, 63
_VOCAB_BOUND = 50_000
_BREAK = "\n"
#: How many tokens around a trigger a rule may reach, at most.
WINDOW = 24
#: Tokens that a number may have more than the one unit it is to a rule.
_NUMBER_LENGTH = 4


class _Shard:
    """Some rules of one level with a spaCy `Matcher` and a vocabulary of their own.

    A lexeme has 45 free flags; each set of names that a token of these rules may be takes one.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.sets = list(dict.fromkeys(s for rule in rules for s in _name_sets(rule)))
        self._attributes = {a for rule in rules for p in rule.patterns for s in p for a in s.attributes}
        self._reset()

    def _reset(self) -> None:
        ids = {IDS[a]: g for a, g in _GETTERS.items() if a in self._attributes}
        self.vocab = Vocab(lex_attr_getters=ids)
        self._flagged: set[str] = set()
        self.matcher = Matcher(self.vocab, validate=False)
        for r, rule in enumerate(self.rules):
            for p, pattern in enumerate(rule.patterns):
                self.matcher.add(f"{r}:{p}", [[self._token(spec) for spec in pattern]], greedy="LONGEST")

    def _flag(self, names: frozenset[str]) -> int:
        return _FIRST_FLAG + self.sets.index(names)

    def _token(self, spec: TokenSpec) -> dict[str | int, Any]:
        token: dict[str | int, Any] = dict(spec.attributes)
        if spec.names:
            token[f"FLAG{self._flag(frozenset(spec.names))}"] = True
        else:
            token[f"FLAG{self._flag(_BREAK_SET)}"] = False
        if spec.unless:
            token[f"FLAG{self._flag(frozenset(spec.unless))}"] = False
        if spec.op != "1":
            token["OP"] = spec.op
        return token

    def doc(self, units: Sequence[Unit]) -> Doc:
        """The units as a `Doc`, each word's flags set."""
        if len(self.vocab) > _VOCAB_BOUND:
            self._reset()
        flagged = self._flagged
        for unit in units:
            if unit.kinds and unit.orth not in flagged:
                flagged.add(unit.orth)
                lexeme = self.vocab[unit.orth]
                for n, names in enumerate(self.sets):
                    if _is_any(unit.kinds, names):
                        lexeme.set_flag(_FIRST_FLAG + n, True)
        return Doc(self.vocab, words=[u.orth for u in units], spaces=[u.space for u in units])

    def find(self, units: Sequence[Unit]) -> Iterator[tuple[Rule, tuple[TokenSpec, ...], int, list[int]]]:
        """Every match: the rule, its pattern, the first unit, and the pattern token of each unit."""
        strings = self.vocab.strings
        for key, start, _, alignment in self.matcher(self.doc(units), with_alignments=True):
            r, _, p = strings[key].partition(":")
            rule = self.rules[int(r)]
            yield rule, rule.patterns[int(p)], start, alignment


_GETTERS: Mapping[str, Any] = {name: LEX_ATTRS[number] for name, number in IDS.items() if number in LEX_ATTRS}
_BREAK_SET = frozenset({"break"})


def _name_sets(rule: Rule) -> Iterator[frozenset[str]]:
    for pattern in rule.patterns:
        for spec in pattern:
            yield frozenset(spec.names) if spec.names else _BREAK_SET
            if spec.unless:
                yield frozenset(spec.unless)


def _is_any(kinds: Mapping[str, Any], names: frozenset[str]) -> bool:
    """Whether a unit is any of the names; `period.year` asks for the value, too."""
    return any(
        name in kinds or ("." in name and kinds.get(name.split(".")[0]) == name.split(".", 1)[1])
        for name in names
    )


def _shards(rules: Sequence[Rule]) -> list[_Shard]:
    """Rules packed so that no shard needs more flags than a lexeme has."""
    packed: list[list[Rule]] = []
    used: list[set[frozenset[str]]] = []
    for rule in rules:
        sets = set(_name_sets(rule))
        for group, group_sets in zip(packed, used, strict=True):
            if len(group_sets | sets) <= _LAST_FLAG - _FIRST_FLAG + 1:
                group.append(rule)
                group_sets |= sets
                break
        else:
            packed.append([rule])
            used.append(sets)
    return [_Shard(group) for group in packed]


def _levels(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Rules by what they are made of: level 0 of words alone, each next one of the levels below it."""
    by_name: dict[str, list[Rule]] = {}
    for rule in rules:
        for name in (rule.id, *rule.gives):
            by_name.setdefault(name, []).append(rule)
    depth: dict[str, int] = {}

    def of(rule: Rule) -> int:
        if rule.id not in depth:
            used = {r.id: r for p in rule.patterns for s in p for n in s.rules for r in by_name.get(n, ())}
            depth[rule.id] = 1 + max((of(r) for r in used.values()), default=-1)
        return depth[rule.id]

    levels: list[list[Rule]] = [[] for _ in range(1 + max(map(of, rules), default=-1))]
    for rule in rules:
        levels[depth[rule.id]].append(rule)
    return levels


#: How telling a built-in kind is as a trigger; a list of uncommon words tells more than most.
_KIND_RANK = {
    "numeric_date": 0, "numeric_year_span": 0, "numeric_month_year": 2, "year": 3, "modern_year": 3, "ordinal": 4, "roman": 4,
}  # fmt: skip


class _Level:
    """The rules of one level, and how far around which units they can match.

    `near` maps a name (of a list, kind or smaller rule) that such a rule cannot do without to the units that it
    may take before and after it.
    """

    def __init__(self, rules: Sequence[Rule], weak: frozenset[str]) -> None:
        self.shards = _shards(rules)
        self.near: dict[str, tuple[int, int]] = {}
        self.words: dict[str, tuple[int, int]] = {}
        for rule in rules:
            for pattern in rule.patterns:
                self._add(pattern, _trigger(pattern, weak))
        self._reaches: dict[str, tuple[int, int] | None] = {}

    def _add(self, pattern: Sequence[TokenSpec], at: int) -> None:
        reach = sum(map(_most, pattern[:at])), sum(map(_most, pattern[at:])) - 1
        spec = pattern[at]
        for name in spec.names:
            self.near[name] = _wider(reach, self.near.get(name))
        for word in () if spec.names else _literals(spec):
            self.words[word.casefold()] = _wider(reach, self.words.get(word.casefold()))

    def _reach(self, unit: Unit) -> tuple[int, int] | None:
        """How far around a unit these rules may match, None where it triggers none; kept by the unit's word."""
        try:
            return self._reaches[unit.orth]
        except KeyError:
            if len(self._reaches) > _VOCAB_BOUND:
                self._reaches.clear()
            reach = self.words.get(unit.orth.casefold())
            for name, own in self.near.items():
                if _is_any(unit.kinds, (name,)):
                    reach = _wider(own, reach)
            self._reaches[unit.orth] = reach
            return reach

    def around(self, units: Sequence[Unit]) -> list[Unit]:
        """The units within reach of a trigger, with a break where some are left out."""
        near: list[Unit] = []
        taken = 0
        for n, unit in enumerate(units):
            reach = self._reach(unit)
            if reach is None:
                continue
            first, last = max(taken, n - reach[0]), min(len(units), n + reach[1] + 1)
            if last <= taken:
                continue
            if near and first > taken:
                near.append(_break_after(near[-1]))
            near += units[first:last]
            taken = last
        return near


def _wider(one: tuple[int, int], other: tuple[int, int] | None) -> tuple[int, int]:
    return one if other is None else (max(one[0], other[0]), max(one[1], other[1]))


class _RuleSet:
    """The rules of one grammar (`dates`, `money`, …) in levels, and what triggers them in a text."""

    def __init__(self, rules: Sequence[Rule], weak: frozenset[str]) -> None:
        self.ids = frozenset(rule.id for rule in rules)
        self.levels = [_Level(level, weak) for level in _levels(rules)]
        smaller = {name for rule in rules for name in rule.names}
        #: Names of lists and kinds, and literal words, around which a match may be.
        self.triggers = frozenset(name for level in self.levels for name in level.near if name not in smaller)
        self.words = frozenset(word for level in self.levels for word in level.words)
        lengths = [sum(map(_most, pattern)) for rule in rules for pattern in rule.patterns]
        self.reach = min(WINDOW, max(lengths, default=0) + _NUMBER_LENGTH)


def _trigger(pattern: Sequence[TokenSpec], weak: frozenset[str]) -> int:
    """Which token of a pattern tells most of where it may match: it must be there, and is rare."""
    needed = [n for n, spec in enumerate(pattern) if not spec.optional]
    return min(needed, key=lambda n: (_rank(pattern[n], weak), len(pattern[n].names)))


def _rank(spec: TokenSpec, weak: frozenset[str]) -> int:
    """How common what a token asks for is in any text: the fewer there are, the less is looked at in vain."""
    if spec.rules and not spec.lists and not spec.kinds:
        return 0
    if not spec.names:
        return 8 if any(_literals(spec)) else 10
    return max(
        [7 if name in weak else 1 for name in spec.lists] + [_KIND_RANK.get(kind, 9) for kind in spec.kinds]
    )


def _most(spec: TokenSpec) -> int:
    """How many units a token of a pattern may take."""
    numbers = re.findall(r"\d+", spec.op)
    return int(numbers[-1]) if numbers else 9 if spec.op in ("*", "+") else 1


def _literals(spec: TokenSpec) -> Iterator[str]:
    """Words that a token names through spaCy's own attributes."""
    for attribute in ("LOWER", "ORTH", "TEXT"):
        value = spec.attributes.get(attribute)
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping) and isinstance(value.get("IN"), list):
            yield from value["IN"]


class Engine:
    """The rules of one language, ready to run over tokens; build it once, it keeps what it has learnt."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar
        self._lexicon = grammar.lexicon
        self._phrases = Phrases(grammar.lexicon)
        names = sorted({rule.grammar for rule in grammar.rules.values()})
        self._sets = [
            _RuleSet([r for r in grammar.rules.values() if r.grammar == name], grammar.weak) for name in names
        ]
        self._masks: dict[str, int] = {}

    # -- windows

    def _mask(self, word: str) -> int:
        """Which grammars a word may trigger, as bits; the high bit asks to look at the next word."""
        mask = self._masks.get(word)
        if mask is None:
            if len(self._masks) > 200_000:
                self._masks.clear()
            mask = self._masks[word] = self._look_up_mask(word)
        return mask

    def _look_up_mask(self, word: str) -> int:
        kinds = dict(self._lexicon[word] or {})
        later: dict[str, str] = {}
        if word[0].isdecimal():
            kinds.update(
                dict.fromkeys(
                    ("number", "integer", "scaled", "ordinal", "day", "month_number", "short_year"), ""
                )
            )
            later = dict.fromkeys(
                ("numeric_date", "numeric_day_month", "numeric_month_year", "numeric_year_span"), ""
            )
            if len(word) == 4 and (word[0] in "12" or not word.isascii()):
                kinds["year"] = kinds["modern_year"] = ""
        if PHRASE_START in kinds:
            later.update(dict.fromkeys(self._phrases.lists_from(word), ""))
        mask = 0
        for n, rules in enumerate(self._sets):
            if _is_any(kinds, rules.triggers) or word.casefold() in rules.words:
                mask |= 1 << n
            elif any(t.split(".")[0] in later for t in rules.triggers):
                mask |= 1 << (n + len(self._sets))
        return mask

    def _triggered(self, tokens: Tokens, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Tokens that trigger a grammar, with the grammars as bits."""
        count = len(self._sets)
        low = (1 << count) - 1
        words, seen, compute = tokens.words, self._masks, self._mask
        for i in range(first, last):
            word = words[i]
            mask = seen[word] if word in seen else compute(word)
            if mask > low:  # only together with the next token: a phrase, or a date in digits
                following = words[i + 1] if i + 1 < last else " "
                whole = (
                    following in "/.-‐‑" if word[0].isdecimal() else self._phrases.may_begin(word, following)
                )
                mask = (mask | mask >> count) & low if whole else mask & low
            if mask:
                yield i, mask

    def _windows(self, tokens: Tokens, first: int, last: int) -> list[list[tuple[int, int]]]:
        """For each grammar the stretches of tokens around its triggers."""
        windows: list[list[tuple[int, int]]] = [[] for _ in self._sets]
        for i, mask in self._triggered(tokens, first, last):
            for n, rules in enumerate(self._sets):
                if mask >> n & 1:
                    _extend(windows[n], max(first, i - rules.reach), min(last, i + rules.reach + 1))
        return windows

    # -- matching

    def match(
        self,
        tokens: Tokens,
        select: Select,
        settings: Settings | None = None,
        span: tuple[int, int] | None = None,
    ) -> Found:
        """All that the rules find in tokens `span` (all of them by default), the larger instead of its parts.

        `select` decides between overlapping matches of one level; `settings` stand in for the language's own
        where the document's region writes dates otherwise.
        """
        first, last = span or (0, len(tokens))
        windows = self._windows(tokens, first, last)
        found = Found()
        lines = self._lines(tokens, _union(windows), settings or self.grammar.settings)
        for rules, own in zip(self._sets, windows, strict=True):
            units = _within(lines, own)
            if units:
                self._run(rules, units, tokens, select, found)
        return found

    def _lines(
        self, tokens: Tokens, windows: Sequence[tuple[int, int]], settings: Settings
    ) -> list[list[Unit]]:
        """The units of each window, cut at the ends of lines."""
        masks = masked(tokens)
        pieces: list[tuple[int, int]] = []
        for start, end in windows:
            cuts = [start, *sorted(b for b in tokens.breaks if start < b < end), end]
            pieces += zip(cuts, cuts[1:], strict=False)
        phrases = self._phrases.find(tokens.words, pieces)
        return [
            units_of(tokens, a, b, phrases=phrases, masks=masks, lexicon=self._lexicon, settings=settings)
            for a, b in pieces
        ]

    def units(
        self, tokens: Tokens, rule_id: str, select: Select, settings: Settings, span: tuple[int, int]
    ) -> list[Unit]:
        """What a rule is tried on: the units of tokens `span`, with all that smaller rules find as one.

        Not only around triggers, because `explain` asks why a rule did not match.
        """
        rules = next(own for own in self._sets if rule_id in own.ids)
        units = _within(self._lines(tokens, [span], settings), [span])
        return self._run(rules, units, tokens, select, Found(), before=rule_id)

    def _run(
        self,
        rules: _RuleSet,
        units: list[Unit],
        tokens: Tokens,
        select: Select,
        found: Found,
        *,
        before: str | None = None,
    ) -> list[Unit]:
        for level in rules.levels:
            if before is not None and any(
                rule.id == before for shard in level.shards for rule in shard.rules
            ):
                break
            near = level.around(units)
            candidates = [
                match
                for shard in level.shards
                for rule, pattern, start, alignment in (shard.find(near) if near else ())
                if (match := _build(rule, pattern, near[start : start + len(alignment)], alignment, tokens))
            ]
            if candidates:
                kept, lost = select(candidates)
                found.lost += lost
                units = _reduce(units, kept, self.grammar.rules)
        found.matches += [
            unit.kinds["match"] for unit in units if "match" in unit.kinds and unit.kinds["match"].label
        ]
        return units


def fits(specs: Sequence[TokenSpec], units: Sequence[Unit]) -> list[set[int]]:
    """For each token of a pattern the units that it takes by itself; for `explain`."""
    rules = [
        Rule(str(n), "", None, ((replace(spec, op="1", outside=False),),), "") for n, spec in enumerate(specs)
    ]
    found: list[set[int]] = [set() for _ in specs]
    for rule, _, start, _ in _Shard(rules).find(units):
        found[int(rule.id)].add(start)
    return found


def _extend(windows: list[tuple[int, int]], start: int, end: int) -> None:
    """Add a window, joined with the last one where they touch."""
    if windows and windows[-1][1] >= start:
        start = windows.pop()[0]
    windows.append((start, end))


def _union(windows: Sequence[Sequence[tuple[int, int]]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(w for own in windows for w in own):
        _extend(joined, start, max(end, joined[-1][1] if joined and joined[-1][1] >= start else end))
    return joined


def _within(lines: Sequence[Sequence[Unit]], windows: Sequence[tuple[int, int]]) -> list[Unit]:
    """The units that stand in one grammar's windows, with a break after each stretch."""
    units: list[Unit] = []
    w = 0
    for line in lines:
        inside = len(units)
        for unit in line:
            while w < len(windows) and windows[w][1] <= unit.i:
                w += 1
            if w < len(windows) and unit.j > windows[w][0]:
                units.append(unit)
        if len(units) > inside:
            units.append(_break_after(units[-1]))
    return units


def _break_after(unit: Unit) -> Unit:
    return Unit(unit.j, unit.j, _BREAK, {"break": None}, True)


def _build(
    rule: Rule, pattern: Sequence[TokenSpec], units: Sequence[Unit], alignment: Sequence[int], tokens: Tokens
) -> Match | None:
    """A match out of the units it covers; None where nothing of it is inside its span."""
    pairs = [(pattern[a], unit) for a, unit in zip(alignment, units, strict=True)]
    inside = [(spec, unit) for spec, unit in pairs if not spec.outside]
    if not inside:
        return None
    i, j = inside[0][1].i, inside[-1][1].j
    slots: dict[str, list[Slot]] = {}
    inner: list[Match] = []
    for spec, unit in pairs:
        value = _value(spec, unit, tokens)
        if isinstance(value, Match):
            inner.append(value)
            if spec.slot is None:
                for name, filled in value.slots.items():
                    slots.setdefault(name, []).extend(filled)
                continue
        if spec.slot:
            start, end = tokens.starts[unit.i], tokens.end(unit.j - 1)
            slots.setdefault(spec.slot, []).append(Slot(tokens.text[start:end], start, end, value))
    start, end = tokens.starts[i], tokens.end(j - 1)
    for name, constant in rule.constants.items():
        slots[name] = [Slot(constant, start, end, constant)]
    match = Match(
        rule.id, rule.label, rule.priority, i, j, units[0].i, units[-1].j, start, end, slots,
        (*(r for m in inner for r in m.trail), rule.id),
    )  # fmt: skip
    if len(inside) == 1 and inner and inside[0][0].rules and len(pairs) > 1:  # context around a smaller rule
        core = next(m for m in inner if (m.i, m.j) == (inside[0][1].i, inside[0][1].j) or m.start >= start)
        match.rule, match.i, match.j, match.start, match.end = core.rule, core.i, core.j, core.start, core.end
        match.label = core.label
    return match


def _value(spec: TokenSpec, unit: Unit, tokens: Tokens) -> Any:
    """What a unit is to the token of a pattern: its value in the list, kind or rule that was asked for."""
    for name in spec.names:
        base = name.split(".")[0]
        if base in unit.kinds:
            return unit.kinds[base]
    return tokens.text[tokens.starts[unit.i] : tokens.end(unit.j - 1)] if unit.j > unit.i else None


def _reduce(units: Sequence[Unit], kept: Sequence[Match], rules: Mapping[str, Rule]) -> list[Unit]:
    """The units with each kept match as one; a single unit keeps what else it may be."""
    starts = {match.i: match for match in kept}
    reduced: list[Unit] = []
    skip_to = -1
    for unit in units:
        if unit.i < skip_to and unit.j > unit.i:
            reduced[-1].space = unit.space
            continue
        match = starts.get(unit.i) if unit.j > unit.i else None
        if match is None:
            reduced.append(unit)
            continue
        names = (*rules[match.trail[-1]].names, *rules[match.rule].names, "match")
        kinds = dict(unit.kinds) if unit.j == match.j else {}
        orth = unit.orth if unit.j == match.j else ""
        kinds.update(dict.fromkeys(names, match))
        orth = f"\x00{match.trail[-1]}\x00{match.rule}\x00{orth}"
        reduced.append(Unit(match.i, match.j, orth, kinds, unit.space))
        skip_to = match.j
    return reduced
