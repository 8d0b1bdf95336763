"""Identity: which agreement or partnership a mention is, so that all its mentions share one key.

A known name and an acronym bring their keys. Any other is told apart by its parties with what it is about, its kind
or level, and its year: `kr-vn/social_security/2021`, `jp-vn/partnership/comprehensive-strategic/2023`. Where the list
of known names has only one with these parties of this kind, or one that was signed on this day, it is that. A later
mention that says `this agreement` takes the key of the one agreement before it that it can mean (`anaphora`).
A key may hold parties that the sentence does not name (`the two countries`); the value has those of the sentence only.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from msgspec.structs import replace

from annotate.linking.anaphora import Mentioned, codes_of, settle_later
from annotate.linking.clauses import Reading
from annotate.linking.linked import PACTS, Linked
from annotate.linking.listed import PLAIN, listed, may_be, what_of
from annotate.linking.passages import Passages
from annotate.linking.wording import wording
from annotate.records import Fact
from annotate.spans import KIND_TOPICS, AgreementValue, DateValue, PartnershipValue
from annotate.text.sentences import sentence_around
from annotate.text.tokens import Tokens

#: How far behind an agreement its topic may stand, in characters, and how long a definition in brackets, in tokens.
_TOPIC, _BRACKET = 120, 14
#: How far from a mention or its preposition a word that belongs to it is looked for, in characters.
_BESIDE = 36
#: How far before a mention an article may begin that says that there are several: `die Abkommen`.
_ARTICLE = 8
_CLAUSE = re.compile(r"[,;:.、，；：。()\n]")
#: The year that a key ends in, where its parts tell it.
_YEAR = re.compile(r"/\d{4}$")
#: Between the parts of a key that is made of parties; a known name has none.
_PARTS = "/"
_OPEN, _CLOSE = "(（[", ")）]"
_QUOTES = "\"'“”„‘’«»「」『』《》"


def settle_identity(spans: Sequence[Linked], facts: Sequence[Fact], reading: Reading) -> None:
    """Give agreements and partnerships without a key one, where the text and its facts settle which they are."""
    pacts = [span for span in spans if span.match.label in PACTS]
    if not pacts:
        return
    tokens = reading.tokens
    text = _Text(spans, facts, reading)
    mentioned = [text.mentioned(pact) for pact in pacts]
    open_ones = [one for one in mentioned if one.single and one.value.id is None]
    for one in open_ones:
        _set(one.pact, text.key(one))
    for one in open_ones:
        if one.value.id is None and one.pointing(tokens) is None:
            _set(one.pact, text.key_by_day(one))
    _settle_years(pacts)
    text.settle_known([one for one in mentioned if one.value.name or one.value.id or one.pointing(tokens) is None])
    terms = _definitions(pacts, tokens)
    for one in open_ones:
        if one.value.id is None and one.pact.text in terms:
            _mean(one.pact, terms[one.pact.text])
    for one, meant in settle_later(mentioned, text.passages, tokens):
        _mean(one.pact, meant)
    for one in open_ones:
        if one.value.id is None:
            _set(one.pact, text.key_by_day(one))
    _settle_years(pacts)
    text.settle_known(mentioned)
    _share(pacts, tokens)


def _set(pact: Linked, key: str | None) -> None:
    if key is not None and isinstance(pact.value, AgreementValue | PartnershipValue):
        pact.value = replace(pact.value, id=key)


def _mean(pact: Linked, meant: Linked) -> None:
    """Let a short mention be what it means."""
    _set(pact, _key(meant))
    if isinstance(pact.value, AgreementValue) and isinstance(meant.value, AgreementValue):
        pact.value = replace(pact.value, name=pact.value.name or meant.value.name)


class _Text:
    """What the keys of a text's agreements are made of."""

    def __init__(self, spans: Sequence[Linked], facts: Sequence[Fact], reading: Reading) -> None:
        self.tokens = reading.tokens
        self.passages = Passages(reading, {i for span in spans for i in range(span.match.i, span.match.j)})
        days = {span.id: span.value for span in spans if isinstance(span.value, DateValue)}
        #: When what came about, by the span of an agreement: the first date that facts or the value tell of it.
        self._days: dict[str, dict[str, DateValue]] = {}
        for fact in facts:
            if fact.date in days:
                self._days.setdefault(fact.subject, {}).setdefault(fact.type, days[fact.date])
        for span in spans:
            value = span.value
            if isinstance(value, AgreementValue) and value.status and value.date_span in days:
                self._days.setdefault(span.id, {}).setdefault(value.status, days[value.date_span])
            elif isinstance(value, PartnershipValue) and value.since_span in days:
                self._days.setdefault(span.id, {})["since"] = days[value.since_span]
        dates = [(span.match, span.value) for span in spans if isinstance(span.value, DateValue)]
        #: Dates by the token that they begin with, and by the token behind them.
        self._dates_from = {match.i: value for match, value in dates}
        self._dates_to = {match.j: value for match, value in dates}
        self._dated = {i for span in spans if span.match.label not in PACTS for i in range(span.match.i, span.match.j)}
        self._pacts = [span for span in spans if span.match.label in PACTS]
        self._starts = [pact.match.start for pact in self._pacts]

    def mentioned(self, pact: Linked) -> Mentioned:
        """A mention with what its words tell; the topic of an agreement is written into its value."""
        value = pact.value
        assert isinstance(value, AgreementValue | PartnershipValue)
        if value.id is not None and isinstance(value, AgreementValue):
            return Mentioned(pact, KIND_TOPICS.get(value.kind), None, _count(pact) in (None, 1))
        single = _single(pact, self.tokens)
        topic = None
        if isinstance(value, AgreementValue) and single:
            words, topic = _subject(pact, self.tokens)
            topic = KIND_TOPICS.get(value.kind) or topic
            pact.value = replace(value, subject=value.subject or words)
        return Mentioned(pact, topic, _year(self._signed(pact)), single, self._dated)

    def _signed(self, pact: Linked) -> DateValue | None:
        """When it was signed, or a partnership began."""
        return self._days.get(pact.id, {}).get("signed" if isinstance(pact.value, AgreementValue) else "since")

    def key(self, one: Mentioned) -> str | None:
        """The key of its parties with its level, or with what it is about, and its year where that is told."""
        value = one.value
        if isinstance(value, AgreementValue):
            if one.topic is None:
                return None
            what = one.topic if value.kind in PLAIN or value.kind in KIND_TOPICS else f"{value.kind}-{one.topic}"
        elif value.kind == "partnership" and not value.level:
            return None
        else:
            what = "/".join(filter(None, (value.kind, "-".join(value.level))))
        codes = self._parties(one)
        if not codes:
            return self._completed(one)
        if isinstance(value, PartnershipValue) and value.kind == "partnership" and len(codes) > 2:
            return None  # one with each of several
        year = _year(self._signed(one.pact))
        if isinstance(value, PartnershipValue) or value.kind in KIND_TOPICS:
            known = listed(one.pact.grammar).between(codes, what_of(value), year)
            if known is not None:
                return known
        return _PARTS.join(filter(None, (_joined(codes), what, year)))

    def key_by_day(self, one: Mentioned) -> str | None:
        """The key of one whose topic is not told: by the day or month of its signing."""
        day = self._signed(one.pact)
        if not isinstance(one.value, AgreementValue) or day is None or day.grain not in ("day", "month"):
            return None
        codes = self._parties(one) if day.start else None
        if not codes or day.start is None:
            return None
        return f"{_joined(codes)}/{one.value.kind}/{day.start[: 10 if day.grain == 'day' else 7]}"

    # --- parties

    def _parties(self, one: Mentioned) -> set[str]:
        """The codes of the parties as a key has them: those of the sentence, or the two that the passage tells of."""
        codes = {party.code for party in one.value.parties}
        if None in codes:
            return set()
        told = {code for code in codes if code}
        if len(told) > 1:
            return told
        pair = self._pair(one, told)
        return pair if told <= pair else set()

    def _pair(self, one: Mentioned, told: set[str]) -> set[str]:
        """The two of whom the sentence names one at most."""
        pact, passages = one.pact, self.passages
        grammar, place = pact.grammar, pact.match.start
        cues, _ = passages.around(grammar, place, pact.match.end)
        both = next((cue for at in sorted(cues) for cue in cues[at] if cue.list == "both"), None)
        if both is not None:
            return {*passages.pair_before(grammar, place, both.event == "countries")}
        if one.pointing(self.tokens) == "theirs":
            return {*(passages.told_together(grammar, place) or passages.pair_before(grammar, place, False))}
        if isinstance(one.value, AgreementValue) and one.topic is None:
            return set()
        if one.value.kind == "alliance" or self._with_others(pact):
            return set()
        pair: Sequence[str] = ()
        if isinstance(one.value, PartnershipValue):
            pair = passages.told_together(grammar, place)
        pair = pair or passages.only_pair(grammar, place)
        if not pair and len(told) == 1 and not self._others(one, told):
            first = passages.first_of(grammar, place)
            pair = (first, *told) if first is not None else ()
        _, named = passages.around(grammar, place, pact.match.end)
        return {*pair} if all({*pair}.issuperset(mention.code.split()) for mention in named) else set()

    def _with_others(self, pact: Linked) -> bool:
        """Whether the sentence names a party by a name that no list has: capitals behind `with`, or a name `and`."""
        first, last = self.tokens.within(*sentence_around(self.tokens.text, pact.match.start, pact.match.end))
        words, lexicon = self.tokens.words, pact.grammar.lexicon
        _, named = self.passages.around(pact.grammar, pact.match.start, pact.match.end)
        mentions = [mention for mention in named if mention.kind != "demonym"]
        known = {i for m in mentions for i in range(m.i, m.j)} | {*range(pact.match.i, pact.match.j)}
        links = [i for i in range(first, last) if "agreement_party_link" in (lexicon[words[i]] or ())]
        links += [m.j for m in mentions if m.j < last and "party_and" in (lexicon[words[m.j]] or ())]
        behind = {k for i in links for k in range(i + 1, min(last, i + 3))}
        return any(words[k][0].isupper() for k in behind - known)

    def _others(self, one: Mentioned, told: set[str]) -> bool:
        """Whether the sentence names any besides a party, but for those with whom it tells of others."""
        words, grammar = self.tokens.words, one.pact.grammar
        return any(
            mention.code not in told
            and "agreement_party_link" not in (grammar.lexicon[words[mention.i - 1]] or () if mention.i else ())
            for mention in self.passages.near(grammar, one.pact.match.start, 0)[0]
        )

    def _completed(self, one: Mentioned) -> str | None:
        """The known one of its kind or level between one party and another that stands near by."""
        value, grammar, place = one.value, one.pact.grammar, one.pact.match.start
        told = {party.code or "" for party in value.parties}
        if len(told) > 1 or (isinstance(value, AgreementValue) and value.kind not in KIND_TOPICS):
            return None
        if (isinstance(value, PartnershipValue) and not told) or self._with_others(one.pact):
            return None
        back = 1 if told or one.pointing(self.tokens) else 0
        near = {m.code for mentions in self.passages.near(grammar, place, back) for m in mentions}
        near |= self._parties_near(one.pact, back)
        known = listed(grammar).among(told, near, what_of(value))
        year = _year(self._signed(one.pact))
        if known is None or (year and known.year and abs(int(year) - int(known.year)) > 1):
            return None
        return known.id

    def _parties_near(self, pact: Linked, back: int) -> set[str]:
        """The parties of other agreements between two in the sentence, and in so many before it."""
        first = self.passages.sentence(pact.match.start) - back
        at = bisect_left(self._starts, pact.match.start)
        found: set[str] = set()
        for other in reversed(self._pacts[max(0, at - 8) : at]):
            if self.passages.sentence(other.match.start) < first:
                break
            codes = codes_of(other)
            found |= codes if len(codes) == 2 else set()
        return found

    # --- known ones

    def settle_known(self, mentioned: Sequence[Mentioned]) -> None:
        """Where one mention is known by its parties and the day of its signing, all that share its key are that one."""
        found: dict[str, set[str]] = {}
        alone: list[tuple[Linked, str]] = []
        for one in mentioned:
            key = one.value.id
            if not one.single or not isinstance(one.value, AgreementValue) or (key and _PARTS not in key):
                continue
            known = self._known_by_day(one)
            if known is not None and key:
                found.setdefault(key, set()).add(known)
            elif known is not None:
                alone.append((one.pact, known))
        for pact, known in alone:
            _set(pact, known)
        for one in mentioned:
            names = found.get(one.value.id or "", set())
            if len(names) == 1:
                _set(one.pact, next(iter(names)))

    def _known_by_day(self, one: Mentioned) -> str | None:
        """The known agreement that was signed, or came into force, on the day that is told of a mention."""
        value, grammar = one.value, one.pact.grammar
        assert isinstance(value, AgreementValue)
        told = self._days.get(one.pact.id, {})
        days = [(told.get("signed"), True), (self._beside(one.pact), True), (told.get("in_force"), False)]
        names = [
            name
            for day, signed in days
            if day and day.grain == "day" and day.start
            for name in listed(grammar).on(day.start, signed)
            if may_be(name, value.kind, one.topic)
        ]
        codes = codes_of(one.pact)
        if len(codes) > 1:
            names = [name for name in names if {*name.parties} == codes]
        else:
            names = [name for name in names if len(name.parties) == 2 and codes <= {*name.parties}]
            named = self.passages.named(grammar) if names else frozenset()
            names = [name for name in names if named.issuperset(name.parties)]
        return names[0].id if len({name.id for name in names}) == 1 else None

    def _beside(self, pact: Linked) -> DateValue | None:
        """The date that stands right before or behind a name: `2024年7月8日《…》`, `the accords of 21 July 1954`."""
        i, j, words = pact.match.i, pact.match.j, self.tokens.words
        i -= i > 0 and words[i - 1] in _QUOTES
        if i in self._dates_to:
            return self._dates_to[i]
        if j not in self._dates_from and j + 1 in self._dates_from:
            cues, _ = self.passages.around(pact.grammar, pact.match.start, pact.match.end)
            j += any(cue.list == "of" for cue in cues.get(j, ()))
        return self._dates_from.get(j)


def _joined(codes: set[str]) -> str:
    """The parties as a key begins with them."""
    return "-".join(sorted(code.lower() for code in codes))


def _share(pacts: Sequence[Linked], tokens: Tokens) -> None:
    """Give an acronym in brackets the key of the name before it, and all of one name and acronym the same."""
    shared: dict[tuple[str | None, str], str] = {}
    for n, pact in enumerate(pacts):
        value, key = pact.value, _key(pact)
        if n and key is None and _in_brackets_behind(pact, pacts[n - 1], tokens):
            _set(pact, _key(pacts[n - 1]))
        if isinstance(value, AgreementValue) and value.name and value.acronym and _key(pact):
            shared[value.name, value.acronym] = str(_key(pact))
    for pact in pacts:
        value = pact.value
        if isinstance(value, AgreementValue) and value.id is None and value.name and value.acronym and not value.count:
            _set(pact, shared.get((value.name, value.acronym)))


def _in_brackets_behind(pact: Linked, name: Linked, tokens: Tokens) -> bool:
    """Whether it is one word of capitals alone in brackets right behind a name: `memorandum of understanding (MoU)`."""
    i, j, words = pact.match.i, pact.match.j, tokens.words
    if j != i + 1 or i != name.match.j + 1 or j >= len(words) or pact.match.label != name.match.label:
        return False
    capitals = sum(letter.isupper() for letter in words[i]) > 1
    return capitals and words[i - 1] in _OPEN and words[j] in _CLOSE and _single(name, tokens)


def _count(pact: Linked) -> object:
    """How many a mention is of, where a number says it."""
    return pact.match.get("count") or (pact.value.count if isinstance(pact.value, AgreementValue) else None) or None


def _single(pact: Linked, tokens: Tokens) -> bool:
    """Whether a mention is of one agreement or partnership: no number, plural or word such as `many` says otherwise."""
    match, text = pact.match, tokens.text
    if _count(pact) not in (None, 1):
        return False
    several = wording(pact.grammar, "plural").find(text, max(0, match.start - _ARTICLE), match.end)
    if any(end > match.start for _, end, _ in several):
        return False
    before = wording(pact.grammar, "several").find(text, max(0, match.start - _BESIDE), match.start)
    return not any(not text[end : match.start].strip() for _, end, _ in before)


def _settle_years(pacts: Sequence[Linked]) -> None:
    """Where one mention tells the year and no other tells another, all mentions have it in their key, but those by
    another name: the treaty of 1858 between two parties on trade is not theirs of 1911."""
    told: dict[str, set[str]] = {}
    names: dict[str, set[str]] = {}
    for pact in pacts:
        if key := _key(pact):
            known = _YEAR.search(key)
            told.setdefault(key[: known.start()] if known else key, set()).update({key} if known else ())
            names.setdefault(key, set()).update(_names(pact))
    for pact in pacts:
        keys = told.get(_key(pact) or "", ())
        if len(keys) == 1 and isinstance(pact.value, AgreementValue | PartnershipValue):
            key = next(iter(keys))
            if all(own in other or other in own for own in _names(pact) for other in names[key]):
                pact.value = replace(pact.value, id=key)


def _names(pact: Linked) -> set[str]:
    """The name of an agreement, folded, where it has one."""
    name = getattr(pact.value, "name", None)
    return {name.casefold()} if name else set()


def _key(pact: Linked) -> str | None:
    return pact.value.id if isinstance(pact.value, AgreementValue | PartnershipValue) else None


def _year(day: DateValue | None) -> str | None:
    """The year of a date that lies within one."""
    within = day is not None and day.start and day.end and day.start[:4] == day.end[:4]
    return day.start[:4] if day and day.start and within else None


def _subject(pact: Linked, tokens: Tokens) -> tuple[str | None, str | None]:
    """What an agreement is about, in the words of the text and as one word for all languages.

    The topic stands behind it after a word such as `on`, or right before it; one in the name itself has no words apart.
    """
    text, match = tokens.text, pact.match
    topics, links = wording(pact.grammar, "subject"), wording(pact.grammar, "topic_link")
    first, last = sentence_around(text, match.start, match.end)
    last = min(last, match.end + _TOPIC)
    for _, _, key in topics.find(text, match.start, match.end):
        return None, key
    place = next(links.find(text, match.end, last), None)
    if place is not None:
        clause = _CLAUSE.search(text, place[1], min(last, place[1] + _BESIDE))
        stop = clause.start() if clause else min(last, place[1] + _BESIDE)
        for start, end, key in topics.find(text, place[1], stop):
            return text[start:end], key
    behind = wording(pact.grammar, "topic_link_after")
    found = [(start, end, key) for start, end, key in topics.find(text, max(first, match.start - _BESIDE), match.start)]
    if found and any(start == found[-1][1] for start, *_ in behind.find(text, found[-1][1], match.start)):
        start, end, key = found[-1]
        return text[start:end], key
    return None, None


def _definitions(pacts: Sequence[Linked], tokens: Tokens) -> dict[str, Linked]:
    """What the text calls an agreement from here on: `(hereinafter "the Treaty")`, by the words in the brackets."""
    terms: dict[str, Linked] = {}
    text = tokens.text
    for pact in pacts:
        place = pact.match.j
        if _key(pact) is None or place >= len(tokens) or tokens.words[place] not in _OPEN:
            continue
        start = tokens.starts[place]
        end = next(
            (tokens.end(i) for i in range(place, min(len(tokens), place + _BRACKET)) if tokens.words[i] in _CLOSE), -1
        )
        said = next(wording(pact.grammar, "hereinafter").find(text, start, max(start, end)), None)
        if said is not None:
            for other in pacts:
                if _key(other) is None:
                    inside = text[said[1] : end]
                    if other.text and _whole(other.text, inside):
                        terms.setdefault(other.text, pact)
    return terms


def _whole(term: str, words: str) -> bool:
    """Whether a term ends the words of a definition: `the Treaty` ends in `Treaty`."""
    return words.strip(f"{_OPEN}{_CLOSE}{_QUOTES}. 。").endswith(term)
