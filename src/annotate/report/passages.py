"""Entities in the sentences that they stand in, as markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from annotate.records import Record
from annotate.report.wording import attribute, clipped, label_of, language_name, rule_of, safe, value_words
from annotate.spans import SPAN_TYPES, AnySpan
from annotate.text.sentences import Sentences

#: A passage is not longer than that, nor has it more entities: bounds for what is no sentence.
_LONGEST = 1600
_BEFORE = 400
_MOST = 100
#: How many characters around an entity are enough to know what it is about.
_NEAR = 90
#: How many patterns of lines there are in the style sheet.
_PATTERNS = 6
_ENDS = ".!?…。！？:;»”\"'’)]"


class Looks:
    """The letter and the pattern by which a label is known, whoever cannot tell its colour.

    >>> looks = Looks()
    >>> looks["DATE"], looks["DURATION"]
    (('D', 0), ('U', 4))
    """

    def __init__(self, labels: Sequence[str] = ()) -> None:
        self._known: dict[str, tuple[str, int]] = {}
        for label in (*SPAN_TYPES, *labels):
            self[label]

    def __getitem__(self, label: str) -> tuple[str, int]:
        if label not in self._known:
            taken = {letter for letter, _ in self._known.values()}
            free = (letter for letter in (*label, *label.lower()) if letter.isalnum() and letter not in taken)
            self._known[label] = next(free, "?"), len(self._known) % _PATTERNS
        return self._known[label]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a text, and the entities that begin in it."""

    start: int
    end: int
    spans: Sequence[AnySpan]


def passages(record: Record) -> Iterator[Passage]:
    """The sentences of a record that hold an entity, each once."""
    sentences = Sentences(record.text)
    start, end = 0, 0
    together: list[AnySpan] = []
    for span in record.spans:
        if together and (span.start >= end or len(together) == _MOST):
            yield Passage(start, end, tuple(together))
            together = []
        if not together:
            first, last = sentences.around(span.start, span.end)
            start = max(first, min(end, span.start), span.start - _BEFORE)
            end = min(last, start + _LONGEST)
        elif span.end > end:
            end = min(sentences.around(span.start, span.end)[1], start + _LONGEST)
        together.append(span)
    if together:
        yield Passage(start, end, tuple(together))


def near(passage: Passage, span: AnySpan, text: str) -> Passage:
    """Of a passage the words around one of its entities."""
    start, end = max(passage.start, span.start - _NEAR), min(passage.end, span.end + _NEAR)
    if start > passage.start:
        start = text.find(" ", start, start + _NEAR // 3) + 1 or start
    if end < passage.end:
        space = text.rfind(" ", max(span.end, end - _NEAR // 3), end)
        end = end if space < 0 else space
    return Passage(start, end, (span,))


def markup(record: Record, passage: Passage, looks: Looks) -> str:
    """A passage with its entities marked, and listed below with their values."""
    entities = "".join(_entity(span, looks) for span in passage.spans)
    text = marked(record, passage, looks)
    lang = _lang(record, passage.start)
    return f'<li><p class="text" dir="auto"{lang}>{text}</p><ul class="entities">{entities}</ul></li>\n'


def _entity(span: AnySpan, looks: Looks) -> str:
    letter, pattern = looks[label_of(span)]
    label, rule = attribute(label_of(span)), rule_of(span)
    return (
        f'<li data-label="{label}" data-rule="{attribute(rule)}">'
        f'<abbr class="tag" data-pattern="{pattern}" title="{label}">{safe(letter)}</abbr> '
        f'<bdi class="words">{safe(clipped(span.text))}</bdi> <bdi>{safe(value_words(span))}</bdi> '
        f"<code>{safe(rule)}</code></li>"
    )


def heading(record: Record) -> str:
    """The beginning of a document's section: its title, date, language and source."""
    meta = record.meta
    about = " · ".join((meta.date or "no date", language_name(record.lang), clipped(meta.source)))
    title = clipped(meta.title or "") or clipped(record.id)
    return (
        f'<section class="document" data-lang="{attribute(record.lang)}">\n'
        f'<h3 dir="auto"{_lang(record, 0)}>{safe(title)}</h3><p class="quiet">{safe(about)}</p>'
    )


def _lang(record: Record, at: int) -> str:
    """The attribute that says in which language a stretch is, for fonts, hyphens and voices."""
    lang = next((part.lang for part in record.meta.lang_segments if part.start <= at < part.end), record.lang)
    return f' lang="{"" if lang == "und" else attribute(lang)}"'


def marked(record: Record, passage: Passage, looks: Looks) -> str:
    """The words of a passage, each stretch within the marks of all entities that cover it, longest outermost."""
    places = [(n, span, min(span.end, passage.end)) for n, span in enumerate(passage.spans) if span.start < passage.end]
    edges = {passage.start, passage.end, *(span.start for _, span, _ in places), *(end for _, _, end in places)}
    parts = ["" if _is_whole(record.text, passage.start) else "…"]
    for low, high in pairwise(sorted(edge for edge in edges if passage.start <= edge <= passage.end)):
        covering = [(n, span) for n, span, end in places if span.start <= low and high <= end]
        opening = (_mark(n, span, looks, depth, low) for depth, (n, span) in enumerate(covering))
        parts += (*opening, safe(record.text[low:high]), "</mark>" * len(covering))
    parts.append("" if _is_end(record.text, passage.end) else "…")
    return "".join(parts)


def _mark(number: int, span: AnySpan, looks: Looks, depth: int, low: int) -> str:
    """The beginning of a mark; that of the first stretch has the letter."""
    letter, pattern = looks[label_of(span)]
    first = f' class="first" data-letter="{attribute(letter)}"' if span.start == low else ""
    nested = f' data-depth="{min(depth, 3)}"' if depth else ""
    return f'<mark{first} data-n="{number}" data-pattern="{pattern}"{nested}>'


def _is_whole(text: str, start: int) -> bool:
    before = text[max(0, start - 3) : start].rstrip(" \t")
    return not before or before[-1].isspace() or before[-1] in _ENDS


def _is_end(text: str, end: int) -> bool:
    return end >= len(text) or text[end - 1] in _ENDS or text[end].isspace()
