"""Which of overlapping matches stays, and what is told of the others."""

from __future__ import annotations

from annotate.matching.choose import select, settle
from annotate.rules.grammar import Label
from annotate.rules.matches import Match


def match(i: int, j: int, *, label: str = "DATE", context: tuple[int, int] = (0, 0), rule: str = "r") -> Match:
    return Match(rule, label, 0, i, j, i - context[0], j + context[1], 2 * i, 2 * j, {})


def test_reasons() -> None:
    """A loser is told what it lacks: length, then context; what lacks neither came later."""
    short, long = match(1, 2, rule="a"), match(1, 3, rule="b")
    assert select([short, long]) == ([long], [(short, long, "shorter")])
    bare, seen = match(1, 2, rule="a"), match(1, 2, rule="b", context=(1, 0))
    assert select([bare, seen]) == ([seen], [(bare, seen, "less context")])
    first, last = match(1, 2, rule="a"), match(1, 2, rule="b")
    reason = "later, or later in the order of rule ids"
    assert select([last, first]) == ([first], [(last, first, reason)])


def test_a_long_span_is_over_all_that_stand_in_it() -> None:
    """A label that is declared over another takes every match inside its span, not only the nearest ones."""
    labels = {"NAME": Label("NAME", "slots", over=("DATE",)), "DATE": Label("DATE", "date")}
    name, inside = match(0, 40, label="NAME"), [match(n, n + 1) for n in range(1, 40, 2)]
    assert settle([name, *inside], labels)[0] == [name]
