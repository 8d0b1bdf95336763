"""Countries and organisations that a text names, by the names that the language's lists have for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from annotate.linking.phrases import Phrases
from annotate.rules.grammar import Grammar
from annotate.text.tokens import Tokens

_LISTS = ("territory", "organisation")
#: The list of `frames` whose words name a party only beside another.
_DEMONYM = "demonym"


@dataclass(frozen=True, slots=True)
class Mention:
    """A country or organisation that a text names: its tokens, its name there, its code, and the list that has it."""

    i: int
    j: int
    name: str
    code: str
    kind: str


class Names:
    """The names of countries and organisations in a language, by their first word."""

    def __init__(self, grammar: Grammar, lists: Sequence[str] = _LISTS) -> None:
        self._phrases: Phrases[tuple[str, str, bool]] = Phrases()
        endings = frozenset({"", *grammar.frames.get("ending", ())})
        for kind in lists:
            forms = grammar.frames if kind == _DEMONYM else grammar.lists
            for form, code in forms.get(kind, {}).items():
                if not code:
                    continue
                what = code, kind, kind != _DEMONYM or form.removeprefix("=")[0].isupper()
                self._phrases.add(form, what)
                if len(endings) > 1 and kind != _DEMONYM and form[0] != "=" and form[-1] != "*":
                    self._phrases.add(_stem(form, endings), what, endings)

    def find(self, tokens: Tokens, first: int, last: int) -> Iterator[Mention]:
        """What is named in a stretch of tokens, the longest name first; a name has its capital."""
        words = tokens.words
        for i, j, found in self._phrases.find(
            tokens, first, last, lambda i, what: not (what[2] and words[i][0].islower())
        ):
            code, kind, _ = found[0]
            yield Mention(i, j, tokens.text[tokens.starts[i] : tokens.end(j - 1)], code, kind)


def _stem(form: str, endings: frozenset[str]) -> str:
    """A name without its ending, where that leaves enough of it."""
    longest = max((e for e in endings if e and form.endswith(e) and len(form) - len(e) > 2), key=len, default="")
    return form.removesuffix(longest)


#: The names of each language and choice of lists that has been met, with the grammar that they are of.
_KNOWN: dict[tuple[str, ...], tuple[Grammar, Names]] = {}


def names_in(grammar: Grammar, *more: str) -> Names:
    """The names of a language, and those of more lists, made once."""
    known = _KNOWN.get((grammar.lang, *more))
    if known is None or known[0] is not grammar:
        known = _KNOWN[grammar.lang, *more] = grammar, Names(grammar, (*_LISTS, *more))
    return known[1]
