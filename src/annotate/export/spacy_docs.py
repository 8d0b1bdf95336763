"""spaCy: documents as a `DocBin` (.spacy), or as the JSON of `Doc.to_json` (.json, .jsonl).

Spans stand in `doc.spans["annotate"]`, the rule of each in `span.id_`; `doc._.annotate` is the record without its text,
as the component `annotate` sets it, with the numbers of the document's own tokens. A `DocBin` of many documents is put
together on the disk, since spaCy's own holds all of them.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO

from annotate.export.articles import Article
from annotate.export.formats import Written
from annotate.export.jsonl import line_of
from annotate.export.tokens import whole_tokens
from annotate.storage.write import to_bytes

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

#: The key of the spans, and the name of the custom attribute.
KEY = "annotate"
#: So many documents share a vocabulary, which grows with every word.
_TOGETHER = 200


def write(articles: Iterable[Article], path: Path) -> Written:
    """The articles as documents of spaCy, in their order."""
    writers = {".spacy": _write_bin, ".jsonl": _write_lines, ".json": _write_list}
    return Written(writers[path.suffix](articles, path))


def _write_lines(articles: Iterable[Article], path: Path) -> int:
    number = 0
    with path.open("wb") as file:
        for number, doc in enumerate(_jsons(articles), 1):  # noqa: B007 - counted
            file.write(line_of(doc))
    return number


def _write_list(articles: Iterable[Article], path: Path) -> int:
    number = 0
    with path.open("wb") as file:
        file.write(b"[")
        for number, doc in enumerate(_jsons(articles), 1):
            file.write((b",\n" if number > 1 else b"\n") + to_bytes(doc)[:-1])
        file.write(b"\n]\n")
    return number


def _jsons(articles: Iterable[Article]) -> Iterator[Mapping[str, Any]]:
    for some in _batches(articles):
        vocab = _vocab()
        for article in some:
            doc = doc_of(article, vocab)
            yield {**doc.to_json(), "_": {KEY: record_of(article, doc)}}


def _batches(articles: Iterable[Article]) -> Iterator[Iterable[Article]]:
    waiting = iter(articles)
    for first in waiting:
        yield _with(first, islice(waiting, _TOGETHER - 1))


def _with(first: Article, rest: Iterable[Article]) -> Iterator[Article]:
    yield first
    yield from rest


def _vocab() -> Vocab:
    from spacy.vocab import Vocab

    return Vocab()


def doc_of(article: Article, vocab: Vocab) -> Doc:
    """An article as a document of spaCy, with its text to the character."""
    from spacy.tokens import Doc, Span

    record = article.decided().record
    tokens = whole_tokens(record["text"], record["spans"])
    doc = Doc(vocab, tokens.words, tokens.spaces)
    doc.spans[KEY] = [
        Span(doc, *tokens.within(span["start"], span["end"]), label=span["label"], span_id=span["rule"])
        for span in record["spans"]
    ]
    return doc


def record_of(article: Article, doc: Doc) -> dict[str, Any]:
    """The record of a document, all but its text."""
    record = article.decided().record
    spans = [
        {**span, "token_start": own.start, "token_end": own.end - 1}
        for span, own in zip(record["spans"], doc.spans[KEY], strict=True)
    ]
    return {key: part for key, part in record.items() if key not in ("text", "tokens")} | {"spans": spans}


# --- a DocBin on the disk

_LISTS = ("strings", "cats", "flags", "span_groups", "user_data")
_ARRAYS = ("tokens", "spaces", "lengths")


def _write_bin(articles: Iterable[Article], path: Path) -> int:
    with TemporaryDirectory(prefix=".", dir=path.parent) as folder:
        parts = _Parts(Path(folder))
        with parts.open():
            for some in _batches(articles):
                parts.add(_with_data(some))
        with path.open("wb") as file:
            parts.join(file)
    return parts.count


def _with_data(some: Iterable[Article]) -> Iterator[Doc]:
    """Documents of one vocabulary, with the record where `doc._.annotate` looks for it."""
    vocab = _vocab()
    for article in some:
        doc = doc_of(article, vocab)
        data: dict[Any, Any] = doc.user_data
        data["._.", KEY, None, None] = record_of(article, doc)
        yield doc


class _Parts:
    """The fields of a `DocBin`, each a file of its own, to be joined in the end to what `DocBin.to_bytes` gives."""

    def __init__(self, folder: Path) -> None:
        self.count = 0
        self._strings = 0
        self._attrs: list[int] = []
        self._version = ""
        self._paths = {name: folder / name for name in (*_LISTS, *_ARRAYS)}
        self._files: dict[str, BinaryIO] = {}

    def open(self) -> ExitStack:
        """Its files opened, to be closed with what is returned, each of them whatever befalls another."""
        stack = ExitStack()
        self._files = {name: stack.enter_context(path.open("wb")) for name, path in self._paths.items()}
        return stack

    def add(self, docs: Iterable[Doc]) -> None:
        """Some documents that share a vocabulary."""
        import numpy
        from spacy.tokens import DocBin
        from srsly import msgpack

        made = DocBin(attrs=["ORTH"], store_user_data=True, docs=docs)
        self._attrs, self._version = [int(attr) for attr in made.attrs], made.version
        strings = sorted(made.strings)
        self.count += len(made)
        self._strings += len(strings)
        for tokens, spaces in zip(made.tokens, made.spaces, strict=True):
            self._files["tokens"].write(tokens.astype("uint64").tobytes("C"))
            self._files["spaces"].write(spaces.tobytes("C"))
        self._files["lengths"].write(numpy.asarray([len(one) for one in made.tokens], dtype="int32").tobytes("C"))
        lists = {"strings": strings, **{name: getattr(made, name) for name in _LISTS[1:]}}
        packer = msgpack.Packer(use_bin_type=True)  # one for all: each looks for what extends it
        for name, items in lists.items():
            for item in items:
                self._files[name].write(packer.pack(item))

    def join(self, file: BinaryIO) -> None:
        """The fields behind one another as msgpack, packed."""
        import srsly

        packer = zlib.compressobj()
        file.write(packer.compress(_map_header(len(self._paths) + 2)))
        for name, content in (("version", self._version or "0.1"), ("attrs", self._attrs or _orth())):
            file.write(packer.compress(srsly.msgpack_dumps(name) + srsly.msgpack_dumps(content)))
        for name, path in self._paths.items():
            size = path.stat().st_size
            many = self._strings if name == "strings" else self.count
            header = _list_header(many) if name in _LISTS else _bytes_header(size)
            file.write(packer.compress(srsly.msgpack_dumps(name) + header))
            with path.open("rb") as part:
                while chunk := part.read(1 << 20):
                    file.write(packer.compress(chunk))
        file.write(packer.flush())


def _orth() -> list[int]:
    from spacy.attrs import ORTH

    return [int(ORTH)]


def _map_header(size: int) -> bytes:
    return bytes([0x80 | size])  # fixmap: up to 15 keys


def _list_header(size: int) -> bytes:
    return b"\xdd" + size.to_bytes(4, "big")


def _bytes_header(size: int) -> bytes:
    return b"\xc6" + size.to_bytes(4, "big")
