"""All files of a language together: every name that is used exists, keys are keys, and no rule is made of itself."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator

from annotate.rules import frames
from annotate.rules.cldr import territory_codes
from annotate.rules.faults import Fault, nearest
from annotate.rules.grammar import BUILT_IN_KINDS
from annotate.rules.keys import SLOTS, Keys, keys_of
from annotate.rules.sources import Sources
from annotate.text.tokenise import tokenise

#: A shared list that one language does not use may be another's; so much like a known one, it is misspelt.
_MISSPELT = 0.85


def check_uses(sources: Sources) -> None:
    """Add the faults that only all files together show."""
    _check_names(sources)
    _check_entries(sources)
    _check_lists(sources)
    _check_keys(sources)
    _check_frames(sources)
    _check_slots(sources)
    _check_taken_out(sources)
    _check_cycles(sources)


def _check_names(sources: Sources) -> None:
    """Every list, kind, rule and label that is used exists."""
    rules = {name for rule in sources.rules.values() for name in (rule.id, *rule.gives)}
    lists, kinds = sources.known_lists(), {*BUILT_IN_KINDS}
    known: dict[str, tuple[str, set[str]]] = {
        "list": ("names no word list", lists),
        "kind": ("is no built-in kind", kinds),
        "rule": ("names no rule", rules),
        "rule id": ("names no rule", {*sources.rules}),
        "label": ("is no label", {*sources.labels}),
        "any": ("names no word list, kind or rule", lists | rules | kinds),
    }
    for use in sources.uses:
        message, valid = known[use.what]
        if use.name.split(".")[0] in sources.running and use.what in ("list", "any"):
            sources.fault(use.path, use.place, f"'{use.name}' is looked for in running text only; no rule can use it")
            continue
        if use.name in valid or (use.what in ("list", "any") and use.name.split(".")[0] in lists):
            continue
        sources.fault(use.path, use.place, f"'{use.name}' {message}; {nearest(use.name, valid)}")


def _check_entries(sources: Sources) -> None:
    """What known names say of one another holds on both sides, and their parties are codes that there are."""
    codes = territory_codes() | {str(code) for _, code in sources.lists.get("party_code", ())}
    for key, (entry, path) in sources.entries.items():
        for party in entry.parties:
            if party not in codes:
                message = f"'{party}' is no code of a country, and no organisation of the list party_code"
                sources.fault(path, party.place, f"{message}; {nearest(party, codes)}")
        for link, back in (("predecessor", "successor"), ("successor", "predecessor")):
            other = getattr(entry, link)
            if other is None:
                continue
            if other == key or other not in sources.entries:
                sources.fault(path, other.place, f"'{other}' is no other known name; {nearest(other, sources.entries)}")
                continue
            told = getattr(sources.entries[other][0], back)
            if told is not None and told != key:
                sources.fault(path, other.place, f"the {back} of '{other}' is '{told}', not '{key}'")


def _check_lists(sources: Sources) -> None:
    """A list with words is described or used, else its name is misspelt; one that lacks words has none."""
    used = {use.name.split(".")[0] for use in sources.uses if use.what in ("list", "any")} | sources.described.keys()
    for (name, path), place in sources.list_places.items():
        if name not in used and (name in sources.own_lists or difflib.get_close_matches(name, used, 1, _MISSPELT)):
            others = used & sources.known_lists()
            advice = f"{nearest(name, others)} A list that only keeps other words away says so under `describe`"
            sources.fault(path, place, f"'{name}' is a list that no rule uses and no file describes; {advice}")
    for name, (path, place) in sources.lacks.items():
        if name not in sources.described and name not in sources.lists:
            sources.fault(path, place, f"'{name}' names no word list; {nearest(name, sources.known_lists())}")
        elif name in sources.own_lists:
            sources.fault(path, place, f"'{name}' is declared as lacking, but this language has words in it")


def _check_keys(sources: Sources) -> None:
    """What words stand for is what their list is for."""
    for (name, key, path), place in sources.keys_used.items():
        declared = sources.keys.get(name)
        if declared is not None and (complaint := keys_of(declared).complaint(key)):
            sources.fault(path, place, f"list {name}: {complaint}")


def _check_frames(sources: Sources) -> None:
    """A list of `frames` is one that linking reads, and its keys are keys."""
    for name, key, path, place in sources.frame_keys:
        if name not in frames.LISTS:
            sources.fault(path, place, f"'{name}' is no list of frames; {nearest(name, frames.LISTS)}")
        elif complaint := frames.keys_for(name).complaint(key):
            sources.fault(path, place, f"frames {name}: {complaint}")


def _check_slots(sources: Sources) -> None:
    """What fills the slot of a label is what its resolver can read, whether its list says so or not."""
    told: set[tuple[str, str, str]] = set()
    for label, slot, filling, path, place in sources.fillings:
        resolver = sources.labels[label].value if label in sources.labels else ""
        slots = SLOTS.get(resolver, {})
        wanted = slots.get(slot) or (slots.get(f"={slot}") if filling.startswith("=") else None)
        if wanted is None or (label, slot, filling) in told:
            continue
        told.add((label, slot, filling))
        keys = keys_of(wanted)
        if filling.startswith("="):
            if complaint := keys.complaint(filling[1:]):
                sources.fault(path, place, f"slot {slot}: {complaint}")
        elif filling not in sources.keys and "." not in filling:
            _check_filling(sources, filling, slot, keys)


def _check_filling(sources: Sources, name: str, slot: str, keys: Keys) -> None:
    for (used, key, path), place in sources.keys_used.items():
        if used == name and (complaint := keys.complaint(key)):
            sources.fault(path, place, f"list {name}, which fills slot {slot}: {complaint}")


def _check_taken_out(sources: Sources) -> None:
    """What is taken out stands in another file."""
    for rule_id, by in sources.without_rules.items():
        for path, place in by.items():
            if not sources.rule_files.get(rule_id, set()) - {path}:
                sources.fault(
                    path, place, f"'{rule_id}' names no rule of another file; {nearest(rule_id, sources.rules)}"
                )
    if not sources.without_examples:
        return
    owned = [(rule.id, e) for rule in sources.rules.values() for e in (*rule.examples, *rule.rejects)]
    owned += [(owner, example) for owner, example, _ in sources.cases]
    known = {what for owner, e in owned for what in (owner, e.text, e.place.rsplit(":", 2)[0])}
    known |= sources.rules.keys()
    for entry, path, place, shared in sources.without_examples:
        if entry not in known and not shared:
            message = f"'{entry}' is no example, and no rule or file that has any; {nearest(entry, known)}"
            sources.fault(path, place, message)


def _check_cycles(sources: Sources) -> None:
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


# --- warnings


def warnings(sources: Sources) -> Iterator[Fault]:
    """Words that tokens ask for and no text can have: in the wrong case, or cut in two by the tokeniser."""
    phrases = {form.strip("=*").casefold() for pairs in sources.lists.values() for _, form in pairs if form}
    for attribute, word, path, place in sources.words_asked:
        if attribute in ("LOWER", "NORM") and word != word.lower():
            yield Fault(path, *place, f"{attribute}: {word} can never match; write it in lower case: {word.lower()}")
        elif _is_cut(word) and word.casefold() not in phrases:
            parts = tokenise(word).words
            tokens = ", ".join(f"{{{attribute}: {part!r}}}" for part in parts)
            message = f"it is {len(parts)} tokens, not one: write {tokens}, or put it in a word list"
            yield Fault(path, *place, f"{attribute}: {word} can never match; {message}")


def _is_cut(word: str) -> bool:
    """Whether a word is several tokens; with digits in it, or as an address, it may be one unit all the same."""
    return len(tokenise(word).words) > 1 and not any(c.isdigit() or c in "/@" for c in word)
