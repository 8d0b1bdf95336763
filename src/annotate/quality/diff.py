"""What changed between two outputs: entities gained, lost, revalued and re-ruled, each in its context.

Documents are joined by id. Both outputs are read in step, a record of each at a time. Where their order differs,
what is left of the new one is gone through once for the place of each record on the disk, and each is fetched
from there when its old one comes: what memory holds grows with the number of documents, not with their texts.

Only entities are compared (spans with label, value and rule); neither facts nor tokens, nor what a record says of
its run. A value that leads to another span (`since: s4`) is compared by what it leads to, because a span's number
changes when one before it is gained.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from annotate.quality.changes import Change, Kind, Mark, Report
from annotate.quality.step import Output, Record, Span, joined
from annotate.schema import VALUE_LINKS

#: What a change says of a decision: asked for the new record, and the entity of the old and of the new output.
Marker = Callable[[Record, Span | None, Span | None], Mark | None]

CONTEXT = 40
UNDECIDED = "und"


def diff(
    old: str | Path,
    new: str | Path,
    *,
    labels: Iterable[str] = (),
    langs: Iterable[str] = (),
    limit: int = 20,
    mark: Marker | None = None,
) -> Report:
    """What changed from one output to another: files of records (.jsonl, also .gz or .zst), or folders of them.

    `labels` and `langs` leave out other labels, and documents in other languages on both sides. Of each kind of
    change the first `limit` are kept, all with 0; all are counted. `mark` says of a change whether it confirms or
    contradicts what a person has decided; those that contradict are all kept.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     old, new = Path(folder) / "old.jsonl", Path(folder) / "new.jsonl"
    ...     _ = old.write_text('{"id": "a", "text": "in 2008", "spans": []}')
    ...     _ = new.write_text('{"id": "a", "text": "in 2008", "spans": [{"start": 3, "end": 7, "label": "DATE"}]}')
    ...     report = diff(old, new)
    >>> [(change.kind, change.label, change.text) for change in report.changes["gained"]]
    [('gained', 'DATE', '2008')]
    """
    report = Report(limit)
    only_labels, only_langs = frozenset(labels), frozenset(langs)
    with closing(joined(Output(old), Output(new))) as pairs:
        for ours, theirs in pairs:
            spoken = {_lang(record) for record in (ours, theirs) if record is not None}
            if not only_langs or not only_langs.isdisjoint(spoken):
                _compare(ours, theirs, only_labels, report, mark)
    return report


def _lang(record: Record) -> str:
    return str(record.get("lang") or UNDECIDED)


def _compare(
    ours: Record | None, theirs: Record | None, labels: frozenset[str], report: Report, mark: Marker | None
) -> None:
    """The two records of one document, or the only one there is."""
    if ours is None or theirs is None:
        only = ours or theirs or {}
        report.note(report.only_old if ours else report.only_new, str(only["id"]))
        return
    if ours.get("text") != theirs.get("text"):
        report.note(report.other_text, str(ours["id"]))
        return
    if _lang(ours) != _lang(theirs):
        report.note(report.other_lang, str(ours["id"]))
    report.compared += 1
    before, after = _placed(ours, labels), _placed(theirs, labels)
    for column, spans in (("old", before), ("new", after)):
        for span in spans.values():
            report.count(span["label"], _rule(span), column)
    for place in sorted(before.keys() | after.keys()):
        change = _change(ours, theirs, before.get(place), after.get(place))
        if change is not None:
            if mark is not None and change.kind != "re-ruled":
                change = replace(change, decided=mark(theirs, before.get(place), after.get(place)))
            report.add(change)


_Place = tuple[int, int, str, int]


def _placed(record: Record, labels: frozenset[str]) -> dict[_Place, Span]:
    """Spans by start, end and label; several at one place are told apart by their order."""
    placed: dict[_Place, Span] = {}
    for span in record["spans"]:
        if labels and span["label"] not in labels:
            continue
        again = 0
        while (span["start"], span["end"], span["label"], again) in placed:
            again += 1
        placed[span["start"], span["end"], span["label"], again] = span
    return placed


def _rule(span: Span) -> str:
    return str(span.get("rule") or "-")


def _change(ours: Record, theirs: Record, old: Span | None, new: Span | None) -> Change | None:
    """What became of one entity, None where it is the same."""
    span = new or old or {}
    values = _differing(_values(ours, old), _values(theirs, new))
    kind: Kind
    if old is None or new is None:
        kind = "gained" if old is None else "lost"
    elif values:
        kind = "revalued"
    elif _rule(old) != _rule(new):
        kind = "re-ruled"
    else:
        return None
    start, end = span["start"], span["end"]
    text = theirs.get("text") or ""
    return Change(
        kind=kind,
        document=str(theirs["id"]),
        lang=_lang(theirs),
        label=span["label"],
        start=start,
        end=end,
        before=text[max(0, start - CONTEXT) : start],
        text=text[start:end] or span.get("text") or "",
        after=text[end : end + CONTEXT],
        old_rule=None if old is None else _rule(old),
        new_rule=None if new is None else _rule(new),
        values=values,
    )


def _values(record: Record, span: Span | None) -> Mapping[str, Any]:
    """The value of a span, links to other spans as the words that they lead to and where these stand."""
    value = {} if span is None else span.get("value")
    if not isinstance(value, Mapping):
        return {} if value is None else {"value": value}
    links = VALUE_LINKS.get(span["label"] if span else "", {})
    led = {key for key in links if isinstance(value.get(key), str)}
    if not led:
        return value
    targets = {other.get("id"): other for other in record["spans"]}
    return {key: _target(targets.get(part), part) if key in led else part for key, part in value.items()}


def _target(span: Span | None, link: Any) -> Any:
    return link if span is None else f"{span.get('text', '')} [{span['start']}:{span['end']}]"


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The keys whose values differ, a null like a key that is missing."""
    keys = dict.fromkeys((*old, *new))
    return {key: (old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)}
