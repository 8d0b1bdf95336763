"""Currencies: a sign of several gets the one whose country the sentence names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from annotate.linking.linked import Linked
from annotate.rules.cldr import region_currencies
from annotate.rules.grammar import Grammar
from annotate.spans import MoneyValue
from annotate.text.sentences import sentence_around
from annotate.text.tokens import Tokens


def settle_currencies(spans: Sequence[Linked], tokens: Tokens) -> None:
    """Give a sum that may be of several currencies the one whose country its sentence names, if that is one only."""
    for span in spans:
        value = span.value
        if not isinstance(value, MoneyValue) or not value.currency_candidates or value.currency is not None:
            continue
        named = _currencies_named(span.grammar, sentence_around(tokens.text, span.match.start, span.match.end), tokens)
        if len(fitting := [code for code in value.currency_candidates if code in named]) == 1:
            span.value = replace(value, currency=fitting[0], currency_candidates=())


def _currencies_named(grammar: Grammar, sentence: tuple[int, int], tokens: Tokens) -> set[str]:
    """The currencies of all countries that a sentence names, and those that its adjectives stand for."""
    first, last = tokens.within(*sentence)
    text = tokens.text[slice(*sentence)]
    countries: set[str] = set()
    hidden: set[str] = set()
    for form, code in _names_of_countries(grammar):
        if form in text:  # the longest first: no Sudan in South Sudan, no インド in インドネシア
            countries.add(code)
            hidden.update(re.findall(r"\w+", form))
            text = text.replace(form, " ")
    kinds = [grammar.lexicon[word] or {} for word in tokens.words[first:last] if word not in hidden]
    countries.update(
        code for own in kinds for code in (own.get("territory"), *own.get("party_adj", "").split()) if code
    )
    currencies = {own["currency_adjective"] for own in kinds if "currency_adjective" in own}
    return currencies.union(*map(region_currencies, countries))


def _names_of_countries(grammar: Grammar) -> list[tuple[str, str]]:
    """Names of countries that are more than one token: of several words, or in a script without spaces."""
    names = ((form.lstrip("="), code) for form, code in grammar.lists.get("territory", {}).items())
    several = (name for name in names if len(name[0]) > 1 and (" " in name[0] or name[0][0] > "\u2e80"))
    return sorted(several, key=lambda name: -len(name[0]))
