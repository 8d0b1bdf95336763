"""A sentence in its clauses: cut at commas, at words that begin a clause, and at the `and` between two verbs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotate.linking.cues import VERBS, Cue, cues_of
from annotate.linking.linked import PACTS, Linked
from annotate.linking.names import Mention, names_in
from annotate.rules.grammar import Grammar
from annotate.text.tokens import Tokens

_OPENING, _CLOSING = frozenset("(（["), frozenset(")）]")
_QUOTES = frozenset("\"“”„‘’«»'「」『』《》")
_JOINING = frozenset(",、・·，-–—&∙‧･")
_JOINERS = frozenset({"party_and", "and", "article", "range_dash"})
#: Words of the official names of states and governments, and what joins these to the country's name.
_FORMS = frozenset({"state_form", "of", "name_joiner"})


@dataclass(slots=True)
class Clause:
    """A stretch of a sentence that one verb governs, with what stands in it."""

    opened: bool
    relative: bool = False
    bracket: bool = False
    tokens: list[int] = field(default_factory=list)
    verbs: list[Cue] = field(default_factory=list)
    others: list[Cue] = field(default_factory=list)
    dates: list[Linked] = field(default_factory=list)
    pacts: list[Linked] = field(default_factory=list)
    groups: list[list[Mention]] = field(default_factory=list)

    def has(self, name: str, start: int = -1) -> bool:
        """Whether a word of a list stands in it, from a token on."""
        return any(cue.list == name and cue.i >= start for cue in self.others)

    @property
    def event(self) -> str | None:
        """What its verbs say, where they say one thing."""
        for name in VERBS:
            events = {verb.event for verb in self.verbs if verb.list == name}
            told = events - {"held", "agreed", "other"} or events - {"other"} or events
            if told:
                return told.pop() if len(told) == 1 else None
        return None

    def take(self, cue: Cue) -> None:
        """Add a word that frames know."""
        (self.verbs if cue.list in VERBS else self.others).append(cue)


class Reading:
    """What the sentences of one text hold, each read once however often it is asked for."""

    def __init__(self, tokens: Tokens, today: str | None = None) -> None:
        self.tokens, self.today = tokens, today
        #: What the verbs of each sentence say, by its identity; `frames` fills it.
        self.told: dict[int, Any] = {}
        #: The tokens of agreements and partnerships: whom their names tell is not told by the sentence.
        self.named: set[int] = set()
        self._sentences: dict[tuple[int, int, int, str | None], Sentence] = {}
        self._known: dict[tuple[str, int, int], tuple[dict[int, list[Cue]], list[Mention]]] = {}

    def words(self, grammar: Grammar, first: int, last: int) -> tuple[dict[int, list[Cue]], list[Mention]]:
        """The cues and the names in a stretch of tokens."""
        key = grammar.lang, first, last
        known = self._known.get(key)
        if known is None:
            cues = cues_of(grammar).find(self.tokens, first, last)
            known = self._known[key] = cues, list(names_in(grammar, "city", "demonym").find(self.tokens, first, last))
        return known

    def names(self, grammar: Grammar, first: int, last: int) -> list[Mention] | None:
        """The names in a stretch of tokens without adjectives, where it has been read; else None."""
        known = self._known.get((grammar.lang, first, last))
        return known and [mention for mention in known[1] if mention.kind != "demonym"]

    def sentence(self, place: tuple[int, int], inside: Sequence[Linked], before: Linked | None = None) -> Sentence:
        """A sentence with the spans that stand in it; `before` is what a pronoun of it may stand for."""
        key = *place, len(inside), before.id if before else None
        known = self._sentences.get(key)
        if known is not None:
            return known
        grammar = (before or next(span for span in inside if span.match.label in PACTS)).grammar
        first, last = self.tokens.within(*place)
        found = self._sentences[key] = Sentence(self, grammar, first, last, inside, before)
        return found


class Sentence:
    """A sentence in its clauses."""

    def __init__(
        self, reading: Reading, grammar: Grammar, first: int, last: int, inside: Sequence[Linked], before: Linked | None
    ) -> None:
        self.reading, self.tokens, self.grammar = reading, reading.tokens, grammar
        self.first, self.last = first, last
        self.cues, self.mentions = reading.words(grammar, first, last)
        self.spans = inside
        #: The only agreement of the sentence before, which a pronoun may stand for.
        self.before = before
        self.pacts = [span for span in inside if span.match.label in PACTS]
        self._cover: dict[int, set[str]] = {}
        for cues in self.cues.values():
            for cue in cues:
                for i in range(cue.i, cue.j):
                    self._cover.setdefault(i, set()).add(cue.list)
        self.taken = {i: span for span in inside for i in range(span.match.i, span.match.j)}
        self.groups = list(self._grouped())
        self.clauses = self._clauses()

    # --- clauses

    def _clauses(self) -> list[Clause]:
        """The clauses in order, each with the dates, the agreements and the names that stand in it."""
        cut = [part for clause in self._stretches() if clause.tokens for part in self._cut(clause)]
        cut.sort(key=lambda clause: clause.tokens[0])
        of = {i: clause for clause in cut for i in clause.tokens}
        for span in self.spans:
            clause = of.get(span.match.i)
            if clause is not None and span.match.label == "DATE":
                clause.dates.append(span)
            elif clause is not None and span.match.label in PACTS:
                clause.pacts.append(span)
        for group in self.groups:
            if group[0].i in of:
                of[group[0].i].groups.append(group)
        return cut

    def _stretches(self) -> list[Clause]:
        """What stands between the signs and words that begin a clause.

        What stands in brackets is a clause of its own, and does not end the one around it.
        """
        clauses = [Clause(False)]
        stack = [clauses[0]]
        covered = ended = self.first
        for i in range(self.first, self.last):
            word = self.tokens.words[i]
            free = i not in self.taken and i >= covered
            if i == ended > self.first:
                stack[-1] = Clause(False)
                clauses.append(stack[-1])
            if free and word in _OPENING:
                stack.append(Clause(True, bracket=True))
                clauses.append(stack[-1])
                continue
            if free and word in _CLOSING and len(stack) > 1:
                stack.pop()
                continue
            for cue in self.cues.get(i, ()) if free else ():
                covered = cue.j
                if cue.list == "clause" and self._begun(stack[-1]):
                    stack[-1] = Clause(word[0].isalpha())
                    clauses.append(stack[-1])
                elif cue.list == "clause_end" and self._begun(stack[-1]):
                    ended = cue.j
                elif cue.list == "relative" and not self._begun(stack[-1]):
                    stack[-1].opened = stack[-1].relative = len(clauses) > 1
                stack[-1].take(cue)
            stack[-1].tokens.append(i)
        return clauses

    def _begun(self, clause: Clause) -> bool:
        """Whether a word stands in a clause yet."""
        return any(self.tokens.words[i][0].isalnum() for i in clause.tokens)

    def _cut(self, clause: Clause) -> Iterator[Clause]:
        """A clause with two verbs, or with two dates and two agreements, cut at the `and` between them."""
        if len({verb.event for verb in clause.verbs}) < 2 and (at := self._gap(clause)):
            yield from self._parts(clause, at)
            return
        for one, other in zip(clause.verbs, clause.verbs[1:], strict=False):
            joints = [cue.i for cue in clause.others if cue.list == "and" and one.j <= cue.i < other.i]
            joints = [i for i in joints if not any(g[0].i < i < g[-1].j for g in self.groups)]
            if one.event == other.event or not joints:
                continue
            first, second = self._parts(clause, joints[-1])
            yield first
            yield from self._cut(second)
            return
        yield clause

    def _parts(self, clause: Clause, at: int) -> tuple[Clause, Clause]:
        """A clause in two, cut before a token."""
        parts = Clause(clause.opened, clause.relative), Clause(False)
        for n, part in enumerate(parts):
            part.tokens = [i for i in clause.tokens if (i >= at) == bool(n)]
            part.verbs = [cue for cue in clause.verbs if (cue.i >= at) == bool(n)]
            part.others = [cue for cue in clause.others if (cue.i >= at) == bool(n)]
        return parts

    def _gap(self, clause: Clause) -> int | None:
        """Where the verb is left out: signed A in 2010 AND B in 2014; in 2014 to A AND lately to B."""
        spans = [self.taken[i] for i in clause.tokens if i in self.taken and self.taken[i].match.i == i]
        spans = [span for span in spans if span.match.label == "DATE" or span.match.label in PACTS]
        pacts = [span for span in spans if span.match.label in PACTS]
        if not clause.verbs and len(pacts) == 2:
            between = range(pacts[0].match.j, pacts[1].match.i)
            return next((cue.i for cue in clause.others if cue.list == "and" and cue.i in between), None)
        if len(spans) != 4:
            return None
        joints = [cue.i for cue in clause.others if cue.list == "and"]
        joints = [i for i in joints if spans[1].match.j <= i < spans[2].match.i]
        halves = [{span.match.label == "DATE" for span in half} for half in (spans[:2], spans[2:])]
        return joints[0] if joints and all(len(half) == 2 for half in halves) else None

    # --- parties

    def has(self, i: int, name: str) -> Cue | None:
        """The cue of a list at a token."""
        return next((cue for cue in self.cues.get(i, ()) if cue.list == name), None)

    def kinds(self, i: int) -> frozenset[str]:
        """The lists that a token stands in: of rules and of frames."""
        known = self.grammar.lexicon[self.tokens.words[i]] or {}
        return frozenset((*known, *self._cover.get(i, ())))

    def is_linked(self, group: Sequence[Mention]) -> bool:
        """Whether a word such as `with` or `between` stands before a group of names, or behind it: `ベトナムとの`."""
        before = group[0].i - 1
        while before >= self.first and "article" in self.kinds(before):
            before -= 1
        if before >= self.first and self.kinds(before) & {"agreement_party_link", "link"}:
            return True
        if len(group) > 1 and are_adjectives(group):
            return False
        behind = self.has(group[-1].j, "link_after")
        return behind is not None and behind.event != "of" and len(group) == 1

    def _grouped(self) -> Iterator[list[Mention]]:
        """The names of the sentence, those that are told together in one group; an adjective alone names nobody."""
        group: list[Mention] = []
        for mention in self.mentions:
            span = self.taken.get(mention.i)
            if span is not None and span.match.label not in PACTS:  # Canadian dollars
                continue
            if group and not self._joined(group[-1], mention):
                yield from self._apart(group)
                group = []
            group.append(mention)
        yield from self._apart(group)

    def _apart(self, group: list[Mention]) -> Iterator[list[Mention]]:
        """A group that names somebody; in `With China, Portugal signed …` a comma alone joins no two."""
        if len(group) == 2 and "," in self.tokens.words[group[0].j : group[1].i] and self._is_fronted(group):
            yield from (part for part in (group[:1], group[1:]) if _names(part))
        elif _names(group):
            yield group

    def _is_fronted(self, group: Sequence[Mention]) -> bool:
        """Whether two names have no `and` between them, and a word for `with` before the first."""
        if any(self.kinds(i) & {"and", "party_and"} for i in range(group[0].j, group[1].i)):
            return False
        before = group[0].i - 1
        while before >= self.first and "article" in self.kinds(before):
            before -= 1
        return before >= self.first and bool(self.kinds(before) & {"agreement_party_link", "link"})

    def _joined(self, one: Mention, other: Mention) -> bool:
        """Whether only `and`, commas, dashes and articles stand between two names, and they are of one span or none."""
        start, end = self._behind_compound(one), other.i
        if self.taken.get(one.i) is not self.taken.get(other.i):
            return False
        if start == end:
            return self.tokens.words[end][0] > "\u2e80" or self.tokens.words[end - 1][0] > "\u2e80"
        forms = sum("state_form" in self.kinds(i) for i in range(start, end))
        if end - start - 2 * forms > 4 or (end - start == 1 and (one.kind == "city") != (other.kind == "city")):
            return False  # in Seoul, Vietnam and …
        joiners = _JOINERS | _FORMS if forms else _JOINERS
        return all(self.tokens.words[i] in _JOINING or self.kinds(i) & joiners for i in range(start, end))

    def _behind_compound(self, one: Mention) -> int:
        """The token behind a name, and behind what a hyphen glues to it: `EFTA-Staaten und Vietnam`."""
        j, tokens = one.j, self.tokens
        glued = j + 1 < self.last and tokens.words[j] == "-" and tokens.glued(j) and tokens.glued(j + 1)
        return j + 2 if glued and not any(m.i == j + 1 for m in self.mentions) else j

    def in_brackets(self, pact: Linked) -> Linked | None:
        """The date that stands alone in brackets behind a name: `"Strategic Partnership" (2009)`."""
        for clause in self.clauses:
            if clause.bracket and len(clause.dates) == 1 and not clause.pacts:
                date = clause.dates[0].match
                between = self.tokens.words[pact.match.j : clause.tokens[0]]
                whole = clause.tokens[0] == date.i and clause.tokens[-1] == date.j - 1
                whole = whole and "/" not in (getattr(clause.dates[0].value, "timex", None) or "/")  # of a plan
                if whole and between and between[-1] in _OPENING and all(word in _QUOTES for word in between[:-1]):
                    return clause.dates[0]
        return None

    def beside(self, i: int, name: str) -> Cue | None:
        """The cue of a list that ends or begins at a token, over quotation marks and articles before it."""
        if not self.first <= i < self.last:
            return None
        if self.tokens.words[i] in _QUOTES:
            i -= 1
        for start in (i, i - 1, i - 2):
            cue = self.has(start, name)
            if cue is not None and (start == i or cue.j == i + 1):
                return cue
        return self.beside(i - 1, name) if i > self.first and "article" in self.kinds(i) else None


def are_adjectives(group: Sequence[Mention]) -> bool:
    """Whether a group is told by adjectives only, or by single signs that stand for a name: `日越`."""
    return all(m.kind == "demonym" or (len(m.name) == 1 and m.name > "\u2e80") for m in group)


def _names(group: Sequence[Mention]) -> bool:
    """Whether a group names somebody: an adjective does so only beside another name."""
    return len({m.code for m in group}) > 1 or any(m.kind != "demonym" for m in group)
