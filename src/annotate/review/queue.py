"""Which entities are to be judged next: by what they are, by what was judged so far, or by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from annotate.review.index import Index, Row
from annotate.review.search import search_query

_MOST_DOUBTFUL = 2000
_MOST_SAMPLES = 20


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entities are asked for; what is empty asks nothing.

    `sample` and `seed` take so many of them at random, the same ones for the same seed.
    """

    labels: Sequence[str] = ()
    langs: Sequence[str] = ()
    rules: Sequence[str] = ()
    kinds: Sequence[str] = ()
    document: int | None = None
    since: str = ""
    until: str = ""
    words: str = ""
    inferred: bool = False
    doubtful: bool = False
    disputed: bool = False
    state: str = ""
    sample: int = 0
    seed: str = "1"


class Queue:
    """What an index is asked for by a reviewer."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._samples: dict[Filter, list[int]] = {}

    def entities(
        self, chosen: Filter, reviewer: str, *, after: int = 0, limit: int = 30, open_only: bool = False
    ) -> list[Row]:
        """Entities in their order, those after one first, then from the beginning on; at most `limit`.

        `open_only` leaves out what has been judged, flagged or skipped.
        """
        where, values = _where(chosen, reviewer)
        if open_only:
            where.append("(states.verdict IS NULL OR states.verdict = 'changed')")
        if chosen.sample or chosen.doubtful:
            return self._ranked(chosen, reviewer, where, values, after, limit)
        query = (
            f"{_SELECT} WHERE {' AND '.join(where) or '1'} AND entities.number {{}} ? ORDER BY entities.number LIMIT ?"
        )
        rows = self._index.rows(query.format(">"), (reviewer, *values, after, limit))
        if len(rows) < limit and after:
            rows += self._index.rows(query.format("<="), (reviewer, *values, after, limit - len(rows)))
        return rows

    def _ranked(
        self, chosen: Filter, reviewer: str, where: list[str], values: list[Any], after: int, limit: int
    ) -> list[Row]:
        ranked = self.sample(chosen, reviewer) if chosen.sample else self._doubtful(reviewer, where, values)
        if after in ranked:
            place = ranked.index(after)
            ranked = ranked[place + 1 :] + ranked[: place + 1]
        query = f"{_SELECT} WHERE {' AND '.join([*where, 'entities.number = ?'])}"
        found: list[Row] = []
        for number in ranked:
            row = self._index.row(query, (reviewer, *values, number))
            if row is not None:
                found.append(row)
            if len(found) == limit:
                break
        return found

    def _doubtful(self, reviewer: str, where: list[str], values: list[Any]) -> list[int]:
        """The entities of rules that were wrong before, those of the rule with the lowest precision first."""
        poor = {rule: right / judged for rule, (right, judged) in self.scores(reviewer).items() if right < judged}
        marks = ", ".join("?" * len(poor))
        query = f"{_SELECT} WHERE {' AND '.join([*where, f'entities.rule IN ({marks})'])} LIMIT {_MOST_DOUBTFUL}"
        rows = self._index.rows(query, (reviewer, *values, *poor))
        return [row["number"] for row in sorted(rows, key=lambda row: (poor[row["rule"]], row["rule"], row["number"]))]

    def sample(self, chosen: Filter, reviewer: str) -> list[int]:
        """The numbers of the entities of a random sample, in its order: the same for the same seed and output.

        An entity's place in the order depends on the seed, its document's id and its own place and label, so that a
        sample stays mostly what it was when other articles are added. What has been judged has no part in it.
        """
        chosen = replace(chosen, state="")
        if chosen not in self._samples or not self._index.complete:
            if len(self._samples) > _MOST_SAMPLES:
                self._samples.clear()
            self._samples[chosen] = self._sample(chosen, reviewer)
        return self._samples[chosen]

    def _sample(self, chosen: Filter, reviewer: str) -> list[int]:
        where, values = _where(chosen, reviewer, judged=False)
        query = (
            "SELECT entities.number FROM entities JOIN documents ON documents.number = entities.document"
            f" WHERE {' AND '.join(where) or '1'}"
            ' ORDER BY mix(?, documents.id, entities.start, entities."end", entities.label), entities.number LIMIT ?'
        )
        return [row[0] for row in self._index.rows(query, (*values, chosen.seed, chosen.sample))]

    def scores(self, reviewer: str) -> dict[str, tuple[int, int]]:
        """Of each rule how many entities were right, and how many judged."""
        rows = self._index.rows(
            "SELECT rule, sum(verdict = 'accept'), count(*) FROM states JOIN entities ON number = entity"
            " WHERE reviewer = ? AND verdict IN ('accept', 'reject', 'correct') GROUP BY rule",
            (reviewer,),
        )
        return {row[0]: (row[1], row[2]) for row in rows}


_SELECT = (
    'SELECT entities.number, entities.document, entities.start, entities."end", entities.label, entities.rule,'
    " entities.lang, entities.before, entities.text, entities.after, documents.id, documents.title, documents.date,"
    " states.verdict"
    " FROM entities JOIN documents ON documents.number = entities.document"
    " LEFT JOIN states ON states.entity = entities.number AND states.reviewer = ?"
)

_STATES = {
    "judged": "states.verdict IN ('accept', 'reject', 'correct')",
    "unjudged": "(states.verdict IS NULL OR states.verdict IN ('changed', 'skip', 'flag'))",
}


def _where(chosen: Filter, reviewer: str, *, judged: bool = True) -> tuple[list[str], list[Any]]:
    """The conditions of a filter, and their values; not those on what has been judged, where `judged` is False."""
    where: list[str] = []
    values: list[Any] = []

    def add(condition: str, *given: Any) -> None:
        where.append(condition)
        values.extend(given)

    for column, wanted in (
        ("label", chosen.labels),
        ("lang", chosen.langs),
        ("rule", chosen.rules),
        ("kind", chosen.kinds),
    ):
        if wanted:
            add(f"entities.{column} IN ({', '.join('?' * len(wanted))})", *wanted)
    if chosen.document is not None:
        add("entities.document = ?", chosen.document)
    if chosen.since:
        add("documents.date >= ?", chosen.since)
    if chosen.until:
        add("documents.date != '' AND documents.date <= ?", chosen.until)
    if chosen.inferred:
        add("entities.inferred = 1")
    if chosen.words:
        query = search_query(chosen.words)
        add(
            "(entities.number IN (SELECT rowid FROM surfaces WHERE surfaces MATCH ?)"
            " OR entities.document IN (SELECT rowid FROM texts WHERE texts MATCH ?))",
            query or '""',
            query or '""',
        )
    if chosen.disputed:
        add(
            "entities.number IN (SELECT entity FROM states AS theirs WHERE verdict IN ('accept', 'reject', 'correct')"
            " AND reviewer != ? GROUP BY entity HAVING count(DISTINCT opinion) > 1 AND max(settles) = 0)",
            reviewer,
        )
    if judged and chosen.state:
        if chosen.state in _STATES:
            add(_STATES[chosen.state])
        else:
            add("states.verdict = ?", chosen.state)
    return where, values
