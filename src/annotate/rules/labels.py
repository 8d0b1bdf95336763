"""The names of the labels that pattern files define, without building any rules."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from annotate.rules.grammar import Grammar
from annotate.rules.patterns import BUILT_IN
from annotate.rules.yamltext import YamlFault, parse


def label_names(roots: Sequence[Path]) -> list[str]:
    """The labels that records may have with these pattern folders.

    Those of `shared/labels.yaml`, and those that a user's own files give their rules; files with faults are left out,
    since they are told elsewhere.

    >>> label_names([BUILT_IN])
    ['AGREEMENT', 'DATE', 'MONEY', 'PARTNERSHIP']
    """
    names: set[str] = set()
    for root in roots:
        for path in [root / "shared" / "labels.yaml"] if root == BUILT_IN else sorted(root.rglob("*.yaml")):
            with suppress(OSError, UnicodeDecodeError, YamlFault):
                content, _ = parse(path.read_text(encoding="utf-8"))
                if isinstance(content, dict):
                    names |= _labels_of(content)
    return sorted(names)


Support = Literal["curated", "cldr", "names"]
#: Kinds of value that known names have: without words of the language these are all that is found.
_OF_NAMES = ("agreement", "partnership")


def support(grammar: Grammar, roots: Sequence[Path]) -> dict[str, Support]:
    """What stands behind each label in a language.

    `curated`: a file of the language's own, beside the shared one of the label's rules. `cldr`: shared rules with the
    words that CLDR has. `names`: no words at all, so that only names known in all languages are found.

    >>> from annotate.rules.patterns import load
    >>> support(load("sw"), [BUILT_IN])
    {'AGREEMENT': 'names', 'DATE': 'cldr', 'MONEY': 'cldr', 'PARTNERSHIP': 'names'}
    """
    stems: dict[str, set[str]] = {}
    for rule in grammar.rules.values():
        if rule.label and grammar.labels[rule.label].emit:
            stems.setdefault(rule.label, set()).add(Path(rule.place.split(":")[0]).stem)
    own = {path.stem for root in roots for path in (root / grammar.lang).glob("*.yaml")}
    return {label: _support(grammar.labels[label].value, bool(own & stems[label])) for label in sorted(stems)}


def _support(value: str, has_own_file: bool) -> Support:
    if has_own_file:
        return "curated"
    return "names" if value in _OF_NAMES else "cldr"


def _labels_of(content: dict[str, object]) -> set[str]:
    defined = content.get("labels")
    specs = defined.items() if isinstance(defined, dict) else ()
    emitted = {str(name) for name, spec in specs if not (isinstance(spec, dict) and spec.get("emit") == "no")}
    label = content.get("label")
    return emitted | {str(label)} if isinstance(label, str) and label not in {**dict(specs)} else emitted
