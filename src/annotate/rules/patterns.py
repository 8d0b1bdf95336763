"""Pattern files to a `Grammar`: YAML read as text, checked as a whole, joined with CLDR.

All faults of all files come out of one run, each as `path:line:column: message`; a grammar is only built
from files without any.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from spacy.attrs import IDS

from annotate.rules import cldr
from annotate.rules.grammar import (
    BUILT_IN_KINDS,
    Example,
    Grammar,
    KnownName,
    Label,
    Lexicon,
    Rule,
    Settings,
    TokenSpec,
    fold,
)
from annotate.rules.yamltext import Fields, Items, Place, Text, YamlFault, parse
from annotate.text.tokenise import tokenise

_here = Path(__file__).resolve()
#: The built-in patterns: inside the package when installed, at the top of the repository in a checkout.
BUILT_IN = next(p for p in (_here.parents[1] / "patterns", _here.parents[3] / "patterns") if p.is_dir())

#: How many valid choices a message lists; there are some hundred word lists.
_LISTED = 200
_LANGUAGE = re.compile(r"[a-z]{2,3}")

RESOLVERS = ("date", "money", "agreement", "partnership", "slots")


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault of one pattern file."""

    path: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


class PatternError(ValueError):
    """The pattern files have faults; `faults` lists all of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = list(faults)


@dataclass
class _Sources:
    """What the files of one language say, put together before it is checked as a whole."""

    lang: str
    faults: list[Fault] = field(default_factory=list)
    lists: dict[str, list[tuple[str, Text]]] = field(default_factory=lambda: defaultdict(list))
    known_lists: dict[str, str] = field(default_factory=dict)
    without: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    without_rules: dict[str, tuple[str, Place]] = field(default_factory=dict)
    lacks: dict[str, tuple[str, Place]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    names: dict[str, KnownName] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    rule_places: dict[str, tuple[str, Place]] = field(default_factory=dict)
    rule_lines: dict[str, tuple[str, range]] = field(default_factory=dict)
    uses: list[tuple[str, str, str, Place]] = field(default_factory=list)
    cases: list[tuple[str, Example, bool]] = field(default_factory=list)
    weak: set[str] = field(default_factory=set)
    own_lists: set[str] = field(default_factory=set)

    def fault(self, path: str, place: Place, message: str) -> None:
        self.faults.append(Fault(path, place[0], place[1], message))


def _nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean …` where something is near, and the valid choices."""
    choices = sorted(known)
    near = difflib.get_close_matches(word, choices, 1)
    listed = ", ".join(choices[:_LISTED]) + (", …" if len(choices) > _LISTED else "")
    return (f"did you mean '{near[0]}'? " if near else "") + f"known: {listed}"


def folders(extra: Sequence[Path] = (), *, built_in: bool = True) -> list[Path]:
    """The pattern folders in the order in which they are laid over one another."""
    return [*([BUILT_IN] if built_in else []), *extra]


def languages(roots: Sequence[Path]) -> list[str]:
    """Languages that have a folder of patterns of their own."""
    folders = (path for root in roots for path in root.iterdir() if path.is_dir())
    return sorted({folder.name for folder in folders if _LANGUAGE.fullmatch(folder.name)})


def files_of(lang: str, roots: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    """The pattern files that a language is made of, shared ones first, with the folder that each is in."""
    for part in ("shared", lang):
        for root in roots:
            folder = root / part
            yield from ((path, root) for path in sorted(folder.glob("*.yaml")))
    for root in roots[1:] if roots[:1] == [BUILT_IN] else roots:
        yield from ((path, root) for path in sorted(root.glob("*.yaml")))


def names_in(root: Path) -> list[str]:
    """The pattern files below a folder, as messages show them."""
    return [_shown(path, root) for path in sorted(root.rglob("*.yaml"))]


def unread(roots: Sequence[Path]) -> list[Fault]:
    """A fault for each file that no language reads, by its name or place: it would be left out unseen."""
    read = {path for lang in ("", *languages(roots)) for path, _ in files_of(lang, roots)}
    advice = "a pattern file is named *.yaml and stands in shared/ or in a folder of a language, such as nl/"
    return [
        Fault(_shown(path, root), 1, 1, f"no language reads this file; {advice}")
        for root in roots
        for path in sorted(root.rglob("*"))
        if path.suffix in (".yaml", ".yml")
        and path not in read
        and not any(part.startswith(".") for part in path.relative_to(root).parts)
    ]


def load(lang: str, roots: Sequence[Path] | None = None) -> Grammar:
    """The grammar of a language: shared and own patterns over CLDR; raises PatternError with all faults.

    >>> load("nl").settings.decimal
    ','
    """
    grammar, faults = compile_language(lang, folders() if roots is None else roots)
    if faults:
        raise PatternError(faults)
    return grammar


def compile_language(lang: str, roots: Sequence[Path]) -> tuple[Grammar, list[Fault]]:
    """The grammar as far as it can be built, and every fault found on the way."""
    sources, fingerprint = _read_files(lang, roots)
    _drop_broken(sources)
    return _build(sources, fingerprint), sorted(set(sources.faults))


def faults_of(lang: str, roots: Sequence[Path]) -> list[Fault]:
    """Every fault of a language's files, without building its grammar: a third of the work."""
    return sorted(set(_read_files(lang, roots)[0].faults))


#: The built-in patterns stand in the installed package: they were checked when it was made, and do not change.
PACKAGED = BUILT_IN.parent == _here.parents[1]


def concerns(lang: str, roots: Sequence[Path]) -> bool:
    """Whether some of the pattern files in these folders are read for a language."""
    return any(True for _ in files_of(lang, roots))


def fingerprint(lang: str, roots: Sequence[Path]) -> str:
    """The hash of all files that a language is made of: another one may mean other annotations."""
    return _hash((path.relative_to(root), path.read_bytes()) for path, root in files_of(lang, roots))


def _hash(files: Iterable[tuple[Path, bytes]]) -> str:
    digest = hashlib.sha256()
    for name, data in files:
        digest.update(f"{name}\0".encode() + data + b"\0")
    return f"sha256:{digest.hexdigest()}"


def _read_files(lang: str, roots: Sequence[Path]) -> tuple[_Sources, str]:
    """What all files of a language say, checked as a whole, and the hash of the files."""
    sources = _Sources(lang)
    files = [(path, root, path.read_bytes()) for path, root in files_of(lang.split("-")[0], roots)]
    for path, root, data in files:
        _read_file(sources, path, root, data)
    _check_uses(sources)
    return sources, _hash((path.relative_to(root), data) for path, root, data in files)


# --- one file

_TOP = frozenset(
    {"label", "grammar", "value", "emit", "over", "labels", "settings", "rules", "examples", "rejects"}
    | {"lists", "describe", "weak", "without", "without_rules", "lacks", "names"}
)


#: Shared files are parsed once, however many languages read them.
_parsed = lru_cache(maxsize=512)(parse)


def _read_file(sources: _Sources, path: Path, root: Path, data: bytes) -> None:
    shown = _shown(path, root)
    try:
        content, faults = _parsed(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        sources.fault(shown, (line, 1), "not UTF-8; save the file as UTF-8")
        return
    except YamlFault as error:
        sources.fault(shown, error.place, str(error))
        return
    for place, message in faults:
        sources.fault(shown, place, message)
    if content is None:
        return
    if not isinstance(content, Fields):
        sources.fault(shown, (1, 1), f"a pattern file is a mapping; {_nearest('', _TOP)}")
        return
    _File(sources, shown, path, root).read(content)


def _shown(path: Path, root: Path) -> str:
    """The path as messages have it: `patterns/nl/dates.yaml`, a user's own as the user named its folder."""
    return (Path(BUILT_IN.name) / path.relative_to(root) if root == BUILT_IN else path).as_posix()


#: What a token may not ask of spaCy: no model runs here, and entities are what is looked for.
_NEED_MODEL = frozenset(
    {"POS", "TAG", "DEP", "LEMMA", "MORPH", "SENT_START", "IS_SENT_START", "_"}
    | {"ENT_TYPE", "ENT_IOB", "ENT_ID", "ENT_KB_ID"}
)
_ATTRIBUTES = frozenset(
    {"TEXT", "ORTH", "LOWER", "NORM", "SHAPE", "PREFIX", "SUFFIX", "LENGTH", "SPACY"}
    | {name for name in IDS if re.fullmatch(r"(IS|LIKE)_[A-Z_]+", name) and "OOV" not in name}
)
_OF_NUMBERS = frozenset({"==", "!=", ">=", "<=", ">", "<"})
_OF_LISTS = frozenset({"IN", "NOT_IN", "IS_SUBSET", "IS_SUPERSET", "INTERSECTS"})
_PREDICATES = _OF_NUMBERS | _OF_LISTS | {"REGEX", "FUZZY"}


def _kind(value: Any) -> str:
    return "mapping" if isinstance(value, Fields) else "list"


class _File:
    """The state of reading one file: where it is, and what its rules belong to."""

    def __init__(self, sources: _Sources, shown: str, path: Path, root: Path) -> None:
        self.sources, self.shown = sources, shown
        relative = path.relative_to(root)
        part = relative.parts[0] if len(relative.parts) > 1 else "shared"
        self.shared = part == "shared"
        self.prefix = relative.stem if self.shared else f"{part}/{relative.stem}"
        self.grammar: str = relative.stem
        self.label: str | None = None

    def fault(self, at: Any, message: str) -> None:
        place = at if isinstance(at, tuple) else getattr(at, "place", (1, 1))
        self.sources.fault(self.shown, place, message)

    def read(self, content: Fields) -> None:
        for key in content:
            if key not in _TOP:
                self.fault(key, f"unknown key '{key}'; {_nearest(key, _TOP)}")
        if "grammar" in content:
            self.grammar = self._word(content[Text("grammar")], "grammar")
        if "label" in content:
            self.label = self._word(content[Text("label")], "label")
            if "value" in content or self.label not in self.sources.labels:
                self._label(self.label, content)
        readers: dict[str, Callable[[Any], None]] = {
            "labels": self._labels,
            "describe": self._describe,
            "lists": self._lists,
            "weak": self._weak,
            "without": self._without,
            "without_rules": self._without_rules,
            "lacks": self._lacks,
            "settings": self._settings,
            "names": self._names,
            "rules": self._rules,
            "examples": lambda value: self._cases(value, rejects=False),
            "rejects": lambda value: self._cases(value, rejects=True),
        }
        for key, value in content.items():
            if key in readers:
                readers[key](value)

    # -- small parts

    def _fields(self, value: Any, what: str) -> Fields:
        if isinstance(value, Fields):
            return value
        self.fault(value, f"{what} must be a mapping")
        empty = Fields()
        empty.place = getattr(value, "place", (1, 1))
        return empty

    def _items(self, value: Any, what: str) -> list[Any]:
        if isinstance(value, Items):
            return value
        if isinstance(value, Text) and value:
            return [value]
        self.fault(value, f"{what} must be a list")
        return []

    def _texts(self, value: Any, what: str) -> list[Text]:
        items = self._items(value, what)
        for item in items:
            if not isinstance(item, Text):
                self.fault(item, f"{what} must hold plain words")
        return [item for item in items if isinstance(item, Text) and item]

    def _word(self, value: Any, what: str) -> str:
        if isinstance(value, Text):
            return str(value)
        self.fault(value, f"{what} must be a plain word, not a {_kind(value)}")
        return ""

    def _labels(self, value: Any) -> None:
        for name, spec in self._fields(value, "labels").items():
            self._label(str(name), self._fields(spec, f"label {name}"))

    def _label(self, name: str, spec: Fields) -> None:
        resolver = str(spec.get(Text("value"), "slots"))
        if resolver not in RESOLVERS:
            self.fault(spec.at("value"), f"unknown value '{resolver}'; {_nearest(resolver, RESOLVERS)}")
            resolver = "slots"
        emit = str(spec.get(Text("emit"), "yes"))
        if emit not in ("yes", "no"):
            self.fault(spec.at("emit"), "emit is yes or no")
        over = self._texts(spec[Text("over")], "over") if "over" in spec else []
        self.sources.uses += [("label", str(other), self.shown, other.place) for other in over]
        self.sources.labels[name] = Label(name, resolver, emit == "yes", tuple(map(str, over)))

    def _describe(self, value: Any) -> None:
        for name, text in self._fields(value, "describe").items():
            self.sources.known_lists[str(name)] = self._word(text, "a description")

    def _weak(self, value: Any) -> None:
        for name in self._texts(value, "weak"):
            self.sources.weak.add(str(name))
            self.sources.uses.append(("list", str(name), self.shown, name.place))

    def _lists(self, value: Any) -> None:
        for name, forms in self._fields(value, "lists").items():
            self.sources.known_lists.setdefault(str(name), "")
            if not self.shared:
                self.sources.own_lists.add(str(name))
            for key, form in self._list(forms, f"list {name}"):
                if not form.strip("=*").strip():
                    self.fault(form, f"'{form}' is no word")
                    continue
                self.sources.lists[str(name)].append((key, form))

    def _list(self, forms: Any, what: str) -> Iterator[tuple[str, Text]]:
        if isinstance(forms, Fields):
            for key, words in forms.items():
                for word in self._texts(words, what):
                    yield str(key), word
        else:
            for word in self._texts(forms, what):
                yield "", word

    def _without(self, value: Any) -> None:
        for name, forms in self._fields(value, "without").items():
            self.sources.without[str(name)].update(fold(w) for w in self._texts(forms, f"without {name}"))

    def _without_rules(self, value: Any) -> None:
        for name in self._texts(value, "without_rules"):
            self.sources.without_rules[str(name)] = (self.shown, name.place)

    def _lacks(self, value: Any) -> None:
        for name in self._texts(value, "lacks"):
            self.sources.lacks[str(name)] = (self.shown, name.place)

    def _settings(self, value: Any) -> None:
        known = {"decimal", "group", "order", "region", "space_groups", "buddhist", "dotted"}
        for key, text in self._fields(value, "settings").items():
            if key not in known:
                self.fault(key, f"unknown setting '{key}'; {_nearest(key, known)}")
            elif key == "order" and text not in ("dmy", "mdy", "ymd"):
                self.fault(text, "order is dmy, mdy or ymd")
            elif key == "space_groups" and text not in ("yes", "no"):
                self.fault(text, "space_groups is yes or no")
            else:
                self.sources.settings[str(key)] = self._word(text, str(key))

    def _names(self, value: Any) -> None:
        """Name lists: `list name -> entries`, each with its key, kind, acronym and forms by language."""
        known = {"id", "kind", "level", "name", "acronym", "parties", "forms"}
        for list_name, entries in self._fields(value, "names").items():
            for suffix in ("name", "acronym"):
                self.sources.known_lists.setdefault(f"{list_name}_{suffix}", "")
            for entry in self._items(entries, f"names {list_name}"):
                if not isinstance(entry, Fields):
                    self.fault(entry, f"a name is a mapping; {_nearest('', known)}")
                    continue
                fields = entry
                for key in fields:
                    if key not in known:
                        self.fault(key, f"unknown key '{key}'; {_nearest(key, known)}")
                if "id" not in fields or "name" not in fields:
                    self.fault(fields, "a name needs 'id' and 'name'")
                    continue
                self._name(str(list_name), fields)

    def _name(self, list_name: str, fields: Fields) -> None:
        sources, get = self.sources, {str(k): v for k, v in fields.items()}
        key = self._word(get["id"], "id")
        name = self._word(get["name"], "name")
        if not key or not name:
            return
        if key in sources.names:
            self.fault(fields.at("id"), f"duplicate id '{key}'")
            return
        acronyms = self._texts(get["acronym"], "acronym") if "acronym" in get else []
        sources.names[key] = KnownName(
            id=key,
            kind=self._word(get["kind"], "kind") if "kind" in get else None,
            name=name,
            acronym=str(acronyms[0]) if acronyms else None,
            level=tuple(map(str, self._texts(get["level"], "level"))) if "level" in get else (),
            parties=tuple(map(str, self._texts(get["parties"], "parties"))) if "parties" in get else (),
        )
        for acronym in acronyms:
            exact = Text(f"={acronym}")
            exact.place = acronym.place
            sources.lists[f"{list_name}_acronym"].append((key, exact))
        forms = [_exact(get["name"])]
        if "forms" in get:
            by_language = self._fields(get["forms"], "forms")
            for lang in (self.sources.lang.split("-")[0], "any"):
                if lang in by_language:
                    forms += self._texts(by_language[Text(lang)], "forms")
        sources.lists[f"{list_name}_name"] += [(key, form) for form in forms]

    # -- rules

    def _rules(self, value: Any) -> None:
        for entry in self._items(value, "rules"):
            fields = self._fields(entry, "a rule")
            if fields:
                self._rule(fields)

    def _rule(self, fields: Fields) -> None:
        known = {
            "id",
            "why",
            "label",
            "pattern",
            "patterns",
            "priority",
            "set",
            "gives",
            "examples",
            "rejects",
        }
        for key in fields:
            if key not in known:
                self.fault(key, f"unknown key '{key}' in a rule; {_nearest(key, known)}")
        get = {str(k): v for k, v in fields.items()}
        if "id" not in get or ("pattern" in get) == ("patterns" in get):
            self.fault(fields, "a rule needs 'id' and either 'pattern' or 'patterns'")
            return
        name = self._word(get["id"], "id")
        rule_id = f"{self.prefix}/{name}"
        if name and not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
            self.fault(get["id"], f"'{name}': an id is lower-case words joined by hyphens")
        if rule_id in self.sources.rules:
            first = self.sources.rule_places[rule_id]
            self.fault(get["id"], f"duplicate id '{get['id']}'; it stands already at {first[0]}:{first[1][0]}")
            return
        label = self._word(get["label"], "label") if "label" in get else self.label
        label = None if label == "none" else label
        alternatives = self._alternatives(get)
        self.sources.rule_places[rule_id] = (self.shown, fields.at("id"))
        self.sources.rule_lines[rule_id] = (self.shown, range(fields.place[0], _last_line(fields) + 1))
        if label is not None:
            self.sources.uses.append(("label", label, self.shown, fields.place))
        self.sources.rules[rule_id] = Rule(
            id=rule_id,
            grammar=self.grammar,
            label=label,
            patterns=tuple(self._pattern(p) for p in alternatives),
            place=f"{self.shown}:{fields.place[0]}",
            priority=self._integer(get.get("priority", "0"), "priority"),
            why=self._word(get["why"], "why") if "why" in get else "",
            constants=self._constants(get["set"]) if "set" in get else {},
            gives=tuple(map(str, self._texts(get["gives"], "gives"))) if "gives" in get else (),
            examples=self._examples(get.get("examples"), rejects=False),
            rejects=self._examples(get.get("rejects"), rejects=True),
        )

    def _alternatives(self, get: Mapping[str, Any]) -> list[Any]:
        if "pattern" in get:
            return [get["pattern"]]
        if isinstance(get["patterns"], Items) and get["patterns"]:
            return get["patterns"]
        self.fault(get["patterns"], "patterns must be a list of patterns, each a list of tokens")
        return []

    def _constants(self, value: Any) -> dict[str, str]:
        return {str(k): self._word(v, f"slot '{k}'") for k, v in self._fields(value, "set").items()}

    def _integer(self, value: Any, what: str) -> int:
        if isinstance(value, str) and re.fullmatch(r"-?\d{1,6}", value):
            return int(value)
        self.fault(value, f"{what} must be a whole number")
        return 0

    def _pattern(self, value: Any) -> tuple[TokenSpec, ...]:
        tokens = self._items(value, "a pattern")
        if not tokens:
            self.fault(value, "a pattern needs at least one token")
        specs = tuple(self._token(t, n) for n, t in enumerate(tokens, 1) if isinstance(t, Fields))
        for token in tokens:
            if not isinstance(token, Fields):
                self.fault(token, "a token is a mapping such as {list: month} or {LOWER: van}")
        if specs and all(spec.optional for spec in specs):
            self.fault(value, "every token of this pattern is optional: it would match nothing")
        if specs and all(spec.outside for spec in specs):
            self.fault(value, "every token of this pattern is outside: its span would be empty")
        return specs

    def _token(self, fields: Fields, at: int) -> TokenSpec:
        ours = {"list", "kind", "rule", "also", "unless", "slot", "outside"}
        found: dict[str, Any] = {"attributes": {}, "at": at}
        for key, value in fields.items():
            if key in ("list", "kind", "rule"):
                found[f"{key}s"] = self._used(key, value, str(key))
            elif key in ("also", "unless"):
                found[str(key)] = self._used(key, value, "any")
            elif key == "slot":
                found["slot"] = self._word(value, "slot")
            elif key == "outside":
                if value not in ("yes", "no"):
                    self.fault(value, "outside is yes or no")
                found["outside"] = value == "yes"
            elif key == "OP":
                found["op"] = self._operator(value)
            elif str(key).upper() == key:
                found["attributes"][str(key)] = self._attribute(key, value)
            else:
                self.fault(key, f"unknown key '{key}' in a token; {_nearest(key, ours)}, or a spaCy attribute")
        return TokenSpec(**found)

    def _used(self, key: Text, value: Any, what: str) -> tuple[str, ...]:
        """Names of lists, kinds or rules; that they exist is checked when all files are read."""
        names = self._texts(value, str(key))
        if not names and isinstance(value, Items):
            self.fault(value, f"{key} names nothing; without a name the token would be any word")
        self.sources.uses += [(what, str(name), self.shown, name.place) for name in names]
        return tuple(map(str, names))

    def _operator(self, value: Any) -> str:
        if not re.fullmatch(r"[?*+!1]|\{\d+\}|\{\d*,\d+\}|\{\d+,\}", str(value)):
            self.fault(value, f"unknown quantifier '{value}'; known: ?, *, +, !, {{n}}, {{n,m}}")
            return "1"
        low, _, high = str(value).strip("{}").partition(",")
        if high.isdigit() and int(high) - int(low or 0) > 4:
            self.fault(value, f"'{value}' is slow: spaCy tries each number of tokens; write * or + instead")
        return str(value)

    def _attribute(self, key: Text, value: Any) -> Any:
        """A spaCy `Matcher` attribute with its value: a word, true or false, a number, or predicates."""
        if key in _NEED_MODEL:
            self.fault(
                key,
                f"{key} needs a trained pipeline, which does not run here; {_nearest(key, _ATTRIBUTES)}",
            )
        elif key not in _ATTRIBUTES:
            self.fault(key, f"unknown attribute '{key}'; {_nearest(key, _ATTRIBUTES)}")
        if isinstance(value, Fields):
            if not value:
                self.fault(value, f"{key} has no predicate; {_nearest('', _PREDICATES)}")
            return {str(name): self._predicate(name, key, given) for name, given in value.items()}
        return self._attribute_value(key, value)

    def _attribute_value(self, key: str, value: Any) -> Any:
        if key.startswith(("IS_", "LIKE_")) or key == "SPACY":
            if value not in ("true", "false", "yes", "no"):
                self.fault(value, f"{key} is true or false")
            return value in ("true", "yes")
        if key == "LENGTH":
            return self._integer(value, key)
        return self._word(value, key)

    def _predicate(self, name: Text, key: str, value: Any) -> Any:
        if name not in _PREDICATES and not re.fullmatch(r"FUZZY[1-9]", name):
            self.fault(name, f"unknown predicate '{name}'; {_nearest(name, _PREDICATES)}")
            return ""
        if name in _OF_NUMBERS:
            return self._integer(value, str(name))
        if name in _OF_LISTS:
            if not isinstance(value, Items):
                self.fault(value, f"{name} takes a list, such as {{{name}: [a, b]}}")
                return []
            return [self._attribute_value(key, one) for one in value]
        word = self._word(value, str(name))
        if name == "REGEX":
            try:
                re.compile(word)
            except re.error as error:
                self.fault(value, f"bad regular expression '{word}': {error}")
        return word

    # -- examples

    def _cases(self, value: Any, *, rejects: bool) -> None:
        """Examples of the whole file; under a rule's id where that rule is meant."""
        if isinstance(value, Fields):
            for key, entries in value.items():
                rule = str(key)
                self.sources.uses.append(("rule id", rule, self.shown, key.place))
                self.sources.cases += [(rule, e, rejects) for e in self._examples(entries, rejects=rejects)]
        else:
            owner = f":{self.label}"
            self.sources.cases += [(owner, e, rejects) for e in self._examples(value, rejects=rejects)]

    def _examples(self, value: Any, *, rejects: bool) -> tuple[Example, ...]:
        if value is None:
            return ()
        lang = "" if self.shared else self.sources.lang
        if isinstance(value, Fields):  # of a shared rule, by language
            lang = self.sources.lang
            for key in value:
                if not _LANGUAGE.fullmatch(key):
                    self.fault(key, f"'{key}' is no language; examples are a list, or lists by language: nl: [...]")
            own = Text(lang.split("-")[0])
            entries = self._items(value[own], "examples") if own in value else []
        else:
            entries = self._items(value, "examples")
        return tuple(e for e in (self._example(entry, lang, rejects=rejects) for entry in entries) if e)

    def _example(self, entry: Any, lang: str, *, rejects: bool) -> Example | None:
        fields = {"text": entry}
        if isinstance(entry, Fields):
            fields = {str(k): v for k, v in entry.items()}
            for key in entry:
                if key not in ("text", "date", "region"):
                    self.fault(key, f"unknown key '{key}' in an example; {_nearest(key, ['text', 'date', 'region'])}")
        marked = fields.get("text")
        if not isinstance(marked, Text):
            self.fault(entry, "an example is a text, or a mapping with 'text' and 'date' or 'region'")
            return None
        text, spans = unmark(marked)
        if "](" in text:
            self.fault(marked, "a mark is [words](value), with no brackets or parentheses inside")
            return None
        if not rejects and not spans:
            self.fault(marked, "an example marks its span and value: Op [18 januari 1950](1950-01-18) …")
            return None
        place = f"{self.shown}:{marked.place[0]}:{marked.place[1]}"
        optional = {k: self._word(fields[k], k) for k in ("date", "region") if k in fields}
        if "date" in optional and not _is_day(optional["date"]):
            self.fault(fields["date"], f"'{optional['date']}' is no day; write it as 2024-12-06")
            return None
        if "region" in optional and not re.fullmatch(r"[A-Z]{2}", optional["region"]):
            self.fault(fields["region"], f"'{optional['region']}' is no region; write its code, such as NL")
            return None
        return Example(text, spans, place, lang=lang, **optional)


def _is_day(written: str) -> bool:
    try:
        return date.fromisoformat(written).isoformat() == written
    except ValueError:
        return False


def _last_line(value: Any) -> int:
    """The line on which the last part of a value begins."""
    while isinstance(value, Fields | Items) and value:
        value = list(value.values())[-1] if isinstance(value, Fields) else value[-1]
    return int(value.place[0])


def _exact(name: Text) -> Text:
    """A name with a word in capitals counts only as it is written: New START, but no new start."""
    if not any(len(word) > 2 and word.isupper() for word in name.split()):
        return name
    exact = Text(f"={name}")
    exact.place = name.place
    return exact


_MARK = re.compile(r"\[([^\[\]]+)\]\(([^()]*)\)")


def unmark(marked: str) -> tuple[str, tuple[tuple[int, int, str], ...]]:
    """An example's plain text and its `(start, end, value)` spans.

    >>> unmark("Op [18 januari 1950](1950-01-18) begon het.")
    ('Op 18 januari 1950 begon het.', ((3, 18, '1950-01-18'),))
    """
    text, spans, last = "", [], 0
    for match in _MARK.finditer(marked):
        text += marked[last : match.start()]
        spans.append((len(text), len(text) + len(match[1]), match[2]))
        text += match[1]
        last = match.end()
    return text + marked[last:], tuple(spans)


# --- all files together


def _check_uses(sources: _Sources) -> None:
    """Every list, kind, rule and label that is used exists."""
    rule_names = {name for rule in sources.rules.values() for name in (rule.id, *rule.gives)}
    lists = {*sources.known_lists}
    known: dict[str, tuple[str, set[str]]] = {
        "list": ("names no word list", lists),
        "kind": ("is no built-in kind", {*BUILT_IN_KINDS}),
        "rule": ("names no rule", rule_names),
        "rule id": ("names no rule", {*sources.rules}),
        "label": ("is no label", {*sources.labels}),
        "any": ("names no word list, kind or rule", lists | rule_names | {*BUILT_IN_KINDS}),
    }
    for what, name, path, place in sources.uses:
        message, valid = known[what]
        if name not in valid and not (what in ("list", "any") and name.split(".")[0] in sources.known_lists):
            sources.fault(path, place, f"'{name}' {message}; {_nearest(name, valid)}")
    for name, (path, place) in sources.lacks.items():
        if name not in sources.known_lists:
            sources.fault(path, place, f"'{name}' names no word list; {_nearest(name, sources.known_lists)}")
        elif name in sources.own_lists:
            sources.fault(path, place, f"'{name}' is declared as lacking, but this language has words in it")
    for name, (path, place) in sources.without_rules.items():
        if name not in sources.rules:
            sources.fault(path, place, f"'{name}' names no rule; {_nearest(name, sources.rules)}")
    _check_cycles(sources)


def _check_cycles(sources: _Sources) -> None:
    """No rule is made of itself."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for rule in sources.rules.values():
        for name in (rule.id, *rule.gives):
            by_name[name].append(rule.id)
    state: dict[str, int] = {}

    def visit(rule_id: str, trail: tuple[str, ...]) -> None:
        if state.get(rule_id) == 2:
            return
        if rule_id in trail:
            path, place = sources.rule_places[rule_id]
            cycle = " -> ".join([*trail[trail.index(rule_id) :], rule_id])
            sources.fault(path, place, f"rules in a circle: {cycle}; a rule cannot be made of itself")
            return
        for pattern in sources.rules[rule_id].patterns:
            for spec in pattern:
                for name in spec.rules:
                    for used in by_name.get(name, ()):
                        visit(used, (*trail, rule_id))
        state[rule_id] = 2

    for rule_id in sources.rules:
        visit(rule_id, ())


def _drop_broken(sources: _Sources) -> None:
    """Leave out the rules that have faults, so that the examples of the others can be tried all the same.

    Of rules in a circle one has the fault, and without it there is no circle.
    """
    faulty = {(fault.path, fault.line) for fault in sources.faults}
    broken = {
        rule_id
        for rule_id, (path, lines) in sources.rule_lines.items()
        if any((path, line) in faulty for line in lines)
    }
    for rule_id in broken:
        del sources.rules[rule_id]
    sources.cases = [case for case in sources.cases if case[0] not in broken]


def _build(sources: _Sources, fingerprint: str) -> Grammar:
    forms = _forms(sources)
    filled = {name for name, pairs in forms.items() if pairs}
    rules = {
        rule.id: kept
        for rule in sources.rules.values()
        if rule.id not in sources.without_rules and (kept := _usable(rule, filled, forms)) is not None
    }
    rules = _supported(rules)
    return Grammar(
        lang=sources.lang,
        settings=_settings(sources),
        lexicon=_lexicon(forms),
        rules=rules,
        labels=sources.labels,
        names=sources.names,
        lists={name: {form: value for value, form in pairs} for name, pairs in forms.items()},
        weak=frozenset(sources.weak),
        cases=(*sources.cases, *_idle_cases(sources, rules)),
        lacking=_lacking(sources, filled),
        fingerprint=fingerprint,
    )


def _idle_cases(sources: _Sources, rules: Mapping[str, Rule]) -> Iterator[tuple[str, Example, bool]]:
    """The examples written for this language of rules that it has no words for: they cannot hold."""
    for rule in sources.rules.values():
        if rule.id not in rules and rule.id not in sources.without_rules:
            yield from ((rule.id, example, False) for example in rule.examples if example.lang)


def _lacking(sources: _Sources, filled: set[str]) -> tuple[str, ...]:
    """The word lists that are described, have no words in this language, and are not declared as lacking."""
    described = {name for name, text in sources.known_lists.items() if text}
    return tuple(sorted(described - filled - sources.lacks.keys()))


def _settings(sources: _Sources) -> Settings:
    base = cldr.settings_of(sources.lang)
    switches = ("space_groups", "buddhist", "dotted")
    given: dict[str, Any] = {k: v == "yes" if k in switches else v for k, v in sources.settings.items()}
    return Settings(**{name: given.get(name, getattr(base, name)) for name in Settings.__slots__})


def _forms(sources: _Sources) -> dict[str, list[tuple[str, str]]]:
    """All lists with their forms, CLDR first; what YAML says of a form comes last and holds."""
    forms: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, pairs in cldr.words_of(sources.lang).items():
        forms[name] += pairs
    for name, own in sources.lists.items():
        forms[name] += [(value, str(form)) for value, form in own]
    for name, removed in sources.without.items():
        own_forms = {fold(form) for _, form in sources.lists.get(name, ())}
        forms[name] = [(v, f) for v, f in forms[name] if fold(f) not in removed or fold(f) in own_forms]
    return forms


def _usable(rule: Rule, filled: set[str], forms: Mapping[str, Any]) -> Rule | None:
    """The rule without what the language lacks; None where nothing of it is left."""
    patterns = tuple(kept for pattern in rule.patterns if (kept := _usable_pattern(pattern, filled, forms)) is not None)
    if not patterns:
        return None
    return Rule(**{name: getattr(rule, name) for name in Rule.__slots__} | {"patterns": patterns})


def _usable_pattern(
    pattern: tuple[TokenSpec, ...], filled: set[str], forms: Mapping[str, Any]
) -> tuple[TokenSpec, ...] | None:
    kept = []
    for spec in pattern:
        lists = tuple(n for n in spec.lists if _has(n, filled, forms))
        if spec.lists and not lists and not spec.kinds and not spec.rules:
            if spec.optional:
                continue
            return None
        changed = {name: getattr(spec, name) for name in TokenSpec.__slots__} | {"lists": lists}
        kept.append(TokenSpec(**changed))
    return tuple(kept)


def _has(name: str, filled: set[str], forms: Mapping[str, Any]) -> bool:
    base, _, value = name.partition(".")
    return base in filled and (not value or any(v == value for v, _ in forms[base]))


def _supported(rules: dict[str, Rule]) -> dict[str, Rule]:
    """Rules whose mandatory smaller rules are there; dropping one may take others with it."""
    while True:
        names = {name for rule in rules.values() for name in (rule.id, *rule.gives)}
        kept: dict[str, Rule] = {}
        for rule in rules.values():
            patterns = tuple(
                p
                for p in rule.patterns
                if all(s.optional or not s.rules or s.lists or s.kinds or names & {*s.rules} for s in p)
            )
            if patterns:
                kept[rule.id] = Rule(**{n: getattr(rule, n) for n in Rule.__slots__} | {"patterns": patterns})
        if kept == rules:
            return rules
        rules = kept


def _lexicon(forms: Mapping[str, Sequence[tuple[str, str]]]) -> Lexicon:
    exact: dict[str, dict[str, str]] = defaultdict(dict)
    folded: dict[str, dict[str, str]] = defaultdict(dict)
    heads: dict[str, dict[str, str]] = defaultdict(dict)
    stems: dict[str, dict[str, str]] = defaultdict(dict)
    phrases: dict[tuple[str, ...], list[tuple[str, str, str, bool]]] = defaultdict(list)
    for name, pairs in forms.items():
        for value, form in pairs:
            cased, form = form.startswith("="), form.removeprefix("=")
            words = tokenise(form.strip("*")).words
            if len(words) > 1:
                phrases[tuple(map(fold, words))].append((name, value, form, cased))
            elif not words:
                continue
            elif form.startswith("*"):
                heads[fold(words[0])][name] = value
            elif form.endswith("*"):
                stems[fold(words[0])][name] = value
            elif cased:
                exact[words[0]][name] = value
            else:
                folded[fold(words[0])][name] = value
    return Lexicon(exact=exact, folded=folded, heads=heads, stems=stems, phrases=phrases)
