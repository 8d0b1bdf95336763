"""The result of an evaluation: counts and rates by language and label, and every error in its context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field, fields
from typing import Any, Literal, NamedTuple

from annotate.quality.gold import Span
from annotate.quality.wilson import wilson

ErrorKind = Literal["missed", "spurious", "wrong_span", "wrong_value"]


class Rates(NamedTuple):
    """Precision, recall and F1; None where there was nothing to divide by."""

    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """Counts, and the rates that follow from them. Scores add up.

    `overlapping` holds the exact pairs too; `valued` are the pairs whose gold span carries a value. The `open` ones are
    in documents that were not judged whole: there nobody knows what was missed, and they say nothing of recall.

    >>> (Score(gold=2, predicted=1, exact=1, overlapping=1) + Score(gold=2)).strict
    Rates(precision=1.0, recall=0.25, f1=0.4)
    """

    gold: int = 0
    predicted: int = 0
    exact: int = 0
    overlapping: int = 0
    valued: int = 0
    right: int = 0
    open: int = 0
    open_exact: int = 0
    open_overlapping: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(*(ours + theirs for ours, theirs in zip(astuple(self), astuple(other), strict=True)))

    @property
    def strict(self) -> Rates:
        """A span counts when start, end and label are right."""
        return self._rates(self.exact, self.open_exact)

    @property
    def overlap(self) -> Rates:
        """A span counts when it shares a character with one of its label; each is used once."""
        return self._rates(self.overlapping, self.open_overlapping)

    @property
    def value_accuracy(self) -> float | None:
        """How many of the pairs whose gold span has a value have the right one."""
        return _ratio(self.right, self.valued)

    def _rates(self, hits: int, open_hits: int) -> Rates:
        precision, recall = _ratio(hits, self.predicted), _ratio(hits - open_hits, self.gold - self.open)
        if not self.open:
            return Rates(precision, recall, _ratio(2 * hits, self.gold + self.predicted))
        if precision is None or recall is None:
            return Rates(precision, recall, None)
        return Rates(precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0)

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
class Tally:
    """Of how many spans found somebody knows whether they are right, and how many are, in span and value.

    >>> Tally(judged=10, right=9).as_dict()["precision"]
    0.9
    """

    judged: int = 0
    right: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.judged + other.judged, self.right + other.right)

    @property
    def precision(self) -> float | None:
        """The share that is right."""
        return _ratio(self.right, self.judged)

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95% interval of the precision."""
        return wilson(self.right, self.judged)

    def as_dict(self) -> dict[str, Any]:
        """The tally as JSON has it."""
        return {"judged": self.judged, "right": self.right, "precision": self.precision, "interval": self.interval}


#: What a tally is of: a label, a language or a rule, and which.
TallyOf = tuple[Literal["label", "lang", "rule"], str]


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
    predictions without gold (left out), `other_text` are documents whose two texts differ (left out). `tallies` are
    by label, language and rule; `silent` are the rules that found nothing; `partly` are the gold documents of which
    only some spans were judged.
    """

    cells: Mapping[tuple[str, str], Score]
    errors: Sequence[Error]
    compared: int
    not_predicted: Sequence[str] = ()
    not_gold: Sequence[str] = ()
    other_text: Sequence[str] = ()
    tallies: Mapping[TallyOf, Tally] = field(default_factory=dict)
    partly: int = 0
    silent: Sequence[str] = ()

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
                "partly_judged": self.partly,
            },
            "overall": self.overall.as_dict(),
            "by_label": {label: score.as_dict() for label, score in self.by_label.items()},
            "by_language": {lang: score.as_dict() for lang, score in self.by_language.items()},
            "by_language_and_label": cells,
            "precision": {
                of: {name: tally.as_dict() for (kind, name), tally in sorted(self.tallies.items()) if kind == of}
                for of in ("label", "lang", "rule")
            },
            "silent_rules": list(self.silent),
            "errors": [error.as_dict() for error in self.errors],
        }
