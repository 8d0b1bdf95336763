"""Stage `choose`: which of overlapping matches stays. Declared, never an accident of order.

Within one level of rules: higher priority, then the longer span, then more context, then the earlier, then the
rule's id, then the pattern that the rule writes first. Between labels: what a label declares in `over`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from annotate.rules.grammar import Label
from annotate.rules.matches import Match

Lost = list[tuple[Match, Match, str]]


def select(candidates: Sequence[Match]) -> tuple[list[Match], Lost]:
    """Of the candidates of one level those that stay, in text order, and each loser with its winner and why."""
    ordered = sorted(candidates, key=lambda m: (-m.priority, m.i - m.j, m.ci - m.cj, m.i, m.rule, m.nth))
    kept: list[Match] = []
    lost: Lost = []
    taken: dict[int, Match] = {}
    for match in ordered:
        winner = next((taken[i] for i in range(match.i, match.j) if i in taken), None)
        if winner is None:
            kept.append(match)
            taken.update(dict.fromkeys(range(match.i, match.j), match))
        elif (winner.rule, winner.start, winner.end) != (match.rule, match.start, match.end):
            lost.append((match, winner, _reason(match, winner)))
    return sorted(kept, key=lambda m: m.i), lost


def _reason(loser: Match, winner: Match) -> str:
    if winner.priority > loser.priority:
        return f"lower priority ({loser.priority} < {winner.priority})"
    if winner.j - winner.i > loser.j - loser.i:
        return "shorter"
    if winner.cj - winner.ci > loser.cj - loser.ci:
        return "less context"
    return "later, or later in the order of rule ids"


def settle(matches: Sequence[Match], labels: Mapping[str, Label]) -> tuple[list[Match], Lost]:
    """Of the matches of all grammars those that are written: a label gives way to those declared over it."""
    kept: list[Match] = []
    lost: Lost = []
    ordered = sorted(matches, key=lambda m: (m.start, -m.end, m.label or ""))
    for n, match in enumerate(ordered):
        winner = next((m for m in _overlapping(ordered, n) if _beats(m, match, labels)), None)
        if winner is not None:
            lost.append((match, winner, f"{winner.label} is declared over {match.label}"))
        elif match.label is not None and labels[match.label].emit:
            kept.append(match)
    return kept, lost


def _overlapping(ordered: Sequence[Match], n: int) -> Iterator[Match]:
    """The matches near the n-th that share text with it; the longest span is seldom over a few hundred characters."""
    match = ordered[n]
    for other in reversed(ordered[max(0, n - _NEIGHBOURS) : n]):
        if other.end > match.start:
            yield other
    for after in range(n + 1, len(ordered)):  # no slice: it would copy the rest of the text for each match
        if ordered[after].start >= match.end:
            return
        yield ordered[after]


#: No more matches than these begin inside one span before the match in question does.
_NEIGHBOURS = 24


def _beats(one: Match, other: Match, labels: Mapping[str, Label]) -> bool:
    if one is other or one.label is None or other.label is None:
        return False
    overlap = one.start < other.end and other.start < one.end
    if not overlap:
        return False
    if one.label == other.label:
        return (one.end - one.start, -one.start) > (other.end - other.start, -other.start)
    return other.label in labels[one.label].over
