"""The result of an evaluation: counts and rates by language and label, and every error in its context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any, Literal, NamedTuple

from annotate.quality.gold import Span

ErrorKind = Literal["missed", "spurious", "wrong_span", "wrong_value"]


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
