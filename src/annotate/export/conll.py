"""CoNLL-2003: a token a line with its tag in the scheme IOB2, an empty line behind a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from annotate.export import sentenced
from annotate.export.articles import Article
from annotate.export.formats import Written

_DOCUMENT = "-DOCSTART- -X- -X- O\n\n"


def write(articles: Iterable[Article], path: Path) -> Written:
    """The articles one after another, each behind a line of `-DOCSTART-`."""
    done = Written()
    lost = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for article in articles:
            record = article.decided().record
            spans = sentenced.flat(record["spans"])
            lost += len(record["spans"]) - len(spans)
            file.write(_DOCUMENT)
            for sentence in tagged(record["text"], spans):
                file.writelines(f"{word} -X- -X- {tag}\n" for word, tag in sentence)
                file.write("\n")
            done.count += 1
    done.notes += sentenced.note_of(lost)
    return done


def tagged(text: str, spans: Iterable[sentenced.Span]) -> Iterator[list[tuple[str, str]]]:
    """The sentences of a text that have words, as words with their tags.

    >>> text = "He paid on 3. May 2008. She did."
    >>> [*tagged(text, [{"start": 11, "end": 22, "label": "DATE"}])][0][3:]
    [('3', 'B-DATE'), ('.', 'I-DATE'), ('May', 'I-DATE'), ('2008', 'I-DATE'), ('.', 'O')]
    """
    ordered = [*spans]
    tags = _Tags(ordered)
    ends = iter([end for _, end in sentenced.stretches(text, ordered)])
    end = next(ends)
    sentence: list[tuple[str, str]] = []
    for start, word in sentenced.words_of(text, ordered):
        if start >= end and sentence:
            yield sentence
            sentence = []
        while start >= end:
            end = next(ends)
        sentence.append((word, tags.of(start)))
    if sentence:
        yield sentence


class _Tags:
    """The tags of words that are asked for in their order."""

    def __init__(self, spans: Iterable[sentenced.Span]) -> None:
        self._rest = iter(spans)
        self._now = next(self._rest, None)
        self._is_begun = False

    def of(self, start: int) -> str:
        """The tag of the word that begins there."""
        while self._now is not None and self._now["end"] <= start:
            self._now, self._is_begun = next(self._rest, None), False
        if self._now is None or start < self._now["start"]:
            return "O"
        prefix, self._is_begun = "I" if self._is_begun else "B", True
        return f"{prefix}-{self._now['label']}"
