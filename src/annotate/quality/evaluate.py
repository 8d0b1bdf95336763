"""How good the annotations are: found spans against gold ones, with every error in its context.

Gold records may be in the output's own form, or in the simpler one of gold and development data, where a
span's value is a string (`1950-01-18`, `comprehensive strategic`) or a number with a currency. Only what the
gold says is asked: a gold span without a value is no test of the value found.

A gold document for which there is no prediction counts as missed, span by span, because a run that fails on
hard documents must not score better for it. A prediction without gold says nothing, and is left out.
"""

from __future__ import annotations

import gzip
import re
from bisect import bisect_left
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

import orjson
import zstandard

from annotate.schema import TIMEX_MODS

Record = Mapping[str, Any]
Span = Mapping[str, Any]
Value = Mapping[str, Any]

CONTEXT = 40
UNDECIDED = "und"

ErrorKind = Literal["missed", "spurious", "wrong_span", "wrong_value"]


class EvaluateError(ValueError):
    """The records cannot be compared. The message says which, and why."""


# Reading


def load_records(path: str | Path) -> list[dict[str, Any]]:
    """The records of a .jsonl or .json file (one record, or a list of them), also .gz or .zst.

    Raises EvaluateError with the file, the line and what is wrong with it.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "gold.jsonl"
    ...     _ = path.write_text('{"id": "a", "spans": []}\\n')
    ...     load_records(path)
    [{'id': 'a', 'spans': []}]
    """
    path = Path(path)
    rows = _json_rows(path) if ".json" in path.suffixes[-2:] else _jsonl_rows(path)
    return [_checked(row, where) for where, row in rows]


def _json_rows(path: Path) -> Iterator[tuple[str, Any]]:
    content = _parsed(_content(path), str(path))
    rows = content if isinstance(content, list) else [content]
    for number, row in enumerate(rows, 1):
        yield f"{path}: record {number}", row


def _jsonl_rows(path: Path) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(_content(path).split(b"\n"), 1):
        if line.strip():
            yield f"{path}:{number}", _parsed(line, f"{path}:{number}")


def _content(path: Path) -> bytes:
    unpack: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.decompress, ".zst": _unzstd}
    try:
        content = path.read_bytes()
        content = unpack.get(path.suffix, bytes)(content)
    except (OSError, EOFError, zstandard.ZstdError) as error:
        raise EvaluateError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    return content.removeprefix(b"\xef\xbb\xbf")


def _unzstd(content: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompressobj().decompress(content)


def _parsed(content: bytes, where: str) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise EvaluateError(f"{where}: is not JSON: {error}") from error


def _checked(row: Any, where: str) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise EvaluateError(f"{where}: is a {type(row).__name__}, not a record")
    for key, kinds in (("id", (str, int)), ("spans", (list,))):
        if not isinstance(row.get(key), kinds):
            raise EvaluateError(f"{where}: has no {key!r}; a record needs an id and a list of spans")
    for number, span in enumerate(row["spans"]):
        if not _is_span(span):
            raise EvaluateError(f"{where}: spans[{number}] needs a label, and a start before its end: {span}")
    return row


def _is_span(span: Any) -> bool:
    if not isinstance(span, dict) or not isinstance(span.get("label"), str):
        return False
    start, end = span.get("start"), span.get("end")
    return type(start) is int and type(end) is int and 0 <= start < end


# Scores


class Rates(NamedTuple):
    """Precision, recall and F1; None where there was nothing to divide by."""

    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """Counts, and the rates that follow from them. Scores add up.

    `overlapping` holds the exact pairs too; `valued` are the pairs whose gold span carries a value.

    >>> (Score(gold=2, predicted=1, exact=1, overlapping=1) + Score(gold=2)).strict
    Rates(precision=1.0, recall=0.25, f1=0.4)
    """

    gold: int = 0
    predicted: int = 0
    exact: int = 0
    overlapping: int = 0
    valued: int = 0
    right: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(*(ours + theirs for ours, theirs in zip(astuple(self), astuple(other), strict=True)))

    @property
    def strict(self) -> Rates:
        """A span counts when start, end and label are right."""
        return self._rates(self.exact)

    @property
    def overlap(self) -> Rates:
        """A span counts when it shares a character with one of its label; each is used once."""
        return self._rates(self.overlapping)

    @property
    def value_accuracy(self) -> float | None:
        """How many of the pairs whose gold span has a value have the right one."""
        return _ratio(self.right, self.valued)

    def _rates(self, hits: int) -> Rates:
        return Rates(
            _ratio(hits, self.predicted),
            _ratio(hits, self.gold),
            _ratio(2 * hits, self.gold + self.predicted),
        )

    def as_dict(self) -> dict[str, Any]:
        """The score as JSON has it."""
        return {
            "gold": self.gold,
            "predicted": self.predicted,
            "strict": {"matched": self.exact, **self.strict._asdict()},
            "overlap": {"matched": self.overlapping, **self.overlap._asdict()},
            "value": {"compared": self.valued, "right": self.right, "accuracy": self.value_accuracy},
        }


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


@dataclass(frozen=True, slots=True)
class Error:
    """One thing that is wrong: the gold span and the one found, None where there is none.

    `text` is the stretch that the two cover, `before` and `after` are the 40 characters around it.
    """

    kind: ErrorKind
    document: str
    lang: str
    label: str
    gold: Span | None
    predicted: Span | None
    before: str
    text: str
    after: str

    def as_dict(self) -> dict[str, Any]:
        """The error as JSON has it."""
        return {part.name: getattr(self, part.name) for part in fields(self)}


@dataclass(frozen=True, slots=True)
class Report:
    """The result of an evaluation: scores by language and label, every error, and what could not be compared.

    `not_predicted` are gold documents without a prediction (their spans count as missed), `not_gold` are
    predictions without gold (left out), `other_text` are documents whose two texts differ (left out).
    """

    cells: Mapping[tuple[str, str], Score]
    errors: Sequence[Error]
    compared: int
    not_predicted: Sequence[str] = ()
    not_gold: Sequence[str] = ()
    other_text: Sequence[str] = ()

    @property
    def overall(self) -> Score:
        return sum(self.cells.values(), Score())

    @property
    def by_language(self) -> dict[str, Score]:
        return self._by(0)

    @property
    def by_label(self) -> dict[str, Score]:
        return self._by(1)

    def _by(self, part: int) -> dict[str, Score]:
        scores: dict[str, Score] = {}
        for cell, score in self.cells.items():
            scores[cell[part]] = scores.get(cell[part], Score()) + score
        return dict(sorted(scores.items()))

    def as_dict(self) -> dict[str, Any]:
        """The whole report as JSON has it."""
        cells: dict[str, dict[str, Any]] = {}
        for (lang, label), score in sorted(self.cells.items()):
            cells.setdefault(lang, {})[label] = score.as_dict()
        return {
            "documents": {
                "compared": self.compared,
                "not_predicted": list(self.not_predicted),
                "not_gold": list(self.not_gold),
                "other_text": list(self.other_text),
            },
            "overall": self.overall.as_dict(),
            "by_label": {label: score.as_dict() for label, score in self.by_label.items()},
            "by_language": {lang: score.as_dict() for lang, score in self.by_language.items()},
            "by_language_and_label": cells,
            "errors": [error.as_dict() for error in self.errors],
        }


# Comparing


def evaluate(gold: Iterable[Record], predicted: Iterable[Record], *, labels: Sequence[str] | None = None) -> Report:
    """How well the predicted records agree with the gold ones; documents are joined by id.

    `labels` restricts both sides to these labels; without it every label of either side counts.

    >>> gold = [{"id": "a", "lang": "en", "text": "since 2008", "spans": [
    ...     {"start": 6, "end": 10, "label": "DATE", "value": "2008"}]}]
    >>> found = [{"id": "a", "lang": "en", "text": "since 2008", "spans": [
    ...     {"start": 0, "end": 10, "label": "DATE", "value": {"timex": "2008", "mod": None}}]}]
    >>> report = evaluate(gold, found)
    >>> report.overall.strict.f1, report.overall.overlap.f1, report.overall.value_accuracy
    (0.0, 1.0, 1.0)
    >>> [error.kind for error in report.errors]
    ['wrong_span']
    """
    golds, found = _by_id(gold, "gold"), _by_id(predicted, "predicted")
    other_text = [name for name in golds if name in found and not _same_text(golds[name], found[name])]
    cells: dict[tuple[str, str], Score] = {}
    errors: list[Error] = []
    for name in sorted(golds.keys() - set(other_text)):
        for comparison in _comparisons(golds[name], found.get(name, {}), labels):
            cell = (comparison.lang, comparison.label)
            cells[cell] = cells.get(cell, Score()) + comparison.score()
            errors.extend(comparison.errors())
    return Report(
        cells=cells,
        errors=errors,
        compared=len(golds.keys() & found.keys()) - len(other_text),
        not_predicted=sorted(golds.keys() - found.keys()),
        not_gold=sorted(found.keys() - golds.keys()),
        other_text=sorted(other_text),
    )


def _by_id(records: Iterable[Record], side: str) -> dict[str, Record]:
    joined: dict[str, Record] = {}
    for record in records:
        name = str(record["id"])
        if name in joined:
            raise EvaluateError(f"{side}: two documents have the id {name!r}; compare file by file, or rename one")
        joined[name] = record
    return joined


def _same_text(gold: Record, found: Record) -> bool:
    """Whether offsets mean the same on both sides; gold without a text still has its spans' words."""
    ours, theirs = gold.get("text"), found.get("text")
    if theirs is None or ours == theirs:
        return True
    if ours is not None:
        return False
    return all(span.get("text") in (None, theirs[span["start"] : span["end"]]) for span in gold["spans"])


def _comparisons(gold: Record, found: Record, labels: Sequence[str] | None) -> Iterator[_Comparison]:
    """The two sides of one document, label by label."""
    golds, predictions = _by_label(gold.get("spans", ())), _by_label(found.get("spans", ()))
    for label in sorted(golds.keys() | predictions.keys()):
        if labels is None or label in labels:
            yield _Comparison(
                document=str(gold["id"]),
                lang=gold.get("lang") or found.get("lang") or UNDECIDED,
                text=gold.get("text") or found.get("text") or "",
                label=label,
                gold=golds.get(label, []),
                predicted=predictions.get(label, []),
            )


def _by_label(spans: Iterable[Span]) -> dict[str, list[Span]]:
    """Spans by label, each once and in order."""
    places: dict[str, dict[tuple[int, int], Span]] = {}
    for span in spans:
        places.setdefault(span["label"], {}).setdefault((span["start"], span["end"]), span)
    return {label: [spans[place] for place in sorted(spans)] for label, spans in places.items()}


class _Comparison:
    """Gold and predicted spans of one label in one document, paired off."""

    def __init__(
        self, document: str, lang: str, text: str, label: str, gold: Sequence[Span], predicted: Sequence[Span]
    ) -> None:
        self.document, self.lang, self.text, self.label = document, lang, text, label
        self.gold, self.predicted = gold, predicted
        self.pairs = pair(gold, predicted)
        self._verdicts = [right_value(label, ours, theirs) for ours, theirs in self.pairs]

    def score(self) -> Score:
        return Score(
            gold=len(self.gold),
            predicted=len(self.predicted),
            exact=sum(_exact(*pair) for pair in self.pairs),
            overlapping=len(self.pairs),
            valued=sum(verdict is not None for verdict in self._verdicts),
            right=sum(verdict is True for verdict in self._verdicts),
        )

    def errors(self) -> Iterator[Error]:
        """Everything wrong, in the order of the text."""
        return iter(sorted(self._errors(), key=lambda error: (error.gold or error.predicted or {})["start"]))

    def _errors(self) -> Iterator[Error]:
        paired = {id(span) for pair in self.pairs for span in pair}
        yield from (self._error("missed", span, None) for span in self.gold if id(span) not in paired)
        yield from (self._error("spurious", None, span) for span in self.predicted if id(span) not in paired)
        for (ours, theirs), verdict in zip(self.pairs, self._verdicts, strict=True):
            if not _exact(ours, theirs):
                yield self._error("wrong_span", ours, theirs)
            if verdict is False:
                yield self._error("wrong_value", ours, theirs)

    def _error(self, kind: ErrorKind, gold: Span | None, predicted: Span | None) -> Error:
        spans = [span for span in (gold, predicted) if span is not None]
        start, end = min(span["start"] for span in spans), max(span["end"] for span in spans)
        return Error(
            kind,
            self.document,
            self.lang,
            self.label,
            gold and self._shown(gold),
            predicted and self._shown(predicted),
            before=self.text[max(0, start - CONTEXT) : start],
            text=self.text[start:end] or " / ".join(span.get("text", "") for span in spans),
            after=self.text[end : end + CONTEXT],
        )

    def _shown(self, span: Span) -> Span:
        """What a reader of the errors needs of a span."""
        start, end = span["start"], span["end"]
        words = self.text[start:end] or span.get("text", "")
        shown = {"start": start, "end": end, "text": words, "value": stated_value(self.label, span)}
        return {**shown, "rule": span["rule"]} if "rule" in span else shown


def pair(gold: Sequence[Span], predicted: Sequence[Span]) -> list[tuple[Span, Span]]:
    """Spans of one label that belong together: exact pairs first, then the longest overlap.

    Each span is used once, so that one long prediction over two dates finds one of them.

    >>> spans = [{"start": 0, "end": 4}, {"start": 5, "end": 9}]
    >>> pair(spans, [{"start": 0, "end": 9}])
    [({'start': 0, 'end': 4}, {'start': 0, 'end': 9})]
    """
    used: set[int] = set()
    pairs = []
    for ours, theirs in sorted(_overlapping(gold, predicted), key=_closeness):
        if id(ours) not in used and id(theirs) not in used:
            used |= {id(ours), id(theirs)}
            pairs.append((ours, theirs))
    return sorted(pairs, key=lambda both: (both[0]["start"], both[0]["end"]))


def _overlapping(gold: Sequence[Span], predicted: Sequence[Span]) -> Iterator[tuple[Span, Span]]:
    """All pairs that share a character; only spans that begin near one another are looked at."""
    ordered = sorted(predicted, key=lambda span: span["start"])
    starts = [span["start"] for span in ordered]
    longest = max((span["end"] - span["start"] for span in ordered), default=0)
    for ours in gold:
        first, last = bisect_left(starts, ours["start"] - longest), bisect_left(starts, ours["end"])
        yield from ((ours, theirs) for theirs in ordered[first:last] if theirs["end"] > ours["start"])


def _closeness(both: tuple[Span, Span]) -> tuple[bool, int, int, int]:
    ours, theirs = both
    shared = min(ours["end"], theirs["end"]) - max(ours["start"], theirs["start"])
    return not _exact(ours, theirs), -shared, ours["start"], theirs["start"]


def _exact(ours: Span, theirs: Span) -> bool:
    return bool(ours["start"] == theirs["start"] and ours["end"] == theirs["end"])


# Values: what the gold says, in the output's terms


def stated_value(label: str, span: Span) -> Value | None:
    """What a span says its value is, in the output's terms and no more; None where it says nothing.

    >>> stated_value("PARTNERSHIP", {"value": "comprehensive strategic"})
    {'kind': 'partnership', 'level': ['comprehensive', 'strategic']}
    >>> stated_value("MONEY", {"amount": 60000000000.0, "currency": "USD"})
    {'amount': '60000000000', 'currency': 'USD'}
    """
    value = span.get("value")
    if isinstance(value, Mapping):
        return value or None
    simple: dict[str, Callable[[Span], Value]] = {
        "DATE": _simple_date,
        "MONEY": _simple_money,
        "AGREEMENT": _simple_agreement,
        "PARTNERSHIP": _simple_partnership,
    }
    return simple.get(label, _simple_other)(span) or None


#: Duckling's `Day-interval` ends on the first day out, chrono's `date-interval` on the last one in.
_END_IS_OUT = re.compile(r"[A-Z][a-z]+-interval")


def _simple_date(span: Span) -> Value:
    """`value` is a TIMEX3 value or an ISO date; an interval has `start_value` and `end_value` in its place.

    A bound has `start_value` alone: its preposition is outside our spans, so it is asked as a plain date.
    A `mod` that is not TIMEX3 (`After`, `NOW`) is the source's own word, and not asked.
    """
    begin, end = span.get("start_value"), span.get("end_value")
    iso = span.get("value") or (begin if end is None else None)
    stated = {"iso": iso} if iso else _simple_interval(span)
    if span.get("mod") in TIMEX_MODS:
        stated["mod"] = span["mod"]
    return stated


def _simple_interval(span: Span) -> dict[str, Any]:
    last_day = _last_day_before if _END_IS_OUT.fullmatch(str(span.get("timex_type"))) else _last_day
    days = {"start": _first_day(str(span.get("start_value"))), "end": last_day(str(span.get("end_value")))}
    return {key: day for key, day in days.items() if day is not None}


def _simple_money(span: Span) -> Value:
    """`amount` with `currency`; a range or bound has `start_value` and `end_value` instead."""
    least, most = span.get("start_value"), span.get("end_value")
    stated: dict[str, Any] = {}
    if span.get("amount") is not None:
        stated["amount"] = _plain(span["amount"])
    elif least is not None and most is not None:
        stated |= {"min": _plain(least), "max": _plain(most)}
    elif least is not None:
        stated["at_least"] = _plain(least)
    elif most is not None:
        stated["at_most"] = _plain(most)
    if stated and span.get("currency"):
        stated["currency"] = span["currency"]
    return stated


def _simple_agreement(span: Span) -> Value:
    return {"kind": "_".join(str(span["value"]).split())} if span.get("value") else {}


_SIMPLE_KINDS = {
    "shared future": "shared_future_community",
    "shared future community": "shared_future_community",
    "shared_future_community": "shared_future_community",
    "alliance": "alliance",
}


def _simple_partnership(span: Span) -> Value:
    """Either the kind, or the levels of a partnership; the empty string is a partnership without a level."""
    if span.get("value") is None:
        return {}
    value = str(span["value"])
    if value in _SIMPLE_KINDS:
        return {"kind": _SIMPLE_KINDS[value]}
    return {"kind": "partnership", "level": [level for level in value.split() if level != "partnership"]}


def _simple_other(span: Span) -> Value:
    return {"timex": span["value"]} if span.get("value") is not None else {}


# Values: whether the one found is right


def right_value(label: str, gold: Span, predicted: Span) -> bool | None:
    """Whether the predicted span has the gold one's value; None where the gold one says nothing of it.

    >>> gold = {"amount": 2.5e9, "currency": "USD"}
    >>> right_value("MONEY", gold, {"value": {"amount": "2500000000.00", "currency": "USD"}})
    True
    """
    stated = stated_value(label, gold)
    if stated is None:
        return None
    same: dict[str, Callable[[Value, Value], bool]] = {
        "DATE": _same_date,
        "MONEY": _same_money,
        "AGREEMENT": _same_agreement,
        "PARTNERSHIP": partial(_same_stated, ("kind", "level")),
    }
    compare = same.get(label, partial(_same_stated, tuple(stated)))
    return compare(stated, stated_value(label, predicted) or {})


def _same_stated(keys: Iterable[str], stated: Value, found: Value) -> bool:
    """Whether the two agree on those of the keys that the gold states, a stated null included."""
    return all(stated[key] == found.get(key) for key in keys if key in stated)


def _same_non_null(keys: Iterable[str], stated: Value, found: Value) -> bool:
    """The same, where a null in the gold says nothing."""
    return all(stated[key] == found.get(key) for key in keys if stated.get(key) is not None)


def _same_date(stated: Value, found: Value) -> bool:
    timex = found.get("timex", found.get("iso"))
    return (
        ("iso" not in stated or _same_iso(str(stated["iso"]), found))
        and ("timex" not in stated or stated["timex"] == timex)
        and _same_stated(("mod",), stated, found)
        and _same_non_null(("start", "end"), stated, found)
    )


def _same_iso(iso: str, found: Value) -> bool:
    """Whether a plain date is the one found: as its TIMEX3, as its EDTF, or as the days from and to."""
    if _bare(iso) in {_bare(str(found[key])) for key in ("timex", "edtf", "iso") if found.get(key)}:
        return True
    begin, slash, end = iso.partition("/")
    days = (_first_day(begin), _last_day(end))
    return bool(slash) and None not in days and days == (found.get("start"), found.get("end"))


def _bare(iso: str) -> str:
    """A date as TIMEX3 writes it: without the time of day, and without the parts that are unknown.

    >>> [_bare(iso) for iso in ("2012-08-10T12:00", "2021-07-XX", "199X", "XXXX-05-06")]
    ['2012-08-10', '2021-07', '199', 'XXXX-05-06']
    """
    day = re.sub(r"(?<=\d)T.*", "", iso)
    known = re.sub(r"(-XX)+$", "", day)
    return re.sub(r"^(\d{2,3})X{1,2}$", r"\1", known)


_ISO = re.compile(
    r"(?P<year>\d{4})(-((?P<month>\d\d)(-(?P<day>\d\d))?|W(?P<week>\d\d)|Q(?P<quarter>[1-4])|H(?P<half>[12])))?"
)


def _first_day(iso: str) -> str | None:
    days = _days(iso)
    return days[0].isoformat() if days else None


def _last_day(iso: str) -> str | None:
    days = _days(iso)
    return days[1].isoformat() if days else None


def _last_day_before(iso: str) -> str | None:
    days = _days(iso)
    return (days[0] - timedelta(days=1)).isoformat() if days else None


def _days(iso: str) -> tuple[date, date] | None:
    """The first and last day of a year, half-year, quarter, month, week or day; None for what is no date."""
    parts = _ISO.fullmatch(_bare(iso))
    if parts is None:
        return None
    given = {name: int(part) for name, part in parts.groupdict().items() if part is not None}
    try:
        return _stretch(**given)
    except ValueError:  # 31 February, week 60
        return None


def _stretch(
    year: int, month: int = 0, day: int = 0, week: int = 0, quarter: int = 0, half: int = 0
) -> tuple[date, date]:
    if day:
        return date(year, month, day), date(year, month, day)
    if week:
        return date.fromisocalendar(year, week, 1), date.fromisocalendar(year, week, 7)
    first, months = 1, 12
    if month:
        first, months = month, 1
    elif quarter:
        first, months = 3 * quarter - 2, 3
    elif half:
        first, months = 6 * half - 5, 6
    last = first + months - 1
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


#: A bound of the gold is right as the bound itself, or as an amount that the words around it make one.
_BOUNDS = {"at_least": ("min", ("at_least", "more_than")), "at_most": ("max", ("at_most", "less_than"))}


def _same_money(stated: Value, found: Value) -> bool:
    return (
        all(_decimal(stated[key]) == _decimal(found.get(key)) for key in ("amount", "min", "max") if key in stated)
        and all(_same_bound(bound, stated[bound], found) for bound in _BOUNDS if bound in stated)
        and _same_currency(stated, found)
        and _same_stated(("modifier", "per"), stated, found)
    )


def _same_bound(bound: str, amount: str, found: Value) -> bool:
    key, modifiers = _BOUNDS[bound]
    wanted = _decimal(amount)
    if wanted in (_decimal(found.get(key)), _decimal(found.get(bound))):
        return True
    return _decimal(found.get("amount")) == wanted and found.get("modifier") in modifiers


def _same_currency(stated: Value, found: Value) -> bool:
    """A gold null asks nothing, unless it comes with candidates: then it says that a guess is wrong."""
    if stated.get("currency_candidates"):
        return bool(stated.get("currency") == found.get("currency"))
    return _same_non_null(("currency",), stated, found)


def _plain(number: Any) -> str:
    """A number as a decimal string, without an exponent or idle zeros."""
    exact = _decimal(number)
    return format(exact.normalize(), "f") if isinstance(exact, Decimal) else str(number)


def _decimal(number: Any) -> Decimal | str | None:
    """The exact number; a string that is none as it is, so that it equals nothing but itself."""
    if number is None:
        return None
    try:
        return Decimal(str(number))
    except InvalidOperation:
        return str(number)


def _same_agreement(stated: Value, found: Value) -> bool:
    return _same_stated(("kind",), stated, found) and _same_non_null(("count", "acronym"), stated, found)


# The report as text

_NAMED = 10
_HEADER = (
    f"{'':24}{'spans':^14} {'strict':^20} {'overlapping':^20} {'values':^14}",
    f"{'':24}{'gold':>7}{'found':>7} {'P':>6}{'R':>7}{'F1':>7} {'P':>6}{'R':>7}{'F1':>7} {'right':>14}",
)


def render(report: Report, *, errors: bool) -> str:
    """The report as plain text: a table in per cent, then, if asked for, every error in its context."""
    lines = [*_document_lines(report), "", *_HEADER, *_score_lines(report)]
    if errors:
        counts = Counter(error.kind for error in report.errors)
        summary = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in sorted(counts.items()))
        lines += ["", f"errors: {summary or 'none'}"]
        for error in report.errors:
            lines += ["", *_error_lines(error)]
    return "\n".join(lines) + "\n"


def _document_lines(report: Report) -> Iterator[str]:
    yield f"{report.compared} documents compared"
    for names, meaning in (
        (report.not_predicted, "without a prediction (their spans count as missed)"),
        (report.not_gold, "without gold (left out)"),
        (report.other_text, "whose text differs (left out)"),
    ):
        if names:
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            yield f"{len(names)} {meaning}: {', '.join(names[:_NAMED])}{more}"


def _score_lines(report: Report) -> Iterator[str]:
    yield _score_line("all", report.overall)
    yield from (_score_line(label, score) for label, score in report.by_label.items())
    for lang, score in report.by_language.items():
        yield _score_line(lang, score)
        yield from (
            _score_line(f"  {lang} {label}", cell) for (of, label), cell in sorted(report.cells.items()) if of == lang
        )


def _score_line(name: str, score: Score) -> str:
    rates = "".join(
        " " + "".join(f"{_per_cent(rate):>7}" for rate in rates)[1:] for rates in (score.strict, score.overlap)
    )
    values = f"{score.right}/{score.valued}" if score.valued else ""
    return f"{name:24}{score.gold:>7}{score.predicted:>7}{rates} {values:>8}{_per_cent(score.value_accuracy):>6}"


def _per_cent(rate: float | None) -> str:
    return "–" if rate is None else f"{100 * rate:.1f}"


def _error_lines(error: Error) -> Iterator[str]:
    shown = error.gold or error.predicted or {}
    kind = error.kind.replace("_", " ")
    yield f"{kind}: {error.label} in {error.document} ({error.lang}) at {shown['start']}"
    yield f"  {_flat(error.before)}[{_flat(error.text)}]{_flat(error.after)}"
    for side, span in (("gold", error.gold), ("found", error.predicted)):
        if span is not None:
            rule = f"  by {span['rule']}" if "rule" in span else ""
            yield f"  {side:5}  {_flat(span['text'])}  {_value_text(span['value'])}{rule}"


def _flat(words: str) -> str:
    """Words on one line."""
    return re.sub(r"\s+", " ", words)


def _value_text(value: Value | None) -> str:
    stated = {key: known for key, known in (value or {}).items() if known not in (None, [])}
    return ", ".join(f"{key}: {known}" for key, known in stated.items()) or "no value"
