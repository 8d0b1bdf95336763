"""YAML read as text: strings only, every value with its place, duplicates and aliases refused.

YAML 1.1 turns `no` into False, `12:30` into 750 and `010` into 8, and drops duplicate keys without a word;
pattern files are full of such words. Converting is the business of `patterns`, once, with the place at hand.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

#: The base loaders resolve no types, which is both what is wanted and quicker.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

_DEPTH = 40

#: What nests without brackets: dashes (or `?` for a key, `:` for a value) after one another, or indentation.
_STAIRS = re.compile(r"(?:[-?:][ \t]+){20}| {100}")

Place = tuple[int, int]


class Text(str):
    """A scalar, with the line and column (from 1) where it stands."""

    place: Place


class Items(list[Any]):
    """A sequence, with its place."""

    place: Place


class Fields(dict[Text, Any]):
    """A mapping, with its place; keys are `Text`."""

    place: Place

    def at(self, key: str) -> Place:
        """Where a key stands."""
        return next((k.place for k in self if k == key), self.place)


class YamlFault(ValueError):  # noqa: N818 - it becomes a `Fault` of the pattern file
    """A file that cannot be read as this YAML: message and place."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.place = place


def parse(text: str) -> tuple[Any, list[tuple[Place, str]]]:
    """The content of a YAML text, and its faults (duplicate keys); raises YamlFault where it cannot be read.

    >>> parse("no: 010")[0]
    {'no': '010'}
    """
    faults: list[tuple[Place, str]] = []
    _refuse_unprintable(text)
    try:
        _refuse_tricks(text)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = str(error.problem or error.context)
        raise YamlFault(f"not valid YAML: {problem}{_advice(problem, text, place)}", place) from None
    except yaml.YAMLError as error:
        raise YamlFault(f"not valid YAML: {str(error).splitlines()[0]}", (1, 1)) from None
    return (None if node is None else _convert(node, faults)), faults


def _refuse_unprintable(text: str) -> None:
    """Characters that YAML forbids; the C library counts in bytes, and fails on half a surrogate pair."""
    if match := yaml.reader.Reader.NON_PRINTABLE.search(text):
        at = match.start()
        place = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        sign = f"U+{ord(match[0]):04X}"
        raise YamlFault(f"not valid YAML: a character that is not allowed ({sign}); remove it", place)


def _advice(problem: str, text: str, place: Place) -> str:
    """What to do about the two faults that are made most often."""
    line = text.split("\n")[place[0] - 1 : place[0]]
    if line and line[0][place[1] - 1 : place[1]] == "\t":
        return "; it is a tab: indent with spaces"
    if problem.startswith("mapping values"):
        return "; put a text that holds a colon in quotes"
    return ""


def _refuse_tricks(text: str) -> None:
    """Aliases, which can blow a small file up, and nesting so deep that the C library crashes on it."""
    if not ("*" in text and "&" in text) and not _may_be_deep(text):
        return
    # The C library reads up to a thousand characters ahead of its events, and has a limit of its own on the way.
    loader = yaml.BaseLoader if _may_be_deep(text) else _Loader
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        mark: Any = event.start_mark
        place = mark.line + 1, mark.column + 1
        if isinstance(event, yaml.AliasEvent):
            message = f"alias '*{event.anchor}': aliases are not allowed here; write the value out"
            raise YamlFault(message, place)
        if isinstance(event, yaml.CollectionStartEvent | yaml.CollectionEndEvent):
            depth += 1 if isinstance(event, yaml.CollectionStartEvent) else -1
        if depth > _DEPTH:
            raise YamlFault(f"nested more than {_DEPTH} deep", place)


def _may_be_deep(text: str) -> bool:
    """Whether it is worth counting; quoted brackets count here, too."""
    steps = (1 if sign in "[{" else -1 for sign in re.findall(r"[\[\]{}]", text))
    return max(accumulate(steps), default=0) > _DEPTH or _STAIRS.search(text) is not None


def _place(node: Node) -> Place:
    mark = node.start_mark
    return mark.line + 1, mark.column + 1


def _convert(node: Node, faults: list[tuple[Place, str]]) -> Any:
    if isinstance(node, ScalarNode):
        text = Text(node.value)
        text.place = _place(node)
        return text
    if isinstance(node, SequenceNode):
        items = Items(_convert(child, faults) for child in node.value)
        items.place = _place(node)
        return items
    assert isinstance(node, MappingNode)
    fields = Fields()
    fields.place = _place(node)
    for key_node, value_node in node.value:
        key = _convert(key_node, faults)
        if not isinstance(key, Text):
            faults.append((_place(key_node), "a key must be a plain word"))
        elif key in fields:
            first = fields.at(key)
            faults.append((key.place, f"duplicate key '{key}'; it stands already on line {first[0]}"))
        else:
            fields[key] = _convert(value_node, faults)
    return fields
