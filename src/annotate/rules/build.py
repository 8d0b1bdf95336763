"""What all files of a language say, joined with CLDR, to its `Grammar`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from annotate.rules import cldr
from annotate.rules.grammar import (
    Example,
    Grammar,
    Lexicon,
    ListedName,
    Rule,
    Settings,
    TokenSpec,
    even,
    fold,
    words_of,
)
from annotate.rules.sources import Sources


def build(sources: Sources, fingerprint: str) -> Grammar:
    """The grammar of a language, without what has faults."""
    _drop_broken(sources)
    _retire_examples(sources)
    forms = _forms(sources)
    filled = {name for name, pairs in forms.items() if pairs}
    rules = {
        rule.id: kept
        for rule in sources.rules.values()
        if not sources.is_out(rule.id) and (kept := _usable(rule, filled, forms)) is not None
    }
    rules = _supported(rules)
    return Grammar(
        lang=sources.lang,
        settings=_settings(sources),
        lexicon=_lexicon({name: pairs for name, pairs in forms.items() if name not in sources.running}),
        rules=rules,
        labels=sources.labels,
        names=_named_parties(sources.names, forms),
        lists={name: {form: value for value, form in pairs} for name, pairs in forms.items()},
        frames={name: {str(form): value for value, form in pairs} for name, pairs in sources.frames.items()},
        weak=frozenset(sources.weak),
        cases=(*sources.cases, *_idle_cases(sources, rules)),
        lacking=_lacking(sources, filled),
        fingerprint=fingerprint,
    )


def _drop_broken(sources: Sources) -> None:
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


def _retire_examples(sources: Sources) -> None:
    """Leave out the examples that other files take back, and those of rules that they take out."""
    gone = sources.retired
    for rule in [*sources.rules.values()]:
        examples = tuple(example for example in rule.examples if not gone(rule.id, example))
        rejects = tuple(example for example in rule.rejects if not gone(rule.id, example))
        if (examples, rejects) != (rule.examples, rule.rejects):
            sources.rules[rule.id] = replace(rule, examples=examples, rejects=rejects)
    sources.cases = [case for case in sources.cases if not gone(case[0], case[1])]


def _idle_cases(sources: Sources, rules: Mapping[str, Rule]) -> Iterator[tuple[str, Example, bool]]:
    """The examples written for this language of rules that it has no words for: they cannot hold."""
    for rule in sources.rules.values():
        if rule.id not in rules and not sources.is_out(rule.id):
            yield from ((rule.id, example, False) for example in rule.examples if example.lang)


def _lacking(sources: Sources, filled: set[str]) -> tuple[str, ...]:
    """The word lists that are described, have no words in this language, and are not declared as lacking."""
    described = {name for name, text in sources.described.items() if text}
    return tuple(sorted(described - filled - sources.lacks.keys()))


def _named_parties(names: Mapping[str, ListedName], forms: Mapping[str, Any]) -> dict[str, ListedName]:
    """The known names, their parties as the language calls them: by CLDR's name, or the first of an organisation."""
    called: dict[str, str] = {}
    for code, form in (*forms["territory"], *forms["organisation"]):
        called.setdefault(code, form.removeprefix("="))
    return {
        key: replace(name, party_names=tuple(called.get(code, code) for code in name.parties))
        for key, name in names.items()
    }


def _settings(sources: Sources) -> Settings:
    base = cldr.settings_of(sources.lang)
    switches = ("space_groups", "buddhist", "dotted", "capital_nouns")
    given: dict[str, Any] = {k: v == "yes" if k in switches else v for k, v in sources.settings.items()}
    return Settings(**{name: given.get(name, getattr(base, name)) for name in Settings.__slots__})


def _forms(sources: Sources) -> dict[str, list[tuple[str, str]]]:
    """All lists with their forms, CLDR first; what YAML says of a form comes last and holds."""
    forms: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, pairs in cldr.words_of(sources.lang).items():
        forms[name] += pairs
    for name, own in sources.lists.items():
        forms[name] += [(value, str(form)) for value, form in own]
    for name, removed in sources.without.items():
        own_forms = {fold(form) for _, form in sources.lists.get(name, ())}
        forms[name] = [(v, f) for v, f in forms[name] if fold(f) not in removed or fold(f) in own_forms]
    if signs := {fold(form) for _, form in forms.get("numeral_sign", ())}:  # they are read by their grammar
        forms["cardinal"] = [(v, f) for v, f in forms["cardinal"] if not signs.issuperset(fold(f))]
    if letters := sources.settings.get("spelling"):
        otherwise = str.maketrans({pair[0]: pair[1] for pair in str(letters).split()})
        for name, listed in forms.items():
            known = {form for _, form in listed}
            spelt = [(value, form.translate(otherwise)) for value, form in listed]
            forms[name] = [(v, f) for v, f in spelt if f not in known] + listed
    return forms


def _usable(rule: Rule, filled: set[str], forms: Mapping[str, Any]) -> Rule | None:
    """The rule without what the language lacks; None where nothing of it is left."""
    patterns = tuple(kept for pattern in rule.patterns if (kept := _usable_pattern(pattern, filled, forms)) is not None)
    if not patterns:
        return None
    return replace(rule, patterns=patterns)


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
        kept.append(replace(spec, lists=lists))
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
                kept[rule.id] = replace(rule, patterns=patterns)
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
            words = words_of(form.removeprefix("*").removesuffix("*"))
            if len(words) > 1:
                phrases[tuple(map(even, words_of(form.removeprefix("*"))))].append((name, value, form, cased))
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
