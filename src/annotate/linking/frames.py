"""Verb frames: what the verbs of a sentence say became of its agreements and partnerships, and which date is theirs.

A sentence is cut into clauses at its commas and at the words that begin one. A clause says what its verb says, planned
or denied or not, of the agreement that it names, or that stands before it; a date is the verb's with which it stands
in one clause. Where two readings are open, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from annotate.linking.clauses import Clause, Sentence
from annotate.linking.cues import VERBS, Cue
from annotate.linking.linked import Linked
from annotate.spans import AgreementValue, DateValue, PartnershipValue, Party

#: How many tokens may stand between two agreements that are told together.
_LIST = 10
#: How many tokens of a clause without a verb may stand with its date, that the date is the next verb's.
_ADJUNCT = 8
_JOINERS = frozenset({"party_and", "and", "article"})
_ADJUNCTS = frozenset(
    {"goal", "adjunct", "article", "place", "since", "of", "name_joiner", "cardinal", "period", "and", "clause"}
)


@dataclass(slots=True)
class Told:
    """What a clause says of agreements: the event, of which of them, when; `real` where it has come about."""

    event: str
    verb: Cue
    clause: Clause
    pacts: list[Linked]
    date: Linked | None
    real: bool
    planned: bool


class Frames:
    """The verb frames of a sentence."""

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence

    def told(self) -> list[Told]:
        """What the clauses say of the agreements of the sentence, in their order; made once."""
        told: dict[int, list[Told]] = self.sentence.reading.told
        if id(self.sentence) not in told:
            told[id(self.sentence)] = self._told()
        return told[id(self.sentence)]

    def _told(self) -> list[Told]:
        found: list[Told] = []
        before = self.sentence.before
        for n, clause in enumerate(self.sentence.clauses):
            for verb, dates in self._verbs(n, clause):
                if verb.event == "other":
                    continue
                pacts = self._pacts_of(n, clause, verb)
                if pacts:
                    found.append(self._say(clause, verb, pacts, dates))
                elif before is not None and _fits(verb.event, before) and self._has_pronoun(clause, verb):
                    found.append(self._say(clause, verb, [before], dates))
            if not clause.verbs and found and self._is_short_for(clause):
                last, (pact,) = found[-1], [p for p in clause.pacts if not _is_acronym(p, self.sentence.pacts)]
                goal = last.event == "upgraded"
                if last.real and _fits(last.verb.event, pact) and (not goal or self._is_goal(pact)):
                    found.append(self._say(last.clause, last.verb, [pact], clause.dates))
        return found

    def _is_short_for(self, clause: Clause) -> bool:
        """Whether a clause says of another agreement what the one before says, and leaves its verb out."""
        pacts = [pact for pact in clause.pacts if not _is_acronym(pact, self.sentence.pacts)]
        return (
            len(pacts) == 1
            and not clause.opened
            and (len(clause.dates) == 1 or (not clause.dates and self.sentence.in_brackets(pacts[0]) is not None))
            and all(self._tells(date, clause) for date in clause.dates)
            and self._are_adjuncts(clause)
        )

    def _has_pronoun(self, clause: Clause, verb: Cue) -> bool:
        """Whether the verb has a pronoun for its subject or object: at the beginning of its clause, or beside it."""
        if verb.event in ("held", "established", "agreed"):
            return False
        words = [
            i
            for i in clause.tokens
            if self.sentence.tokens.words[i][0].isalnum() and "and" not in self.sentence.kinds(i)
        ]
        places = {*words[:1], verb.i - 1, verb.i - 2, verb.j, verb.j + 1}
        return any(self.sentence.has(i, "pronoun") for i in places)

    def _verbs(self, n: int, clause: Clause) -> Iterator[tuple[Cue, list[Linked]]]:
        """The verbs of a clause, each with the dates that may be its own."""
        dates = [date for date in clause.dates if self._tells(date, clause)]
        if clause.event is not None:
            best = min((v for v in clause.verbs if v.event == clause.event), key=lambda v: VERBS.index(v.list))
            if dates and any(verb.event == "other" for verb in clause.verbs):
                dates = [date for date in dates if self._nearest(date, clause).event == best.event]
            yield best, dates or self._set_off(n)
            return
        verbs = [verb for verb in clause.verbs if verb.event != "held"]
        ends = sorted([(v.i, 0) for v in verbs] + [(d.match.i, 1) for d in dates])
        turns = all({one, other} == {0, 1} for (_, one), (_, other) in zip(ends[::2], ends[1::2], strict=False))
        paired = len(verbs) == len(dates) and turns
        for n, verb in enumerate(verbs):
            yield verb, [dates[n]] if paired else []

    def _nearest(self, date: Linked, clause: Clause) -> Cue:
        """The verb of a clause that a date stands next to."""
        return min(clause.verbs, key=lambda verb: max(date.match.i - verb.j, verb.i - date.match.j))

    def _set_off(self, n: int) -> list[Linked]:
        """The date that stands before or behind a clause without one, set off with a few words of place or time."""
        for step in (-1, 1):
            at = n + step
            while 0 <= at < len(self.sentence.clauses) and not self.sentence.clauses[at].verbs:
                clause = self.sentence.clauses[at]
                if clause.dates and not clause.bracket:
                    return [d for d in clause.dates if self._tells(d, clause)] if self._is_adjunct(clause) else []
                if step > 0 or clause.opened:
                    break
                at += step
        return []

    def _is_adjunct(self, clause: Clause) -> bool:
        """Whether beside its dates only words of place and time stand in a clause."""
        return not clause.pacts and self._are_adjuncts(clause)

    def _are_adjuncts(self, clause: Clause) -> bool:
        names = {i for group in clause.groups for m in group for i in range(m.i, m.j)}
        words = [i for i in clause.tokens if i not in self.sentence.taken and i not in names]
        if len(words) > _ADJUNCT:
            return False
        first = clause.tokens[0]
        for i in words:
            word, kinds = self.sentence.tokens.words[i], self.sentence.kinds(i)
            capital = word[0].isupper() and i != first
            if not (capital or word.isdigit() or not word[0].isalpha() or kinds & _ADJUNCTS):
                return False
        return True

    def _tells(self, date: Linked, clause: Clause) -> bool:
        """Whether a date may say when: it is a known day, month or year, and no limit or part of a name."""
        value, match = date.value, date.match
        if not isinstance(value, DateValue) or not value.start or "/" in value.timex or value.timex[0] == "P":
            return False
        if any(pact.match.i <= match.i < pact.match.j for pact in self.sentence.pacts):
            return False
        if self.sentence.beside(match.i - 1, "limit"):
            return clause.has("denied") and self._until(date) is not None
        return not self.sentence.beside(match.j, "limit_after") and not any(
            self._belongs(pact, date) for pact in clause.pacts
        )

    def _until(self, date: Linked) -> Cue | None:
        return self.sentence.beside(date.match.i - 1, "not_until")

    def _belongs(self, pact: Linked, date: Linked) -> bool:
        """Whether a date belongs to a name: the treaty of 1957."""
        gap = range(pact.match.j, date.match.i)
        return 0 < len(gap) <= 2 and all(self.sentence.has(i, "of") for i in gap)

    def _pacts_of(self, n: int, clause: Clause, verb: Cue) -> list[Linked]:
        """What a verb is about: the agreements of its clause, else the nearest before, else the only one behind."""
        own = [pact for pact in clause.pacts if _fits(verb.event, pact)]
        words = (i for i in clause.tokens if self.sentence.tokens.words[i][0].isalnum())
        apposed = verb.list == "told" and next(words, None) == verb.i  # the treaty, signed in 2014, …
        if (clause.relative or apposed) and n and not (verb.event == "upgraded" and own):
            start = clause.tokens[0]
            nearest = max((p for p in self.sentence.pacts if p.match.j <= start), key=lambda p: p.match.j, default=None)
            if apposed and nearest and nearest.match.j >= start - 2 and not _fits(verb.event, nearest):
                return []  # an agreement, and a partnership, in force since 2008
            told = [p for p in self.sentence.pacts if start - 4 <= p.match.j <= start and _fits(verb.event, p)]
            if told:
                brief = {id(p) for c in self.sentence.clauses if c.bracket for p in c.pacts}
                named = [p for p in told if id(p) not in brief]
                short = told[-1]
                meant = named[-1:] or [p for p in self.sentence.pacts if p.match.j <= short.match.i][-1:]
                return [p for p in meant if not _parties(p) or not self._is_of_others(clause, verb, [p])]
        around = [n, *range(n - 1, -1, -1), *range(n + 1, len(self.sentence.clauses))]
        around.sort(key=lambda at: self.sentence.clauses[at].bracket and at != n)
        for at in around:
            fitting = [pact for pact in self.sentence.clauses[at].pacts if _fits(verb.event, pact)]
            fitting = [pact for pact in fitting if not _is_acronym(pact, self.sentence.pacts)]
            if verb.event == "signed" and len({p.match.label for p in fitting}) > 1:
                fitting = [pact for pact in fitting if pact.match.label == "AGREEMENT"]
            if not fitting:
                continue
            if at > n and len(fitting) > 1:
                return []
            if (
                at < n
                and self.sentence.clauses[at].verbs
                and not clause.opened
                and verb.event in ("established", "held")
            ):
                continue
            chosen = self._chosen(fitting, verb, behind=at == n, before=at < n)
            return [] if at < n and self._is_of_others(clause, verb, chosen) else chosen
        return []

    def _is_of_others(self, clause: Clause, verb: Cue, pacts: Sequence[Linked]) -> bool:
        """Whether a clause tells before its verb with whom, and not those of the agreements: the one with Japan."""
        linked = [g for g in clause.groups if g[-1].j <= verb.i and self.sentence.is_linked(g)]
        codes = {code for group in linked for m in group for code in m.code.split()}
        return bool(codes) and not codes <= {party.code for pact in pacts for party in _parties(pact)}

    def _chosen(self, pacts: list[Linked], verb: Cue, *, behind: bool, before: bool) -> list[Linked]:
        """Of several agreements those that are told together, the level of a raise, or the object behind the verb."""
        if len(pacts) == 1:
            return pacts
        if verb.event == "upgraded":
            return pacts[-1:] if self._is_goal(pacts[-1]) else []
        if before:
            return pacts[-1:]
        beside = [pact for pact in pacts if pact.match.j == verb.i]
        if beside:
            return beside
        rows = self._rows(pacts)
        if len(rows) == 1:
            return pacts
        following = [row for row in rows if row[0].match.i >= verb.j]
        return following[0] if behind and following else []

    def _rows(self, pacts: Sequence[Linked]) -> list[list[Linked]]:
        """Agreements that are told together, joined by commas and `and`."""
        rows: list[list[Linked]] = []
        for pact in pacts:
            gap = range(rows[-1][-1].match.j, pact.match.i) if rows else range(0)
            kinds = [self.sentence.kinds(i) for i in gap]
            joined = rows and any(k & {"and", "party_and"} for k in kinds)
            if pact.match.label == "PARTNERSHIP":
                joined = joined and all(k & _JOINERS or k & {"clause_mark"} for k in kinds)
            if joined and len(gap) <= _LIST and not any(k & {*VERBS} for k in kinds):
                rows[-1].append(pact)
            else:
                rows.append([pact])
        return rows

    def _is_goal(self, pact: Linked) -> bool:
        before = self.sentence.beside(pact.match.i - 1, "goal")
        return before is not None or self.sentence.beside(pact.match.j, "goal") is not None

    def _say(self, clause: Clause, verb: Cue, pacts: list[Linked], dates: list[Linked]) -> Told:
        event = verb.event
        if event == "signed" and all(pact.match.label == "PARTNERSHIP" for pact in pacts):
            event = "established"
        date = dates[0] if len(dates) == 1 else None
        if event in ("upgraded", "established") and not dates:
            date = self.sentence.in_brackets(pacts[0])
        beside = pacts[0].match.i if pacts[-1].match.j == verb.i else -1  # an agreement signed today may bring more
        denied = clause.has("denied", beside) and not (date and self._until(date))
        planned = clause.has("planned", beside) or verb.list == "open"
        lasting = event in ("negotiating", "in_force", "held") and date and self._since(date)
        if planned and lasting and self._is_past(date):
            planned = verb.list == "open"
        if event == "held":
            event = "established" if date and self._since(date) and pacts[0].match.label == "PARTNERSHIP" else "held"
        past = self._is_past(date)
        real = not denied and not planned and (verb.list == "told" or past is True) and past is not False
        if event == "negotiating" and verb.list == "now" and not lasting:
            real = False
        return Told(event, verb, clause, pacts, date, real, planned and not denied)

    def _since(self, date: Linked) -> bool:
        return bool(self.sentence.beside(date.match.i - 1, "since") or self.sentence.beside(date.match.j, "since"))

    def _is_past(self, date: Linked | None) -> bool | None:
        """Whether a date has come, by the document's date; None where either is not known."""
        if date is None or self.sentence.reading.today is None or not isinstance(date.value, DateValue):
            return None
        return (date.value.start or "") <= self.sentence.reading.today

    def standing(self) -> Iterator[tuple[Linked, Linked]]:
        """Partnerships that the sentence says no more of than since when they stand."""
        for clause in self.sentence.clauses:
            partnerships = [pact for pact in clause.pacts if pact.match.label == "PARTNERSHIP"]
            if clause.has("denied") or clause.has("planned"):
                continue
            for pact in partnerships:  # its year in brackets, but for that of a raise
                date = self.sentence.in_brackets(pact)
                if date is not None and not (clause.event == "upgraded" and self._is_goal(pact)):
                    yield pact, date
            if len(partnerships) != 1 or clause.event:
                continue
            pact = partnerships[0]
            dates = [d for d in clause.dates if self._since(d) or self._belongs(pact, d)]
            if len(dates) == 1 and isinstance(dates[0].value, DateValue) and dates[0].value.start:
                yield pact, dates[0]


def _parties(pact: Linked) -> tuple[Party, ...]:
    assert isinstance(pact.value, AgreementValue | PartnershipValue)
    return pact.value.parties


def _fits(event: str, pact: Linked) -> bool:
    """Whether an event can be told of an agreement, or of a partnership."""
    if event in ("signed", "held", "agreed"):
        return True
    return (event in ("established", "upgraded")) == (pact.match.label == "PARTNERSHIP")


def _is_acronym(pact: Linked, others: Sequence[Linked]) -> bool:
    """Whether it is an acronym that stands in brackets behind a name among the others."""
    return "acronym" in pact.match.slots and any(
        other is not pact and other.match.label == pact.match.label and 0 <= pact.match.i - other.match.j <= 2
        for other in others
    )
