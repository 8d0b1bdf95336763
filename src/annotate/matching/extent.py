"""How far the name of an agreement or partnership goes: one grammar for all languages, with their words as data.

Rules find what makes an agreement: its head and what types it. Names go on from there by signs that languages share:
quotation marks, capitals, small words between capitals, parties joined by a dash, an acronym in brackets, lists. So
the extent is decided here, once, and not by patterns in each language:

- a title in quotation marks that a head begins or ends is the name, whole;
- a capitalised head takes the capitalised words before it, and behind it a tail that a small word opens, as far as
  capitals go on;
- in a line set in capitals throughout, capitals make no name;
- parties joined by a dash right behind the head belong to it;
- first parts of a compound that share its last one belong to it: Freundschafts-, Handels- und Schifffahrtsvertrag;
- where types stand behind the head, a noun without an article types it, whatever the noun (`contrato de desguace`), and
  so do the adjectives behind it; behind a capitalised head the phrase in lower case is part of the name;
- two names joined by `and` are two;
- an acronym in brackets behind the name, or behind its parties, is a second span of it, and words in lower case before
  the head that spell it out belong to the name: acquisition and cross-servicing agreement (ACSA).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from annotate.matching.units import Unit
from annotate.rules.grammar import CAPITAL, Grammar
from annotate.rules.matches import Match, Slot
from annotate.text.tokens import Tokens

#: How many tokens before and behind a match its name may take in.
BEFORE, BEHIND = 20, 32

#: The lists of heads, and of the words that open the tail of a name, by the shape of the label's value.
_HEADS = {
    "agreement": ("agreement_head", "agreement_typed", "proper_head"),
    "partnership": ("partnership_head", "partnership_typed", "community", "alliance_head"),
}
_OPENERS = {"agreement": ("agreement_tail", "proper_tail"), "partnership": ("partnership_tail_open", "proper_tail")}
_JOINERS = ("name_joiner", "article", "agreement_tail", "proper_tail", "name_inner", "party_and")
#: Between the capitals of an English name in a text of another language.
_ENGLISH = ("proper_joiner", "proper_tail")
_TYPES = ("agreement_type_after",)
_ADJECTIVES = ("complement_adj", "agreement_adj_after", "level_after", "named_adj")
#: What no noun of a complement is.
_NO_NOUN = (
    *("complement_not", "complement_verb", "article", "territory", "number", "ordinal", "approximator"),
    *("month", "weekday", "season", "relative", "directed", "part", "ago_before"),
)
_TIMES = ("month", "weekday", "numeric_date")
_OPENING = {
    "“": "”",
    "„": "“”",
    "«": "»",
    "‘": "’",
    "‚": "‘’",
    "「": "」",
    "『": "』",
    "《": "》",
    "〈": "〉",
    "‹": "›",
}
_STRAIGHT = ('"', "'")
_CLOSING = frozenset("".join(_OPENING.values())) | {*_STRAIGHT}
_OPEN_BRACKETS, _CLOSE_BRACKETS = frozenset("(（["), frozenset(")）]")
_ACRONYM = re.compile(r"(?=.*[A-Z].*[A-Z])[A-Za-zÀ-Þ]{2,10}")
_SIGNS = frozenset("-–—‐‑") | _OPEN_BRACKETS | _CLOSE_BRACKETS | _CLOSING | frozenset(_OPENING)
_SENTENCE = frozenset(".!?。！？;；")
#: A list inside a name has no more items and words than these.
_ITEMS, _WORDS = 6, 14


@dataclass(frozen=True, slots=True)
class _Line:
    """The units around a match, up to the ends of its line."""

    units: Sequence[Unit]
    tokens: Tokens
    #: Whether nouns are capitalised as a rule, so that a capital is no sign of a name.
    capital_nouns: bool
    #: Whether adjectives stand behind the head.
    head_first: bool
    #: Whether the language has words that open a complement in lower case, and so the lists that bound it.
    complements: bool
    #: The shape of the value that is named: an agreement or a partnership.
    shape: str
    #: The lists of small words inside its name: those of the language, or English ones behind an English head.
    joiners: tuple[str, ...] = _JOINERS

    @property
    def heads(self) -> tuple[str, ...]:
        return _HEADS[self.shape]

    @property
    def shouts(self) -> bool:
        """Whether the line is set in capitals throughout, so that a capital is no sign of a name."""
        return all(letter.isupper() for unit in self.units for letter in unit.orth if letter.isalpha())

    def is_(self, n: int, *names: str) -> bool:
        return 0 <= n < len(self.units) and any(name in self.units[n].kinds for name in names)

    def word(self, n: int) -> str:
        return self.units[n].orth if 0 <= n < len(self.units) else ""

    def capital(self, n: int) -> bool:
        return self.is_(n, CAPITAL) and not self.is_(n, *_TIMES)

    def titled(self, n: int) -> bool:
        """Whether a capital makes a word part of a name, be it one that mostly opens sentences: of All Forms."""
        opener = self.is_(n, "name_stop") and self.word(n)[:1].isupper() and self.capital(n + 1)
        return self.capital(n) or (opener and not self.capital_nouns and self.word(n - 1) not in _SENTENCE)

    def glued(self, n: int) -> bool:
        """Whether a unit follows the one before it without a space."""
        return 0 < n < len(self.units) and not self.units[n - 1].space

    def lower(self, n: int) -> bool:
        word = self.word(n)
        return word.isalpha() and word.islower()


def extend(matches: Sequence[Match], grammar: Grammar, tokens: Tokens, units: Any) -> Iterator[Match]:
    """The matches, those of agreements as far as their names go, with the acronyms that stand behind them.

    `units` gives the units of the line of a stretch of tokens.
    """
    taken = {(m.i, m.j) for m in matches}
    head_first = bool(grammar.lists.get("agreement_adj_after"))
    complements = bool(grammar.lists.get("complement_open"))
    for match in matches:
        shape = grammar.labels[match.label].value if match.label else ""
        if shape not in _HEADS or "acronym" in match.slots or not (complements or _may_change(match, tokens, grammar)):
            yield match
            continue
        line = _Line(units(match), tokens, grammar.settings.capital_nouns, head_first, complements, shape)
        if line.shouts:
            if "named" not in match.slots or "known" in match.slots:
                yield match
            continue
        if _is_foreign(match, line):
            line = replace(line, joiners=_ENGLISH)
        for part in _parts(match, line) if shape == "agreement" else (match,):
            named = _named(part, line)
            acronym = _acronym(named, line, grammar)
            if acronym is not None and not head_first:
                named = _spelled(named, line, str(acronym.get("acronym")))
            yield named
            if acronym is not None and (acronym.i, acronym.j) not in taken:
                taken.add((acronym.i, acronym.j))
                yield acronym


def _is_foreign(match: Match, line: _Line) -> bool:
    """Whether the head of a match is an English one, which the language has no word for itself."""
    heads = [n for n in range(*_at(match, line)) if line.is_(n, *line.heads)]
    own = [name for name in line.heads if name != "proper_head"]
    return bool(heads) and all(line.is_(n, "proper_head") and not line.is_(n, *own) for n in heads)


#: How many tokens behind a match an acronym in brackets may stand, with the parties in between.
_PARTIES = 14
#: Lists whose words lead to the parties of a name, and so to its acronym.
_LEADS_ON = frozenset({"agreement_party_link", "phrase start"})
#: Lists whose words go on with a name that has a capital, stand before more of it, or are no beginning of any.
_NAME_GOES_ON = frozenset(itertools.chain(_JOINERS, _ENGLISH, ("phrase start",), *_OPENERS.values()))
_BEFORE_NAME = frozenset({"name_joiner", "name_inner"})
_BEGIN = frozenset({"article", "name_joiner", "clause_mark"})


def _may_change(match: Match, tokens: Tokens, grammar: Grammar) -> bool:
    """A quick look, at tokens alone: around most spans, and all but always around those in small letters, nothing goes
    on with a name."""
    words, lexicon = tokens.words, grammar.lexicon
    before = words[match.i - 1] if match.i else ""
    behind = words[match.j] if match.j < len(words) else ""
    inside = words[match.i : match.j]
    if before in _SIGNS or behind in _SIGNS or behind[:1].isupper():
        return True
    if match.i > 1 and words[match.i - 2] in _SIGNS:  # handels- en investeringsverdrag
        return True
    if not _BEGIN.isdisjoint(lexicon[inside[0]] or ()):
        return True
    follows = (lexicon[behind] or {} if behind else {}).keys()
    if any(not word[0].islower() for word in inside):
        if behind == "," or before[:1].isupper() or inside[-1].isupper() or _NAME_GOES_ON & follows:
            return True
        if any("party_and" in (lexicon[word] or ()) for word in inside):
            return True
        if before and not _BEFORE_NAME.isdisjoint(lexicon[before] or ()):
            return True
    return bool(_LEADS_ON & follows) and not _OPEN_BRACKETS.isdisjoint(words[match.j : match.j + _PARTIES])


def _at(match: Match, line: _Line) -> tuple[int, int]:
    """The units of a match, half open."""
    first = next((n for n, unit in enumerate(line.units) if unit.j > match.i), len(line.units))
    last = next((n for n in range(first, len(line.units)) if line.units[n].i >= match.j), len(line.units))
    return first, last


def _cut(match: Match, line: _Line, first: int, last: int, *, named: bool) -> Match:
    """A match over other units."""
    i, j = line.units[first].i, line.units[last - 1].j
    start, end = line.tokens.starts[i], line.tokens.end(j - 1)
    slots = {name: list(filled) for name, filled in match.slots.items()}
    if named:
        slots["named"] = [Slot("yes", start, end, "yes")]
    return replace(match, i=i, j=j, ci=min(match.ci, i), cj=max(match.cj, j), start=start, end=end, slots=slots)


# --- two names joined by `and`


def _parts(match: Match, line: _Line) -> Iterator[Match]:
    """A match, or the two that an `and` between two heads makes of it, or what stands before `and the Government`."""
    first, last = _at(match, line)
    heads = [n for n in range(first, last) if line.is_(n, *line.heads) and line.capital(n)]
    ands = [n for n in range(first + 1, last - 1) if line.is_(n, "party_and") and heads and heads[0] < n]
    second = next((head for head in heads if ands and head > ands[0]), None)
    if second is not None:
        n = max(n for n in ands if n < second)
        begin = next(k for k in range(n + 1, second + 1) if line.capital(k))
        yield _second(_cut(match, line, first, n, named=True), line, heads[0])
        yield _second(_cut(match, line, begin, last, named=True), line, second)
    elif stop := next((n for n in ands if line.is_(n + 1, "article") and line.capital(n + 2)), None):
        yield _cut(match, line, first, stop, named=True)
    else:
        yield match


def _second(match: Match, line: _Line, head: int) -> Match:
    kinds = line.units[head].kinds
    kind = next(kinds[name] for name in line.heads if name in kinds)
    keep = {name: match.slots[name] for name in ("named", "party") if name in match.slots}
    return replace(match, slots=keep | {"head": [Slot("", match.start, match.end, kind)]})


# --- how far a name goes


def _named(match: Match, line: _Line) -> Match:
    first, last = _at(match, line)
    if first >= last:
        return match
    while first < last - 1 and _is_no_beginning(line, first) and "count" not in match.slots:
        first += 1
    if (shared := _sharing(line, first)) < first:
        match, first = _cut(match, line, shared, last, named=False), shared
    quoted = _quotation(line, first, last)
    if quoted is not None:
        return _cut(match, line, *quoted, named=True)
    low, high = first, last
    proper = any(line.capital(n) for n in range(first, last) if line.is_(n, *line.heads, "agreement_name"))
    bracketed = line.word(first + 1) in _OPEN_BRACKETS  # Intermediate-Range Forces (IRF)-verdrag
    if (bracketed or (proper and not line.capital_nouns)) and not line.head_first:
        low = _before(line, first)
    high = _pair(line, high)
    if proper:
        head = max(n for n in range(first, last) if line.is_(n, *line.heads, "agreement_name"))
        if head < last - 1 and line.capital(last - 1):
            high = _capitals(line, high)
        else:
            adjective = line.capital(head - 1) and line.is_(head - 1, "agreement_adj", "party_adj")
            high = _behind(line, high, opened=adjective)
    high = _pair(line, high)
    if line.complements and "known" not in match.slots:
        high = _phrase(line, first, high) if proper else high
    named = (low, high) != (first, last)
    if line.complements and not named and not match.slots.keys() & {"known", "named"}:
        high = _complement(line, high)
    if (low, high) == _at(match, line):
        return match
    return _typed(_cut(match, line, low, high, named=named), line, low, first)


def _typed(match: Match, line: _Line, low: int, first: int) -> Match:
    """A name with the kind of the type right before its head: Framework Agreement on Enhancing Partnership."""
    kind = line.units[first - 1].kinds.get("agreement_type") if low < first else None
    if not kind or "kind" in match.slots:
        return match
    return replace(match, slots=match.slots | {"kind": [Slot(kind, match.start, match.end, kind)]})


def _sharing(line: _Line, first: int) -> int:
    """The first of the compounds that share their last part with a match, and what types them: Handels- und …"""
    n = first
    while (line.word(n - 1) == "," or line.is_(n - 1, "party_and")) and line.is_(n - 2, "range_dash"):
        if n < 3 or not (line.glued(n - 2) and line.word(n - 3).isalpha()):
            break
        n -= 3
    if n == first and not (line.is_(first + 1, "range_dash") and line.is_(first + 2, "party_and")):
        return first
    while n < first and line.is_(n - 1, "agreement_adj", "agreement_type", "level"):
        n -= 1
    pair = line.is_(n - 1, "party_adj") and line.is_(n - 2, "range_dash") and line.is_(n - 3, "party_adj")
    return n - 3 if pair and line.capital_nouns and line.capital(n - 3) else n


def _is_no_beginning(line: _Line, n: int) -> bool:
    """Whether no name begins with a unit that a rule took in: L'Accord, ・投資協定."""
    article = line.word(n)[:1].isupper() and line.is_(n, "name_stop", "article")
    return article or line.is_(n, "name_joiner", "clause_mark")


def _quotation(line: _Line, first: int, last: int) -> tuple[int, int] | None:
    """The content of the quotation marks around a match where it begins or ends it as a title does."""
    low = next((n for n in range(first - 1, max(-1, first - 30), -1) if _is_mark(line, n)), None)
    if (
        line.word(last) in _OPENING and not line.glued(last) and line.is_(first, *line.heads)
    ):  # Договор «Об открытом небе»
        close = next((n for n in range(last + 1, min(len(line.units), last + 30)) if _closes(line, last, n)), None)
        if close is not None and line.word(last + 1)[:1].isupper() and line.is_(last + 1, *_JOINERS, *_TYPES):
            return first, close + 1
    if low is None or (line.word(low) in _CLOSING and line.word(low) not in (*_STRAIGHT, *_OPENING)):
        return None
    high = next((n for n in range(last, min(len(line.units), last + 30)) if _closes(line, low, n)), None)
    if high is None or any(line.word(n) in _SENTENCE for n in range(low + 1, high)):
        return None
    begins, ends = low + 1 == first, high == last
    cased = line.word(low + 1)[:1].lower() != line.word(low + 1)[:1].upper()
    title = line.word(low + 1)[:1].isupper() or not cased
    if begins and ends:
        return None
    if begins and title and line.is_(last, *_JOINERS):
        return low + 1, high
    if ends and title and not (cased and any(line.is_(n, *line.heads) for n in range(low + 1, first))):
        return low + 1, high
    return None


def _is_mark(line: _Line, n: int) -> bool:
    return line.word(n) in _OPENING or line.word(n) in _CLOSING


def _closes(line: _Line, opening: int, n: int) -> bool:
    mark = line.word(opening)
    return line.word(n) in _OPENING.get(mark, mark) and bool(line.word(n))


def _before(line: _Line, first: int) -> int:
    """The first unit of the capitalised words before a head: `Council of Europe Convention`, `(ABM) Treaty`."""
    low = first
    while low > 0:
        n = low - 1
        if line.is_(n, "range_dash") and line.glued(low) and line.glued(n) and line.word(n - 1).isalpha():
            low = n - 1
        elif line.word(n) in _CLOSE_BRACKETS and line.word(n - 2) in _OPEN_BRACKETS and line.capital(n - 3):
            low = n - 3
        elif line.capital(n) and not line.is_(n, *line.heads) and not _opens_sentence(line, n):
            low = n
        elif line.is_(n, "name_joiner", "name_inner") and not line.is_(n, "article") and line.capital(n - 1):
            if (
                (low == first and line.word(first + 1) not in _OPEN_BRACKETS)
                or _opens_sentence(line, n - 1)
                or line.is_(n - 1, *line.heads)
            ):
                break
            low = n - 1
        else:
            break
    return low


def _opens_sentence(line: _Line, n: int) -> bool:
    """Whether a capitalised word begins its sentence and is no name that a list knows."""
    opening = n == 0 or line.word(n - 1) in _SENTENCE or line.word(n - 1) in (":", "•") or _is_mark(line, n - 1)
    return opening and not line.is_(n, "territory", "organisation", "party_adj", "agreement_type", "agreement_adj")


def _pair(line: _Line, n: int) -> int:
    """Behind parties joined by a dash: `UE-Chile`, `Việt Nam – Australia`."""
    one = n
    while one < n + 3 and line.capital(one):
        one += 1
    if one == n or not line.is_(one, "range_dash"):
        return n
    two = one + 1
    while two < one + 4 and line.capital(two) and (two == one + 1 or not line.is_(two, "name_stop")):
        two += 1
    if two == one + 1:
        return n
    parties = ("territory", "organisation")
    glued = line.glued(one) and line.glued(one + 1)
    if glued and not line.capital_nouns:
        return two
    known = all(any(line.is_(k, *parties) for k in range(*run)) for run in ((n, one), (one + 1, two)))
    return two if known else n


def _behind(line: _Line, n: int, *, opened: bool) -> int:
    """Behind the tail of a proper name: `on the Prohibition of the Use and Transfer of Mines`."""
    high = n
    if line.head_first:
        while line.capital(high) and line.units[high - 1].space and not line.is_(high, "territory", "organisation"):
            high += 1
    if line.capital_nouns and not opened:
        return high
    while _is_named_type(line, high):
        high += 1
    if line.complements and _opens_field(line, high):
        return _capitals(line, high + 2)
    openers = (*_OPENERS[line.shape], *(("name_joiner",) if line.capital_nouns else ()))
    if not line.is_(high, *openers) or line.is_(high, "agreement_party_link", "party_and"):
        return _listed(line, high)
    start = high + 1
    while start < high + 3 and line.is_(start, "article", "name_joiner", "proper_joiner"):
        start += 1
    if line.capital_nouns:
        while start < high + 5 and line.lower(start) and not line.is_(start, *line.heads):
            start += 1
    if not line.capital(start):
        return _listed(line, high)
    return _capitals(line, start + 1)


# --- complements in lower case


def _noun(line: _Line, n: int) -> int:
    """Behind a noun in lower case, with what a hyphen joins to it; the same unit where none stands."""
    if not line.lower(n) or line.is_(n, *_NO_NOUN, *line.heads):
        return n
    n += 1
    while line.glued(n) and line.glued(n + 1) and line.is_(n, "range_dash") and line.lower(n + 1):
        n += 2
    return n


def _opened(line: _Line, n: int) -> int:
    """Behind a noun that a small word opens, `de desguace`; the same unit where none stands."""
    end = _noun(line, n + 1) if line.is_(n, "complement_open") else n
    return end if end > n + 1 else n


def _is_adjective(line: _Line, n: int) -> bool:
    return line.is_(n, *_ADJECTIVES) and not line.is_(n, "complement_not") and not line.capital(n)


def _adjectives(line: _Line, n: int) -> int:
    """Behind the adjectives that follow a noun, a list of them too: `culturale, scientifica e tecnologica`."""
    start = n - (_is_adjective(line, n - 1) or line.is_(n - 1, *_TYPES))
    while _is_adjective(line, n):
        n += 1
    end = n
    while start < end and line.word(end) == "," and _is_adjective(line, end + 1):
        end += 2
    return end + 2 if start < end and line.is_(end, "party_and") and _is_adjective(line, end + 1) else n


def _member(line: _Line, n: int) -> int:
    """Behind one member of a coordinated complement, `de commerce`, `cooperación`; the same unit where none stands."""
    if line.is_(n, *_TYPES):
        return _adjectives(line, n + 1)
    noun = n + line.is_(n, "complement_open")
    known = line.is_(noun, "complement_noun") and line.word(noun).islower()  # `buon vicinato` is one unit
    end = noun + 1 if known else _noun(line, noun)
    if end == noun or (noun == n and not known):
        return n
    return _adjectives(line, end)


def _coordinated(line: _Line, n: int) -> int:
    """Behind what commas and `and` add to a complement: `d'amitié, de coopération et d'assistance mutuelle`."""
    q = n
    while line.word(q) == "," and (end := _member(line, q + 1)) > q + 1:
        q = end
    if line.is_(q, "party_and") and (end := _member(line, q + 1)) > q + 1:
        return end
    return q if q > n and line.is_(q - 1, *_TYPES) else n


def _complement(line: _Line, n: int) -> int:
    """Behind the complement that types a head, and its adjectives: `contrato de abertura de crédito`."""
    head = line.units[n - 1].kinds.get("agreement_head")
    bare = line.is_(n - 1, *line.heads)
    if line.shape != "agreement" or (bare and head in (None, "charter", "joint_declaration")):
        return n
    if bare and not line.is_(n, "agreement_adj_after", *_TYPES):
        n = _adjectives(line, n)
    for _ in range(2):
        end = n + 1 if not bare and line.is_(n, *_TYPES) else _opened(line, n)
        if end == n:
            break
        n, bare = _adjectives(line, end), False
    return n if bare else _coordinated(line, _adjectives(line, n))


def _phrase(line: _Line, first: int, n: int) -> int:
    """Behind the phrase in lower case of a name whose head is capitalised: `Convention sur la diversité biologique`."""
    if _opens_sentence(line, first) or line.is_(n - 1, *_TYPES):
        return n
    place = line.capital(n - 1) and not line.is_(n - 1, *line.heads)
    openers: tuple[str, ...] = ("topic_open",) if place else ("topic_open", "phrase_open", *_OPENERS[line.shape])
    while True:
        n = _adjectives(line, n)
        if line.is_(n, "named_topic"):
            return n + 1
        if not line.is_(n, *openers) or line.is_(n, "agreement_party_link", "party_and"):
            return n
        q = n + 1
        while q < n + 3 and line.is_(q, "article"):
            q += 1
        end = q + 1 if line.capital(q) and not line.is_(q, *line.heads) else _noun(line, q)
        if end == q:
            return n
        openers, n = ("topic_open", "phrase_open"), end


def _capitals(line: _Line, n: int) -> int:
    """Behind the capitalised words that go on from here, with what joins them."""
    while n < len(line.units):
        end = _step(line, n)
        if end == n:
            break
        n = end
    return n


def _is_named_type(line: _Line, n: int) -> bool:
    """Whether a unit is a type with capitals, which a name goes on with: `Tratado | de Libre Comercio`."""
    return line.is_(n, *_TYPES) and any(word[:1].isupper() for word in line.word(n).split())


def _opens_field(line: _Line, n: int) -> bool:
    """Whether a small word opens the field of a name, two capitals at least: `em Segurança e Combate ao Terrorismo`."""
    if not line.is_(n, "name_inner") or not line.capital(n + 1) or line.is_(n + 1, "territory", "organisation"):
        return False
    return line.capital(n + 2 + line.is_(n + 2, "party_and")) and not line.is_(n + 2, *line.heads)


def _step(line: _Line, n: int) -> int:
    """Behind the next part of a name that has reached a unit; that unit where the name ends."""
    if _is_named_type(line, n):
        return n + 1
    if line.titled(n) or (line.is_(n - 1, "roman") and line.lower(n) and not line.is_(n, *_JOINERS)):
        return n + 1
    if line.glued(n) and line.glued(n + 1):
        if line.is_(n, "range_dash") and line.word(n + 1).isalpha():
            return n + 2
        if line.word(n) in ("'", "’") and (line.capital(n + 1) or line.word(n + 1) == "s"):
            return n + 2
    if line.word(n) in ("'", "’") and line.glued(n) and line.capital(n + 1):
        return n + 2
    if line.word(n) == ",":
        return _list_end(line, n)
    return _joined(line, n)


def _joined(line: _Line, n: int) -> int:
    """Behind the capitalised word that small words join to the name."""
    q = n
    while q < n + 4 and line.is_(q, *line.joiners) and not line.is_(q, "agreement_party_link") and not line.titled(q):
        q += 1
    if q == n or not line.titled(q):
        return n
    if line.is_(n, "party_and") and (line.is_(n + 1, "article") or _leads_to_head(line, q)):
        return n
    inner = line.is_(n, "name_inner") and not line.is_(n, "name_joiner")
    if inner and not line.capital(q + 1) and not (line.complements and _opens_field(line, q - 1)):
        return n  # Cooperation in Astana, but Trade in Endangered Species
    return q + 1


def _leads_to_head(line: _Line, n: int) -> bool:
    """Whether capitalised words go on to another head: `and the European Social Charter`."""
    for q in range(n, min(len(line.units), n + 8)):
        if line.is_(q, *line.heads) and line.capital(q):
            return True
        if not (line.capital(q) or line.is_(q, *_JOINERS)):
            return False
    return False


def _list_end(line: _Line, n: int) -> int:
    """Behind a list of single capitalised words that a comma begins and `and` ends: `, Friendship and Commerce`."""
    q = n
    for _ in range(_ITEMS):
        if (
            line.word(q) == ","
            and line.capital(q + 1)
            and not line.is_(q + 1, "territory", "organisation", *line.heads)
        ):
            q += 2
        else:
            break
    if line.word(q) == ",":
        q += 1
    if q > n and line.is_(q, "party_and") and line.capital(q + 1) and not line.is_(q + 1, "territory", *line.heads):
        return q + 2
    return n


def _listed(line: _Line, n: int) -> int:
    """Behind a list that goes on with the complement: `d'amitié, de commerce et de navigation`."""
    q, items = n, 0
    while line.word(q) == "," and q < n + _WORDS and q >= 0:
        q = _item(line, q + 1)
        items += 1
    if items and line.is_(q - 1, *_TYPES) and not line.is_(q, "party_and"):
        return q  # `de commerce et de navigation` is one type of the language's list
    if not items or not line.is_(q, "party_and"):
        return n
    end = _item(line, q + 1)
    return n if end < 0 else end


def _item(line: _Line, n: int) -> int:
    """Behind one item, a word with its preposition; -1 where there is none."""
    if line.is_(n, *_TYPES):
        return n + 1
    while line.is_(n, "agreement_tail", "name_joiner", "article"):
        n += 1
    word = line.lower(n) or line.capital(n)
    return n + 1 if word and not line.is_(n, *line.heads, "territory", "organisation", "agreement_verb") else -1


# --- acronyms


def _spelled(match: Match, line: _Line, acronym: str) -> Match:
    """A match with the words before it that its acronym spells: acquisition and cross-servicing agreement (ACSA)."""
    first, last = _at(match, line)
    parts: list[tuple[str, bool]] = []
    for n in range(last - 1, max(-1, last - _WORDS), -1):
        word = line.word(n)
        hyphen = line.is_(n, "range_dash") and line.glued(n + 1)
        if n < first and not (word[:1].isalpha() or word == "," or hyphen):
            break
        parts[:0] = [(part, line.is_(n, *_JOINERS)) for part in re.split(r"[\s-]+", word) if part[:1].isalpha()]
        if n < first and parts and not parts[0][1] and _spells(parts, acronym.lower()):
            return _cut(match, line, n, last, named=False)
    return match


def _spells(parts: Sequence[tuple[str, bool]], letters: str) -> bool:
    """Whether the first letters of words make an acronym; small words may be passed over, the last has the rest."""
    (word, small), rest = parts[0], parts[1:]
    if rest and small and _spells(rest, letters):
        return True
    if not letters or word[0].lower() != letters[0]:
        return False
    if rest:
        return _spells(rest, letters[1:])
    inside = iter(word[1:].lower())
    return all(letter in inside for letter in letters[1:].removesuffix("s"))


def _acronym(match: Match, line: _Line, grammar: Grammar) -> Match | None:
    """The acronym in brackets behind a name or behind its parties, as a second match of it."""
    _, last = _at(match, line)
    place = _in_brackets(line, last)
    if place is None and line.is_(last, "agreement_party_link"):
        end = min(len(line.units), last + 14)
        opening = next((n for n in range(last, end) if line.word(n) in _OPEN_BRACKETS), None)
        plain = opening is not None and all(
            line.capital(n)
            or line.is_(n, *_JOINERS, "range_and", "agreement_party_link", "territory")
            or line.word(n) in (",", "-")
            for n in range(last, opening)
        )
        place = _in_brackets(line, opening) if plain and opening is not None else None
    if place is None:
        return None
    found = _cut(match, line, place, place + 1, named=False)
    text = line.tokens.text[found.start : found.end]
    if not _ACRONYM.fullmatch(text) or line.is_(place, "territory", "organisation", "currency_code"):
        return None
    kinds = line.units[place].kinds
    slots: dict[str, list[Slot]] = {
        name: match.slots[name] for name in ("head", "kind", "party", "known") if name in match.slots
    }
    if (known := kinds.get("agreement_acronym")) is not None:
        slots["known"] = [Slot(text, found.start, found.end, known)]
    slots["acronym"] = [Slot(text, found.start, found.end, text)]
    return replace(found, slots=slots)


def _in_brackets(line: _Line, n: int) -> int | None:
    """The one word in brackets that open at a unit, quotation marks aside."""
    while _is_mark(line, n):
        n += 1
    if line.word(n) not in _OPEN_BRACKETS:
        return None
    n += 1
    while _is_mark(line, n):
        n += 1
    after = n + 1
    while _is_mark(line, after):
        after += 1
    return n if line.word(after) in _CLOSE_BRACKETS and line.word(n) else None
