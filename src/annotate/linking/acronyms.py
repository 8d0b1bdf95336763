"""Acronyms: a name and the acronym behind it say the same, and so do later bare mentions.

An acronym of a known name that is also a word (`START`) counts behind the name in full, too."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from msgspec import structs

from annotate.linking.linked import PACTS, Linked
from annotate.spans import AgreementValue, PartnershipValue
from annotate.text.tokens import Tokens

_PLURAL = re.compile(r"(?<=[A-Z])['’]?s$")


def mentions(spans: Sequence[Linked], tokens: Tokens) -> list[Linked]:
    """Each bare mention of an acronym that the text has introduced: in brackets behind a name, or by a known name."""
    introduced: dict[str, Linked] = {}
    ends: dict[tuple[str | None, int], Linked] = {}
    for span in spans:
        ends.setdefault((span.match.label, span.match.j), span)
    for span in spans:
        if span.match.get("acronym") and "acronym" in span.match.slots:
            _share(span, _named_before(span, ends), tokens)
            introduced.setdefault(tokens.text[span.match.start : span.match.end], span)
        elif (known := span.grammar.names.get(str(span.match.get("known")))) is not None:
            for acronym in known.weak:
                introduced.setdefault(acronym, span)
    taken = {i for span in spans if span.match.label in PACTS for i in range(span.match.i, span.match.j)}
    found = []
    for i, word in enumerate(tokens.words if introduced else ()):
        source = introduced.get(word)
        if source is None or i in taken or tokens.starts[i] < source.match.start or _compounded(tokens, i):
            continue
        start, end = tokens.starts[i], tokens.end(i)
        match = replace(source.match, i=i, j=i + 1, ci=i, cj=i + 1, start=start, end=end)
        value = source.value
        if isinstance(value, AgreementValue):
            value = structs.replace(value, count=None)
        found.append(Linked(match, value, source.grammar))
    return found


def _named_before(acronym: Linked, ends: Mapping[tuple[str | None, int], Linked]) -> Linked | None:
    """The name behind which an acronym in brackets stands, in the context of its rule; `ends` are spans by end."""
    match = acronym.match
    near = (ends.get((match.label, end)) for end in range(match.i, match.ci - 1, -1))
    return next((name for name in near if name is not None), None)


def _share(acronym: Linked, name: Linked | None, tokens: Tokens) -> None:
    """Make a name and its acronym say the same of themselves; one of a kind (`FTA`) is no key of an agreement."""
    if name is None:
        return
    short = _PLURAL.sub("", tokens.text[acronym.match.start : acronym.match.end])
    generic = f"={short}" in name.grammar.lists.get("generic_acronym", ())
    told, own = name.value, acronym.value
    if isinstance(told, AgreementValue) and isinstance(own, AgreementValue):
        proper = (generic and told.acronym) or short  # a known name keeps its own: VKFTA behind (FTA)
        name.value = structs.replace(told, id=_key(told, own, short, generic), acronym=proper)
        acronym.value = structs.replace(name.value, count=None)
    elif isinstance(told, PartnershipValue) and isinstance(own, PartnershipValue):
        name.value = acronym.value = structs.replace(told, id=_key(told, own, short, generic))


def _key(
    told: AgreementValue | PartnershipValue,
    own: AgreementValue | PartnershipValue,
    short: str,
    generic: bool,
) -> str | None:
    """The key that a name and its acronym share: that of the list of names, or the acronym of a name in the text."""
    return told.id or own.id or (short.lower() if told.name and not generic else None)


def _compounded(tokens: Tokens, i: int) -> bool:
    """Whether a word is glued to another by a hyphen: `RCEP-leden`."""
    after = i + 2 < len(tokens) and tokens.words[i + 1] == "-" and tokens.glued(i + 1) and tokens.glued(i + 2)
    before = i >= 2 and tokens.words[i - 1] == "-" and tokens.glued(i) and tokens.glued(i - 1)
    return after or before
