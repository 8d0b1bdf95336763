"""The JSON Schema of a pattern file for editors, which then complete keys, lists, kinds and rule names as one writes.

It comes from the models that check the files; the names in it are those of the built-in patterns and of folders of
one's own. A name that is not in it may still be right, one that another file is about to get: `annotate check` knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from annotate.rules import patterns
from annotate.rules.grammar import BUILT_IN_KINDS
from annotate.rules.keys import Keys, keys_of
from annotate.rules.models import PatternFile
from annotate.rules.sources import Sources

Json = dict[str, Any]


def json_schema(roots: Sequence[Path]) -> Json:
    """The schema of a pattern file that is laid over the patterns of these folders.

    >>> json_schema(patterns.folders())["properties"]["rules"]["type"]
    'array'
    """
    found = [patterns.read(lang, roots) for lang in patterns.languages(roots) or ["en"]]
    whole: Json = _plain(PatternFile.model_json_schema(by_alias=True))
    schema: Json = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "A pattern file of annotate"} | whole
    lists = schema["properties"]["lists"]
    words, by_key = lists["additionalProperties"]["anyOf"]
    schema["$defs"] |= {_definition(what): _choices(names) for what, names in _names(found).items()}
    schema["$defs"] |= {"words": words, "words-by-key": {**by_key, "additionalProperties": _WORDS}}
    lists |= {"additionalProperties": {"anyOf": [_WORDS, _BY_KEY]}, "properties": _lists(found)}
    return schema


_WORDS: Json = {"$ref": "#/$defs/words"}
_BY_KEY: Json = {"$ref": "#/$defs/words-by-key"}


def _plain(node: Any) -> Any:
    """A schema without what only pydantic needs: titles, and null for what is left out."""
    if isinstance(node, list):
        return [_plain(one) for one in node]
    if not isinstance(node, dict):
        return node
    if "x-names" in node:
        return {"$ref": f"#/$defs/{_definition(node['x-names'])}"}
    kept = {key: _plain(value) for key, value in node.items() if not _is_noise(key, value)}
    options = kept.get("anyOf") or kept.pop("oneOf", None)
    if options:
        options = [one for one in options if one != {"type": "null"}]
        kept.pop("anyOf", None)
        kept |= options[0] if len(options) == 1 else {"anyOf": options}
    return kept


def _is_noise(key: str, value: Any) -> bool:
    return key in ("default", "discriminator") or (key == "title" and isinstance(value, str))


def _definition(what: str) -> str:
    return f"{what.replace(' ', '-')}-name"


def _names(found: Sequence[Sources]) -> dict[str, dict[str, str]]:
    """The names that there are of each sort, with what is said of them."""
    lists: dict[str, str] = {}
    rules: dict[str, str] = {}
    ids: dict[str, str] = {}
    labels: dict[str, str] = {}
    for sources in found:
        lists |= {name: sources.described.get(name) or lists.get(name, "") for name in sorted(sources.known_lists())}
        labels |= {name: f"value: {label.value}" for name, label in sources.labels.items()}
        for rule in sources.rules.values():
            ids[rule.id] = rule.why
            rules |= {name: rule.why for name in (rule.id, *rule.gives) if not rules.get(name)}
    return {
        "list": lists,
        "kind": dict(BUILT_IN_KINDS),
        "rule": rules,
        "rule id": ids,
        "label": labels | {"none": "it only serves larger rules"},
        "any": lists | dict(BUILT_IN_KINDS) | rules,
    }


def _choices(names: Mapping[str, str]) -> Json:
    """Names to choose from; kinds are all there are, of others there may be more."""
    known = {"enum": list(names), "enumDescriptions": list(names.values())}
    return known if names == BUILT_IN_KINDS else {"anyOf": [known, {"type": "string"}]}


def _lists(found: Sequence[Sources]) -> Json:
    """What may stand under `lists`, by the name of the list."""
    described = {name: text for sources in found for name, text in sources.described.items() if text}
    keys = {name: keys_of(written) for sources in found for name, written in sources.keys.items()}
    return {name: {"description": text, **_words(keys.get(name))} for name, text in described.items()}


def _words(keys: Keys | None) -> Json:
    """The words of a list: by key where it has keys, plain where it has none."""
    if keys is None:
        return {"anyOf": [_WORDS, _BY_KEY]}
    plain = keys.complaint("") is None
    names = (*keys.choices, *([""] if plain else []))
    closed = bool(keys.choices) or (not keys.allows("x") and keys.allows(""))
    by_key = {"type": "object", "properties": dict.fromkeys(names, _WORDS), "additionalProperties": False}
    return {"anyOf": [*([_WORDS] if plain else []), by_key if closed else _BY_KEY]}
