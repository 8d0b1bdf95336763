"""The result of a comparison: what changed, counted by label and rule, and the first changes of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

Kind = Literal["gained", "lost", "revalued", "re-ruled"]
#: What a change says of what a person has decided.
Mark = Literal["confirms", "contradicts"]
KINDS: tuple[Kind, ...] = ("gained", "lost", "revalued", "re-ruled")


@dataclass(frozen=True, slots=True)
class Change:
    """One entity that changed. `old_rule` and `new_rule` are None where the side has no such entity.

    `values` are the keys of its value that differ, each with the old and the new one: all of them where it was
    gained or lost. `before` and `after` are the 40 characters around it. `decided` says whether it confirms or
    contradicts what reviewers have decided, None where they have not.
    """

    kind: Kind
    document: str
    lang: str
    label: str
    start: int
    end: int
    before: str
    text: str
    after: str
    old_rule: str | None
    new_rule: str | None
    values: Mapping[str, tuple[Any, Any]]
    decided: Mark | None = None

    @property
    def row(self) -> str:
        """The row of the table that counts it: its rule, or both where another one found it."""
        rules = [rule for rule in (self.old_rule, self.new_rule) if rule is not None]
        return " > ".join(dict.fromkeys(rules))

    def as_dict(self) -> dict[str, Any]:
        """The change as JSON has it."""
        return {part.name: getattr(self, part.name) for part in fields(self)}


@dataclass(slots=True)
class Named:
    """Documents by id: how many, and the first few of them."""

    count: int = 0
    first: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Report:
    """The result of a comparison: counts by label and rule, and the first `limit` changes of each kind.

    `only_old` and `only_new` are documents that only one output has; `other_text` those whose text differs, so
    that their spans were not compared; `other_lang` those whose language differs: these are compared.
    """

    limit: int
    compared: int = 0
    only_old: Named = field(default_factory=Named)
    only_new: Named = field(default_factory=Named)
    other_text: Named = field(default_factory=Named)
    other_lang: Named = field(default_factory=Named)
    cells: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    decided: Counter[str] = field(default_factory=Counter)
    changes: dict[Kind, list[Change]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    @property
    def named(self) -> tuple[tuple[str, Named], ...]:
        """The documents that differ as a whole, by how they do."""
        sides = (("only_old", self.only_old), ("only_new", self.only_new))
        return (*sides, ("other_text", self.other_text), ("other_lang", self.other_lang))

    @property
    def differs(self) -> bool:
        """Whether anything at all does."""
        return any(named.count for _, named in self.named) or any(self.overall[kind] for kind in KINDS)

    @property
    def overall(self) -> Counter[str]:
        return sum(self.cells.values(), Counter())

    @property
    def by_label(self) -> dict[str, Counter[str]]:
        labels: dict[str, Counter[str]] = {}
        for (label, _), counts in sorted(self.cells.items()):
            labels[label] = labels.get(label, Counter()) + counts
        return labels

    def count(self, label: str, rule: str, column: str) -> None:
        """One more in a cell of the table."""
        self.cells.setdefault((label, rule), Counter())[column] += 1

    def note(self, named: Named, name: str) -> None:
        """One more document that differs as a whole."""
        named.count += 1
        if not self.limit or named.count <= self.limit:
            named.first.append(name)

    def add(self, change: Change) -> None:
        """Count a change, and keep it if it is among the first of its kind."""
        self.count(change.label, change.row, change.kind)
        if change.decided is not None:
            self.decided[change.decided] += 1
        kept = self.changes[change.kind]
        if not self.limit or len(kept) < self.limit or change.decided == "contradicts":
            kept.append(change)

    def as_dict(self) -> dict[str, Any]:
        """The whole report as JSON has it."""
        columns = ("old", "new", *KINDS)
        documents = {key: {"count": named.count, "ids": named.first} for key, named in self.named}
        return {
            "differs": self.differs,
            "documents": {"compared": self.compared, **documents},
            "overall": {column: self.overall[column] for column in columns},
            "by_label": {
                label: {column: counts[column] for column in columns} for label, counts in self.by_label.items()
            },
            "by_rule": [
                {"label": label, "rule": rule, **{column: counts[column] for column in columns}}
                for (label, rule), counts in sorted(self.cells.items())
                if any(counts[kind] for kind in KINDS)
            ],
            "decided": {"confirms": self.decided["confirms"], "contradicts": self.decided["contradicts"]},
            "changes": [change.as_dict() for kind in KINDS for change in self.changes[kind]],
        }
