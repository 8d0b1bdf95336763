"""Word lists and settings of a language out of CLDR, through Babel: nobody types a month by hand.

Every function takes a Babel `Locale` and gives `(value, form)` pairs; forms that CLDR writes with digits
(`5월`, `Tháng 5`) are left to rules. `words_of` puts them together under the names that rules use.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.localedata import locale_identifiers
from babel.numbers import get_territory_currencies

from annotate.rules.grammar import Settings, fold
from annotate.text.tokenise import tokenise

Pairs = list[tuple[str, str]]

#: Codes of langdetect that CLDR spells otherwise.
_LOCALES = {"zh-cn": "zh_Hans", "zh-tw": "zh_Hant", "no": "nb", "tl": "fil"}

#: The other way about: languages that records name by langdetect's code, whichever of the two was given.
OWN_CODES = {spelt: code for code, spelt in _LOCALES.items() if "_" not in spelt}

#: A bare `dollar` means the US one, a bare pound sterling, … unless text or region say otherwise.
_DEFAULT_CURRENCIES = ("USD", "GBP", "EUR", "JPY", "CNY", "KRW", "RUB", "TRY", "BRL", "ILS", "THB", "VND")

#: Where a language names the usual currency otherwise (`доллар США`), its bare name still belongs to the family.
_FAMILIES = {"USD": {"AUD", "CAD"}, "GBP": {"EGP", "GIP"}}

_HISTORIC_CURRENCIES = ("DEM", "FRF", "NLG", "BEF", "ITL", "ESP", "ATS", "PTE", "GRD", "FIM", "IEP")

#: Since when the money of a region is told of.
_PAST = date(1800, 1, 1)

_OFFICIAL = ("official", "de_facto_official")

_PERIODS = ("year", "quarter", "month", "week", "day")
_TIME_UNITS = ("hour", "minute", "second")


@cache
def locale(lang: str) -> Locale | None:
    """The Babel locale of a language or language tag, None where CLDR has none.

    >>> str(locale("zh-tw"))
    'zh_Hant'
    """
    try:
        return Locale.parse(_LOCALES.get(lang.lower(), lang.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        return None


def settings_of(lang: str) -> Settings:
    """How the language writes numbers and dates."""
    found = locale(lang)
    if found is None:
        return Settings()
    symbols = found.number_symbols.get(found.default_numbering_system) or found.number_symbols["latn"]
    group = str(symbols.get("group", ","))
    return Settings(
        decimal=str(symbols.get("decimal", ".")),
        group=group,
        order=_order(found),
        space_groups=group.isspace(),
        region=_likely_region(found),
        dotted="." in _day_and_month(found),
    )


def _day_and_month(found: Locale) -> str:
    """The pattern of a day and month in digits: `d.M.` in German, `d/M` in Spanish."""
    return str(found.datetime_skeletons["Md"]).strip() if "Md" in found.datetime_skeletons else ""


def _order(found: Locale) -> str:
    pattern = re.sub(r"'[^']*'", "", str(found.date_formats["short"]))
    order = "".join(dict.fromkeys(re.sub(r"[^dMy]", "", pattern))).lower()
    return order if order in ("dmy", "mdy", "ymd") else "dmy"


@cache
def settings_in(lang: str, region: str) -> Settings | None:
    """How a language is written in a region (`en` in `GB`, `de` in `CH`), None where CLDR has no such locale."""
    found = locale(f"{lang}-{region}")
    return settings_of(f"{lang}-{region}") if found is not None and found.territory == region else None


def _likely_region(found: Locale) -> str | None:
    if found.territory:
        return str(found.territory)
    likely = get_global("likely_subtags").get(str(found))
    return likely.rsplit("_", 1)[-1] if likely else None


@cache
def region_currencies(region: str) -> tuple[str, ...]:
    """The currencies in use in a region today.

    >>> region_currencies("AU")
    ('AUD',)
    """
    try:
        return tuple(get_territory_currencies(region.upper(), tender=True))
    except (KeyError, ValueError):
        return ()


@cache
def past_currencies(region: str) -> tuple[str, ...]:
    """The currencies in use in a region today or in the past two centuries.

    >>> past_currencies("FI")
    ('FIM', 'EUR')
    """
    try:
        return tuple(get_territory_currencies(region.upper(), start_date=_PAST, end_date=date.max, tender=True))
    except (KeyError, ValueError):
        return ()


@cache
def official_languages(region: str) -> frozenset[str]:
    """The languages that all of a region speaks officially.

    >>> sorted(official_languages("CA"))
    ['en', 'fr']
    """
    spoken = get_global("territory_languages").get(region.upper(), {})
    return frozenset(lang for lang, told in spoken.items() if told["official_status"] in _OFFICIAL)


def words_of(lang: str) -> dict[str, Pairs]:
    """The lists that CLDR and num2words fill for a language, in all its scripts; empty ones are left out."""
    lists: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
    for found in _scripts(lang):
        for name, pairs in _words(found, lang).items():
            lists[name].update(dict.fromkeys(pairs))
    return {name: list(pairs) for name, pairs in lists.items() if pairs}


def _scripts(lang: str) -> list[Locale]:
    """The language's own locale, then those of its other scripts: traditional Chinese after simplified.

    Only scripts that CLDR has for more than one territory; the others (English in Shavian) hold next to nothing.
    """
    first = locale(lang)
    if first is None:
        return []
    scripts = Counter(i.rsplit("_", 1)[0] for i in locale_identifiers() if _IN_SCRIPT.fullmatch(i))
    others = [i for i, count in scripts.items() if count > 1 and i.startswith(f"{first.language}_")]
    return [first, *(Locale.parse(i) for i in sorted(others) if i != str(first))]


_IN_SCRIPT = re.compile(r"[a-z]+_[A-Z][a-z]{3}_[A-Z]{2}")


def _words(found: Locale, lang: str) -> dict[str, Pairs]:
    return {
        "month": _months(found, "wide") + _prefixed_months(found),
        **_date_words(found),
        "month_short": _months(found, "abbreviated"),
        "weekday": _weekdays(found, "wide"),
        "weekday_short": _weekdays(found, "abbreviated"),
        "scale": _scales(found, "long"),
        "short_scale": [(v, f) for v, f in _scales(found, "short") if len(f) > 1],
        "territory": _territories(found),
        "city": _cities(found),
        **_currencies(found),
        **_relatives(found),
        **_numerals(lang),
        **_eras(found),
        "day_stop": [("", ".")] if _day_and_month(found).endswith(".") else [],
    }


def _clean(form: str) -> str:
    return form.strip().strip("\u200e\u200f\u061c").rstrip(".").strip()


def _months(found: Locale, width: str) -> Pairs:
    pairs = [
        (str(number), _clean(name))
        for context in ("format", "stand-alone")
        for number, name in dict(found.months.get(context, {}).get(width, {})).items()
    ]
    return [(v, f) for v, f in dict.fromkeys(pairs) if not re.search(r"\d", f) and len(f) > 1]


_FIELD = re.compile(r"'([^']*)'|([a-zA-Z])\2*|([^a-zA-Z']+)")


def _date_patterns(found: Locale) -> Iterator[list[tuple[str, str]]]:
    """CLDR's date patterns of the language as (field letter, "") and ("", literal) in their order."""
    patterns = [str(found.date_formats[width]) for width in ("full", "long", "medium")]
    patterns += [
        str(found.datetime_skeletons[s]) for s in ("yMMMM", "yMMMd", "MMMMd", "yMMM") if s in found.datetime_skeletons
    ]
    for pattern in patterns:
        parts: list[tuple[str, str]] = []
        for match in _FIELD.finditer(pattern):
            literal = match[1] if match[1] is not None else match[3] or ""
            if parts and not match[2] and not parts[-1][0]:
                parts[-1] = ("", parts[-1][1] + literal)
            else:
                parts.append((match[2] or "", literal))
        yield parts


def _date_words(found: Locale) -> dict[str, Pairs]:
    """The words that CLDR's patterns put around days, months and years: `de` and `del` in Spanish, `г.` in Russian."""
    lists: dict[str, set[str]] = defaultdict(set)
    for parts in _date_patterns(found):
        fields = [letter for letter, _ in parts if letter]
        if "G" in fields:  # Thai names the era: 6 ธันวาคม ค.ศ. 2024
            lists["date_joiner"].update(str(found.eras[width][1]) for width in ("wide", "abbreviated"))
        for n, (letter, literal) in enumerate(parts):
            words = literal.strip(" \u00a0\u202f,،、-/;:()\u200f\u200e").strip()
            if letter or not words or not re.search(r"[^\W\d]", words):
                continue
            before = parts[n - 1][0] if n else ""
            last = n == len(parts) - 1
            if before == "y":
                lists["year_after"].add(words)
            elif before == "d" and last:
                lists["day_after"].add(words)
            elif (before in ("d", "M", "L") and not last and len(fields) > 1) or before == "E":
                lists["date_joiner"].add(words)
    return {
        name: [("", form) for word in sorted(words) for form in dict.fromkeys((word, word.rstrip(".")))]
        for name, words in lists.items()
    }


def _prefixed_months(found: Locale) -> Pairs:
    """Months with the particle that the language glues before them: Hebrew בינואר."""
    for parts in _date_patterns(found):
        for (_, literal), (letter, _) in itertools.pairwise(parts):
            particle = literal.strip()
            glued = particle.isalpha() and particle < "\u0e00" and not literal.endswith((" ", "\u00a0"))
            if letter == "M" and glued:
                return [(v, particle + f) for w in ("wide", "abbreviated") for v, f in _months(found, w)]
    return []


def _eras(found: Locale) -> dict[str, Pairs]:
    """The words for before and after Christ beside a year, with and without spaces behind their full stops."""
    lists: dict[str, Pairs] = {"bc": [], "ad": []}
    for width in ("wide", "abbreviated"):
        for number, name in dict(found.eras.get(width, {})).items():
            for form in dict.fromkeys((str(name), re.sub(r"\.(?=\w)", ". ", str(name)))):
                if number in (0, 1) and len(form.strip(".")) > 1:
                    exact = len(re.sub(r"\W", "", form)) <= 3 and form[0].isalpha()
                    lists["ad" if number else "bc"].append(("", f"={form}" if exact else form))
    return lists


def _weekdays(found: Locale, width: str) -> Pairs:
    pairs = [
        (str(number + 1), _clean(name))
        for context in ("format", "stand-alone")
        for number, name in dict(found.days.get(context, {}).get(width, {})).items()
    ]
    return [(v, f) for v, f in dict.fromkeys(pairs) if len(f) > 1 and not re.search(r"\d", f)]


def _scales(found: Locale, width: str) -> Pairs:
    pairs: dict[tuple[str, str], None] = {}
    for formats in dict(found.compact_decimal_formats.get(width, {})).values():
        for power, pattern in formats.items():
            zeros = pattern.pattern.count("0")
            word = _clean(re.sub(r"[0'¤\u200f\u200e]", "", pattern.pattern).replace("\u00a0", " "))
            if zeros and word and not word.isdigit():
                pairs[(str(int(power) // 10 ** (zeros - 1)), word)] = None
    return list(pairs)


@cache
def territory_codes() -> frozenset[str]:
    """The codes of all countries, and EU.

    >>> {"NL", "XK"} <= territory_codes(), "ZZ" in territory_codes()
    (True, False)
    """
    return frozenset(code for code, _ in _territories(Locale("en"))) - {"UN"}


_NO_TERRITORIES = frozenset({"ZZ", "XA", "XB", "EZ", "UN", "QO"})


def _territories(found: Locale) -> Pairs:
    return [
        (code, name) for code, name in found.territories.items() if len(code) == 2 and code not in _NO_TERRITORIES
    ] + [("UN", name) for code, name in found.territories.items() if code == "UN"]


#: Time zones that are named after a capital, of territories with several zones.
_CAPITALS = (
    *("Europe/Moscow", "Europe/Berlin", "Europe/Madrid", "Europe/Lisbon", "Europe/Kiev", "Asia/Kuala_Lumpur"),
    *("Asia/Jakarta", "America/Santiago", "America/Buenos_Aires", "America/Mexico_City", "Asia/Ulaanbaatar"),
    "Asia/Tashkent",
)


def _cities(found: Locale) -> Pairs:
    """The city that CLDR names the time zone of a territory after: mostly its capital.

    In its list of cities a language leaves out those that it calls as the zone is called.
    """
    territories = get_global("zone_territories")
    zones = Counter(territories.values())
    latin = (found.script or found.territories.get("NL", "a")[0]) == "Latn" or found.territories.get("NL", "a")[
        0
    ] < "\u0250"
    pairs: Pairs = []
    for zone, territory in sorted(territories.items()):
        if zones[territory] == 1 or zone in _CAPITALS:
            name = found.time_zones.get(zone, {}).get("city") or (
                zone.rpartition("/")[2].replace("_", " ") if latin else ""
            )
            pairs += [(territory, name)] if name else []
    return pairs


@cache
def _current_currencies() -> frozenset[str]:
    territories = get_global("territory_currencies")
    return frozenset(entry[0] for entries in territories.values() for entry in entries if entry[2] is None and entry[3])


def _currencies(found: Locale) -> dict[str, Pairs]:
    """Names, bare names (`yen`, `dollar`), symbols and codes of currencies."""
    current = sorted(_current_currencies())
    names: dict[str, str] = {}
    for code in [*current, *_HISTORIC_CURRENCIES]:
        for name in _currency_names(found, code):
            names.setdefault(fold(name), code)
    symbols = found._data["currency_symbols"]
    return {
        "currency": [(code, name) for name, code in names.items()] + _bare_names(names, found),
        "currency_symbol": [
            (code, f"={symbol}")
            for code, symbol in symbols.items()
            if code in _current_currencies() and symbol != code and len(symbol) > 1
        ],
        "currency_code": [(code, f"={code}") for code in [*current, *_HISTORIC_CURRENCIES]],
    }


#: Currencies that are called new: what their names share is that word, and no name of a currency.
_NEW = ("ILS", "TWD")
#: Named after gold, which is more often a medal.
_GOLD = frozenset({"ZWG"})


def _currency_names(found: Locale, code: str) -> Iterator[str]:
    if (name := found.currencies.get(code)) and name != code:
        yield name
    yield from dict(found._data["currency_names_plural"].get(code, {})).values()


def _bare_names(names: dict[str, str], found: Locale) -> Pairs:
    """`yen` out of `Japanse yen`, `dong` out of `đồng Việt Nam`.

    The head stands where words recur most among the names, first (`dólar estadounidense`) or last
    (`Amerikaanse dollar`). One that serves several currencies gets all of them, with `*` at the usual one.
    """
    several = {name: code for name, code in names.items() if " " in name and not re.search(r"[\d(/]", name)}
    position = max((0, -1), key=lambda p: sum(n - 1 for n in Counter(x.split()[p] for x in several).values()))
    english, places = _english_names(), _place_words(found)
    bare: dict[str, set[str]] = defaultdict(set)
    known = {*_DEFAULT_CURRENCIES, *region_currencies(_likely_region(found) or "")}
    words = ({word for name in several for word in name.split() if several[name] == code} for code in _NEW)
    new = set.intersection(*words)
    for name, code in several.items():
        word = name.split()[-1 if name in english else position]
        if _is_form(word, places):
            continue
        short = word.isalpha() and word < "\u0900" and len(word) <= 3 and code not in known
        if code not in _HISTORIC_CURRENCIES and code not in _GOLD and word not in new and not short:
            bare[word].add(code)
    return [(candidates(codes), word) for word, codes in bare.items() if word not in names and len(word) > 1]


@cache
def _english_names() -> frozenset[str]:
    """The English names of currencies, which some languages have for want of their own: their head is the last word."""
    english = Locale("en")
    return frozenset(fold(name) for code in _current_currencies() for name in _currency_names(english, code))


def _place_words(found: Locale) -> frozenset[tuple[int, str]]:
    """The words of countries' names, which end the names of some currencies: `Bosna-Hersek`, `острова Кука`.

    Each by its length and its stem, without up to two letters.
    """
    words = {word for name in found.territories.values() for word in fold(str(name)).split() if len(word) > 4}
    return frozenset((len(word), word[: len(word) - left]) for word in words for left in range(3))


def _is_form(word: str, places: frozenset[tuple[int, str]]) -> bool:
    """Whether a word differs from that of a place in an ending of at most two letters: `герцеговины`, `герцеговина`."""
    length = len(word)
    return length > 4 and any((n, word[: max(length, n) - 2]) in places for n in range(length - 2, length + 3))


def candidates(codes: Iterable[str]) -> str:
    """Currency codes as one value: `USD` alone, or `AUD|CAD|USD*` with a star at the default.

    >>> candidates(["USD", "AUD"]), candidates(["SEK"])
    ('AUD|USD*', 'SEK')
    """
    ordered = sorted({*codes, *(code for code, family in _FAMILIES.items() if family <= {*codes})})
    if len(ordered) == 1:
        return ordered[0]
    default = next((code for code in _DEFAULT_CURRENCIES if code in ordered), None)
    return "|".join(f"{code}*" if code == default else code for code in ordered)


def _relatives(found: Locale) -> dict[str, Pairs]:
    """Words for periods, and those around a number that make it relative: `geleden`, `il y a`, `over`."""
    fields = found._data["date_fields"]
    lists: dict[str, Pairs] = {"period": [], "time_unit": [], "period_plural": _plurals(fields)}
    for direction, name in (("past", "ago"), ("future", "ahead")):
        patterns = [
            (unit, pattern)
            for unit in (*_PERIODS, *_TIME_UNITS)
            for pattern in dict(dict(fields.get(unit, {})).get(direction, {})).values()
            if "{0}" in pattern and pattern[0] not in "+-"  # CLDR's stand-in where it has no words: `+{0} y`
        ]
        before = _common([tokenise(p.split("{0}")[0]).words for _, p in patterns], first=True)
        after = _common([tokenise(p.split("{0}")[1]).words for _, p in patterns], first=False)
        lists[f"{name}_before"] = [("", " ".join(before))] if before else []
        lists[f"{name}_after"] = [("", " ".join(after))] if after else []
        for unit, pattern in patterns:
            words = tokenise(pattern.split("{0}")[1]).words
            core = words[: len(words) - len(after)]
            if core and len(core) <= 2 and not re.search(r"\d", " ".join(core)):
                lists["period" if unit in _PERIODS else "time_unit"].append((unit, " ".join(core)))
    return {name: list(dict.fromkeys(pairs)) for name, pairs in lists.items()}


def _plurals(fields: Any) -> Pairs:
    """Forms of periods that never stand for one of them: `jaren`, `months`; `last months` names no period."""
    single: set[str] = set()
    several: list[tuple[str, str]] = []
    for unit in _PERIODS:
        for direction in ("past", "future"):
            for category, pattern in dict(dict(fields.get(unit, {})).get(direction, {})).items():
                words = set(tokenise(pattern.replace("{0}", " ")).words)
                if category in ("one", "two"):
                    single |= words
                else:
                    several += [(unit, word) for word in words]
    return [(unit, word) for unit, word in dict.fromkeys(several) if single and word not in single]


def _common(sequences: list[list[str]], *, first: bool) -> list[str]:
    """The words that all sequences begin (or end) with."""
    if not sequences:
        return []
    turned = [s if first else s[::-1] for s in sequences]
    shared = []
    for words in zip(*turned, strict=False):
        if len(set(words)) > 1:
            break
        shared.append(words[0])
    return shared if first else shared[::-1]


@dataclass(frozen=True, slots=True)
class CalendarWords:
    """The words of a language's days, folded: its months by number, its weekdays (Monday is 0), what stands around."""

    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    around: frozenset[str]
    month: re.Pattern[str]
    weekday: re.Pattern[str]


@cache
def calendar_words(lang: str) -> CalendarWords | None:
    """The words with which a language writes days; None where CLDR has no such language.

    >>> words = calendar_words("pt")
    >>> words.months["março"], words.weekdays["terça-feira"], "de" in words.around
    (3, 1, True)
    """
    found = locale(lang)
    if found is None:
        return None
    around = {word for pairs in _date_words(found).values() for _, form in pairs for word in form.casefold().split()}
    around |= {word.strip(".") for word in around} | _ordinal_endings(lang)
    months = _calendar_names(found.months)
    weekdays = {name: number for name, number in _calendar_names(found.days).items() if name not in around}
    return CalendarWords(months, weekdays, frozenset(around), _any_of(months), _any_of(weekdays))


def _calendar_names(names: Any) -> dict[str, int]:
    """Every name with its number; a name of two of them (`M` for March and May) is left out."""
    found: dict[str, set[int]] = defaultdict(set)
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in dict(names.get(context, {}).get(width, {})).items():
                found[_clean(str(name)).casefold()].add(number)
    return {name: next(iter(numbers)) for name, numbers in found.items() if name and len(numbers) == 1}


def _ordinal_endings(lang: str) -> set[str]:
    """What stands behind the digits of an ordinal: `st`, `nd`, `rd`, `th`."""
    from num2words import num2words  # needed only where a day is written with the name of its month

    with suppress(NotImplementedError, AttributeError, ValueError, KeyError, IndexError, TypeError):
        return {str(num2words(n, lang=lang, to="ordinal_num")).strip("0123456789.").casefold() for n in range(1, 32)}
    return set()


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    """An expression for any of some names as a whole word, the longest first; digits in them as a whole number."""
    return re.compile("|".join(map(_as_word, sorted(names, key=len, reverse=True))) or r"(?!)")


def _as_word(name: str) -> str:
    before = r"(?<!\d)" if name[0].isdigit() else r"(?<![^\W\d_])" if name[0] < "\u2e80" else ""
    after = r"(?!\d)" if name[-1].isdigit() else r"(?![^\W\d_])" if name[-1] < "\u2e80" else ""
    return f"{before}{re.escape(name)}{after}"


@cache
def day_month_order(lang: str | None, region: str | None) -> str | None:
    """Whether days in digits have the day first (`dm`) or the month (`md`); None where that is not settled.

    A region settles it. A language does where hardly any of its regions writes otherwise than the language itself:
    Dutch and Spanish do, English does not.

    >>> day_month_order("nl", None), day_month_order("en", None), day_month_order("en", "US")
    ('dm', None, 'md')
    """
    if region:
        local = settings_in(lang, region) if lang else None
        main = _likely_language(region)
        own = [settings_in(main, region)] if main else []
        orders = {_pair(found.order) for found in ([local] if local else own) if found}
        if lang and not local:
            orders.add(day_month_order(lang, None))
        return orders.pop() if len(orders) == 1 else None
    found = locale(lang) if lang else None
    if lang is None or found is None or (own_order := _pair(_order(found))) is None:
        return None
    each = [_pair(_order(Locale.parse(i))) for i in locale_identifiers() if i.split("_")[0] == found.language]
    told = [order for order in each if order]
    return own_order if told.count(own_order) >= 0.9 * len(told) else None


def _pair(order: str) -> str | None:
    """The order of day and month, None where the year comes first: it is not told then how they stand without it."""
    return {"dmy": "dm", "mdy": "md"}.get(order)


def _likely_language(region: str) -> str | None:
    found = locale(f"und-{region}")
    return str(found.language) if found else None


def _unaccented(word: str) -> str:
    """A numeral as it is often written, without the accents of its letters: `veintitres`."""
    return "".join(c for c in unicodedata.normalize("NFD", fold(word)) if not unicodedata.combining(c))


def _numerals(lang: str) -> dict[str, Pairs]:
    """Number words up to a hundred, hundreds and the word for a minus, of a language that num2words knows.

    Phrases are left out."""
    from num2words import num2words  # needed only where a grammar is compiled

    cardinals, ordinals, minus, point = [], [], [], []
    try:
        for n in [*range(101), *range(200, 1001, 100)]:
            if " " not in (word := num2words(n, lang=lang)) and "-" not in word:
                cardinals.append((str(n), fold(word)))
                if len(plain := _unaccented(word)) > 5 and plain != fold(word):
                    cardinals.append((str(n), plain))
        cardinals += _inflected(lang)
        word, _, five = num2words(-5, lang=lang).partition(" ")
        if five == num2words(5, lang=lang) and word.isalpha():
            minus.append(("", fold(word)))
        head, word, last = [*num2words(1.5, lang=lang).split(), "", ""][:3]
        if (head, last) == (num2words(1, lang=lang), num2words(5, lang=lang)):
            point.append(("", fold(word)))
        for n in range(1, 32):
            word = num2words(n, lang=lang, to="ordinal")
            if not re.search(r"\d", word):
                ordinals.append((str(n), fold(word)))
    except (NotImplementedError, ValueError, KeyError, IndexError, TypeError):
        pass
    return {"cardinal": cardinals, "ordinal": ordinals, "minus_word": minus, "decimal_word": point}


#: The names that num2words has for the cases of a language, each where it has them.
_CASES = (
    *("genitive", "dative", "accusative", "instrumental", "locative", "partitive", "inessive", "elative", "illative"),
    *("adessive", "ablative", "allative", "essive", "translative", "g", "d", "a", "i", "p"),
)


def _inflected(lang: str) -> Pairs:
    """Number words in the other cases, of a language whose num2words inflects: `sadalla`, `двадцатью`.

    The cases of one are left out, since they are pronouns as often.
    """
    from num2words import num2words

    pairs: dict[tuple[str, str], None] = {}
    for case in _CASES:
        try:
            for n in [*range(2, 101), *range(200, 1000, 100)]:
                if (word := num2words(n, lang=lang, case=case)).isalpha():
                    pairs[(str(n), fold(word))] = None
        except (TypeError, KeyError, ValueError, IndexError):
            continue
    return list(pairs)


def languages() -> list[str]:
    """The languages that langdetect can tell, by its profiles."""
    from importlib.resources import files

    return sorted(p.name for p in files("langdetect").joinpath("profiles").iterdir() if not p.name.startswith("_"))


def names(lang: str) -> Any:
    """English name of a language, for listings."""
    found = locale(lang)
    return found.get_display_name("en") if found else lang
