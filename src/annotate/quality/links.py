"""How good links are: the parties that agreements and partnerships have, and the facts that join spans.

Spans are taken to be the same where they overlap: whether they are exact, the evaluation of spans says. A fact is right
where its type, its subject, its date and its sum are; a name and the acronym in brackets behind it are one subject.
Whether a right fact has exactly the parties of the gold is counted apart: one that has not is both spurious and missed,
so that precision and recall are the share of those that have.
What a known name brings (the members of RCEP) is asked only where the gold has it, since no sentence needs to say it.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.quality.evaluate import pair
from annotate.rules.gazetteer import known_names

Json = Mapping[str, Any]
_PACTS = ("AGREEMENT", "PARTNERSHIP")


@dataclass(frozen=True)
class Links:
    """How many parties or facts of the gold were found, and how many that it has not."""

    right: int = 0
    spurious: int = 0
    missed: int = 0

    def __add__(self, other: Links) -> Links:
        return Links(self.right + other.right, self.spurious + other.spurious, self.missed + other.missed)

    @property
    def precision(self) -> float | None:
        """The share of those found that are right; None where none was found."""
        found = self.right + self.spurious
        return self.right / found if found else None

    @property
    def recall(self) -> float | None:
        """The share of the gold that was found; None where it has none."""
        wanted = self.right + self.missed
        return self.right / wanted if wanted else None


def links(gold: Iterable[Json], predicted: Iterable[Json]) -> dict[tuple[str, str], Links]:
    """The parties, the facts and the parties of right facts in each language: by `(lang, "parties")` and so on.

    >>> span = {"id": "s1", "start": 0, "end": 4, "label": "AGREEMENT", "value": {"id": None, "parties": []}}
    >>> record = {"id": "a", "lang": "en", "spans": [span], "facts": []}
    >>> links([record], [record])["en", "facts"]
    Links(right=0, spurious=0, missed=0)
    """
    found = {str(record["id"]): record for record in predicted}
    scores: dict[tuple[str, str], Links] = defaultdict(Links)
    for wanted in gold:
        record = found.get(str(wanted["id"]), {"spans": (), "facts": ()})
        lang = str(wanted.get("lang") or record.get("lang") or "und")
        same = _same_spans(wanted["spans"], record["spans"])
        scores[lang, "parties"] += _parties(wanted["spans"], record["spans"], same)
        facts, parties = _facts(wanted, record, same)
        scores[lang, "facts"] += facts
        scores[lang, "fact parties"] += parties
    return dict(scores)


def _same_spans(gold: Sequence[Json], found: Sequence[Json]) -> dict[str, str]:
    """The gold span that each found span is, by id."""
    labels = {span["label"] for span in gold}
    pairs = (
        one
        for label in sorted(labels)
        for one in pair([s for s in gold if s["label"] == label], [s for s in found if s["label"] == label])
    )
    return {str(theirs["id"]): str(ours["id"]) for ours, theirs in pairs}


def _parties(gold: Sequence[Json], found: Sequence[Json], same: Mapping[str, str]) -> Links:
    theirs = {same[span["id"]]: span for span in found if span["id"] in same}
    score = Links()
    for span in gold:
        if span["label"] in _PACTS:
            wanted, other = _codes(span), theirs.get(span["id"])
            got = _codes(other) if other else set()
            if other and other["value"]["id"] == span["value"]["id"]:
                got -= _known(span["value"]["id"]) - wanted
            score += Links(len(wanted & got), len(got - wanted), len(wanted - got))
    return score


def _codes(span: Json) -> set[str]:
    return {str(party["code"] or party["name"]).casefold() for party in span["value"]["parties"]}


def _known(key: str | None) -> set[str]:
    """The parties that a known name brings."""
    known = known_names().get(key or "")
    return {code.casefold() for code in known.parties} if known else set()


def _facts(gold: Json, found: Json, same: Mapping[str, str]) -> tuple[Links, Links]:
    """The facts, and the parties of those that are right."""
    names = {span["id"]: span["id"] for span in gold["spans"]}
    spans = sorted(gold["spans"], key=lambda span: span["start"])
    for one, other in itertools.pairwise(spans):
        if one["label"] == other["label"] and one["label"] in _PACTS and 0 < other["start"] - one["end"] <= 2:
            names[other["id"]] = names[one["id"]]
    wanted = dict(_keyed(gold, names))
    got = dict(_keyed(found, {theirs: names[ours] for theirs, ours in same.items()}))
    both = wanted.keys() & got.keys()
    right = sum(_same_parties(wanted[key], got[key]) for key in both)
    facts = Links(len(both), len(got) - len(both), len(wanted) - len(both))
    return facts, Links(right, len(both) - right, len(both) - right)


def _keyed(
    record: Json, names: Mapping[str, str]
) -> Iterator[tuple[tuple[str | None, ...], tuple[set[str], str | None]]]:
    """What each fact joins, in the gold's ids, with its parties and the key of its subject.

    A span that the gold has not keeps its own id, which is none of the gold's.
    """
    keys = {span["id"]: span["value"].get("id") for span in record["spans"]}
    for fact in record["facts"]:
        ends = (fact["subject"], fact["date"], fact["amount"])
        what = (fact["type"], *(end and names.get(end, f"found {end}") for end in ends))
        yield what, ({party.casefold() for party in fact["parties"]}, keys.get(fact["subject"]))


def _same_parties(wanted: tuple[set[str], str | None], got: tuple[set[str], str | None]) -> bool:
    """Whether parties are those of the gold, but for what a known name brings."""
    brought = _known(got[1]) - wanted[0] if got[1] == wanted[1] else set()
    return got[0] - brought == wanted[0]


def as_dict(score: Links) -> dict[str, int | float | None]:
    """A score as JSON has it."""
    rates = {"precision": score.precision, "recall": score.recall}
    return {"right": score.right, "spurious": score.spurious, "missed": score.missed, **rates}


def link_lines(scores: Mapping[tuple[str, str], Links]) -> list[str]:
    """The scores as lines of a table, those of all languages first.

    >>> print(*link_lines({("en", "facts"): Links(3, 1, 1)}), sep="\\n")
    <BLANKLINE>
    links                      right spurious   missed      P      R
    all facts                      3        1        1   75.0   75.0
    en facts                       3        1        1   75.0   75.0
    """
    if not scores:
        return []
    rows = [(f"{lang} {what}", score) for (lang, what), score in sorted(scores.items())]
    for what in sorted({what for _, what in scores}, reverse=True):
        rows.insert(0, (f"all {what}", sum((score for (_, one), score in scores.items() if one == what), Links())))
    head = f"{'links':24}{'right':>8}{'spurious':>9}{'missed':>9}{'P':>7}{'R':>7}"
    return ["", head, *(_line(name, score) for name, score in rows)]


def _line(name: str, score: Links) -> str:
    rates = "".join(
        f"{rate * 100:>7.1f}" if rate is not None else f"{'-':>7}" for rate in (score.precision, score.recall)
    )
    return f"{name:24}{score.right:>8}{score.spurious:>9}{score.missed:>9}{rates}"
