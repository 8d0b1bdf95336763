"""Later mentions: which agreement `this treaty`, `the tax agreement` or `该协定` means, of those told of before it.

There is an answer only where one agreement fits: by its kind or topic, its parties, its year. One that may be meant and
has no key stands in the way, since it may be the one. How far back it is looked for is told by the words: `this treaty`
is one of its sentence or of the one before, if any there fits; `the treaty` is one of its sentence or of its passage.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from annotate.linking.linked import Linked
from annotate.linking.listed import PLAIN
from annotate.linking.passages import Passages
from annotate.linking.wording import wording
from annotate.rules.grammar import fold
from annotate.spans import KIND_TOPICS, AgreementKind, AgreementValue, PartnershipValue
from annotate.text.tokens import Tokens

#: What `the agreement` and `the treaty` can mean besides their own kind.
_MEANT: dict[AgreementKind, frozenset[str]] = {
    "agreement": PLAIN - {"convention"} | {*KIND_TOPICS, "loan_agreement"},
    "treaty": frozenset({"treaty", "convention", "charter", *KIND_TOPICS}),
}
#: A trade agreement and a free-trade agreement may be told by either word.
_SAME_TOPIC = {"trade": "free_trade"}
#: How many agreements of one sentence are looked at, and how far from a mention words that belong to it stand.
_MOST, _BESIDE = 20, 36
_YEAR = re.compile(r"/(\d{4})(?:-|$)")
_OPEN, _CLOSE, _COMMAS = "(（[", ")）]", ",，"

Handle = tuple[str, str]


@dataclass(slots=True)
class Mentioned:
    """An agreement or partnership of the text, with what it is about and how its words point back."""

    pact: Linked
    topic: str | None
    #: The year of its signing, where its sentence tells one.
    year: str | None
    #: Whether it is one, not several.
    single: bool
    #: The tokens of the text that are in dates and sums.
    dated: Collection[int] = ()
    _pointing: str | None = ""

    def pointing(self, tokens: Tokens) -> str | None:
        """`this`, `the` or `theirs`, by the words beside it; looked up once."""
        if self._pointing == "":
            self._pointing = pointing(self.pact, tokens) if self.single else None
        return self._pointing

    @property
    def value(self) -> AgreementValue | PartnershipValue:
        return self.pact.value  # type: ignore[return-value]  # those of other spans are none


def settle_later(
    mentioned: Sequence[Mentioned], passages: Passages, tokens: Tokens
) -> Iterator[tuple[Mentioned, Linked]]:
    """Each mention without a key that means one told of before, with that one. Keys are to be set as they come."""
    earlier = _Earlier([one for one in mentioned if one.single], passages)
    for n, one in enumerate(mentioned):
        if one.single and one.value.id is None and one.value.name is None:
            meant = _apposed(mentioned, n, tokens) or _meant(one, earlier, passages, tokens)
            if meant is not None and _agrees(one, meant, passages, tokens):
                yield one, meant


def _meant(one: Mentioned, earlier: _Earlier, passages: Passages, tokens: Tokens) -> Linked | None:
    """The one of those before it that its words can mean, where these point back."""
    points, place = one.pointing(tokens), one.pact.match.start
    if points is None and (one.pact.grammar.lists.get("article") or not isinstance(one.value, AgreementValue)):
        return None
    bare = _is_bare(one.pact, tokens)
    if bare and one.topic is None and _is_told_apart(one, tokens):
        return None
    handles = _asked(one, bare)
    if points is None:
        return earlier.one_of(handles, place, 1 if bare and passages.begins(place) else 0, alone=True)
    whole = bare or any(kind == "kind" for kind, _ in handles)
    return earlier.one_of(handles, place, 1 if points == "this" else 0 if whole else None)


def _is_told_apart(one: Mentioned, tokens: Tokens) -> bool:
    """Whether words behind a head alone say which it is, though no list has them: `the agreement on gas transit`."""
    match, grammar, text = one.pact.match, one.pact.grammar, tokens.text
    if match.j >= len(tokens):
        return False
    if "agreement_party_link" in (grammar.lexicon[tokens.words[match.j]] or ()) and not one.value.parties:
        return True
    links = wording(grammar, "topic_link").find(text, match.end, min(len(text), match.end + _BESIDE))
    place = next((end for start, end, _ in links if not text[match.end : start].strip()), None)
    if place is None:
        return False
    i, _ = tokens.within(place, len(text))
    return i < len(tokens) and tokens.words[i][0].isalpha() and i not in one.dated


def _asked(one: Mentioned, bare: bool) -> tuple[Handle, ...]:
    """What the one that is meant has in common with a mention: the topic, the kind, or else the very words."""
    value, topic = one.value, _SAME_TOPIC.get(one.topic or "", one.topic)
    if isinstance(value, PartnershipValue):
        return (_level(value),) if value.level or value.kind != "partnership" else ()
    if topic is not None:
        return (("topic", topic) if value.kind in PLAIN or value.kind in KIND_TOPICS else (value.kind, topic),)
    if bare:
        return tuple(("kind", kind) for kind in sorted(_MEANT.get(value.kind, frozenset()) | {value.kind}))
    if value.kind in PLAIN or one.pact.match.get("kind") == "":
        return (("words", fold(one.pact.text)),)
    return (("kind", value.kind),)


def _offered(one: Mentioned) -> Iterator[Handle]:
    """By what a later mention may mean this one."""
    value, topic = one.value, _SAME_TOPIC.get(one.topic or "", one.topic)
    if isinstance(value, PartnershipValue):
        yield _level(value)
        return
    yield "kind", value.kind
    yield "words", fold(one.pact.text)
    if topic is not None:
        yield "topic", topic
        yield value.kind, topic


def _level(value: PartnershipValue) -> Handle:
    return value.kind, "-".join(value.level)


def _is_bare(pact: Linked, tokens: Tokens) -> bool:
    """Whether a mention is a head alone: `agreement`, and not `fisheries agreement`."""
    match = pact.match
    heads = wording(pact.grammar, "agreement_head").find(tokens.text, match.start, match.end)
    return any(start == match.start and end == match.end for start, end, _ in heads)


class _Earlier:
    """The agreements and partnerships before a place, by what later mentions call them. Places come in order."""

    def __init__(self, mentioned: Sequence[Mentioned], passages: Passages) -> None:
        self._mentioned, self._passages = mentioned, passages
        self._next = self._start = 0
        self._text: dict[Handle, _Told] = {}
        self._section: dict[Handle, _Told] = {}

    def one_of(self, handles: Collection[Handle], place: int, back: int | None, alone: bool = False) -> Linked | None:
        """The one that some handles are of, where all of these are one.

        With `back` those of so many sentences before are asked first; then those of the passage, then of the text.
        With `alone` only the first are asked.
        """
        section = self._passages.section(place)
        if section > self._start:
            self._start, self._section = section, {}
        while self._next < len(self._mentioned) and self._mentioned[self._next].pact.match.start < place:
            one = self._mentioned[self._next]
            self._next += 1
            for told in (self._text, self._section) if one.pact.match.start >= section else (self._text,):
                for handle in _offered(one):
                    told.setdefault(handle, _Told(one.pact, set())).add(one)
        for told in self._windows(place, back, alone):
            near = [told[handle] for handle in handles if handle in told]
            if near:
                keys = set[str | None]().union(*(one.keys for one in near))
                last = max(near, key=lambda one: one.last.match.start).last
                return last if len(keys) == 1 and None not in keys else None
        return None

    def _windows(self, place: int, back: int | None, alone: bool) -> Iterator[dict[Handle, _Told]]:
        if back is not None:
            yield self._near(place, back)
        if not alone:
            yield self._section
            yield self._text

    def _near(self, place: int, back: int) -> dict[Handle, _Told]:
        """Those of the sentence around a place, and of so many before it."""
        first = self._passages.sentence(place) - back
        latest = reversed(self._mentioned[max(0, self._next - _MOST) : self._next])
        told: dict[Handle, _Told] = {}
        for one in takewhile(lambda one: self._passages.sentence(one.pact.match.start) >= first, latest):
            for handle in _offered(one):
                told.setdefault(handle, _Told(one.pact, set())).keys.add(one.value.id)
        return told


@dataclass(slots=True)
class _Told:
    last: Linked
    keys: set[str | None]

    def add(self, one: Mentioned) -> None:
        self.last = one.pact
        self.keys.add(one.value.id)


def _apposed(mentioned: Sequence[Mentioned], n: int, tokens: Tokens) -> Linked | None:
    """The name behind whose comma a head alone stands: `CEPA, the first agreement of Hanoi with …`."""
    one = mentioned[n]
    if n == 0 or not isinstance(one.value, AgreementValue):
        return None
    before = mentioned[n - 1]
    place, i = before.pact.match.j, one.pact.match.i
    if not before.single or not isinstance(before.value, AgreementValue) or before.value.id is None:
        return None
    place += place < i and tokens.words[place] in _CLOSE
    if not (place < i <= place + 3) or tokens.words[place] not in _COMMAS or not _is_bare(one.pact, tokens):
        return None
    lexicon, words = one.pact.grammar.lexicon, tokens.words
    return before.pact if all("article" in (lexicon[words[k]] or ()) for k in range(place + 1, i)) else None


def _agrees(one: Mentioned, meant: Linked, passages: Passages, tokens: Tokens) -> bool:
    """Whether nothing that a mention's sentence tells speaks against what it may mean: parties, year, who acts."""
    key = meant.value.id if isinstance(meant.value, AgreementValue | PartnershipValue) else None
    known = _YEAR.search(key or "")
    if one.year and known and known[1] != one.year:
        return False
    parties = codes_of(meant)
    told = {party.code or party.name for party in one.value.parties}
    if not parties:
        return True
    place = one.pact.match.start
    if told:
        return told <= parties and not _names_others(one, parties, passages)
    if passages.sentence(place) == passages.sentence(meant.match.start):
        return True
    named = {m.code for m in passages.near(one.pact.grammar, place, 0)[0] if m.kind != "city"}
    return not named or bool(named & parties)


def _names_others(one: Mentioned, parties: set[str], passages: Passages) -> bool:
    """Whether the sentence of a mention names any but the parties: `the European Parliament approved … with Chile`."""
    match = one.pact.match
    _, named = passages.around(one.pact.grammar, match.start, match.end)
    return any(not parties.issuperset(m.code.split()) for m in named if not match.i <= m.i < match.j)


def codes_of(pact: Linked) -> set[str]:
    """The parties of an agreement with a key: those of the key, of the list of names, or of its sentence."""
    value = pact.value
    assert isinstance(value, AgreementValue | PartnershipValue)
    if value.id and "/" in value.id:
        return set(value.id.split("/")[0].upper().split("-"))
    known = pact.grammar.names.get(value.id or "")
    return {*known.parties} if known and known.parties else {party.code or party.name for party in value.parties}


def pointing(pact: Linked, tokens: Tokens) -> str | None:
    """How the words beside a mention say that it was told of before: by `this`, `the` or `theirs`, or not."""
    match, text = pact.match, tokens.text
    before = wording(pact.grammar, "definite").find(text, max(0, match.start - _BESIDE), match.start)
    for _, end, key in before:
        if not text[end : match.start].strip():
            return key
    behind = wording(pact.grammar, "definite_after").find(text, match.end, min(len(text), match.end + _BESIDE))
    return next((key for start, _, key in behind if not text[match.end : start].strip()), None)
