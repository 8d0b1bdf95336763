"""Which agreement or partnership each mention is, as reviewers see it: mentions by key, and keys that are one.

A mention has the key of its value, or the one that a reviewer gave it. Keys that a reviewer has merged are one: the
first stays. Both are decisions, so that they hold for what later runs find as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from annotate.review.decisions import Decision, DecisionError
from annotate.review.index import Index, Row
from annotate.review.search import search_query

_MOST = 500
_LISTED = 100


class Merge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request to make keys one; the first stays. `key` and `known` are as in any request."""

    key: str
    known: int
    keys: list[str]


class Split(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request to give mentions, which are entities by their numbers, a key of their own."""

    key: str
    known: int
    mentions: list[int]
    to: str


def merged(decisions: Iterable[Decision]) -> dict[str, str]:
    """What each key that was merged has become, by decisions in their order.

    >>> merged([])
    {}
    """
    into: dict[str, str] = {}
    for decision in decisions:
        if decision.verdict == "merge":
            first, *rest = (into.get(key, key) for key in decision.keys)
            gone = {*rest} - {first}
            into |= {key: first for key, now in into.items() if now in gone} | dict.fromkeys(gone, first)
    return into


def checked_key(key: str) -> str:
    """A key as it may stand in a record; raises DecisionError for what is none."""
    key = key.strip()
    if not key or len(key) > 200 or not key.isprintable():
        raise DecisionError("a key is a line of at most 200 letters, such as kr-vn/social_security/2021")
    return key


#: The key of a mention after what the reviewer says of it; null where it is no entity, or has none.
_KEY = (
    "CASE states.verdict WHEN 'reject' THEN NULL"
    " WHEN 'correct' THEN json_extract(substr(states.opinion, length('correct') + 1), '$.value.id')"
    " ELSE entities.key END"
)
_FROM = (
    "entities JOIN documents ON documents.number = entities.document"
    " LEFT JOIN states ON states.entity = entities.number AND states.reviewer = ?"
    " WHERE entities.label IN ('AGREEMENT', 'PARTNERSHIP')"
)


class Pacts:
    """The agreements and partnerships of an output, asked of its index."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def listed(self, reviewer: str, into: Mapping[str, str], words: str = "") -> list[dict[str, Any]]:
        """The agreements and partnerships that are mentioned most, all or those whose key or mentions have words."""
        values: list[Any] = [reviewer]
        where = ""
        if words:
            said = "entities.number IN (SELECT rowid FROM surfaces WHERE surfaces MATCH ?)"
            where = f" AND ({_KEY} LIKE ? ESCAPE '!' OR {said})"
            plain = words.replace("!", "!!").replace("%", "!%").replace("_", "!_")
            values += [f"%{plain}%", search_query(words) or '""']
        rows = self._index.rows(
            f"SELECT {_KEY} AS key, entities.label, entities.text, count(*) AS mentions,"
            f" group_concat(DISTINCT entities.document) AS documents FROM {_FROM} AND {_KEY} IS NOT NULL{where}"
            " GROUP BY 1, 2, 3",
            values,
        )
        found: dict[str, dict[str, Any]] = {}
        for row in rows:
            key = into.get(row["key"], row["key"])
            one = found.setdefault(
                key, {"key": key, "label": row["label"], "texts": {}, "documents": set(), "from": set()}
            )
            one["texts"][row["text"]] = one["texts"].get(row["text"], 0) + row["mentions"]
            one["documents"].update(row["documents"].split(","))
            one["from"].update({row["key"]} - {key})
        most = sorted(found.values(), key=lambda one: (-sum(one["texts"].values()), one["key"]))[:_LISTED]
        return [
            {
                "key": one["key"],
                "label": one["label"],
                "texts": sorted(one["texts"], key=lambda text: (-one["texts"][text], text))[:4],
                "mentions": sum(one["texts"].values()),
                "documents": len(one["documents"]),
                "merged": sorted(one["from"]),
            }
            for one in most
        ]

    def mentions(self, reviewer: str, keys: Sequence[str]) -> list[Row]:
        """The mentions of an agreement by all its keys, in the order of the output."""
        marks = ", ".join("?" * len(keys))
        return self._index.rows(
            "SELECT entities.number, entities.document, entities.start, entities.label, entities.before,"
            f" entities.text, entities.after, entities.lang, {_KEY} AS key, states.verdict,"
            f" documents.id, documents.title, documents.date FROM {_FROM} AND {_KEY} IN ({marks})"
            f" ORDER BY entities.number LIMIT {_MOST}",
            (reviewer, *keys),
        )

    def places(self, numbers: Sequence[int]) -> dict[int, list[tuple[int, int, str]]]:
        """Where entities stand, by document; raises DecisionError where one is none, or no mention."""
        if not 0 < len(numbers) <= _MOST:
            raise DecisionError(f"a request holds 1 to {_MOST} mentions")
        found: dict[int, list[tuple[int, int, str]]] = {}
        for number in dict.fromkeys(numbers):
            row = self._index.row('SELECT document, start, "end", label FROM entities WHERE number = ?', (number,))
            if row is None or row["label"] not in ("AGREEMENT", "PARTNERSHIP"):
                raise DecisionError(f"{number} is no mention of an agreement or partnership")
            found.setdefault(row["document"], []).append((row["start"], row["end"], row["label"]))
        return found
