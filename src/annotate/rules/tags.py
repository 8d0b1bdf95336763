"""Languages and regions as people name them, to BCP 47: `Dutch`, `nld`, `nl_BE` and `Nederlands`, all out of CLDR.

What a document or an option says of its language decides which pattern files are read. So nothing passes here but
the codes that CLDR knows, and no path can be made of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global
from babel.localedata import locale_identifiers

from annotate.records import Document, FieldError, shown
from annotate.rules import cldr
from annotate.text.detect import UNDECIDED

#: Codes of territories that are no place: unknown, pseudo-locales, outlying Oceania.
_NOWHERE = frozenset({"ZZ", "XA", "XB", "QO", "EZ"})

#: A language tag, with the encoding or variant that POSIX puts behind it (`nl_NL.UTF-8`, `de_DE@euro`).
_TAG = re.compile(r"([A-Za-z]{2,3})((?:[-_][A-Za-z0-9]{1,8})*)(?:[.@][\w.@-]*)?", re.ASCII)
_SCRIPT = re.compile(r"[A-Za-z]{4}")
_REGION = re.compile(r"[A-Za-z]{2}|[0-9]{3}")


@lru_cache(maxsize=4096)
def language_tag(given: str) -> str | None:
    """The BCP 47 tag of a language by its code or name, with script and region where they are given; else None.

    Codes are those of ISO 639-1, 639-2 (also bibliographic) and 639-3; names are English or the language's own.
    CLDR must have data for the language: how it writes numbers and dates would be a guess otherwise.

    >>> [language_tag(word) for word in ("nl_BE", "dut", "Dutch", "Nederlands", "zh-hant-tw", "Flemish", "../nl")]
    ['nl-BE', 'nl', 'nl', 'nl', 'zh-Hant-TW', 'nl-BE', None]
    """
    word = unicodedata.normalize("NFC", given).strip()
    if (match := _TAG.fullmatch(word)) and (tag := _tag(match[1], re.split("[-_]", match[2])[1:])):
        return tag
    name = word.casefold()
    code = _english_languages().get(name) or _own_names().get(name)
    return _tag(*_split(code)) if code else None


def _tag(code: str, subtags: list[str]) -> str | None:
    """The tag of a code, if CLDR knows it, with the script and the region among its subtags."""
    code = code.lower()
    if code == UNDECIDED:
        return code
    if code not in Locale("en").languages:
        code, more = _split(get_global("language_aliases").get(code, code))
        subtags = [*more, *subtags]
    code = cldr.OWN_CODES.get(code, code)
    if code not in Locale("en").languages or cldr.locale(code) is None:
        return None
    script = region = ""
    for subtag in subtags:
        if len(subtag) == 1:  # extensions and private use begin here
            break
        if _SCRIPT.fullmatch(subtag):
            script = f"-{subtag.title()}"
        elif _REGION.fullmatch(subtag):
            region = f"-{subtag.upper()}"
    return f"{code}{script}{region}"


def _split(identifier: str) -> tuple[str, list[str]]:
    code, *subtags = identifier.split("_")
    return code, subtags


@cache
def _english_languages() -> Mapping[str, str]:
    return {str(name).casefold(): str(code) for code, name in Locale("en").languages.items()}


@cache
def _own_names() -> Mapping[str, str]:
    """What every language calls itself and its varieties; a name that two languages share is left out.

    It takes a second to read them all, once, when a name comes that is no code and not English.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for code in (identifier for identifier in locale_identifiers() if "_" not in identifier):
        for name_of, name in Locale(code).languages.items():
            if name_of == code or name_of.startswith(f"{code}_"):
                found[unicodedata.normalize("NFC", name).casefold()].add(name_of)
    return {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1}


def primary(tag: str) -> str:
    """The language alone.

    >>> primary("zh-Hant-TW"), primary("zh-cn")
    ('zh', 'zh')
    """
    return tag.replace("_", "-").split("-")[0].lower()


def region_of(tag: str) -> str | None:
    """The region that a language tag names, if it is a country's.

    >>> region_of("zh-Hant-TW"), region_of("nl"), region_of("es-419")
    ('TW', None, None)
    """
    return next((part for part in tag.split("-")[1:] if len(part) == 2), None)


@lru_cache(maxsize=4096)
def region_code(given: str) -> str | None:
    """The ISO 3166 code of a region by one of its codes or its English name; None where it is no region.

    >>> [region_code(word) for word in ("be", "BEL", "056", "UK", "Belgium", "QQ")]
    ['BE', 'BE', 'BE', 'GB', 'BE', None]
    """
    word = given.strip()
    code = word.upper()
    aliases = get_global("territory_aliases").get(code, [code])
    code = aliases[0] if len(aliases) == 1 else code
    if len(code) == 2 and code in Locale("en").territories and code not in _NOWHERE:
        return code
    return _english_regions().get(word.casefold())


@cache
def _english_regions() -> Mapping[str, str]:
    territories = Locale("en").territories.items()
    return {name.casefold(): code for code, name in territories if len(code) == 2 and code not in _NOWHERE}


@lru_cache(maxsize=4096)
def region_named(given: str) -> str | None:
    """The ISO 3166 code of a region by one of its codes, or its name in any language; None where it is no region.

    >>> [region_named(word) for word in ("vn", "Vietnam", "Việt Nam", "Vietnã", "越南", "Vietnan")]
    ['VN', 'VN', 'VN', 'VN', 'VN', None]
    """
    return region_code(given) or _regions().get(unicodedata.normalize("NFC", given.strip()).casefold())


@cache
def _regions() -> Mapping[str, str]:
    """Regions by their names in all languages; what is one's name in one language and another's in another, is none."""
    codes: dict[str, set[str]] = {}
    for lang in cldr.languages():
        for code, name in (found.territories if (found := cldr.locale(lang)) else {}).items():
            if len(code) == 2 and code not in _NOWHERE:
                codes.setdefault(str(name).casefold(), set()).add(code)
    return {name: next(iter(ours)) for name, ours in codes.items() if len(ours) == 1}


def stated_language(given: str) -> str:
    """The tag of a language; raises FieldError where CLDR knows none of that code or name."""
    tag = language_tag(given) if isinstance(given, str) else None
    if tag is None:
        raise FieldError("lang", given, "names no language that CLDR knows; write its code, such as nl or en")
    return tag


def stated_region(given: str) -> str:
    """The code of a region; raises FieldError where there is none of that code or name."""
    code = region_code(given) if isinstance(given, str) else None
    if code is None:
        raise FieldError("region", given, "is no region; write its two-letter code, such as NL or AU")
    return code


_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def stated_document(document: Document) -> Document:
    """The document with its language as a tag and its region as a code; raises FieldError with the document's id."""
    try:
        lang = stated_language(document.lang) if document.lang else None
        region = stated_region(document.region) if document.region else None
        if document.date is not None:
            stated_day(document.date)
    except FieldError as error:
        owner = f"document {shown(document.id)}: "
        raise FieldError(error.field, error.value, error.problem, owner=owner) from None
    same = (lang, region) == (document.lang, document.region)
    return document if same else replace(document, lang=lang, region=region)


def stated_day(given: str) -> date:
    """The day that `2025-04-14` names; raises FieldError where it names none."""
    if isinstance(given, str) and _DAY.fullmatch(given):
        with suppress(ValueError):
            return date.fromisoformat(given)
    raise FieldError("date", given, "is no day of the calendar; write it as 2025-04-14")
