"""A comparison as plain text: a table of counts, then the entities of each kind of change."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson

from annotate.quality.changes import KINDS, Change, Kind, Report

_COLUMNS = ("old", "new", *KINDS)
_MEANINGS = {
    "only_old": "only in the old output",
    "only_new": "only in the new output",
    "other_text": "whose text differs (spans not compared)",
    "other_lang": "whose language differs (compared all the same)",
}
_NAMED = 10


def render(report: Report) -> str:
    """The report as plain text: documents, a table of counts by label and rule, then the entities of each kind."""
    lines = [f"{report.compared:,} document{'s' * (report.compared != 1)} compared"]
    for key, named in report.named:
        if named.count:
            names = named.first[: _NAMED if report.limit else None]
            more = f" and {named.count - len(names):,} more" if named.count > len(names) else ""
            lines.append(f"{named.count:,} {_MEANINGS[key]}: {', '.join(names)}{more}")
    if not report.differs:
        return "\n".join([*lines, "no difference"]) + "\n"
    lines += ["", *_table(report)]
    if report.decided:
        against, along = report.decided["contradicts"], report.decided["confirms"]
        lines += ["", f"of these {against:,} contradict a decision, {along:,} confirm one"]
    for kind in KINDS:
        lines += _kind_lines(kind, report)
    return "\n".join(lines) + "\n"


def _table(report: Report) -> Iterator[str]:
    rows = [("all", report.overall)]
    for label, counts in report.by_label.items():
        rows.append((label, counts))
        if any(counts[kind] for kind in KINDS):
            rows += _rule_rows(label, report)
    width = max(len(name) for name, _ in rows)
    yield " " * width + "".join(f"{column:>10}" for column in _COLUMNS)
    for name, counts in rows:
        yield (f"{name:{width}}" + "".join(f"{counts[column] or '':>10}" for column in _COLUMNS)).rstrip()


def _rule_rows(label: str, report: Report) -> Iterator[tuple[str, Counter[str]]]:
    """The rules that have a part in a change."""
    for (of, rule), counts in sorted(report.cells.items()):
        if of == label and any(counts[kind] for kind in KINDS):
            yield f"  {rule}", counts


def _kind_lines(kind: Kind, report: Report) -> Iterator[str]:
    """The entities of one kind; those with another rule by the two rules, the others in the order of the text."""
    count, kept = report.overall[kind], report.changes[kind]
    if not count:
        return
    shown = f", the first {len(kept):,}" if len(kept) < count else ""
    yield from ("", f"{kind}: {count:,}{shown}")
    group = None
    for change in sorted(kept, key=lambda change: (change.label, change.row)) if kind == "re-ruled" else kept:
        if kind == "re-ruled" and (change.label, change.row) != group:
            group = (change.label, change.row)
            yield from ("", f"{change.label} {change.row}: {report.cells[group][kind]:,}")
        yield from _change_lines(change)


def _change_lines(change: Change) -> Iterator[str]:
    yield ""
    decided = f", {change.decided} a decision" if change.decided else ""
    yield f"{change.label} {change.row} in {change.document} ({change.lang}) at {change.start}{decided}"
    yield f"  {_flat(change.before)}[{_flat(change.text)}]{_flat(change.after)}"
    if change.kind in ("gained", "lost"):
        stated = (f"{key}: {_shown(old if new is None else new)}" for key, (old, new) in change.values.items())
        told = ", ".join(part for part in stated if not part.endswith(": []"))
        yield f"  {told or 'no value'}"
    else:
        yield from (f"  {key}: {_shown(old)} -> {_shown(new)}" for key, (old, new) in change.values.items())


def _shown(value: Any) -> str:
    return value if isinstance(value, str) and value else orjson.dumps(value).decode()


def _flat(words: str) -> str:
    """Words on one line."""
    return re.sub(r"\s+", " ", words)
