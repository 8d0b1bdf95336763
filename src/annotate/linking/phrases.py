"""Words and phrases looked up at a place of a text: by their first word, the longest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from annotate.rules.grammar import fold
from annotate.text.tokenise import tokenise
from annotate.text.tokens import Tokens

T = TypeVar("T")
V = TypeVar("V")
#: How many words are remembered with the phrases that begin with them.
_KEPT = 20_000


class _Kept(dict[str, V]):
    """What is asked for once for each word, and kept up to a bound."""

    def __init__(self, ask: Callable[[str], V]) -> None:
        super().__init__()
        self._ask = ask

    def __missing__(self, word: str) -> V:
        if len(self) > _KEPT:
            self.clear()
        found = self[word] = self._ask(word)
        return found


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """A phrase: its folded words, what it stands for, and its spelling where only that will do."""

    words: tuple[str, ...]
    what: T
    exact: str | None
    #: Whether the last word is a stem (`ratifi*`), and which endings it may have; None for any.
    stem: bool
    endings: frozenset[str] | None
    #: Which of its words are glued to the one before: a particle and the next word are no phrase, `에 서명`.
    glued: tuple[bool, ...]

    def leads(self, word: str) -> bool:
        """Whether a folded word may be its second."""
        return word.startswith(self.words[1]) if self.stem and len(self.words) == 2 else word == self.words[1]


class Phrases(Generic[T]):
    """Forms as word lists write them (`=EU`, `ratifi*`, `in force`), found in texts."""

    def __init__(self) -> None:
        self._by_first: dict[str, list[Entry[T]]] = {}
        self._stems: dict[str, list[Entry[T]]] = {}
        #: The first two letters of all stems: most words begin otherwise.
        self._edges: set[str] = set()
        self._begun = _Kept(self._beginning_with)
        self._folded = _Kept(fold)
        #: Of the phrases that begin with a word those that may go on with the next one.
        self._led: dict[tuple[str, str], Sequence[Entry[T]]] = {}

    def add(self, form: str, what: T, endings: frozenset[str] | None = None) -> None:
        """Let a form stand for something; with `endings` its last word may have any of them."""
        exact = form[1:] if form.startswith("=") else None
        stem = form.endswith("*") or endings is not None
        cut = tokenise(form.removeprefix("=").removesuffix("*"))
        words = tuple(map(fold, cut.words))
        if not words:
            return
        entry = Entry(words, what, exact, stem, endings, tuple(cut.glued(i) for i in range(len(words))))
        held = self._stems if stem and len(words) == 1 else self._by_first
        if held is self._stems:
            self._edges.add(words[0][:2])
        kept = held.setdefault(words[0], [])
        kept.append(entry)
        kept.sort(key=lambda one: (-len(one.words), -len(one.words[-1])))

    def find(
        self, tokens: Tokens, first: int, last: int, is_one: Callable[[int, T], bool] = lambda i, what: True
    ) -> Iterator[tuple[int, int, list[T]]]:
        """The phrases in a stretch of tokens, from left to right, the longest at each place: from, to, what for.

        `is_one` says whether a phrase that begins at a token can stand for something there.
        """
        words, free = tokens.words, first
        begun = map(self._begun.__getitem__, words[first:last])
        for i, entries in [(i, entries) for i, entries in enumerate(begun, first) if entries]:
            if i < free:
                continue
            if len(entries[0].words) > 1:
                entries = self._leading(words[i], words[i + 1] if i + 1 < last else "", entries)
            length, found = 0, []
            for entry in entries:
                size = len(entry.words)
                if size < length:
                    break
                if i + size <= last and self._fits(entry, tokens, i, i + size) and is_one(i, entry.what):
                    length = size
                    found.append(entry.what)
            if found:
                free = i + length
                yield i, free, found

    def _leading(self, word: str, following: str, entries: Sequence[Entry[T]]) -> Sequence[Entry[T]]:
        """Of the entries that begin with a word those that may go on with the next one."""
        found = self._led.get((word, following))
        if found is None:
            if len(self._led) > _KEPT:
                self._led.clear()
            folded = self._folded[following]
            found = [entry for entry in entries if len(entry.words) == 1 or (following and entry.leads(folded))]
            self._led[word, following] = found
        return found

    def _beginning_with(self, word: str) -> Sequence[Entry[T]]:
        folded = fold(word)
        whole = self._by_first.get(folded, ())
        if folded[:2] not in self._edges:
            return whole
        found = [*whole]
        for length in range(len(folded), 1, -1):
            for entry in self._stems.get(folded[:length], ()):
                if entry.endings is None or folded[length:] in entry.endings:
                    found.append(entry)
        found.sort(key=lambda entry: -len(entry.words))
        return found

    def _fits(self, entry: Entry[T], tokens: Tokens, i: int, j: int) -> bool:
        if j > i + 1:
            for at, inner in enumerate(entry.words[1:-1], i + 1):
                if self._folded[tokens.words[at]] != inner:
                    return False
            if any(glued and not tokens.glued(i + n) for n, glued in enumerate(entry.glued)):
                return False
            rest, wanted = self._folded[tokens.words[j - 1]], entry.words[-1]
            if entry.stem:
                tail = rest[len(wanted) :]
                if not rest.startswith(wanted) or (entry.endings is not None and tail not in entry.endings):
                    return False
            elif rest != wanted:
                return False
        return entry.exact is None or entry.exact == tokens.text[tokens.starts[i] : tokens.end(j - 1)]
