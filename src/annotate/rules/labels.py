"""The names of the labels that pattern files define, without building any rules."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

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


def _labels_of(content: dict[str, object]) -> set[str]:
    defined = content.get("labels")
    specs = defined.items() if isinstance(defined, dict) else ()
    emitted = {str(name) for name, spec in specs if not (isinstance(spec, dict) and spec.get("emit") == "no")}
    label = content.get("label")
    return emitted | {str(label)} if isinstance(label, str) and label not in {**dict(specs)} else emitted
