"""The well-known agreements and partnerships, as identity needs them."""

from __future__ import annotations

from collections.abc import Mapping

from annotate.knowledge.identity import Known
from annotate.rules.gazetteer import known_names


def well_known() -> Mapping[str, Known]:
    """Those of the lists that come with the tool, by their keys.

    >>> entry = well_known()["evfta"]
    >>> entry.parties, entry.acronym
    (('EU', 'VN'), 'EVFTA')
    """
    return {
        name: Known(
            id=name,
            label=entry.label,
            kind=entry.kind or "",
            level=entry.level,
            name=entry.name,
            acronym=entry.acronyms[0] if entry.acronyms else None,
            parties=entry.parties,
            signed=entry.signed,
            in_force=entry.in_force,
            predecessor=entry.predecessor,
            successor=entry.successor,
        )
        for name, entry in known_names().items()
    }
