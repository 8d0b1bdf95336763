"""Currencies by the whole text: whose sign or word it is, and where a word that is also a currency is none.

A sign of several currencies gets the one whose country the sentence names, or else the text, or else that of the other
sums; where a sum elsewhere in the text leaves fewer to choose from, the same word has no more of them. Cents are those
of the currency that the text speaks of. What reads like a sum and is none without more in the text is taken back: a
weight in pounds, `TOP 12`, `PHP 8`, and `un real` where that is no money of the language's countries.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from msgspec.structs import replace

from annotate.linking.linked import Linked
from annotate.linking.names import names_in
from annotate.matching.numbers import Number
from annotate.rules.cldr import official_languages, past_currencies, region_currencies
from annotate.rules.grammar import Grammar
from annotate.spans import MoneyValue
from annotate.text.sentences import sentence_around
from annotate.text.tokens import Tokens

#: Currencies whose codes and words are met everywhere, and are hardly anything else.
_WELL_KNOWN = frozenset({"USD", "EUR", "GBP", "JPY", "CNY", "CHF", "RUB", "INR", "KRW"})
_POUNDS = frozenset({"GBP", "EGP", "LBP", "SYP", "SDG", "GIP", "FKP", "SHP"})
#: Currencies that have cents by that name.
_WITH_CENTS = frozenset({"USD", "EUR", "AUD", "CAD", "NZD", "SGD", "HKD", "ZAR", "TWD"})
#: From so many pounds on a sum is no weight that a person or an animal has.
_HEAVY = 10_000
_CODE = re.compile(r"[A-Z]{3}")


class _Text:
    """The sums of a text, and what it names."""

    def __init__(self, spans: Sequence[Linked], tokens: Tokens, region: str | None) -> None:
        self.sums = [span for span in spans if isinstance(span.value, MoneyValue)]
        self.tokens = tokens
        self.region = region
        self._local: dict[str, set[str]] = {}

    @cached_property
    def named(self) -> set[str]:
        """The currencies of all countries that the text names."""
        grammars = {id(span.grammar): span.grammar for span in self.sums}
        whole = (0, len(self.tokens.text))
        return set().union(*(_currencies_named(grammar, whole, self.tokens) for grammar in grammars.values()))

    @cached_property
    def _spoken(self) -> dict[bool, Counter[str]]:
        return {surely: Counter(c for span in self.sums if (c := _told(span, surely))) for surely in (False, True)}

    def spoken(self, but: Linked, *, surely: bool = False) -> Counter[str]:
        """How many other sums speak of each currency; `surely` leaves out what a sign of several was taken for."""
        counts = self._spoken[surely].copy()
        if own := _told(but, surely):
            counts[own] -= 1
        return +counts

    def settle(self, span: Linked, value: MoneyValue) -> None:
        """Give a sum its value, and count it as that from here on."""
        for surely, counts in self._spoken.items():
            if code := _told(span, surely):
                counts[code] -= 1
        span.value = value
        for surely, counts in self._spoken.items():
            if code := _told(span, surely):
                counts[code] += 1

    @cached_property
    def surely_told(self) -> set[str]:
        """The currencies that some sum is surely in: by sign, code, scale word or full name."""
        return {value.currency for span in self.sums if (value := _surely(span)) is not None and value.currency}

    def may_be_local(self, grammar: Grammar) -> bool:
        """Whether a dollar may be of a country that is told of and speaks the language.

        Not in a language that America speaks: in it a dollar is America's, whoever is told of.
        """
        return grammar.lang not in official_languages("US")

    def local(self, grammar: Grammar) -> set[str]:
        """The currencies of the countries that the text names and that speak its language officially; kept."""
        if not self.may_be_local(grammar):
            return set()
        if grammar.lang not in self._local:
            self._local[grammar.lang] = self._local_of(grammar)
        return self._local[grammar.lang]

    def _local_of(self, grammar: Grammar) -> set[str]:
        countries, _ = _countries_named(grammar, (0, len(self.tokens.text)), self.tokens)
        own = (country for country in countries if grammar.lang in official_languages(country))
        return set().union(*map(region_currencies, own))

    @cached_property
    def has_no_other_dollar(self) -> bool:
        """Whether no sum says that it is in America's dollars, but one that tells what a sum before it is worth:
        `$4,500 millones (230 millones de dólares)`."""
        pairs = zip([None, *self.sums], self.sums, strict=False)
        return all(not _is_dollar(sum_) or (before and self._brackets(before, sum_)) for before, sum_ in pairs)

    def _brackets(self, one: Linked, other: Linked) -> bool:
        between = self.tokens.text[one.match.end : other.match.start]
        return "(" in between[-20:] and ")" not in between and len(between) < 80

    @cached_property
    def bare(self) -> int:
        """How many sums are in dollars that do not say whose they are."""
        return sum(len(_codes(span)) > 1 and getattr(span.value, "currency", None) == "USD" for span in self.sums)

    @cached_property
    def capitals(self) -> set[str]:
        """The currencies of the countries whose capitals and other well-known cities the text names."""
        grammars = {id(span.grammar): span.grammar for span in self.sums}
        whole = (0, len(self.tokens))
        cities = [names_in(grammar, "city").find(self.tokens, *whole) for grammar in grammars.values()]
        codes = {m.code for found in cities for m in found if m.kind == "city"}
        return set().union(*map(region_currencies, codes))

    def home(self, grammar: Grammar) -> set[str]:
        """The currencies of the document's region and of the language's own."""
        return {*region_currencies(self.region or ""), *region_currencies(grammar.settings.region or "")}


def settle_currencies(spans: list[Linked], tokens: Tokens, region: str | None = None) -> None:
    """Give sums the currency that their sentence or text settles, and take out what is no sum."""
    text = _Text(spans, tokens, region)
    if not text.sums:
        return
    others = {id(span) for span in text.sums if _is_code(span, text) or _is_one(span, text) or _is_weight(span, text)}
    spans[:] = [span for span in spans if id(span) not in others]
    text.sums = [span for span in text.sums if id(span) not in others]
    _narrow(text)
    for span in text.sums:
        value = span.value
        assert isinstance(value, MoneyValue)
        if value.currency is None and value.currency_candidates:
            _settle(span, value, text)
        elif span.match.get("divisor") == "100":
            _settle_cents(span, value, text)
        elif value.currency == "USD":
            _settle_dollar(span, value, text)


def _narrow(text: _Text) -> None:
    """A word of several currencies stands for as few in the whole text as anywhere in it: 元 beside 億元 is no yuan."""
    fewest: dict[str, set[str]] = {}
    several = [(text.tokens.words[span.match.j - 1], span) for span in text.sums if len(_codes(span)) > 1]
    for sign, span in several:
        fewest[sign] = min(fewest.get(sign, _codes(span)), _codes(span), key=len)
    for sign, span in several:
        few, value = fewest[sign], span.value
        if few < _codes(span) and isinstance(value, MoneyValue) and value.currency not in few:
            span.value = replace(value, currency=None, currency_candidates=tuple(sorted(few)))


def _settle(span: Linked, value: MoneyValue, text: _Text) -> None:
    """The candidate whose country the sentence names, else the text or its capitals do; else that of its other sums,
    else of the language's home.
    """
    place = sentence_around(text.tokens.text, span.match.start, span.match.end)
    near = _currencies_named(span.grammar, place, text.tokens)
    fitting = [code for code in value.currency_candidates if code in near]
    for known in (text.named, text.capitals):
        fitting = fitting or [code for code in value.currency_candidates if code in known]
    fitting = fitting or [code for code in text.spoken(span) if code in value.currency_candidates]
    fitting = fitting or [code for code in value.currency_candidates if code in _once_at_home(span.grammar)]
    if len(fitting) == 1:
        text.settle(span, replace(value, currency=fitting[0], currency_candidates=()))


def _once_at_home(grammar: Grammar) -> set[str]:
    """What the home of a language has paid with before its money of today: `40mila lire` in Italian are Italian."""
    region = grammar.settings.region or ""
    return {*past_currencies(region)} - {*region_currencies(region)}


def _settle_cents(span: Linked, value: MoneyValue, text: _Text) -> None:
    """Cents are of the one currency that the other sums of the text are in."""
    spoken = {*text.spoken(span)}
    if len(spoken) == 1 and spoken <= _WITH_CENTS:
        span.value = replace(value, currency=spoken.pop(), currency_candidates=())


def _settle_dollar(span: Linked, value: MoneyValue, text: _Text) -> None:
    """A bare dollar sign is of the text's own dollars or pesos, where it has no other; in brackets it tells what those
    are worth. Without such sums it is of the one country that the text names and whose language it is in.

    It is America's where the text names America, or tells more sums in bare dollars than in those of its own.
    """
    codes = _codes(span)
    converted = text.tokens.text.endswith(("(", "（"), 0, span.match.start)
    if len(codes) < 2 or _word(span)[:1].isalpha() or converted:
        return
    own = {code: count for code, count in text.spoken(span, surely=True).items() if code in codes}
    if not (own or text.may_be_local(span.grammar)) or "USD" in text.named:
        return
    local = codes & text.named
    if len(own) == 1 and "USD" not in own and sum(own.values()) >= text.bare:
        text.settle(span, replace(value, currency=next(iter(own))))
    elif len(local) == 1 and local >= own.keys() and local <= text.local(span.grammar) and text.has_no_other_dollar:
        text.settle(span, replace(value, currency=local.pop()))


def _told(span: Linked, surely: bool) -> str | None:
    """The currency that a sum says it is in; none for cents, nor with `surely` for a sign of several."""
    if not isinstance(span.value, MoneyValue) or span.match.get("divisor") == "100":
        return None
    if surely and span.value.currency == "USD" and "|" in str(span.match.get("currency") or ""):
        return None
    return span.value.currency


def _is_dollar(span: Linked) -> bool:
    """Whether a sum says that it is in America's dollars, by more than their sign."""
    return getattr(span.value, "currency", None) == "USD" and (len(_codes(span)) == 1 or _word(span)[:1].isalpha())


def _word(span: Linked) -> str:
    slots = span.match.slots.get("currency", ())
    return slots[0].text if slots else ""


def _codes(span: Linked) -> set[str]:
    return set(str(span.match.get("currency") or "").replace("*", "").split("|"))


def _is_code(span: Linked, text: _Text) -> bool:
    """Whether three capitals before a small number are a word or a name, and only look like a currency: `COP29`."""
    number, word = span.match.get("amount"), _word(span)
    if not (isinstance(number, Number) and number.plain and len(number.plain) <= 4 and _CODE.fullmatch(word)):
        return False
    first = span.match.slots["currency"][0].start < span.match.slots["amount"][0].start
    return first and not _codes(span) & (_WELL_KNOWN | text.home(span.grammar)) and span.match.get("amount_to") is None


def _is_one(span: Linked, text: _Text) -> bool:
    """Whether a word behind an article or one is a currency nowhere near: `un real`, `en som`."""
    number = span.match.get("amount")
    if not (isinstance(number, Number) and number.value == 1 and number.plain is None and number.scale is None):
        return False
    return _word(span).isalpha() and not _codes(span) & (_WELL_KNOWN | text.home(span.grammar) | text.named)


def _is_weight(span: Linked, text: _Text) -> bool:
    """Whether pounds may be a weight: a plain number of them, where nothing else in the text speaks of that money."""
    number, word, codes = span.match.get("amount"), _word(span), _codes(span)
    if not (isinstance(number, Number) and word.isalpha() and codes & _POUNDS and not _CODE.fullmatch(word)):
        return False
    if span.match.get("divisor") or span.match.get("times"):  # pence, or pauni milioni 11
        return False
    high = span.match.get("amount_to")
    largest = high if isinstance(high, Number) else number
    if largest.scale is not None or largest.value >= _HEAVY or largest.value != largest.value.to_integral_value():
        return False
    if text.region and codes & set(region_currencies(text.region)):
        return False
    return not (text.named & codes or text.surely_told & codes)


def _surely(span: Linked) -> MoneyValue | None:
    """The value of a sum that surely is one: by sign, code, scale word or full name."""
    number = span.match.get("amount")
    sure = not _word(span).isalpha() or (isinstance(number, Number) and number.scale is not None)
    return span.value if sure and isinstance(span.value, MoneyValue) else None


def _currencies_named(grammar: Grammar, place: tuple[int, int], tokens: Tokens) -> set[str]:
    """The currencies of all countries that a sentence names, and those that its adjectives stand for."""
    countries, currencies = _countries_named(grammar, place, tokens)
    return currencies.union(*map(region_currencies, countries))


def _countries_named(grammar: Grammar, place: tuple[int, int], tokens: Tokens) -> tuple[set[str], set[str]]:
    """The countries that a sentence names, by their name, people or capital, and the currencies of its adjectives."""
    first, last = tokens.within(*place)
    mentions = [m for m in names_in(grammar, "city").find(tokens, first, last) if m.kind in ("territory", "city")]
    countries = {m.code for m in mentions}
    named = {i for m in mentions for i in range(m.i, m.j)}
    currencies: set[str] = set()
    for word in {word for i, word in enumerate(tokens.words[first:last], first) if i not in named}:
        own = grammar.lexicon[word]
        if own:
            countries.update(own.get("party_adj", "").split())
            currencies.update([own["currency_adjective"]] if "currency_adjective" in own else ())
    return countries, currencies
