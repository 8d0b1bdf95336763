"""The units of a text in a row: what each word may be is looked up once, and what stands for several is put together.

Most words of a text have been met before and stand by themselves, so that a row is little more than a look into a
dictionary for each of them; only numbers, phrases and addresses are read where they stand.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.matching.units import NUMERAL, SIGNS, Phrases, Unit, goes_on, masked, read_at, word_alone
from annotate.rules.grammar import PHRASE_START, Kinds, Lexicon, Settings, even, fold
from annotate.text.tokens import Tokens

BREAK = "\n"
#: How many words are kept with what they may be.
_KEPT = 40_000
#: What may make more of a token than the word that it is: it begins phrases, numbers, or numbers that are glued to it,
#: or it is a numeral that begins a number only where another one goes on with it.
_PHRASE, _NUMBER, _SIGN, _NUMERAL = 1, 2, 4, 8
#: Numerals that are told from other words by what they are glued to.
_SIGNED = frozenset({"minus_word", "numeral_sign"})
_NOTHING: dict[str, Any] = {}


@dataclass(slots=True)
class Word:
    """What a unit is to rules: the word that spaCy sees, which decides all that it may be.

    `triggers` are the grammars that it triggers, as bits. Of a single token `begins` says whether it may begin a phrase
    or a number, `goes_on` whether it may go on with one, and `alone` what it is as a number by itself.
    """

    orth: str
    kinds: Mapping[str, Any]
    triggers: int
    begins: int = 0
    goes_on: bool = False
    even: str = ""
    alone: Word | None = None


#: The unit that ends a line: nothing matches across it.
_LINE_END = Word(BREAK, {"break": None}, 0)


@dataclass(slots=True)
class Row:
    """Units in a row: the n-th is `words[n]`, of tokens `starts[n]` to `starts[n + 1]`; a line's end has none."""

    tokens: Tokens
    words: list[Word]
    starts: list[int]

    def at(self, i: int, low: int = 0) -> int:
        """The place of the unit that token `i` is in, looked for from a place on."""
        return bisect_right(self.starts, i, low) - 1

    def before(self, j: int, low: int = 0) -> int:
        """The place behind the unit that ends before token `j`."""
        return bisect_left(self.starts, j, low)

    def units(self, first: int, last: int) -> list[Unit]:
        """Some of the units, with their places."""
        starts, glued = self.starts, self.tokens.glued
        units = []
        for n, word in enumerate(self.words[first:last], first):
            end = starts[n + 1]
            units.append(Unit(starts[n], end, word.orth, word.kinds, not glued(end)))
        return units

    def line(self, i: int, before: int, behind: int) -> list[Unit]:
        """The units around token `i`, so many tokens on either side, up to the ends of its line."""
        breaks = self.tokens.breaks
        at = bisect_right(breaks, i)
        low = max(self.starts[0], i - before, breaks[at - 1] if at else 0)
        high = min(self.starts[-1], i + behind, breaks[at] if at < len(breaks) else len(self.tokens))
        return self.units(self.at(low), self.before(high))


class Words(dict[str, Word]):
    """What each word is by itself; asked once for each, and kept up to a bound."""

    def __init__(self, phrases: Phrases, lexicon: Lexicon, triggered: Callable[[Kinds, str], int]) -> None:
        super().__init__()
        self._phrases, self._lexicon, self._triggered = phrases, lexicon, triggered
        self._triggers: dict[str, int] = {}

    def __missing__(self, word: str) -> Word:
        if len(self) > _KEPT:
            self.clear()
        kinds = self._lexicon[word]
        if kinds is None and word.isalpha():  # most words
            found = self[word] = Word(word, _NOTHING, self._triggered(_NOTHING, word), 0, False, fold(word))
            return found
        kinds = kinds or _NOTHING
        numeral = not NUMERAL.isdisjoint(kinds)
        number = word[0].isdecimal() or (numeral and not _SIGNED.isdisjoint(kinds))
        begins = (PHRASE_START in kinds) * _PHRASE | number * _NUMBER | (word in SIGNS) * _SIGN
        begins |= (numeral and not number) * _NUMERAL
        found = Word(word, kinds, self._triggered(kinds, word), begins, goes_on(word, kinds), even(word))
        self[word] = found
        return found

    def of(self, orth: str, kinds: Kinds) -> Word:
        """A word that stands for several tokens, or for a number."""
        triggers = self._triggers.get(orth)
        if triggers is None:
            if len(self._triggers) > _KEPT:
                self._triggers.clear()
            triggers = self._triggers[orth] = self._triggered(kinds, orth)
        return Word(orth, kinds, triggers)

    def _alone(self, word: Word, settings: Settings) -> Word:
        """A numeral as the number that it is by itself."""
        if word.alone is None:
            word.alone = self.of(word.orth, word_alone(word.orth, word.kinds, self._lexicon, settings))
        return word.alone

    def row(self, tokens: Tokens, first: int, last: int, settings: Settings) -> Row:
        """The units of tokens `first` to `last`; the end of a line is one of its own."""
        masks = masked(tokens, first, last)
        row = Row(tokens, [], [])
        start = first
        for end in (*tokens.breaks[bisect_right(tokens.breaks, first) : bisect_left(tokens.breaks, last)], last):
            self._add_line(row, start, end, masks, settings)
            row.words.append(_LINE_END)
            row.starts.append(end)
            start = end
        row.starts.append(last)
        return row

    def _add_line(self, row: Row, start: int, end: int, masks: Mapping[int, int], settings: Settings) -> None:
        tokens = row.tokens
        words = [*map(self.__getitem__, tokens.words[start:end])]
        marked = [(i, word.begins) for i, word in enumerate(words, start) if word.begins]
        places = [i for i, begins in marked if begins & _PHRASE]
        phrases = self._phrases.find(tokens, [word.even for word in words], start, places) if places else {}
        special = {*phrases, *(i for i in masks if start <= i < end)} if masks else {*phrases}
        for i, begins in marked:
            if begins & _NUMBER or (begins & _SIGN and tokens.glued(i + 1)):
                special.add(i)
            elif begins & _NUMERAL and i not in special:
                if i + 1 < end and (words[i + 1 - start].goes_on or i + 1 in phrases):
                    special.add(i)
                else:
                    words[i - start] = self._alone(words[i - start], settings)
        done = start
        for i in sorted(special):
            if i < done:
                continue
            read = read_at(tokens, i, end, phrases=phrases, masks=masks, lexicon=self._lexicon, settings=settings)
            if read is not None:
                row.words += words[done - start : i - start]
                row.starts += range(done, i + 1)
                done, orth, kinds = read
                row.words.append(self.of(orth, kinds))
        row.words += words[done - start :]
        row.starts += range(done, end)


def joined(row: Row, places: Sequence[tuple[int, int, Word]], kept: Sequence[int]) -> tuple[Row, list[int]]:
    """A row with one unit in place of several: those from `first` to `last` by `word`, in order, for each place.

    With it where the new units are, and those of `kept`, places of the old row that are in none of them.
    """
    words: list[Word] = []
    starts: list[int] = []
    hot: list[int] = []
    done = ahead = 0
    for first, last, word in places:
        while ahead < len(kept) and kept[ahead] < first:
            if kept[ahead] >= done:
                hot.append(len(words) + kept[ahead] - done)
            ahead += 1
        words += row.words[done:first]
        starts += row.starts[done : first + 1]
        hot.append(len(words))
        words.append(word)
        done = last
    hot += [len(words) + n - done for n in kept[ahead:] if n >= done]
    return Row(row.tokens, words + row.words[done:], starts + row.starts[done:]), hot
