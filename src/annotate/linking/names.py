"""Countries and organisations that a text names, by the names that the language's lists have for them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
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


#: A code with the kind of its name, and whether that has a capital.
_What = tuple[str, str, bool]


class Names:
    """The names of some kinds in a language, by their first word."""

    def __init__(self, table: Phrases[_What], kinds: Collection[str]) -> None:
        self._table, self._kinds = table, frozenset(kinds)

    def find(self, tokens: Tokens, first: int, last: int) -> Iterator[Mention]:
        """What is named in a stretch of tokens, the longest name first; a name has its capital."""
        words, kinds = tokens.words, self._kinds

        def is_one(i: int, what: _What) -> bool:
            return what[1] in kinds and not (what[2] and words[i][0].islower())

        for i, j, found in self._table.find(tokens, first, last, is_one):
            code, kind, _ = found[0]
            yield Mention(i, j, tokens.text[tokens.starts[i] : tokens.end(j - 1)], code, kind)


def _table_of(grammar: Grammar) -> Phrases[_What]:
    """All names of a language, of whatever kind: so each word of a text is looked up once."""
    table: Phrases[_What] = Phrases()
    endings = frozenset({"", *grammar.frames.get("ending", ())})
    for kind in (*_LISTS, "city", _DEMONYM):
        forms = grammar.frames if kind == _DEMONYM else grammar.lists
        for form, code in forms.get(kind, {}).items():
            if not code:
                continue
            what = code, kind, kind != _DEMONYM or form.removeprefix("=")[0].isupper()
            table.add(form, what)
            if len(endings) > 1 and kind != _DEMONYM and form[0] != "=" and form[-1] != "*":
                table.add(_stem(form, endings), what, endings)
    return table


def _stem(form: str, endings: frozenset[str]) -> str:
    """A name without its ending, where that leaves enough of it."""
    longest = max((e for e in endings if e and form.endswith(e) and len(form) - len(e) > 2), key=len, default="")
    return form.removesuffix(longest)


#: The names of each language that has been met, with the grammar that they are of, by what else is asked for.
_KNOWN: dict[str, tuple[Grammar, Phrases[_What], dict[tuple[str, ...], Names]]] = {}


def names_in(grammar: Grammar, *more: str) -> Names:
    """The names of a language, and those of more lists, made once."""
    known = _KNOWN.get(grammar.lang)
    if known is None or known[0] is not grammar:
        known = _KNOWN[grammar.lang] = grammar, _table_of(grammar), {}
    names = known[2].get(more)
    if names is None:
        names = known[2][more] = Names(known[1], (*_LISTS, *more))
    return names
