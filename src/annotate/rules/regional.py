"""The settings that a text is read with: those of its language, its region, and what its own dates show."""

from __future__ import annotations

import re
from dataclasses import replace

from annotate.rules import cldr
from annotate.rules.grammar import Grammar, Settings


def settings_for(grammar: Grammar, region: str | None, text: str) -> Settings:
    """The settings of a language in a region; where no region is known, as the text's own dates show them."""
    return _regional(grammar, region) or _by_evidence(grammar.settings, text)


def _regional(grammar: Grammar, region: str | None) -> Settings | None:
    """The language's settings with what CLDR writes otherwise in the region, None where no region is known.

    Only what differs there: what the language's own files say of its numbers holds in all its regions.
    """
    local = cldr.settings_in(grammar.lang, region) if region else None
    if local is None:
        return grammar.settings if region else None
    usual = cldr.settings_of(grammar.lang)
    names = ("order", "decimal", "group", "space_groups")
    changed = {name: value for name in names if (value := getattr(local, name)) != getattr(usual, name)}
    changed["space_groups"] = grammar.settings.space_groups or local.space_groups
    settings = replace(grammar.settings, **changed)
    return grammar.settings if settings == grammar.settings else replace(settings, usual=grammar.settings)


#: It begins with what is looked for, and only then looks back, which is faster by far.
_DATE_IN_DIGITS = re.compile(r"(\d(?:(?<![\d/.-].)\d|(?<![\d/.-].)))([/.-])(\d{1,2})\2\d{4}(?![\d/-])")


def _by_evidence(settings: Settings, text: str) -> Settings:
    """The settings with the order of day and month that the text's own dates show: `25/12/2023` settles `3/4/2024`.

    Those of the language where no date can have but one order, or where dates contradict one another.
    """
    if settings.order == "ymd":
        return settings
    shown = set()
    for first, _, second in _DATE_IN_DIGITS.findall(text):
        if int(first) > 12 >= int(second) > 0:
            shown.add("dmy")
        elif int(second) > 12 >= int(first) > 0:
            shown.add("mdy")
    order = shown.pop() if len(shown) == 1 else settings.order
    return settings if order == settings.order else replace(settings, order=order, usual=settings)
