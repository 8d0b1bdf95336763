"""How good the annotations are: found spans against gold ones, with every error in its context.

Gold records may be in the output's own form, or in the simpler one of gold and development data, where a
span's value is a string (`1950-01-18`, `comprehensive strategic`) or a number with a currency. Only what the
gold says is asked: a gold span without a value is no test of the value found.

Gold may come from a reviewer who has judged some spans of a document and not all of it (`"judged": {"whole": false,
"wrong": […]}`). Then only what was judged counts: a span found elsewhere says nothing of precision, and a gold span
that is missed nothing of recall.

A gold document for which there is no prediction counts as missed, span by span, because a run that fails on
hard documents must not score better for it. A prediction without gold says nothing, and is left out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from annotate.quality.gold import Span, stated_value
from annotate.quality.judge import right_value
from annotate.quality.saved import EvaluateError
from annotate.quality.scores import Error, ErrorKind, Report, Score, Tally, TallyOf

Record = Mapping[str, Any]

CONTEXT = 40
UNDECIDED = "und"


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
    tallies: dict[TallyOf, Tally] = {}
    errors: list[Error] = []
    for name in sorted(golds.keys() - set(other_text)):
        for comparison in _comparisons(golds[name], found.get(name, {}), labels):
            cell = (comparison.lang, comparison.label)
            cells[cell] = cells.get(cell, Score()) + comparison.score()
            errors.extend(comparison.errors())
            for of, tally in comparison.tallies():
                tallies[of] = tallies.get(of, Tally()) + tally
    return Report(
        cells=cells,
        errors=errors,
        compared=len(golds.keys() & found.keys()) - len(other_text),
        not_predicted=sorted(golds.keys() - found.keys()),
        not_gold=sorted(found.keys() - golds.keys()),
        other_text=sorted(other_text),
        tallies=tallies,
        partly=sum(not _is_whole(gold) for gold in golds.values()),
    )


def _is_whole(gold: Record) -> bool:
    """Whether all that is in a gold document's text is in its spans."""
    judged = gold.get("judged")
    return not isinstance(judged, Mapping) or bool(judged.get("whole"))


def _judged(gold: Record, found: Iterable[Span]) -> list[Span]:
    """The spans found of which a reviewer has said something: those that meet a right one, or are a wrong one."""
    wrong = {(span["start"], span["end"], span["label"]) for span in gold["judged"].get("wrong", ())}
    right = sorted((span["label"], span["start"], span["end"]) for span in gold["spans"])
    kept = []
    for span in found:
        place = bisect_left(right, (span["label"], span["end"]))
        meets = place > 0 and right[place - 1][0] == span["label"] and right[place - 1][2] > span["start"]
        if meets or (span["start"], span["end"], span["label"]) in wrong:
            kept.append(span)
    return kept


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
    whole, spans = _is_whole(gold), found.get("spans", ())
    golds = _by_label(_once(gold.get("spans", ())))
    predictions = _by_label(spans if whole else _judged(gold, spans))
    for label in sorted(golds.keys() | predictions.keys()):
        if labels is None or label in labels:
            yield _Comparison(
                document=str(gold["id"]),
                lang=gold.get("lang") or found.get("lang") or UNDECIDED,
                text=gold.get("text") or found.get("text") or "",
                label=label,
                gold=golds.get(label, []),
                predicted=predictions.get(label, []),
                whole=whole,
            )


def _once(spans: Iterable[Span]) -> Iterable[Span]:
    """Gold spans, each asked for once; one that is found twice is wrong once, and must cost precision."""
    places: dict[tuple[str, int, int], Span] = {}
    for span in spans:
        places.setdefault((span["label"], span["start"], span["end"]), span)
    return places.values()


def _by_label(spans: Iterable[Span]) -> dict[str, list[Span]]:
    """Spans by label, in the order of the text; copies, since spans are told apart by what they are, not say."""
    labels: dict[str, list[Span]] = {}
    for span in sorted(spans, key=lambda span: (span["start"], span["end"])):
        labels.setdefault(span["label"], []).append({**span})
    return labels


class _Comparison:
    """Gold and predicted spans of one label in one document, paired off."""

    def __init__(
        self,
        document: str,
        lang: str,
        text: str,
        label: str,
        gold: Sequence[Span],
        predicted: Sequence[Span],
        whole: bool = True,
    ) -> None:
        self.document, self.lang, self.text, self.label = document, lang, text, label
        self.gold, self.predicted, self.whole = gold, predicted, whole
        self.pairs = pair(gold, predicted)
        self._verdicts = [right_value(label, ours, theirs) for ours, theirs in self.pairs]

    def score(self) -> Score:
        exact = sum(_exact(*pair) for pair in self.pairs)
        return Score(
            gold=len(self.gold),
            predicted=len(self.predicted),
            exact=exact,
            overlapping=len(self.pairs),
            valued=sum(verdict is not None for verdict in self._verdicts),
            right=sum(verdict is True for verdict in self._verdicts),
            open=0 if self.whole else len(self.gold),
            open_exact=0 if self.whole else exact,
            open_overlapping=0 if self.whole else len(self.pairs),
        )

    def tallies(self) -> Iterator[tuple[TallyOf, Tally]]:
        """Each span found, by its label, its language and its rule: whether it is right in span and value."""
        right = {
            id(theirs)
            for (ours, theirs), verdict in zip(self.pairs, self._verdicts, strict=True)
            if _exact(ours, theirs) and verdict is not False
        }
        for span in self.predicted:
            tally = Tally(1, int(id(span) in right))
            yield ("label", self.label), tally
            yield ("lang", self.lang), tally
            yield ("rule", str(span.get("rule") or "-")), tally

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
