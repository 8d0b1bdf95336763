"""Decisions as examples and rejects of rules, in YAML ready to paste.

What was found right, and what a value should have been, becomes an example under its rule; what is no entity a reject.
What was missed, or begins or ends elsewhere, is an example of its whole label, because nobody knows yet which rule will
find it. Each is the sentence that it stands in, and is left out where the sentence holds something of the same label
that nobody has judged.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from annotate.quality.cases import run_cases
from annotate.review.decisions import Entity
from annotate.review.forms import typed_value
from annotate.review.verdicts import Document, Finding, agreed
from annotate.rules import notation, patterns
from annotate.text.sentences import sentence_around


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One example or reject: a marked sentence, the rule that it belongs under, None where it is of the whole label.

    `wrong` is what `annotate test` says of it as long as the rules are what they are.
    """

    lang: str
    label: str
    rule: str | None
    text: str
    date: str | None
    reject: bool
    wrong: str = ""

    @property
    def file(self) -> str:
        """The pattern file that it goes into."""
        return f"{self.lang}/reviewed-{self.label.lower()}{'' if self.rule else '-missed'}.yaml"


@dataclass(slots=True)
class Suggestions:
    """What follows from the decisions, and how many of them cannot stand alone in their sentence."""

    found: list[Suggestion] = field(default_factory=list)
    left_out: int = 0


def suggestions(documents: Iterable[Document], *, everything: bool = False) -> Suggestions:
    """Examples and rejects from decisions; of what was found right only with `everything`: its rule has it already."""
    told = Suggestions()
    for document in documents:
        if document.record is None:
            continue
        sure = [one.finding for one in agreed(document.findings()) if one.finding is not None]
        for finding in sure:
            if finding.found == finding.right and not everything:
                continue
            made = list(_of(finding, document.record, sure))
            told.found += made
            told.left_out += not made
    told.found = list(dict.fromkeys(told.found))
    return told


def _of(finding: Finding, record: Mapping[str, Any], sure: Sequence[Finding]) -> Iterator[Suggestion]:
    found, right = finding.found, finding.right
    if found is not None and (right is None or right.label != found.label):
        yield from _sentence(found, found.rule, record, sure, reject=True)
    if right is not None:
        same_place = found is not None and (found.start, found.end, found.label) == (
            right.start,
            right.end,
            right.label,
        )
        rule = found.rule if found is not None and same_place else None
        yield from _sentence(right, rule, record, sure, reject=False)


def _sentence(
    entity: Entity, rule: str | None, record: Mapping[str, Any], sure: Sequence[Finding], *, reject: bool
) -> Iterator[Suggestion]:
    """The sentence of an entity with all that is right of its label marked; nothing where that is not known."""
    text, label = record["text"], entity.label
    start, end = sentence_around(text, entity.start, entity.end)
    judged = {finding.place for finding in sure}
    others = ((span["start"], span["end"], span["label"]) for span in record["spans"])
    if any(
        label == of and first < end and start < last and (first, last, of) not in judged for first, last, of in others
    ):
        return
    right = [f.right for f in sure if f.right is not None and f.right.label == label]
    inside = sorted((e for e in right if start <= e.start and e.end <= end), key=lambda e: e.start)
    day = (record.get("meta") or {}).get("date")
    anchors = {e.value["anchor"] for e in inside if e.value.get("anchor")}
    marked = _marked(text, start, end, inside)
    if marked is not None and anchors <= {day}:
        yield Suggestion(record.get("lang") or "und", label, rule, marked, day if anchors else None, reject)


def _marked(text: str, start: int, end: int, inside: Sequence[Entity]) -> str | None:
    """A stretch of text with its entities marked; None where its own brackets would be taken for marks."""
    parts, last = [], start
    for entity in inside:
        if entity.start < last:
            return None
        written = notation.write(typed_value(entity.label, entity.value))
        parts += [text[last : entity.start], f"[{entity.text}]({written})"]
        last = entity.end
    marked = " ".join("".join([*parts, text[last:end]]).split())
    plain, spans = notation.unmark(marked)
    whole = plain == " ".join(text[start:end].split()) and len(spans) == len(inside) and "](" not in plain
    return marked if whole else None


def tried(found: Sequence[Suggestion], own: Sequence[Path] = ()) -> list[Suggestion]:
    """The suggestions with what `annotate test` says of each that does not hold yet; `own` are the user's patterns."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write(found, root)
        said = {
            (result.lang, result.text, result.reject): result.message
            for lang in sorted({one.lang for one in found})
            for result in run_cases(lang, [*patterns.folders(own), root], {p.as_posix() for p in root.rglob("*.yaml")})
        }
    return [replace(one, wrong=said.get((one.lang, notation.unmark(one.text)[0], one.reject), "")) for one in found]


def write(found: Iterable[Suggestion], root: Path) -> list[Path]:
    """Pattern files of suggestions, in a folder for `annotate test --patterns`."""
    paths = []
    for name, content in pages(found).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        paths.append(path)
    return paths


def pages(found: Iterable[Suggestion]) -> dict[str, str]:
    """The suggestions as YAML, by the pattern file that each goes into."""
    files: dict[str, list[Suggestion]] = {}
    for one in found:
        files.setdefault(one.file, []).append(one)
    return {name: "".join(f"{line}\n" for line in _lines(some)) for name, some in sorted(files.items())}


def _lines(found: Sequence[Suggestion]) -> Iterator[str]:
    yield f"label: {found[0].label}"
    for key, reject in (("examples", False), ("rejects", True)):
        some = [one for one in found if one.reject == reject]
        if some:
            yield f"{key}:"
        by_rule: dict[str | None, list[Suggestion]] = {}
        for one in some:
            by_rule.setdefault(one.rule, []).append(one)
        for rule, entries in sorted(by_rule.items(), key=lambda item: item[0] or ""):
            if rule is not None:
                yield f"  {rule}:"
            for one in entries:
                yield from _entry(one, "    " if rule is not None else "  ")


def _entry(one: Suggestion, indent: str) -> Iterator[str]:
    if one.wrong:
        yield f"{indent}# not yet: {' '.join(one.wrong.split())}"
    words = _quoted(one.text)
    yield f"{indent}- {words}" if one.date is None else f"{indent}- {{text: {words}, date: {one.date}}}"


def _quoted(text: str) -> str:
    """A text as a YAML string in double quotes, on one line."""
    dumped = yaml.dump(text, default_style='"', allow_unicode=True, width=2**31)
    return str(dumped).rstrip("\n")
