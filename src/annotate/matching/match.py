"""Stage `match`: token rules around the words that trigger them, small rules first, larger from them.

A text's words, numbers and phrases are put in a row of units, each looked up in the lexicon. Around those that may
trigger a rule the rules of each grammar run level by level with spaCy's `Matcher`: what a level finds becomes one unit
for the next, so that `van <date> tot <date>` is one rule and not one for each kind of date. Word lists and kinds reach
the `Matcher` as lexeme flags, its cheapest test.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from annotate.matching.extent import BEFORE, BEHIND, extend
from annotate.matching.row import Row, Word, Words, joined
from annotate.matching.ruleset import RuleSet
from annotate.matching.units import Phrases, Unit
from annotate.rules.grammar import Grammar, Rule, Settings, TokenSpec
from annotate.rules.matches import Found, Match, Select, Slot
from annotate.text.tokens import Tokens


class Engine:
    """The rules of one language, ready to run over tokens; build it once, it keeps what it has learnt."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar
        names = sorted({rule.grammar for rule in grammar.rules.values()})
        self._sets = [RuleSet([r for r in grammar.rules.values() if r.grammar == name], grammar.weak) for name in names]
        self._literals = frozenset(word for rules in self._sets for word in rules.words)
        self._everywhere = sum(rules.everywhere << n for n, rules in enumerate(self._sets))
        self._words = Words(Phrases(grammar.lexicon), grammar.lexicon, self._triggered)

    def _triggered(self, kinds: Mapping[str, Any], word: str) -> int:
        """Which grammars a word triggers, as bits."""
        if not kinds and word.casefold() not in self._literals:  # most words
            return self._everywhere
        return sum(1 << n for n, rules in enumerate(self._sets) if rules.may_trigger(kinds, word))

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
            if first == last:  # a passage of white space
                continue
            part = self._match_in(tokens, (first, last), select, settings or self.grammar.settings)
            found.matches += part.matches
            found.lost += part.lost
        return found

    def _match_in(self, tokens: Tokens, span: tuple[int, int], select: Select, settings: Settings) -> Found:
        found = Found()
        row = self._words.row(tokens, *span, settings)
        triggers = [(n, word.triggers) for n, word in enumerate(row.words) if word.triggers]
        for number, rules in enumerate(self._sets):
            hot = [n for n, bits in triggers if bits >> number & 1]
            if hot:
                self._run(rules, row, hot, select, found)
        found.matches = list(extend(found.matches, self.grammar, tokens, partial(_line, row)))
        return found

    def units(
        self, tokens: Tokens, rule_id: str, select: Select, settings: Settings, span: tuple[int, int]
    ) -> list[Unit]:
        """What a rule is tried on: the units of tokens `span`, with all that smaller rules find as one."""
        number = next(n for n, rules in enumerate(self._sets) if rule_id in rules.ids)
        row = self._words.row(tokens, *span, settings)
        hot = [n for n, word in enumerate(row.words) if word.triggers >> number & 1]
        row = self._run(self._sets[number], row, hot, select, Found(), before=rule_id)
        return row.units(0, len(row.words))

    def _run(
        self, rules: RuleSet, row: Row, hot: list[int], select: Select, found: Found, *, before: str | None = None
    ) -> Row:
        """Run a grammar level by level; `hot` are the units that trigger a rule of it. The row as it ends up."""
        climbing = [n for n in hot if rules.may_climb(row.words[n])]
        for level in rules.levels:
            if before in level.ids or not hot:
                break
            candidates = [match for hit in level.find(row, hot) if (match := _build(*hit, row.tokens))]
            hot = climbing
            if candidates:
                kept, lost = select(candidates)
                found.lost += lost
                places = [_place(row, match, self.grammar.rules) for match in kept]
                row, hot = joined(row, places, climbing)
                climbing = hot  # larger rules need smaller matches, but for a few
        found.matches += [match for n in hot if (match := row.words[n].kinds.get("match")) and match.label]
        return row


def _line(row: Row, match: Match) -> list[Unit]:
    """The units around a match in its line, as far as a name may go."""
    return row.line(match.i, BEFORE, match.j - match.i + BEHIND)


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


def _place(row: Row, match: Match, rules: Mapping[str, Rule]) -> tuple[int, int, Word]:
    """Where a match stands in a row, and what it is to larger rules; a single unit keeps what else it may be."""
    first = row.at(match.i)
    last = row.before(match.j, first)
    kinds, orth = (dict(row.words[first].kinds), row.words[first].orth) if last == first + 1 else ({}, "")
    kinds.update(dict.fromkeys((*rules[match.trail[-1]].names, *rules[match.rule].names, "match"), match))
    return first, last, Word(f"{_MATCHED}{match.trail[-1]}{_MATCHED}{match.rule}{_MATCHED}{orth}", kinds, 0)


#: Begins the word of a unit that a rule has made.
_MATCHED = "\x01"
