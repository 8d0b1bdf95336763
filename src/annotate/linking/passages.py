"""Passages: which two parties a text is telling of where a sentence says `the two countries`."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator
from functools import cached_property
from itertools import islice, pairwise

from annotate.linking.clauses import Reading
from annotate.linking.cues import Cue
from annotate.linking.names import Mention, names_in
from annotate.rules.grammar import Grammar
from annotate.text.sentences import Sentences, sentence_around

#: A line without a full stop at its end, up to so many characters, is the heading of what follows it.
_HEADING = 140
_STOPS = ".!?。！？…:：;,"
#: How many sentences back two parties may have been named.
_BACK = 12
#: Who a sentence is about is named in its first tokens; a text, in its first sentences.
_FIRST, _LEAD = 2, 2
#: How many tokens of a text are searched for whom it names at all.
_LONG = 4000
#: What CLDR has among the territories, and is no country.
_UNIONS = frozenset({"EU", "UN"})


class Passages:
    """The sentences of a text with the countries and organisations that each names, looked up once for each.

    Names in `taken`, which are tokens by number, are not counted: those in a name of an agreement or a company.
    """

    def __init__(self, reading: Reading, taken: Collection[int] = ()) -> None:
        self._reading, self._tokens, self._taken = reading, reading.tokens, taken
        self._named: dict[int, tuple[Mention, ...]] = {}
        self._around: dict[tuple[int, int], tuple[dict[int, list[Cue]], list[Mention]]] = {}
        self._all: frozenset[str] | None = None

    @cached_property
    def _sentences(self) -> Sentences:
        return Sentences(self._tokens.text)

    def pair_before(self, grammar: Grammar, place: int, countries: bool) -> tuple[str, ...]:
        """The two parties that were named together last, up to the heading of the passage; () where that is open.

        Sentences behind it may name one of them again. Where they name another one it is open which two are meant.
        With `countries` organisations are not counted.
        """
        seen: set[str] = set()
        for mentions in self._back(grammar, place):
            codes = {m.code for m in mentions if not (countries and (m.kind == "organisation" or m.code in _UNIONS))}
            seen |= codes
            if len(codes) > 1:
                break
        return tuple(sorted(seen)) if len(seen) == 2 else ()

    def told_together(self, grammar: Grammar, place: int) -> tuple[str, ...]:
        """The two parties that the sentence itself joins with `and`: Warsaw and Seoul."""
        mentions = next(self._back(grammar, place))
        lexicon, words = grammar.lexicon, self._tokens.words
        joined = {
            tuple(sorted((one.code, other.code)))
            for one, other in pairwise(mentions)
            if other.i == one.j + 1 and "party_and" in (lexicon[words[one.j]] or ()) and one.code != other.code
        }
        return next(iter(joined)) if len(joined) == 1 and len({m.code for m in mentions}) == 2 else ()

    def only_pair(self, grammar: Grammar, place: int) -> tuple[str, ...]:
        """The two parties of a passage that names no others before this place, and both in one sentence before.

        Those of the sentence itself may be a list: who has a strategic partnership are Ghana, Togo.
        """
        codes: set[str] = set()
        together = False
        for back, mentions in enumerate(self._back(grammar, place)):
            named = {mention.code for mention in mentions}
            codes |= named
            if len(codes) > 2:
                return ()
            together = together or (back > 0 and len(named) == 2)
        return tuple(sorted(codes)) if together else ()

    def near(self, grammar: Grammar, place: int, back: int = 1) -> tuple[tuple[Mention, ...], ...]:
        """Whom the sentence around a place names, and each of so many before it in the passage."""
        return tuple(islice(self._back(grammar, place), back + 1))

    def around(self, grammar: Grammar, start: int, end: int) -> tuple[dict[int, list[Cue]], list[Mention]]:
        """The cues and all names, adjectives too, of the sentence around a stretch."""
        found = self._around.get((start, end))
        if found is None:
            place = self._tokens.within(*sentence_around(self._tokens.text, start, end))
            found = self._around[start, end] = self._reading.words(grammar, *place)
        return found

    def first_of(self, grammar: Grammar, place: int) -> str | None:
        """The one party of the sentence before, which it begins with, where the text began with it, too.

        `Morocco plays another hand. The declaration with France …`: the other party is Morocco.
        """
        before = self.near(grammar, place)[1:]
        if not before or len({mention.code for mention in before[0]}) != 1:
            return None
        first = before[0][0]
        start, _ = self._tokens.within(
            *self._sentences.around(self._tokens.starts[first.i], self._tokens.starts[first.i])
        )
        if first.i - start > _FIRST or first.code not in self._lead(grammar):
            return None
        return first.code

    def named(self, grammar: Grammar) -> frozenset[str]:
        """All whom the text names, up to a bound."""
        if self._all is None:
            last = min(len(self._tokens), _LONG)
            mentions = names_in(grammar, "city").find(self._tokens, 0, last)
            self._all = frozenset(mention.code for mention in mentions)
        return self._all

    def _lead(self, grammar: Grammar) -> set[str]:
        """Whom the first sentences of the text name: its heading, and what follows it."""
        starts = self._sentences.starts[:_LEAD]
        return {m.code for start in starts for m in self._in(grammar, start)}

    def sentence(self, place: int) -> int:
        """The number of the sentence around a place."""
        return self._sentence(place)

    def begins(self, place: int) -> bool:
        """Whether a sentence begins at a place."""
        start = self._sentences.starts[self._sentence(place)]
        return not self._tokens.text[start:place].strip()

    def section(self, place: int) -> int:
        """Where the passage around a place begins: at its heading, or the text."""
        return self._sentences.starts[self._sections[self._sentence(place)]]

    def _back(self, grammar: Grammar, place: int) -> Iterator[tuple[Mention, ...]]:
        for count, start in enumerate(self._starts_back(place)):
            if count == _BACK:
                return
            yield self._in(grammar, start)

    def _in(self, grammar: Grammar, start: int) -> tuple[Mention, ...]:
        """Whom the sentence that begins at a place names."""
        named = self._named.get(start)
        if named is None:
            first, last = self._tokens.within(start, self._sentences.around(start, start + 1)[1])
            mentions = self._reading.names(grammar, first, last)
            if mentions is None:
                mentions = [*names_in(grammar, "city").find(self._tokens, first, last)]
            named = self._named[start] = tuple(m for m in mentions if m.i not in self._taken)
        return named

    def _starts_back(self, place: int) -> Iterator[int]:
        """Where sentences begin, from the one around a place back to the heading of the passage."""
        last = self._sentence(place)
        for number in range(last, self._sections[last] - 1, -1):
            yield self._sentences.starts[number]

    def _sentence(self, place: int) -> int:
        return bisect_right(self._sentences.starts, place) - 1

    @cached_property
    def _sections(self) -> list[int]:
        """The sentence that each sentence's passage begins with: a heading, or the first of the text."""
        sections, at = [], 0
        for number, start in enumerate(self._sentences.starts):
            at = number if self._is_heading(start) else at
            sections.append(at)
        return sections

    def _is_heading(self, start: int) -> bool:
        text = self._tokens.text
        if text[start - 1 : start] not in ("\n", ""):
            return False
        end = text.find("\n", start)
        said = text[start : end if end >= 0 else len(text)].rstrip()
        return bool(said) and len(said) <= _HEADING and said[-1] not in _STOPS
