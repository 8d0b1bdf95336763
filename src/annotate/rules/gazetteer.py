"""What is known of agreements and partnerships by name: names in all languages, parties, dates, what came before.

The engine needs little of it (`grammar.ListedName`); this is for those who put facts together. The files are those of
`shared/names/`, and whatever other pattern files have `names`. They are read once and kept between runs, as grammars
are.

>>> known = known_names()["rcep"]
>>> known.acronyms[0], known.signed, known.parties[:2], known.field
('RCEP', '2020-11-15', ('AU', 'BN'), 'trade')
>>> known.names_by_lang["zh"][0]
'区域全面经济伙伴关系协定'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from annotate import usercache
from annotate.rules.faults import Fault, PatternError
from annotate.rules.forms import shown
from annotate.rules.patterns import folders, shown_path
from annotate.version import software

if TYPE_CHECKING:
    from annotate.rules.models import Name

__all__ = ["KnownName", "known_names"]


class KnownName(msgspec.Struct, frozen=True):
    """All that the name lists say of one agreement or partnership.

    `label` is that of its spans, `field` the file that it stands in (`trade`, `arms_control`). `names_by_lang` has
    its names as one reads them, the usual one first; those of `en` begin with `name`. `signed` and `in_force` are a
    year, a month or a day, None where the lists do not say. `predecessor` and `successor` are ids, and each is told
    on both sides, wherever it is written.
    """

    id: str
    label: str
    kind: str | None
    level: tuple[str, ...]
    name: str
    names_by_lang: dict[str, tuple[str, ...]]
    acronyms: tuple[str, ...]
    parties: tuple[str, ...]
    signed: str | None
    in_force: str | None
    predecessor: str | None
    successor: str | None
    field: str


def known_names(patterns: Sequence[Path] | None = None) -> Mapping[str, KnownName]:
    """Every known name by its id, in the order of the files; raises PatternError for files that cannot be read.

    `patterns` are the folders that are laid over one another, as `annotate.rules.patterns.folders` gives them; the
    built-in ones without. What several folders say of one id, the first says.

    >>> known_names()["usmca"].predecessor, known_names()["nafta"].successor
    ('nafta', 'usmca')
    """
    roots = tuple(folders() if patterns is None else patterns)
    files = tuple((shown_path(path, root), path.stem, path.read_bytes()) for path, root in _files(roots))
    return _read(files)


def _files(roots: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    """The pattern files that may have names, those of the `names` folder first."""
    for root in roots:
        inner = sorted(root.glob("shared/names/*.yaml"))
        yield from ((path, root) for path in inner)
        yield from ((path, root) for path in sorted(root.rglob("*.yaml")) if path not in inner and _has_names(path))


def _has_names(path: Path) -> bool:
    return any(line.startswith(b"names:") for line in path.read_bytes().splitlines())


@lru_cache(maxsize=8)
def _read(files: tuple[tuple[str, str, bytes], ...]) -> Mapping[str, KnownName]:
    key = repr((software(), files))
    content = usercache.get("names", key)
    if content is not None:
        try:
            return MappingProxyType({one.id: one for one in msgspec.msgpack.decode(content, type=list[KnownName])})
        except msgspec.MsgspecError:
            pass
    found = _linked({known.id: known for known in reversed([*_entries(files)])})
    usercache.put("names", key, msgspec.msgpack.encode([*found.values()]))
    return MappingProxyType(found)


def _entries(files: Sequence[tuple[str, str, bytes]]) -> Iterator[KnownName]:
    from annotate.rules.checked import checked
    from annotate.rules.yamltext import YamlFault

    faults = []
    for path, field, data in files:
        try:
            file = checked(data.decode("utf-8-sig"))
        except (UnicodeDecodeError, YamlFault) as error:
            place = error.place if isinstance(error, YamlFault) else (1, 1)
            faults.append(Fault(path, *place, str(error) if isinstance(error, YamlFault) else "not UTF-8"))
            continue
        for list_name, names in file.model.names.items() if file else ():
            yield from (_known(name, str(list_name).upper(), field) for name in names)
    if faults:
        raise PatternError(faults)


def _known(entry: Name, label: str, field: str) -> KnownName:
    forms = {str(lang): tuple(dict.fromkeys(map(shown, listed))) for lang, listed in entry.forms.items()}
    everywhere, english = forms.pop("any", ()), forms.pop("en", ())
    name = shown(entry.name)
    by_lang = (one for one in (entry.acronym, entry.weak_acronym) if isinstance(one, dict))
    langs = dict.fromkeys(("any", *(str(lang) for one in by_lang for lang in one)))
    return KnownName(
        id=str(entry.id),
        label=label,
        kind=_text(entry.kind),
        level=tuple(map(str, entry.level)),
        name=name,
        names_by_lang={"en": tuple(dict.fromkeys((name, *everywhere, *english))), **forms},
        acronyms=tuple(dict.fromkeys(map(str, (*entry.acronyms(*langs), *entry.weak_acronyms(*langs))))),
        parties=tuple(map(str, entry.parties)),
        signed=_text(entry.signed),
        in_force=_text(entry.in_force),
        predecessor=_text(entry.predecessor),
        successor=_text(entry.successor),
        field=field,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _linked(found: dict[str, KnownName]) -> dict[str, KnownName]:
    """The names in the order of the files, each link told on both sides."""
    linked = dict(reversed(found.items()))
    for known in found.values():
        for link, back in (("predecessor", "successor"), ("successor", "predecessor")):
            other = linked.get(getattr(known, link) or "")
            if other is not None and getattr(other, back) is None:
                linked[other.id] = msgspec.structs.replace(other, **{back: known.id})
    return linked
