"""The page: what was gathered, laid out by a template, with nothing in it that comes from elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from markupsafe import Markup

from annotate.manifest import Totals
from annotate.report.charts import across, chart, longest
from annotate.report.gather import Findings, gather
from annotate.report.months import densest, series, span_of
from annotate.report.tallies import Tallies
from annotate.report.templating import asset, environment, page_style, policy
from annotate.storage.write import OutputError, to_page, whole
from annotate.version import __version__

#: The first bytes of every report say that it is one; only such a file is written over.
_MARK = '<meta name="generator" content="annotate report'
_HEAD = 1024
#: What the page is made of besides sentences is less than this.
_REST = 1_500_000
_CHUNK = 1 << 20
_TOP = 25
_CURRENCIES = 30
_RULES = 2_000
_LANGUAGES = 100
_LABELS = 30
_MANIFEST = 100_000
_MONTHS, _TIMELINE = 120, 60


def write_report(
    out: str, target: Path, *, title: str = "Annotation report", megabytes: float = 16, force: bool = False
) -> Findings:
    """Write the report on an output; it appears whole or not at all, and is at most so large.

    Raises ReportError where `out` is no output, OutputError where the page cannot be written.
    """
    _refuse_other(target, force=force)
    room = int(megabytes * 1_000_000) - _REST
    with Tallies() as tallies:
        findings = gather(out, tallies, room=room)
        with whole(target) as draft:
            for chunk in _chunks(_render(findings, title)):
                draft.write(chunk)
    return findings


def is_report(path: Path) -> bool:
    """Whether a file is a report that this tool has written."""
    with path.open("rb") as file:
        return _MARK.encode() in file.read(_HEAD)


def _refuse_other(target: Path, *, force: bool) -> None:
    if target.is_dir():
        raise OutputError(f"{target}: is a folder; name a file, such as {target / 'report.html'}")
    if not target.parent.is_dir():
        raise OutputError(f"{target}: there is no folder {target.parent}; make it first, or name another file with -o")
    try:
        ours = force or not target.exists() or is_report(target)
    except OSError as error:
        raise OutputError(f"{target}: cannot be read: {error.strerror}") from error
    if not ours:
        raise OutputError(
            f"{target}: is no report of this tool; name another file with -o, or write over it with --force"
        )


def _chunks(parts: Iterator[str]) -> Iterator[bytes]:
    waiting, size = [], 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= _CHUNK:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    yield "".join(waiting).encode()


def _render(findings: Findings, title: str) -> Iterator[str]:
    yield from environment("annotate.report").get_template("page.html").generate(_content(findings, title))


def _content(findings: Findings, title: str) -> dict[str, Any]:
    """All that the template is given."""
    style = page_style()
    script = asset("annotate.report", "templates", "page.js")
    looks = findings.looks
    timeline = findings.timeline
    near = densest(timeline, most=_TIMELINE)
    far = series(timeline, most=_MONTHS)
    articles = series({month: counts.labels for month, counts in findings.months.items()}, most=_MONTHS)
    languages = sorted(findings.languages.items(), key=lambda item: (-item[1].documents, item[0]))
    sampled = findings.sample.sentences()
    rules = Counter(entity for sentence in sampled for entity in sentence.entities)
    most = {label for label, _ in sorted(findings.labels.items(), key=lambda item: (-item[1], item[0]))[:_LABELS]}
    labels = [label for label in looks if label in most]
    shown = sum(rules.values())
    counts = (findings.manifest and findings.manifest.counts) or Totals()
    manifest = to_page(findings.manifest.to_dict()).decode() if findings.manifest else ""
    return {
        "policy": policy(style, script),
        "style": Markup(style),
        "script": Markup(script),
        "version": __version__,
        "title": title,
        "found": findings,
        "looks": looks,
        "labels": labels,
        "words": counts.words,
        "remaining": counts.remaining,
        "period": span_of(findings.months),
        "languages": languages[:_LANGUAGES],
        "languages_left": len(languages) - _LANGUAGES,
        "longest_label": max(findings.labels.values(), default=0),
        "longest_language": longest(counts.labels for _, counts in languages),
        "across": across,
        "chart": chart,
        "articles": articles,
        "near": near,
        "far": far,
        "events": {bucket.first: findings.tallies.most(f"event {bucket.first}", 5) for bucket in near.filled},
        "tops": _tops(findings),
        "kinds": findings.tallies.most("kind", _TOP),
        "sums": _sums(findings),
        "sums_left": max(0, len(findings.sums) - _CURRENCIES),
        "entities": shown,
        "entities_all": findings.labels.total(),
        "sentences": len(sampled),
        "rules": sorted(rules.items())[:_RULES],
        "labels_left": sum(findings.labels[label] for label in looks if label not in most),
        "shown_languages": sorted(code for code, _ in languages[:_LANGUAGES]),
        "documents": (
            (Markup(heading), [Markup(sentence.markup) for sentence in sentences])
            for heading, sentences in findings.sample.documents()
        ),
        "manifest": manifest[:_MANIFEST],
        "manifest_cut": len(manifest) > _MANIFEST,
    }


def _tops(findings: Findings) -> dict[str, list[tuple[str, list[str], int, int]]]:
    """The most frequent names of each sort: the form met most, other forms, mentions, documents."""
    tallies = findings.tallies
    tops = {}
    for what in ("agreement", "partnership", "party"):
        rows = []
        for key, number in tallies.most(what, _TOP):
            forms = [form for form, _ in tallies.parts(what, key, 4)]
            ((_, documents),) = tallies.parts(f"{what} documents", key, 1)
            rows.append((forms[0], forms[1:], number, documents))
        tops[what] = rows
    return tops


def _sums(findings: Findings) -> list[tuple[Any, list[tuple[str, int]]]]:
    """By currency, the one stated most first: its sums, and the amounts that are stated more than once."""
    most = sorted(findings.sums.values(), key=lambda sums: (-sums.stated, sums.currency))[:_CURRENCIES]
    return [(sums, [row for row in findings.tallies.most(f"sum {sums.currency}", 5) if row[1] > 1]) for sums in most]
