"""The text of a pattern file to its model, with all that is wrong with it, each fault at its place.

The models say what is allowed; what a message tells beside the place is the address in the file (`loc`), and the valid
choices, which come from the same models. What is wrong is cut out, so that the rest is read all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from pydantic import BaseModel, ValidationError

from annotate.rules.faults import nearest
from annotate.rules.models import PatternFile
from annotate.rules.token_model import ATTRIBUTES, NEED_MODEL
from annotate.rules.word_models import Model
from annotate.rules.yamltext import Fields, Items, Place, Text, parse

#: Up to so many choices are said in a sentence.
_SAID = 3

Told = tuple[Place, str]
Loc = tuple[int | str, ...]


@dataclass(frozen=True)
class Checked:
    """A pattern file: what it holds, its YAML with all places, and its faults.

    `tree` has the parts that `model` has, in the same order; `rule_lines` are the lines of each rule by its place.
    """

    model: PatternFile
    tree: Fields
    faults: tuple[Told, ...]
    rule_lines: dict[Place, range]
    #: What `collect` makes of a rule's patterns, once for all languages.
    made: dict[int, Any] = field(default_factory=dict)


@lru_cache(maxsize=512)
def checked(text: str) -> Checked | None:
    """A pattern file, checked; None where it is empty. Raises YamlFault where it is no YAML.

    >>> checked("label: SHIP\\nrulez: []").faults[0][1][:43]
    "unknown key 'rulez'; did you mean 'rules'? "
    """
    content, found = parse(text)
    if content is None:
        return None
    faults = list(found)
    if not isinstance(content, Fields):
        place = content.place
        content = Fields()
        content.place = place
        faults.append((place, f"a pattern file is a mapping; {nearest('', PatternFile.model_fields)}"))
    lines = dict(_rule_lines(content))
    tree: Fields = content
    told = False
    while True:
        try:
            return Checked(PatternFile.model_validate(tree), tree, tuple(faults), lines)
        except ValidationError as error:
            errors = error.errors(include_url=False)
            if not told:  # what is wrong once the wrong parts are cut out comes of the cutting
                faults += [_fault(tree, dict(one)) for one in errors]
                told = True
            tree = _without(tree, {_address(tree, one["loc"]) for one in errors})


def _rule_lines(content: Fields) -> Iterator[tuple[Place, range]]:
    rules = content.get(Text("rules"))
    for rule in rules if isinstance(rules, Items) else ():
        if isinstance(rule, Fields):
            yield rule.place, range(rule.place[0], _last_line(rule) + 1)


def _last_line(value: Any) -> int:
    """The line on which the last part of a value begins."""
    while isinstance(value, Fields | Items) and value:
        value = list(value.values())[-1] if isinstance(value, Fields) else value[-1]
    return int(value.place[0])


# --- where


def _address(tree: Any, loc: Sequence[int | str]) -> Loc:
    """The part of `loc` that is a path in the file: pydantic puts the names of variants and of missing keys there too.

    A key that is wrong itself is told as its path and `[key]`: the path is the same.
    """
    path: list[int | str] = []
    node = tree
    for step in loc:
        if isinstance(node, Fields) and isinstance(step, str) and step in node:
            node = node[Text(step)]
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node):
            node = node[step]
        elif isinstance(node, Text) and step == 0:  # a single word, where a list may stand
            continue
        else:
            continue
        path.append(step)
    return tuple(path)


def _node(tree: Any, path: Loc) -> Any:
    for step in path:
        tree = tree[Text(step)] if isinstance(step, str) else tree[step]
    return tree


def _place(tree: Fields, path: Loc, *, key: bool = False) -> Place:
    if key and path and isinstance(path[-1], str):
        return _node(tree, path[:-1]).at(path[-1])  # type: ignore[no-any-return]
    return _node(tree, path).place  # type: ignore[no-any-return]


def _without(tree: Fields, paths: set[Loc]) -> Fields:
    """The tree without the parts at these paths; the file itself stays, empty at last."""
    kept = _cut(tree, (), paths)
    assert isinstance(kept, Fields)
    if () in paths:
        kept.clear()
    return kept


def _cut(node: Any, path: Loc, paths: set[Loc]) -> Any:
    if isinstance(node, Fields):
        fields = Fields((k, _cut(v, (*path, str(k)), paths)) for k, v in node.items() if (*path, str(k)) not in paths)
        fields.place = node.place
        return fields
    if isinstance(node, Items):
        items = Items(_cut(v, (*path, n), paths) for n, v in enumerate(node) if (*path, n) not in paths)
        items.place = node.place
        return items
    return node


# --- what


def _fault(tree: Fields, error: dict[str, Any]) -> Told:
    loc: Loc = tuple(error["loc"])
    path = _address(tree, loc)
    kind = error["type"]
    at_key = kind == "extra_forbidden" or "[key]" in loc
    return _place(tree, path, key=at_key), _message(kind, loc, path, error, tree)


def _message(kind: str, loc: Loc, path: Loc, error: dict[str, Any], tree: Fields) -> str:
    context = error.get("ctx", {})
    name = _name(path)
    if kind == "told":
        return str(context["told"])
    if kind == "extra_forbidden":
        return _unknown(str(path[-1]), tree, path)
    if kind == "missing":
        return f"{_model_at(tree, path).what} needs '{loc[-1]}'{_like(_model_at(tree, path))}"
    if kind == "literal_error":
        return _no_choice(name, error["input"], _choices(context["expected"]))
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        model = _MODELS.get(context.get("class_name", ""))
        what = model.what if model and isinstance(loc[-1], int) else name
        return f"{what} must be a mapping{_like(model)}"
    if kind == "list_type":
        return f"{name} must be a list, such as {{{name}: [a, b]}}"
    if kind == "too_short":
        return f"{name} names nothing; it needs at least one, or the token would be any word"
    if kind == "is_instance_of":
        if path and isinstance(path[-1], int):
            return f"{name} must hold plain words"
        return f"{name} must be a plain word, not a {_sort(error['input'])}"
    return f"{name} {error['msg']}"


def _name(path: Loc) -> str:
    """How a message calls what stands at a path: its key, or that of the list that it stands in."""
    return next((str(step) for step in reversed(path) if isinstance(step, str)), "a pattern file")


def _no_choice(name: str, given: Any, choices: list[str]) -> str:
    if not isinstance(given, Text):
        return f"{name} must be a plain word, not a {_sort(given)}"
    if len(choices) > _SAID:
        return f"unknown {name} '{given}'; {nearest(given, choices)}"
    return f"{name} is {', '.join(choices[:-1])} or {choices[-1]}, not '{given}'"


def _choices(expected: str) -> list[str]:
    return [part.strip(" '") for part in expected.replace(" or ", ",").split(",")]


def _like(model: type[Model] | None) -> str:
    return f", such as {model.such_as}" if model and model.such_as else ""


def _sort(value: Any) -> str:
    return "mapping" if isinstance(value, dict) else "list" if isinstance(value, list) else "number"


def _unknown(key: str, tree: Fields, path: Loc) -> str:
    model = _model_at(tree, path[:-1])
    known = [spec.alias or name for name, spec in model.model_fields.items()]
    if "LOWER" not in known:
        return f"unknown key '{key}' in {model.what}; {nearest(key, known)}"
    if key in NEED_MODEL:
        return f"{key} needs a trained pipeline, which does not run here; known: {', '.join(ATTRIBUTES)}"
    if key.upper() == key:
        return f"unknown attribute '{key}'; {nearest(key, ATTRIBUTES)}"
    own = [name for name in known if name not in ATTRIBUTES]
    return f"unknown key '{key}' in {model.what}; {nearest(key, own)}, or an attribute of spaCy"


def _subclasses(model: type[Model]) -> Iterator[type[Model]]:
    for one in model.__subclasses__():
        yield one
        yield from _subclasses(one)


_MODELS: dict[str, type[Model]] = {model.__name__: model for model in _subclasses(Model)}


def _model_at(tree: Fields, path: Loc) -> type[Model]:
    """The model that says what stands at a path: found by walking the models as pydantic does."""
    found: list[Any] = [PatternFile]
    node: Any = tree
    for step in path:
        node = node[Text(step)] if isinstance(step, str) else node[step]
        found = [inner for annotation in found for inner in _inside(annotation, step)]
    models = [one for one in found if isinstance(one, type) and issubclass(one, Model)]
    return models[0] if models else Model


def _inside(annotation: Any, step: int | str) -> Iterator[Any]:
    """The types that may stand under a key or number of a type, variants taken apart."""
    for plain in _variants(annotation):
        if isinstance(plain, type) and issubclass(plain, BaseModel):
            if found := next((f for n, f in plain.model_fields.items() if step in (n, f.alias)), None):
                yield from _variants(found.annotation)
        elif getattr(plain, "__origin__", None) in (list, dict):
            yield from _variants(plain.__args__[-1])


def _variants(annotation: Any) -> tuple[Any, ...]:
    return _variants_of(annotation)


@cache
def _variants_of(annotation: Any) -> tuple[Any, ...]:
    if hasattr(annotation, "__metadata__"):  # Annotated
        return _variants_of(annotation.__origin__)
    arguments = getattr(annotation, "__args__", ())
    if arguments and getattr(annotation, "__origin__", None) not in (list, dict):
        return tuple(one for part in arguments for one in _variants_of(part))
    return (annotation,)
