"""What changed between two outputs: entities gained, lost, revalued and re-ruled, each in its context.

Documents are joined by id. Both outputs are read in step, a record of each at a time. Where their order differs,
what is left of the new one is gone through once for the place of each record on the disk, and each is fetched
from there when its old one comes: what memory holds grows with the number of documents, not with their texts.

Only entities are compared (spans with label, value and rule); neither facts nor tokens, nor what a record says of
its run. A value that leads to another span (`since: s4`) is compared by what it leads to, because a span's number
changes when one before it is gained.
"""

from __future__ import annotations

import re
import tempfile
from bisect import bisect_right
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, fields
from itertools import accumulate, chain, zip_longest
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import orjson

from annotate.reading.decode import UNPACK, ReadError, Source
from annotate.schema import VALUE_LINKS

Record = Mapping[str, Any]
Span = Mapping[str, Any]

CONTEXT = 40
UNDECIDED = "und"

Kind = Literal["gained", "lost", "revalued", "re-ruled"]
KINDS: tuple[Kind, ...] = ("gained", "lost", "revalued", "re-ruled")

_NAME = re.compile(r"annotations(-[^.]+)?\.jsonl(\.gz|\.zst)?")
#: Longer than any line; what reads lines asks for a limit.
_ENDLESS = 2**40


class DiffError(ValueError):
    """The outputs cannot be compared. The message says which, and why."""


# The result


@dataclass(frozen=True, slots=True)
class Change:
    """One entity that changed. `old_rule` and `new_rule` are None where the side has no such entity.

    `values` are the keys of its value that differ, each with the old and the new one: all of them where it was
    gained or lost. `before` and `after` are the 40 characters around it.
    """

    kind: Kind
    document: str
    lang: str
    label: str
    start: int
    end: int
    before: str
    text: str
    after: str
    old_rule: str | None
    new_rule: str | None
    values: Mapping[str, tuple[Any, Any]]

    @property
    def row(self) -> str:
        """The row of the table that counts it: its rule, or both where another one found it."""
        rules = [rule for rule in (self.old_rule, self.new_rule) if rule is not None]
        return " > ".join(dict.fromkeys(rules))

    def as_dict(self) -> dict[str, Any]:
        """The change as JSON has it."""
        return {part.name: getattr(self, part.name) for part in fields(self)}


@dataclass(slots=True)
class Named:
    """Documents by id: how many, and the first few of them."""

    count: int = 0
    first: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Report:
    """The result of a comparison: counts by label and rule, and the first `limit` changes of each kind.

    `only_old` and `only_new` are documents that only one output has; `other_text` those whose text differs, so
    that their spans were not compared; `other_lang` those whose language differs: these are compared.
    """

    limit: int
    compared: int = 0
    only_old: Named = field(default_factory=Named)
    only_new: Named = field(default_factory=Named)
    other_text: Named = field(default_factory=Named)
    other_lang: Named = field(default_factory=Named)
    cells: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    changes: dict[Kind, list[Change]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    @property
    def named(self) -> tuple[tuple[str, Named], ...]:
        """The documents that differ as a whole, by how they do."""
        sides = (("only_old", self.only_old), ("only_new", self.only_new))
        return (*sides, ("other_text", self.other_text), ("other_lang", self.other_lang))

    @property
    def differs(self) -> bool:
        """Whether anything at all does."""
        return any(named.count for _, named in self.named) or any(self.overall[kind] for kind in KINDS)

    @property
    def overall(self) -> Counter[str]:
        return sum(self.cells.values(), Counter())

    @property
    def by_label(self) -> dict[str, Counter[str]]:
        labels: dict[str, Counter[str]] = {}
        for (label, _), counts in sorted(self.cells.items()):
            labels[label] = labels.get(label, Counter()) + counts
        return labels

    def count(self, label: str, rule: str, column: str) -> None:
        """One more in a cell of the table."""
        self.cells.setdefault((label, rule), Counter())[column] += 1

    def note(self, named: Named, name: str) -> None:
        """One more document that differs as a whole."""
        named.count += 1
        if not self.limit or named.count <= self.limit:
            named.first.append(name)

    def add(self, change: Change) -> None:
        """Count a change, and keep it if it is among the first of its kind."""
        self.count(change.label, change.row, change.kind)
        kept = self.changes[change.kind]
        if not self.limit or len(kept) < self.limit:
            kept.append(change)

    def as_dict(self) -> dict[str, Any]:
        """The whole report as JSON has it."""
        columns = ("old", "new", *KINDS)
        documents = {key: {"count": named.count, "ids": named.first} for key, named in self.named}
        return {
            "differs": self.differs,
            "documents": {"compared": self.compared, **documents},
            "overall": {column: self.overall[column] for column in columns},
            "by_label": {
                label: {column: counts[column] for column in columns} for label, counts in self.by_label.items()
            },
            "by_rule": [
                {"label": label, "rule": rule, **{column: counts[column] for column in columns}}
                for (label, rule), counts in sorted(self.cells.items())
                if any(counts[kind] for kind in KINDS)
            ],
            "changes": [change.as_dict() for kind in KINDS for change in self.changes[kind]],
        }


# Comparing


def diff(
    old: str | Path,
    new: str | Path,
    *,
    labels: Iterable[str] = (),
    langs: Iterable[str] = (),
    limit: int = 20,
) -> Report:
    """What changed from one output to another: files of records (.jsonl, also .gz or .zst), or folders of them.

    `labels` and `langs` leave out other labels, and documents in other languages on both sides. Of each kind of
    change the first `limit` are kept, all with 0; all are counted.

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
    with closing(_joined(_Output(old), _Output(new))) as pairs:
        for ours, theirs in pairs:
            spoken = {_lang(record) for record in (ours, theirs) if record is not None}
            if not only_langs or not only_langs.isdisjoint(spoken):
                _compare(ours, theirs, only_labels, report)
    return report


def _lang(record: Record) -> str:
    return str(record.get("lang") or UNDECIDED)


def _compare(ours: Record | None, theirs: Record | None, labels: frozenset[str], report: Report) -> None:
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


# Reading in step


def _joined(old: _Output, new: _Output) -> Generator[tuple[Record | None, Record | None], None, None]:
    """The records of both outputs by id, in the order of the old one; what only the new one has comes last."""
    ours, theirs = old.rows(), new.rows()
    for left, right in zip_longest(ours, theirs):
        if left is None or right is None or left.id != right.id:
            break
        yield left.record, right.record
    else:
        return
    with _Index(new) as index:
        index.fill(_some(right, theirs))
        for row in _some(left, ours):
            yield row.record, index.take(row.id)
        yield from ((None, record) for record in index.rest())


def _some(first: _Row | None, more: Iterator[_Row]) -> Iterator[_Row]:
    return more if first is None else chain([first], more)


@dataclass(slots=True)
class _Row:
    """A record with its id, and the line that it stands in: which file's, from which byte on, and the line itself.

    `start` is None where the file is packed: its bytes cannot be gone back to.
    """

    id: str
    record: Record
    file: int
    start: int | None
    line: bytes


class _Output:
    """The annotation files of one output, read one after the other."""

    def __init__(self, path: str | Path) -> None:
        self.files = _files(Path(path))

    def rows(self) -> Iterator[_Row]:
        """Every record, as it comes; raises DiffError with the file, the line and what is wrong with it."""
        for number, path in enumerate(self.files):
            try:
                yield from _rows(number, path)
            except (OSError, ReadError) as error:
                raise DiffError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _files(path: Path) -> list[Path]:
    """The file that is named, or those of a folder: annotations.jsonl, or its shards annotations-*.jsonl."""
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.rglob("annotations*") if _NAME.fullmatch(file.name))
    if not files:
        raise DiffError(f"{path}: holds no annotations.jsonl")
    return files


def _rows(number: int, path: Path) -> Iterator[_Row]:
    packing = path.suffix if path.suffix in UNPACK else ""
    with path.open("rb") as file:
        source = Source(file, packing, text_key="text", max_bytes=_ENDLESS)
        plain = not packing and source.mark is None
        at = 0
        for line in source.lines():
            if not line.isspace():
                record = _record(line, f"{path}:{source.number}")
                yield _Row(str(record["id"]), record, number, at if plain else None, line)
            at += len(line)


def _record(line: bytes, where: str) -> Record:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise DiffError(f"{where}: is not JSON: {error}") from error
    if not isinstance(record, dict) or "id" not in record or not isinstance(record.get("spans"), list):
        raise DiffError(f"{where}: is no record; it needs an id and a list of spans")
    for span in record["spans"]:
        if not (isinstance(span, dict) and isinstance(span.get("label"), str) and _has_place(span)):
            raise DiffError(f"{where}: a span needs a label, a start and an end: {span}")
    return record


def _has_place(span: Span) -> bool:
    return all(type(span.get(key)) is int for key in ("start", "end"))


class _Index:
    """Where the records of an output stand on the disk, by id; each can be taken once.

    Those of packed files are copied to a temporary file, unpacked. A place is one number: how many bytes of all
    files, one behind the other and the temporary one last, come before it.
    """

    def __init__(self, output: _Output) -> None:
        self._files = output.files
        self._starts = [0, *accumulate(path.stat().st_size for path in self._files)]
        self._spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the index
        self._open: tuple[int, Any] = (len(self._files), self._spool)
        self._places: dict[str, int] = {}
        self._taken: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._spool.close()
        self._open[1].close()

    def fill(self, rows: Iterator[_Row]) -> None:
        """Go through the records for their places; raises DiffError where two have one id."""
        for row in rows:
            if row.id in self._places:
                raise _twice("new", row.id)
            self._places[row.id] = self._place(row)

    def _place(self, row: _Row) -> int:
        if row.start is not None:
            return self._starts[row.file] + row.start
        place = self._starts[-1] + self._spool.tell()
        self._spool.write(row.line if row.line.endswith(b"\n") else row.line + b"\n")
        return place

    def take(self, name: str) -> Record | None:
        """The record with this id, None where there is none; raises DiffError where it was taken before."""
        if name in self._taken:
            raise _twice("old", name)
        self._taken.add(name)
        place = self._places.pop(name, None)
        return None if place is None else self._fetched(place)

    def rest(self) -> Iterator[Record]:
        """The records that nobody took, in their order."""
        yield from map(self._fetched, self._places.values())

    def _fetched(self, place: int) -> Record:
        number = bisect_right(self._starts, place) - 1
        if self._open[0] != number:
            if self._open[1] is not self._spool:
                self._open[1].close()
            file = self._spool if number == len(self._files) else self._files[number].open("rb")
            self._open = (number, file)
        file = self._open[1]
        file.seek(place - self._starts[number])
        return _record(file.readline(), f"{self._files[number]}" if number < len(self._files) else "a packed file")


def _twice(side: str, name: str) -> DiffError:
    return DiffError(f"{side}: two documents have the id {name!r}; compare file by file, or rename one")


# The report as text

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
    yield f"{change.label} {change.row} in {change.document} ({change.lang}) at {change.start}"
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
