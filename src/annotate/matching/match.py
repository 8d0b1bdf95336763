"""Stage `match`: token rules over the neighbourhood of trigger words, small rules first, larger from them.

A text's words are looked up in the lexicon; where one may trigger a rule, the tokens around it become a window.
In a window, words and numbers become units, and the rules of each grammar run level by level with spaCy's
`Matcher`: what a level finds becomes one unit for the next, so that `van <date> tot <date>` is one rule and not
one for each kind of date. Word lists and kinds reach the `Matcher` as lexeme flags, its cheapest test.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotate.matching.extent import BEFORE, BEHIND, extend
from annotate.matching.ruleset import RuleSet, break_after
from annotate.matching.units import Phrases, Unit, masked, units_of
from annotate.rules.grammar import PHRASE_START, Grammar, Rule, Settings, TokenSpec
from annotate.rules.matches import Found, Match, Select, Slot
from annotate.text.tokens import Tokens

#: How many words the engine keeps what it knows of.
_KEPT = 40_000
#: What a number word or a run of digits may be, what digits alone may be, and what with a sign after them.
_NUMBER_KINDS = ("number", "integer", "scaled")
_PLAIN_KINDS = ("ordinal", "day", "month_number", "short_year")
_DIGIT_KINDS = ("numeric_date", "numeric_day_month", "numeric_month_year", "numeric_year_span")


class Engine:
    """The rules of one language, ready to run over tokens; build it once, it keeps what it has learnt."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar
        self._lexicon = grammar.lexicon
        self._phrases = Phrases(grammar.lexicon)
        names = sorted({rule.grammar for rule in grammar.rules.values()})
        self._sets = [RuleSet([r for r in grammar.rules.values() if r.grammar == name], grammar.weak) for name in names]
        self._literals = frozenset(word for rules in self._sets for word in rules.words)
        self._masks = _Masks(self._mask)
        self._reaches: dict[tuple[int, str], tuple[int, int]] = {}
        self._pairs: dict[tuple[str, str], int] = {}

    # -- windows

    def _mask(self, word: str) -> int:
        """Which grammars a word triggers, as bits; the bit above them asks to look at the next word, too."""
        listed = self._lexicon[word]
        digits = word[0].isdecimal()
        if listed is None and not digits and word.casefold() not in self._literals:
            return 0
        kinds = dict(listed or {})
        if digits:
            kinds.update(dict.fromkeys(_PLAIN_KINDS, ""))
        if digits or "cardinal" in kinds or "bare_scale" in kinds:
            kinds.update(dict.fromkeys(_NUMBER_KINDS, ""))
        if len(word) == 4 and digits and (word[0] in "12" or not word.isascii()):
            kinds["year"] = kinds["modern_year"] = ""
        mask = self._bits(kinds)
        for n, rules in enumerate(self._sets):
            if word.casefold() in rules.words:
                mask |= 1 << n
        if PHRASE_START in kinds or word[0].isdecimal():
            mask |= 1 << len(self._sets)
        return mask

    def _pair_mask(self, word: str, following: str) -> int:
        """Which grammars a word triggers together with the next one: a phrase, or a date in digits."""
        pair = (word, following)
        mask = self._pairs.get(pair)
        if mask is None:
            if len(self._pairs) > _KEPT:
                self._pairs.clear()
            kinds = dict.fromkeys(self._phrases.lists_from(word, following), "")
            if word[0].isdecimal() and following in "/.-‐‑–":
                kinds.update(dict.fromkeys(_DIGIT_KINDS, ""))
            mask = self._pairs[pair] = self._bits(kinds)
        return mask

    def _bits(self, kinds: Mapping[str, str]) -> int:
        names = kinds.keys()
        mask = 0
        for n, rules in enumerate(self._sets):
            if not rules.triggers.isdisjoint(names):
                mask |= 1 << n
        return mask

    def _triggered(self, tokens: Tokens, first: int, last: int) -> Iterator[tuple[int, int, int]]:
        """Tokens that trigger a grammar: which one by itself, and which with the next token, as bits."""
        pairs = 1 << len(self._sets)
        words = tokens.words
        known = map(self._masks.__getitem__, words if (first, last) == (0, len(words)) else words[first:last])
        for i, mask in [(i, mask) for i, mask in enumerate(known, first) if mask]:
            pair = 0
            if mask >= pairs:
                mask -= pairs
                pair = self._pair_mask(words[i], words[i + 1] if i + 1 < last else "")
            if mask or pair:
                yield i, mask, pair

    def _windows(self, tokens: Tokens, first: int, last: int) -> list[_Windows]:
        """For each grammar the stretches of tokens around its triggers."""
        windows = [_Windows() for _ in self._sets]
        for own, rules in zip(windows, self._sets, strict=True):
            if rules.everywhere:
                own.stretches.append((first, last))
                own.triggers.update(range(first, last))
        for i, mask, pair in self._triggered(tokens, first, last):
            for n, own in enumerate(windows):
                if (mask | pair) >> n & 1:
                    farthest = self._sets[n].reach
                    left, right = (farthest, farthest) if pair >> n & 1 else self._reach(n, tokens.words[i])
                    own.triggers.add(i)
                    _extend(own.stretches, max(first, i - left), min(last, i + right + 1))
        return windows

    def _reach(self, n: int, word: str) -> tuple[int, int]:
        """How far the n-th grammar may reach around a word; around the number that it begins, as far as any."""
        found = self._reaches.get((n, word))
        if found is None:
            if len(self._reaches) > _KEPT:
                self._reaches.clear()
            rules, kinds = self._sets[n], self._lexicon[word] or {}
            number = word[0].isdecimal() or "cardinal" in kinds
            year = {"year": "", "modern_year": ""} if len(word) == 4 and word.isdecimal() else None
            whole = number and not year
            found = (rules.reach, rules.reach) if whole else rules.reach_of(year or kinds, word)
            self._reaches[n, word] = found
        return found

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
        found = Found()
        for first, last in _stretches(tokens, *(span or (0, len(tokens)))):
            part = self._match_in(tokens, (first, last), select, settings or self.grammar.settings)
            found.matches += part.matches
            found.lost += part.lost
        return found

    def _match_in(self, tokens: Tokens, span: tuple[int, int], select: Select, settings: Settings) -> Found:
        windows = self._windows(tokens, *span)
        found = Found()
        lines = self._lines(tokens, _union(windows), settings)
        for rules, own in zip(self._sets, windows, strict=True):
            if own.triggers:
                units, hot = _within(lines, own)
                self._run(rules, units, hot, tokens, select, found)
        found.matches = list(extend(found.matches, self.grammar, tokens, self._around(tokens, span, lines, settings)))
        return found

    def _around(
        self, tokens: Tokens, span: tuple[int, int], lines: Sequence[Sequence[Unit]], settings: Settings
    ) -> Callable[[Match], Sequence[Unit]]:
        """Gives the units around a match, in its line: those of its window, where that reaches far enough."""
        breaks = tokens.breaks

        def around(match: Match) -> Sequence[Unit]:
            at = bisect_right(breaks, match.i)
            low = max(breaks[at - 1] if at else 0, span[0], match.i - BEFORE)
            high = min(breaks[at] if at < len(breaks) else len(tokens), span[1], match.j + BEHIND)
            known = bisect_right(lines, match.i, key=_last_of_line)
            if known < len(lines) and lines[known][0].i <= low and lines[known][-1].j >= high:
                return lines[known]
            return self._lines(tokens, [(low, high)], settings)[0]

        return around

    def _lines(self, tokens: Tokens, windows: Sequence[tuple[int, int]], settings: Settings) -> list[list[Unit]]:
        """The units of each window, cut at the ends of lines."""
        if not windows:
            return []
        masks = masked(tokens, windows[0][0], windows[-1][1])
        breaks = tokens.breaks
        pieces: list[tuple[int, int]] = []
        for start, end in windows:
            inside = breaks[bisect_right(breaks, start) : bisect_left(breaks, end)]
            pieces += itertools.pairwise((start, *inside, end)) if inside else ((start, end),)
        phrases = self._phrases.find(tokens, pieces)
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
        whole = _Windows([span], set(range(*span)))
        units, hot = _within(self._lines(tokens, [span], settings), whole)
        return self._run(rules, units, hot, tokens, select, Found(), before=rule_id)

    def _run(
        self,
        rules: RuleSet,
        units: list[Unit],
        hot: list[int],
        tokens: Tokens,
        select: Select,
        found: Found,
        *,
        before: str | None = None,
    ) -> list[Unit]:
        """Run a grammar level by level; `hot` are the units that may trigger a rule. The units as they end up."""
        hot_as_given = not rules.climbs
        for level in rules.levels:
            if before in level.ids or not hot:
                break
            candidates = [
                match
                for rule, pattern, own, alignment in level.find(units, hot)
                if (match := _build(rule, pattern, own, alignment, tokens))
            ]
            if not candidates:
                continue
            kept, lost = select(candidates)
            found.lost += lost
            # larger rules need smaller matches, but for a few: only what is around those is looked at from here on
            units, hot = _reduce(units, kept, self.grammar.rules, hot if hot_as_given else ())
            hot_as_given = True  # from now on they are matches
            if before is None:
                units, hot = _near(units, hot, rules.reach)
        found.matches += [unit.kinds["match"] for unit in units if "match" in unit.kinds and unit.kinds["match"].label]
        return units


#: About so many tokens are matched at once, so that the units of a book do not stand in memory all together.
_STRETCH = 20_000


def _stretches(tokens: Tokens, first: int, last: int) -> Iterator[tuple[int, int]]:
    """A long text in stretches that end where lines do: nothing matches across, so what is found is the same."""
    while last - first > _STRETCH:
        at = bisect_left(tokens.breaks, first + _STRETCH)
        end = tokens.breaks[at] if at < len(tokens.breaks) else last
        if end >= last:
            break
        yield first, end
        first = end
    yield first, last


class _Masks(dict[str, int]):
    """What each word triggers; asked once for each word, and kept up to a bound."""

    def __init__(self, ask: Callable[[str], int]) -> None:
        super().__init__()
        self._ask = ask

    def __missing__(self, word: str) -> int:
        if len(self) > _KEPT:
            self.clear()
        mask = self[word] = self._ask(word)
        return mask


@dataclass(slots=True)
class _Windows:
    """Where one grammar looks: stretches of tokens, and the tokens that triggered it."""

    stretches: list[tuple[int, int]] = field(default_factory=list)
    triggers: set[int] = field(default_factory=set)

    def between(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The stretches that share tokens with `start` to `end`."""
        at = bisect_right(self.stretches, start, key=_end_of)
        while at < len(self.stretches) and self.stretches[at][0] < end:
            yield self.stretches[at]
            at += 1


def _extend(windows: list[tuple[int, int]], start: int, end: int) -> None:
    """Add a window, joined with those before it that it touches."""
    while windows and windows[-1][1] >= start:
        before, after = windows.pop()
        start, end = min(before, start), max(after, end)
    windows.append((start, end))


def _union(windows: Sequence[_Windows]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(w for own in windows for w in own.stretches):
        _extend(joined, start, max(end, joined[-1][1] if joined and joined[-1][1] >= start else end))
    return joined


def _within(lines: Sequence[Sequence[Unit]], windows: _Windows) -> tuple[list[Unit], list[int]]:
    """The units that stand in one grammar's windows, with a break after each stretch, and which hold a trigger."""
    units: list[Unit] = []
    for line in lines:
        inside = len(units)
        for start, end in windows.between(line[0].i, line[-1].j):
            first = bisect_right(line, start, key=_last_token)
            units += line[first : bisect_left(line, end, first, key=_first_token)]
        if len(units) > inside:
            units.append(break_after(units[-1]))
    triggers = windows.triggers
    hot = [
        n
        for n, unit in enumerate(units)
        if (unit.i in triggers and unit.j > unit.i)
        or (unit.j > unit.i + 1 and not triggers.isdisjoint(range(unit.i, unit.j)))
    ]
    return units, hot


def _near(units: Sequence[Unit], hot: Sequence[int], reach: int) -> tuple[list[Unit], list[int]]:
    """The units around the hot ones, with a break where some are left out, and where the hot ones are then."""
    near: list[Unit] = []
    moved: list[int] = []
    taken = 0
    for n in hot:
        start, end = max(taken, n - reach), min(len(units), n + reach + 1)
        if near and start > taken:
            near.append(break_after(near[-1]))
        if end > taken:
            near += units[start:end]
            taken = end
        moved.append(len(near) - (taken - n))
    return near, moved


def _build(
    rule: Rule, pattern: tuple[TokenSpec, ...], units: Sequence[Unit], alignment: Sequence[int], tokens: Tokens
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
        (*(r for m in inner for r in m.trail), rule.id), rule.patterns.index(pattern),
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


def _reduce(
    units: Sequence[Unit], kept: Sequence[Match], rules: Mapping[str, Rule], hot: Sequence[int]
) -> tuple[list[Unit], list[int]]:
    """The units with each kept match as one, and where matches and the hot units are now.

    A single unit keeps what else it may be.
    """
    reduced: list[Unit] = []
    merged: list[int] = []
    done, ahead = 0, deque(hot)

    def copy(end: int) -> None:
        while ahead and ahead[0] < end:
            if (place := ahead.popleft()) >= done:
                merged.append(len(reduced) + place - done)
        reduced.extend(units[done:end])

    for match in kept:
        start = bisect_left(units, match.i, done, key=_first_token)
        while units[start].j == units[start].i:  # the end of a line, which is no token
            start += 1
        end = start + 1
        while end < len(units) and units[end].i < match.j:
            end += 1
        copy(start)
        single = units[start]
        names = (*rules[match.trail[-1]].names, *rules[match.rule].names, "match")
        kinds = dict(single.kinds) if single.j == match.j else {}
        orth = single.orth if single.j == match.j else ""
        kinds.update(dict.fromkeys(names, match))
        merged.append(len(reduced))
        orth = f"{_MATCHED}{match.trail[-1]}{_MATCHED}{match.rule}{_MATCHED}{orth}"
        reduced.append(Unit(match.i, match.j, orth, kinds, units[end - 1].space))
        done = end
    copy(len(units))
    return reduced, merged


def _first_token(unit: Unit) -> int:
    return unit.i


def _last_token(unit: Unit) -> int:
    return unit.j


def _last_of_line(line: Sequence[Unit]) -> int:
    return line[-1].j


def _end_of(stretch: tuple[int, int]) -> int:
    return stretch[1]


#: Begins the word of a unit that a rule has made.
_MATCHED = "\x01"
