"""Countries and organisations that a text names, by the names that the language's lists have for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from annotate.rules.grammar import Grammar, fold
from annotate.text.tokenise import tokenise
from annotate.text.tokens import Tokens

_LISTS = ("territory", "organisation")
#: How many words are remembered with the names that begin with them.
_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Mention:
    """A country or organisation that a text names: its tokens, its name there, its code, and the list that has it."""

    i: int
    j: int
    name: str
    code: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Entry:
    words: tuple[str, ...]
    code: str
    kind: str
    #: The name itself, where only this spelling is one.
    exact: str | None


class Names:
    """The names of countries and organisations in a language, by their first word."""

    def __init__(self, grammar: Grammar, lists: Sequence[str] = _LISTS) -> None:
        self._by_first: dict[str, list[_Entry]] = {}
        for kind in lists:
            for form, code in grammar.lists.get(kind, {}).items():
                name = form.removeprefix("=")
                words = tuple(map(fold, tokenise(name).words))
                if words and code:
                    entry = _Entry(words, code, kind, name if form != name else None)
                    self._by_first.setdefault(words[0], []).append(entry)
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: -len(entry.words))
        self._seen: dict[str, Sequence[_Entry]] = {}

    def find(self, tokens: Tokens, first: int, last: int) -> Iterator[Mention]:
        """What is named in a stretch of tokens, the longest name first."""
        words, seen = tokens.words, self._seen
        i = first
        while i < last:
            entries = seen.get(words[i])
            if entries is None:
                entries = self._beginning_with(words[i])
            found = self._at(entries, tokens, i, last) if entries else None
            if found:
                yield found
            i = found.j if found else i + 1

    def _beginning_with(self, word: str) -> Sequence[_Entry]:
        """The names that a word may begin; a name has its capital where the script has any."""
        if len(self._seen) > _KEPT:
            self._seen.clear()
        entries = () if word[0].islower() else self._by_first.get(fold(word), ())
        self._seen[word] = entries
        return entries

    def _at(self, entries: Sequence[_Entry], tokens: Tokens, i: int, last: int) -> Mention | None:
        for entry in entries:
            j = i + len(entry.words)
            if j > last or (j > i + 1 and tuple(map(fold, tokens.words[i:j])) != entry.words):
                continue
            text = tokens.text[tokens.starts[i] : tokens.end(j - 1)]
            if entry.exact in (None, text):
                return Mention(i, j, text, entry.code, entry.kind)
        return None


#: The names of each language and choice of lists that has been met, with the grammar that they are of.
_KNOWN: dict[tuple[str, ...], tuple[Grammar, Names]] = {}


def names_in(grammar: Grammar, *more: str) -> Names:
    """The names of a language, and those of more lists, made once."""
    known = _KNOWN.get((grammar.lang, *more))
    if known is None or known[0] is not grammar:
        known = _KNOWN[grammar.lang, *more] = grammar, Names(grammar, (*_LISTS, *more))
    return known[1]
