"""Which claims of different documents are of one agreement: the rules, and nothing but them.

A **signature** is all of a claim that bears on that. Claims with the same signature get the same id, so the question is
one over distinct signatures, and the answer depends on neither their order nor their number:

1. A well-known agreement or partnership is known by its key; but a partnership that began in another year than that is
   another one.
2. Partnerships are one by parties, kind, level and the year since when. `cooperative` beside another level tells none
   from another.
3. Agreements of the same parties about the same are one where their years agree. One without a year joins those with
   one, if there is one year only that it fits; where it fits two, it joins neither.
4. What only an acronym names is joined where parties or names agree too.
5. What has nothing of that stays by itself.

Two with different parties, or with different years of signing or of their beginning, are never one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from annotate.spans import KIND_TOPICS, LEVELS

_WHEN = re.compile(r"\d{4}")
#: A level that is often left out where another one is told.
_WEAK = "cooperative"
#: What stands for a topic where a name is all that is told.
_BY_NAME = "name/"
#: How many years may lie between signing and coming into force.
_PATIENCE = 20


class Known(Struct, frozen=True):
    """A well-known agreement or partnership, as far as identity needs it."""

    id: str
    label: str
    kind: str
    level: tuple[str, ...]
    name: str
    acronym: str | None
    parties: tuple[str, ...]
    signed: str | None
    in_force: str | None
    predecessor: str | None
    successor: str | None


class Signature(Struct, frozen=True, order=True):
    """All of a claim that bears on which agreement it is of."""

    label: str
    #: A key without parties in it: of a well-known one, or an acronym.
    key: str
    parties: tuple[str, ...]
    #: What it is about, or the kind of a partnership.
    topic: str
    level: tuple[str, ...]
    names: tuple[str, ...]
    #: A year, month or day by which it is known.
    when: str
    signed: tuple[str, ...]
    in_force: tuple[str, ...]
    #: The year in which a document says that it is yet to come.
    ahead: str


def party_key(codes: Iterable[str]) -> tuple[str, ...]:
    """Parties as a key has them: each once, in order."""
    return tuple(sorted({code.lower() if code.isupper() else code for code in codes}))


def assign(signatures: Iterable[Signature], known: Mapping[str, Known]) -> dict[Signature, str | None]:
    """The id of each signature; None where each document's claim with it stays by itself.

    >>> told = Signature("AGREEMENT", "", ("eu", "in"), "free_trade", (), (), "", ("2026",), (), "")
    >>> untold = Signature("AGREEMENT", "", ("eu", "in"), "free_trade", (), (), "", (), (), "")
    >>> assign([untold, told], {})[untold]
    'eu-in/free_trade/2026'
    """
    ids: dict[Signature, str | None] = {}
    by_parties: defaultdict[tuple[str, ...], list[Signature]] = defaultdict(list)
    by_acronym: defaultdict[str, list[Signature]] = defaultdict(list)
    for one in sorted({*signatures}):
        if one.key in known:
            ids[one] = _well_known(one, known[one.key])
        elif one.key:
            by_acronym[one.key].append(one)
        else:
            by_parties[one.parties].append(one)
    named: defaultdict[tuple[str, ...], list[_Cluster]] = defaultdict(list)
    for acronym, several in by_acronym.items():
        for cluster in _by_acronym(acronym, several, ids):
            named[cluster.parties].append(cluster)
    well_known: defaultdict[tuple[str, ...], list[Known]] = defaultdict(list)
    for entry in known.values():
        well_known[party_key(entry.parties)].append(entry)
    for parties, several in sorted(by_parties.items()):
        ids |= _Between(parties, well_known[parties], named[parties]).assign(several)
    return ids


def _well_known(one: Signature, entry: Known) -> str:
    """The key of a well-known one; a partnership that began in another year than that is none of it."""
    year = _year(one)
    if entry.label != "PARTNERSHIP" or not entry.signed or not year or entry.signed[:4] == year:
        return entry.id
    return _joined("-".join(party_key(entry.parties)), entry.kind, "-".join(entry.level), year)


class _Cluster(Struct):
    """Signatures that are one agreement."""

    id: str
    parties: tuple[str, ...]
    topic: str
    years: set[str]
    names: set[str]
    #: When they came into force, by what is told.
    forces: set[tuple[str, ...]]


def _by_acronym(acronym: str, several: Sequence[Signature], ids: dict[Signature, str | None]) -> Iterator[_Cluster]:
    """Clusters of signatures with one acronym: of the same parties, or else of the same name, where years agree."""
    rest: list[Signature] = []
    clusters: list[_Cluster] = []
    by_parties: defaultdict[tuple[str, ...], list[Signature]] = defaultdict(list)
    for one in several:
        (by_parties[one.parties] if len(one.parties) > 1 else rest).append(one)
    for parties, ours in by_parties.items():
        for year, together in _by_year(ours, ids):
            name = _joined("-".join(parties), acronym, year)
            clusters.append(_gathered(name, together, ids, year))
    by_name: defaultdict[tuple[str, ...], list[Signature]] = defaultdict(list)
    joining: defaultdict[str, list[Signature]] = defaultdict(list)
    for one in rest:
        own = _full(one, acronym)
        fits = [cluster for cluster in clusters if own & cluster.names and _fits(one, _one(cluster.years))]
        if len(fits) == 1:
            joining[fits[0].id].append(one)
        elif not fits and own:
            by_name[tuple(sorted(own))].append(one)
        else:
            ids[one] = None
    for cluster in clusters:
        _join(cluster, joining[cluster.id], ids)
    alone = not clusters and len(by_name) == 1
    for names, ours in by_name.items():
        for year, together in _by_year(ours, ids):
            name = _joined(acronym if alone else f"{acronym}/{_slug(names[0])}", year if len({*ours}) else "")
            clusters.append(_gathered(name, together, ids, year))
    yield from clusters


def _join(cluster: _Cluster, ours: Sequence[Signature], ids: dict[Signature, str | None]) -> None:
    """Let signatures that fit a cluster join it; of two years, or of two beginnings without any, none does."""
    years, forces = {year for one in ours if (year := _year(one))}, cluster.forces | _forces(ours)
    if len(forces) > 1 and not years and not cluster.years:
        ids |= dict.fromkeys(ours)
        return
    cluster.forces = forces
    for one in ours:
        ids[one] = cluster.id if len(years) <= 1 and not (len(one.signed) > 1 and not one.when) else None
    if len(years) == 1:
        cluster.years |= years


def _full(one: Signature, acronym: str) -> set[str]:
    """Its names without the acronym."""
    return {name for name in one.names if name.replace(" ", "-") != acronym}


def _slug(name: str) -> str:
    return re.sub(r"\W+", "-", name).strip("-")


def _one(years: Collection[str]) -> str:
    return next(iter(years)) if len(years) == 1 else ""


def _gathered(name: str, together: Sequence[Signature], ids: dict[Signature, str | None], year: str) -> _Cluster:
    for one in together:
        ids[one] = name
    names = {word for one in together for word in one.names}
    topics = sorted({one.topic for one in together if one.topic})
    return _Cluster(
        name,
        together[0].parties,
        topics[0] if len(topics) == 1 else "",
        {year[:4]} if _WHEN.match(year) else set(),
        names,
        _forces(together),
    )


def _forces(several: Iterable[Signature]) -> set[tuple[str, ...]]:
    return {one.in_force for one in several if one.in_force}


def _joined(*parts: str) -> str:
    return "/".join(part for part in parts if part)


def _year(one: Signature) -> str:
    """The year that a signature is known by; several are none."""
    return one.when[:4] or _one(one.signed)


def _fits(one: Signature, year: str) -> bool:
    """Whether a signature can be of what was signed in a year; one without a year in any."""
    if not year:
        return True
    if own := _year(one):
        return own == year
    if one.signed:
        return False  # its document has two years
    if one.ahead and year < one.ahead:
        return False
    return all(0 <= int(force) - int(year) <= _PATIENCE for force in one.in_force)


def _by_year(several: Sequence[Signature], ids: dict[Signature, str | None]) -> Iterator[tuple[str, list[Signature]]]:
    """Signatures of one agreement but for their years: those of each year, and the rest where no year is told.

    One without a year goes with the one year that it fits; where it fits two it stays by itself.
    """
    finest = _finest({when for one in several if (when := one.when or _one(one.signed))})
    groups: defaultdict[str, list[Signature]] = defaultdict(list)
    for one in several:
        when = one.when or _one(one.signed)
        if when:
            fits = [whole for whole in finest if whole.startswith(when)]
        else:
            fits = [whole for whole in finest if _fits(one, whole[:4])]
        if len(fits) == 1:
            groups[fits[0]].append(one)
        elif not fits and not one.signed:
            groups[""].append(one)
        else:
            ids[one] = None
    untold = groups.pop("", [])
    yield from sorted(groups.items())
    forces = {one.in_force for one in untold if one.in_force}
    if len(forces) <= 1 and not (finest and any(one.in_force for one in untold)):
        if untold:
            yield "", untold
        return
    for force in sorted(forces):
        yield f"in-force-{force[0]}", [one for one in untold if one.in_force == force]
    for one in untold:
        if not one.in_force:
            ids[one] = None


def _finest(whens: set[str]) -> list[str]:
    """Of years, months and days those within which no other one lies."""
    return sorted(one for one in whens if not any(other != one and other.startswith(one) for other in whens))


class _Between:
    """All that the same parties have with one another."""

    def __init__(self, parties: tuple[str, ...], known: Sequence[Known], named: Sequence[_Cluster]) -> None:
        self._parties, self._known, self._named = parties, known, named

    def assign(self, several: Sequence[Signature]) -> dict[Signature, str | None]:
        ids: dict[Signature, str | None] = {}
        by_topic: defaultdict[tuple[str, str], list[Signature]] = defaultdict(list)
        for one in several:
            by_topic[one.label, one.topic or _BY_NAME + "/".join(one.names)].append(one)
        for (label, topic), ours in by_topic.items():
            if label == "PARTNERSHIP":
                self._partnerships(topic, ours, ids)
            else:
                self._agreements(topic, ours, ids)
        return ids

    def _partnerships(self, kind: str, several: Sequence[Signature], ids: dict[Signature, str | None]) -> None:
        """Of each level and year one; `cooperative` beside another level makes no other."""
        told = {frozenset(one.level) for one in several}
        told |= {frozenset(entry.level) for entry in self._known if (entry.label, entry.kind) == ("PARTNERSHIP", kind)}
        by_level: defaultdict[frozenset[str], list[Signature]] = defaultdict(list)
        for one in several:
            level = frozenset(one.level)
            by_level[level | {_WEAK} if level and level | {_WEAK} in told else level].append(one)
        for level, ours in by_level.items():
            words = sorted(level, key=lambda word: (LEVELS.index(word) if word in LEVELS else len(LEVELS), word))
            for year, together in _by_year(ours, ids):
                fits = self._well_known(kind, level, year)
                name = _joined("-".join(self._parties), kind, "-".join(words), year)
                for one in together:
                    ids[one] = fits[0] if len(fits) == 1 else name

    def _well_known(self, kind: str, level: frozenset[str], year: str) -> list[str]:
        """The well-known partnerships of a level and year; in the same year `cooperative` may be left out."""
        fits = [
            entry
            for entry in self._known
            if (entry.label, entry.kind) == ("PARTNERSHIP", kind)
            and (not year or not entry.signed or entry.signed[:4] == year)
        ]
        same = [entry.id for entry in fits if frozenset(entry.level) == level]
        return same or [entry.id for entry in fits if year and entry.signed and _bare(entry.level) == _bare(level)]

    def _agreements(self, topic: str, several: Sequence[Signature], ids: dict[Signature, str | None]) -> None:
        """Of each year one; well-known ones, and those with an acronym, where exactly one fits."""
        groups = [
            (year, together, self._candidates(topic, year, together)) for year, together in _by_year(several, ids)
        ]
        taken = Counter(next(iter(fits)) for _, _, fits in groups if len(fits) == 1)
        words = _slug(topic.removeprefix(_BY_NAME)) if topic.startswith(_BY_NAME) else topic
        for year, together, fits in groups:
            # Two that differ in their year cannot both be one of which no year is known.
            found = next(iter(fits)) if len(fits) == 1 and taken[next(iter(fits))] == 1 else None
            for one in together:
                ids[one] = found or _joined("-".join(self._parties), words, year)

    def _candidates(self, topic: str, year: str, together: Sequence[Signature]) -> set[str]:
        """What some signatures may be of: well-known ones, else those that have an acronym elsewhere."""
        fits = {entry.id for entry in self._known if self._is_of(entry, topic, year, together)}
        return fits or {
            cluster.id
            for cluster in self._named
            if cluster.topic == topic
            and _agree(year, cluster.years)
            and (year or cluster.years or len(cluster.forces | _forces(together)) <= 1)
            and all(_fits(one, _one(cluster.years)) for one in together)
        }

    def _is_of(self, entry: Known, topic: str, year: str, together: Sequence[Signature]) -> bool:
        """Whether a well-known agreement can be what some signatures are of."""
        if entry.label != "AGREEMENT" or KIND_TOPICS.get(entry.kind, entry.kind) != topic:
            return False
        signed, force = (entry.signed or "")[:4], (entry.in_force or "")[:4]
        if any(one.ahead and (force or signed or "9999") < one.ahead for one in together):
            return False
        told = {one.in_force for one in together if one.in_force}
        if force and any(force not in years for years in told):
            return False
        return not year or year.removeprefix("in-force-")[:4] in (signed, force)


def _bare(level: Iterable[str]) -> frozenset[str]:
    """A level without what is often left out of it."""
    words = frozenset(level)
    return words - {_WEAK} or words


def _agree(year: str, years: set[str]) -> bool:
    return not year or not years or year[:4] in years
