"""One pattern file into the `Sources` of a language: models become the frozen types that the stages read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotate.rules.checked import Checked, checked
from annotate.rules.faults import nearest
from annotate.rules.forms import spelt
from annotate.rules.grammar import Example, Label, ListedName, Rule, TokenSpec, even, fold, words_of
from annotate.rules.models import Case, Description, LabelSpec, Name, PatternFile
from annotate.rules.models import Rule as RuleModel
from annotate.rules.notation import unmark
from annotate.rules.sources import Sources, Use
from annotate.rules.token_model import ATTRIBUTES, OF_WORDS
from annotate.rules.word_models import Model
from annotate.rules.yamltext import Fields, Place, Text, YamlFault
from annotate.spans import AGREEMENT_KINDS, PARTNERSHIP_KINDS

#: What the names of these lists may be; of lists of the user's own, anything.
_KINDS = {"agreement": AGREEMENT_KINDS, "partnership": PARTNERSHIP_KINDS}


@dataclass(frozen=True)
class _Home:
    """A pattern file as messages and rule ids name it, and what its rules belong to where they do not say."""

    shown: str
    shared: bool
    prefix: str
    lang: str
    main: str
    grammar: str
    label: str | None
    file: Checked


def collect(sources: Sources, data: bytes, shown: str, relative: Path) -> None:
    """Add what a file says to the sources, and what is wrong with it to their faults."""
    try:
        file = checked(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        sources.fault(shown, _place_of(data, error), "not UTF-8; save the file as UTF-8")
        return
    except YamlFault as error:
        sources.fault(shown, error.place, str(error))
        return
    if file is None:
        return
    for place, message in file.faults:
        sources.fault(shown, place, message)
    model = file.model
    part = relative.parts[0] if len(relative.parts) > 1 else "shared"
    shared = part == "shared"
    home = _Home(
        shown=shown,
        shared=shared,
        prefix=relative.stem if shared else f"{part}/{relative.stem}",
        lang=sources.lang,
        main=sources.lang.split("-")[0],
        grammar=str(model.grammar or relative.stem),
        label=None if model.label is None else str(model.label),
        file=file,
    )
    _labels(sources, model, home)
    _lists(sources, model, home)
    _frames(sources, model, home)
    _names(sources, model, home)
    _taken_out(sources, model, home)
    for rule, fields in zip(model.rules, file.tree.get(Text("rules"), ()), strict=True):
        _rule(sources, rule, fields, home)
    _cases(sources, model.examples, home, rejects=False)
    _cases(sources, model.rejects, home, rejects=True)


def _place_of(data: bytes, error: UnicodeDecodeError) -> Place:
    """The line and column of the first byte that is no UTF-8."""
    before = data.removeprefix(b"\xef\xbb\xbf")[: error.start].decode("utf-8")
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return len(lines), len(lines[-1]) + 1


# --- labels, settings, lists


def _labels(sources: Sources, model: PatternFile, home: _Home) -> None:
    if home.label is not None and (model.value or home.label not in sources.labels):
        _label(sources, home.label, model, home)
    for name, spec in model.labels.items():
        _label(sources, str(name), spec, home)
    if model.settings is not None:
        given = model.settings.model_dump(exclude_unset=True)
        sources.settings.update({name: str(value) for name, value in given.items()})


def _label(sources: Sources, name: str, spec: LabelSpec, home: _Home) -> None:
    sources.uses += [Use("label", str(other), home.shown, other.place) for other in spec.over]
    over = tuple(map(str, spec.over))
    sources.labels[name] = Label(name, str(spec.value or "slots"), spec.emit == "yes", over)


def _lists(sources: Sources, model: PatternFile, home: _Home) -> None:
    for described, what in model.describe.items():
        name = str(described)
        sources.described[name] = str(what.text if isinstance(what, Description) else what)
        if isinstance(what, Description) and what.keys is not None:
            sources.keys[name] = tuple(map(str, what.keys)) if isinstance(what.keys, list) else str(what.keys)
        else:
            sources.keys.pop(name, None)
        if isinstance(what, Description) and what.running:
            sources.running.add(name)
    for removed, taken in model.without.items():
        name, gone = str(removed), {*map(fold, taken)}
        sources.without[name] |= gone
        if name in sources.lists:  # what earlier files list; later ones, and this one itself, may list it again
            sources.lists[name] = [(value, form) for value, form in sources.lists[name] if fold(form) not in gone]
        sources.uses.append(Use("list", name, home.shown, removed.place))
    for given, words in model.lists.items():
        name = str(given)
        sources.list_places.setdefault((name, home.shown), given.place)
        if not home.shared:
            sources.own_lists.add(name)
        by_key = words.items() if isinstance(words, dict) else [(Text(""), words)]
        for key, forms in by_key:
            value = str(key)
            place = key.place if value or isinstance(words, dict) else given.place
            sources.keys_used.setdefault((name, value, home.shown), place)
            for form in forms:
                sources.lists[name].append((value, form))
    for weak in model.weak:
        sources.weak.add(str(weak))
        sources.uses.append(Use("list", str(weak), home.shown, weak.place))
    for lacking in model.lacks:
        sources.lacks[str(lacking)] = (home.shown, lacking.place)


def _frames(sources: Sources, model: PatternFile, home: _Home) -> None:
    for given, words in model.frames.items():
        by_key = words.items() if isinstance(words, dict) else [(Text(""), words)]
        for key, forms in by_key:
            place = key.place if isinstance(words, dict) else given.place
            sources.frame_keys.append((str(given), str(key), home.shown, place))
            sources.frames[str(given)] += [(str(key), form) for form in forms]


# --- name lists


def _names(sources: Sources, model: PatternFile, home: _Home) -> None:
    """Name lists: each entry with its key, kind, acronym and forms by language."""
    for list_name, entries in model.names.items():
        for suffix in ("name", "acronym", "weak_acronym"):
            sources.described.setdefault(f"{list_name}_{suffix}", "")
        for entry in entries:
            _name(sources, str(list_name), entry, home)


def _name(sources: Sources, list_name: str, entry: Name, home: _Home) -> None:
    key = str(entry.id)
    if key in sources.names:
        sources.fault(home.shown, entry.id.place, f"duplicate id '{key}'")
        return
    known = _KINDS.get(list_name)
    if entry.kind is not None and known and entry.kind not in known:
        message = f"'{entry.kind}' is no kind of {list_name}; {nearest(entry.kind, known)}"
        sources.fault(home.shown, entry.kind.place, message)
    usual = entry.acronyms("any", "en")
    sources.names[key] = ListedName(
        id=key,
        kind=None if entry.kind is None else str(entry.kind),
        name=str(entry.name),
        acronym=str(usual[0]) if usual else None,
        level=tuple(map(str, entry.level)),
        parties=tuple(map(str, entry.parties)),
        weak=tuple(map(str, entry.weak_acronyms(home.main, "any"))),
        signed=str(entry.signed) if entry.signed else None,
        in_force=str(entry.in_force) if entry.in_force else None,
    )
    sources.entries[key] = (entry, home.shown)
    for acronym in entry.acronyms(home.main, "any"):
        _form(sources, f"{list_name}_acronym", key, f"={acronym}", acronym.place, home)
    for acronym in entry.weak_acronyms(home.main, "any"):
        _form(sources, f"{list_name}_weak_acronym", key, f"={acronym}", acronym.place, home)
    _form(sources, f"{list_name}_name", key, _exact(entry.name), entry.name.place, home)
    for lang in (home.main, "any"):
        for form in entry.forms.get(Text(lang), ()):
            for one in spelt(form):
                _form(sources, f"{list_name}_name", key, one, form.place, home)


def _form(sources: Sources, name: str, key: str, form: str, place: Place, home: _Home) -> None:
    """One form of a known name; what two entries share could be either, and is a fault."""
    words: tuple[bool | str, ...] = (name.endswith("_acronym"), *map(even, words_of(form.removeprefix("="))))
    owner, first = sources.owners.setdefault(words, (key, f"{home.shown}:{place[0]}"))
    if owner != key:
        shared = form.removeprefix("=")
        sources.fault(home.shown, place, f"'{shared}' is a form of '{owner}', too ({first}); leave it to one of them")
        return
    text = Text(form)
    text.place = place
    sources.lists[name].append((key, text))


def _exact(name: str) -> str:
    """A name with a word in capitals counts only as it is written: New START, but no new start.

    Two capitals are no such word: `EU charter` is found in lower case, too.
    """
    return f"={name}" if any(len(word) > 2 and word.isupper() for word in name.split()) else name


# --- rules


def _taken_out(sources: Sources, model: PatternFile, home: _Home) -> None:
    for rule_id in model.without_rules:
        sources.without_rules[str(rule_id)][home.shown] = rule_id.place
    for entry in model.without_examples:
        sources.without_examples.append((unmark(entry)[0], home.shown, entry.place, home.shared))


def _rule(sources: Sources, rule: RuleModel, fields: Fields, home: _Home) -> None:
    rule_id = f"{home.prefix}/{rule.id}"
    replaces = home.shown in sources.without_rules.get(rule_id, ())
    if rule_id in sources.rules and not (replaces and home.shown not in sources.rule_files[rule_id]):
        first, place = sources.rule_places[rule_id]
        advice = "" if first == home.shown else f"; to put this rule in its place: `without_rules: [{rule_id}]`"
        message = f"duplicate id '{rule.id}'; it stands already at {first}:{place[0]}{advice}"
        sources.fault(home.shown, rule.id.place, message)
        return
    label = home.label if rule.label is None else str(rule.label)
    label = None if label == "none" else label
    sources.rule_files[rule_id].add(home.shown)
    sources.rule_places[rule_id] = (home.shown, fields.at("id"))
    sources.rule_lines[rule_id] = (home.shown, home.file.rule_lines[fields.place])
    if label is not None:
        sources.uses.append(Use("label", label, home.shown, fields.place))
    made = home.file.made.get(id(rule))
    if made is None:
        made = home.file.made[id(rule)] = _patterns(rule)
    sources.uses += [Use(what, name, home.shown, place) for what, name, place in made.uses]
    owner = home.label if label is None else label
    if owner is not None:
        sources.fillings += [(owner, slot, filling, home.shown, place) for slot, filling, place in made.fillings]
    sources.words_asked += [(attribute, word, home.shown, word.place) for attribute, word in made.words]
    sources.rules[rule_id] = Rule(
        id=rule_id,
        grammar=home.grammar,
        label=label,
        patterns=made.patterns,
        place=f"{home.shown}:{fields.place[0]}",
        priority=rule.priority,
        why=str(rule.why or ""),
        constants={str(name): str(value) for name, value in rule.set.items()},
        gives=tuple(map(str, rule.gives)),
        examples=tuple(_examples(rule.examples, home)),
        rejects=tuple(_examples(rule.rejects, home)),
    )


@dataclass(frozen=True)
class _Made:
    """The patterns of a rule, the names that they use, and the words that they ask for: the same in all languages."""

    patterns: tuple[tuple[TokenSpec, ...], ...]
    uses: list[tuple[str, str, Place]]
    words: list[tuple[str, Text]]
    #: Slots with the lists and values (`=value`) that fill them.
    fillings: list[tuple[str, str, Place]]


def _patterns(rule: RuleModel) -> _Made:
    made = _Made(tuple(tuple(_token(t, n) for n, t in enumerate(p, 1)) for p in rule.alternatives), [], [], [])
    for token in (token for pattern in rule.alternatives for token in pattern):
        for what, names in (
            ("list", token.list),
            ("kind", token.kind),
            ("rule", token.rule),
            ("any", token.also),
            ("any", token.unless),
        ):
            made.uses.extend((what, str(name), name.place) for name in names or ())
        made.words.extend(_words_asked(token))
        if token.slot:
            made.fillings.extend((str(token.slot), str(name), name.place) for name in token.list or ())
    made.fillings.extend((str(slot), f"={value}", value.place) for slot, value in rule.set.items())
    return made


def _token(token: Any, at: int) -> TokenSpec:
    given = token.model_fields_set
    return TokenSpec(
        lists=_plain(token.list),
        kinds=_plain(token.kind),
        rules=_plain(token.rule),
        also=_plain(token.also),
        unless=_plain(token.unless),
        attributes={name: _attribute(name, getattr(token, name)) for name in ATTRIBUTES if name in given},
        op="1" if token.OP is None else str(token.OP),
        slot=None if token.slot is None else str(token.slot),
        outside=token.outside == "yes",
        at=at,
    )


def _plain(names: list[Text] | None) -> tuple[str, ...]:
    return tuple(map(str, names)) if names else ()


def _attribute(name: str, value: Any) -> Any:
    """A spaCy `Matcher` attribute's value: a word, true or false, a number, or predicates."""
    if isinstance(value, Model):
        given = value.model_dump(by_alias=True, exclude_unset=True)
        return {key: _simple(one) for key, one in given.items()}
    if isinstance(value, str) and name not in (*OF_WORDS, "LENGTH"):
        return value in ("true", "yes")
    return _simple(value)


def _simple(value: Any) -> Any:
    if isinstance(value, list):
        return [_simple(one) for one in value]
    return str(value) if isinstance(value, str) else value


def _words_asked(token: Any) -> Iterator[tuple[str, Text]]:
    """The words, one of which a token must be."""
    for name in OF_WORDS[:4]:
        value = getattr(token, name)
        if isinstance(value, Model):
            value = getattr(value, "IN", None)
        yield from ((name, word) for word in ([value] if isinstance(value, Text) else value or ()))


# --- examples


def _cases(sources: Sources, value: Any, home: _Home, *, rejects: bool) -> None:
    """Examples of the whole file; under a rule's id where that rule is meant."""
    if isinstance(value, Mapping):
        for key, entries in value.items():
            sources.uses.append(Use("rule id", str(key), home.shown, key.place))
            sources.cases += [(str(key), example, rejects) for example in _examples(entries, home)]
    else:
        sources.cases += [(f":{home.label}", example, rejects) for example in _examples(value, home)]


def _examples(value: Any, home: _Home) -> Iterator[Example]:
    """The examples of a list, or of the language's own list where they stand by language."""
    by_language = isinstance(value, Mapping)
    lang = home.lang if by_language or not home.shared else ""
    entries = value.get(Text(home.main), ()) if by_language else value
    for entry in entries:
        text, date, region = (entry.text, entry.date, entry.region) if isinstance(entry, Case) else (entry, None, None)
        plain, spans = unmark(text)
        place = f"{home.shown}:{text.place[0]}:{text.place[1]}"
        yield Example(plain, spans, place, date and str(date), region and str(region), lang)
