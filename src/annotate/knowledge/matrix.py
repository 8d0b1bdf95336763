"""Who is bound with whom, at which level, since when: pairs of parties, and the table of those with most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from annotate.knowledge.tables import Agreement, Partnership
from annotate.knowledge.wording import party_of
from annotate.report.wording import spaced

Found = Agreement | Partnership

#: Parties that the table has; all pairs stand in the list below it.
_SHOWN = 24
#: More parties than that are no pairs: everyone would be bound with everyone.
_MOST = 4
_RANKS = {"strategic": 2, "comprehensive": 1, "all_weather": 1, "special": 1, "enhanced": 1}


@dataclass(slots=True)
class Pair:
    """Two parties, and what there is between them."""

    parties: tuple[str, str]
    agreements: list[Agreement] = field(default_factory=list)
    partnerships: list[Partnership] = field(default_factory=list)

    @property
    def names(self) -> str:
        """Both by their names."""
        return " – ".join(sorted(map(party_of, self.parties)))

    @property
    def anchor(self) -> str:
        """Names the pair in a page."""
        return "pair-" + "-".join(
            "".join(letter if letter.isalnum() else "_" for letter in one) for one in self.parties
        )

    @property
    def highest(self) -> Partnership | None:
        """The partnership that stands: the one that nothing followed, of several the highest and latest."""
        standing = [one for one in self.partnerships if one.upgraded_to is None and one.status != "proposed"]
        return max(standing, key=lambda one: (rank(one), one.since or "", one.id), default=None)

    @property
    def short(self) -> str:
        """The level of that in capitals: `CSP`."""
        return initials(self.highest) if self.highest is not None else ""

    @property
    def level(self) -> int:
        """How high that is, 0 to 4."""
        return rank(self.highest) if self.highest is not None else 0

    @property
    def total(self) -> int:
        """How many there are between them."""
        return len(self.agreements) + len(self.partnerships)


def rank(row: Partnership) -> int:
    """How high a level is, 1 to 4."""
    return min(4, 1 + sum(_RANKS.get(word, 0) for word in row.level))


def initials(row: Partnership) -> str:
    """A level in capitals.

    >>> from annotate.knowledge.matrix import initials_of
    >>> initials_of(["comprehensive", "strategic", "partnership"])
    'CSP'
    """
    return initials_of([*row.level, *row.kind.split("_")])


def initials_of(words: Sequence[str]) -> str:
    """The first letters of words."""
    return "".join(part[0].upper() for word in words for part in word.split("_") if part)


@dataclass(frozen=True, slots=True)
class Matrix:
    """The parties that have most with one another, and all pairs."""

    parties: tuple[tuple[str, str], ...]
    pairs: Mapping[frozenset[str], Pair]
    listed: tuple[Pair, ...]
    legend: tuple[tuple[str, str], ...]
    left: int

    def at(self, one: str, other: str) -> Pair | None:
        """What there is between two parties."""
        return self.pairs.get(frozenset((one, other)))


def matrix(rows: Iterable[Found]) -> Matrix:
    """The table of rows."""
    pairs: dict[frozenset[str], Pair] = {}
    for row in rows:
        if 2 <= len(row.parties) <= _MOST:
            for one, other in combinations(sorted({*row.parties}), 2):
                pair = pairs.setdefault(frozenset((one, other)), Pair((one, other)))
                if isinstance(row, Agreement):
                    pair.agreements.append(row)
                else:
                    pair.partnerships.append(row)
    counts: Counter[str] = Counter()
    for pair in pairs.values():
        for one in pair.parties:
            counts[one] += pair.total
    most = sorted(counts, key=lambda one: (-counts[one], one))
    shown = sorted(most[:_SHOWN], key=lambda one: party_of(one).casefold())
    standing = [pair.highest for pair in pairs.values()]
    legend = {initials(one): " ".join(map(spaced, (*one.level, one.kind))) for one in standing if one is not None}
    return Matrix(
        tuple((one, party_of(one)) for one in shown),
        pairs,
        tuple(sorted(pairs.values(), key=lambda pair: pair.names.casefold())),
        tuple(sorted(legend.items())),
        len(counts) - len(shown),
    )
