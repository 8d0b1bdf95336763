"""An evaluation as plain text: a table in per cent, and the errors in their context."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from annotate.quality.gold import Value
from annotate.quality.scores import Error, Report, Score

_NAMED = 10
_HEADER = (
    f"{'':24}{'spans':^14} {'strict':^20} {'overlapping':^20} {'values':^14}",
    f"{'':24}{'gold':>7}{'found':>7} {'P':>6}{'R':>7}{'F1':>7} {'P':>6}{'R':>7}{'F1':>7} {'right':>14}",
)


def render(report: Report, *, errors: bool, rules: bool = False) -> str:
    """The report as plain text: a table in per cent, then, if asked for, the rules, and every error in its context."""
    lines = [*_document_lines(report), "", *_HEADER, *_score_lines(report)]
    if rules:
        lines += ["", *_tally_lines(report)]
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
    if report.partly:
        yield f"{report.partly} judged in part: of these only what was judged counts, and nothing for recall"


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


def _tally_lines(report: Report) -> Iterator[str]:
    """How many of those found are right in span and value, with the interval of that share."""
    names = [name for _, name in report.tallies]
    width = max(map(len, names), default=0) + 2
    yield f"{'right in span and value':{width}}{'judged':>8}{'right':>7}{'P':>7}  95% interval"
    for of in ("label", "lang", "rule"):
        rows = [(name, tally) for (kind, name), tally in report.tallies.items() if kind == of]
        ranked = sorted(
            rows, key=lambda row: (row[1].precision or 0, -row[1].judged, row[0]) if of == "rule" else (0, 0, row[0])
        )
        for name, tally in ranked:
            low, high = tally.interval or (0.0, 1.0)
            bounds = f"{_per_cent(low)} to {_per_cent(high)}"
            yield f"{name:{width}}{tally.judged:>8}{tally.right:>7}{_per_cent(tally.precision):>7}  {bounds}"
    if report.silent:
        yield f"{len(report.silent)} rules found nothing: {', '.join(report.silent)}"


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
