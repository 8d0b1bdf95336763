"""What the files of one language say, put together before it is checked as a whole."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from annotate.rules.faults import Fault
from annotate.rules.grammar import Example, Label, ListedName, Rule
from annotate.rules.yamltext import Place, Text

if TYPE_CHECKING:
    from annotate.rules.models import Name


@dataclass(frozen=True, slots=True)
class Use:
    """A name that some file uses, and where; `what` it must be the name of (`list`, `kind`, `rule`, `any`, …)."""

    what: str
    name: str
    path: str
    place: Place


@dataclass
class Sources:
    """All files of a language, in the order in which they are laid over one another; a later one adds or corrects."""

    lang: str
    faults: list[Fault] = field(default_factory=list)
    #: What stands in no rule's way, but can hardly be meant.
    warnings: list[Fault] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    names: dict[str, ListedName] = field(default_factory=dict)
    #: Each known name as its file has it, and that file.
    entries: dict[str, tuple[Name, str]] = field(default_factory=dict)
    #: The words of a form, and whether it is an acronym: whose form it is, and where it stands.
    owners: dict[tuple[bool | str, ...], tuple[str, str]] = field(default_factory=dict)

    #: Word lists: `(key, form)` pairs, what each list is for, and what its keys may be.
    lists: dict[str, list[tuple[str, Text]]] = field(default_factory=lambda: defaultdict(list))
    #: The same for the lists of `frames`, with where each key and list stands.
    frames: dict[str, list[tuple[str, Text]]] = field(default_factory=lambda: defaultdict(list))
    frame_keys: list[tuple[str, str, str, Place]] = field(default_factory=list)
    described: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    #: List, key and file, and where the key stands first.
    keys_used: dict[tuple[str, str, str], Place] = field(default_factory=dict)
    #: Lists that have words, and where the file first names them.
    list_places: dict[tuple[str, str], Place] = field(default_factory=dict)
    without: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    lacks: dict[str, tuple[str, Place]] = field(default_factory=dict)
    weak: set[str] = field(default_factory=set)
    #: Lists that are looked for in running text only.
    running: set[str] = field(default_factory=set)
    own_lists: set[str] = field(default_factory=set)

    rules: dict[str, Rule] = field(default_factory=dict)
    rule_places: dict[str, tuple[str, Place]] = field(default_factory=dict)
    rule_lines: dict[str, tuple[str, range]] = field(default_factory=dict)
    #: The files that have a rule of this id, and those that take the rule of other files out.
    rule_files: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    without_rules: dict[str, dict[str, Place]] = field(default_factory=lambda: defaultdict(dict))
    #: What `without_examples` names, with its file, its place, and whether each language reads it.
    without_examples: list[tuple[str, str, Place, bool]] = field(default_factory=list)
    cases: list[tuple[str, Example, bool]] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    #: What fills the slots of rules: label, slot, a list or (with `=` before it) a value, where.
    fillings: list[tuple[str, str, str, str, Place]] = field(default_factory=list)
    #: Words that tokens ask for one by one: attribute, word, where.
    words_asked: list[tuple[str, str, str, Place]] = field(default_factory=list)

    def fault(self, path: str, place: Place, message: str) -> None:
        self.faults.append(Fault(path, *place, message))

    def known_lists(self) -> set[str]:
        """The lists that a rule may name: those that are described, and those that some file lists."""
        return {*self.described, *self.lists, *(name for name, _ in self.list_places)}

    def is_out(self, rule_id: str) -> bool:
        """Whether the rule of this id is taken out by another file than its own."""
        own = self.rule_places[rule_id][0] if rule_id in self.rule_places else ""
        return any(path != own for path in self.without_rules.get(rule_id, ()))

    def retired(self, owner: str, example: Example) -> bool:
        """Whether another file takes an example back: with its rule, or by `without_examples`."""
        path = example.place.rsplit(":", 2)[0]
        out = self.without_rules.get(owner, {})
        return any(other != path for other in out) or any(
            entry in (owner, path, example.text) and other != path for entry, other, _, _ in self.without_examples
        )
