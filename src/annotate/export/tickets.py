"""Tickets of documents that go into files with no room for them: beside these, in the folder of the export."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from types import TracebackType

from annotate.export import xml_text
from annotate.export.articles import Article, ExportError
from annotate.export.exchange import KEY, Ticket, ticket_of
from annotate.export.jsonl import line_of, lines_of, ticket_in

#: The custom span layer of INCEpTION that entities stand in.
LAYER = "webanno.custom.Annotate"
NAME = "tickets.jsonl"


def told_apart(text: str) -> str:
    """A fingerprint of a text, whatever tools do to its white space and to what XML cannot hold.

    >>> told_apart("In\\r\\n2008.\\n") == told_apart("In  2008.")
    True
    """
    signs = "".join(" " if sign.isspace() else sign for sign in xml_text.allowed(text)).rstrip()
    return sha256(signs.encode("utf-8", "surrogatepass")).hexdigest()


class TicketWriter:
    """The tickets of an export, written one by one."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / NAME).open("wb")

    def __enter__(self) -> TicketWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, name: str, article: Article) -> None:
        """The ticket of the document in a file of this name."""
        told = {"file": name, "signs": told_apart(article.record["text"]), KEY: ticket_of(article).to_dict()}
        self._file.write(line_of(told))


class Tickets:
    """The tickets of an export, found by the text of a document, or by the name of its file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._by_signs: dict[str, list[tuple[str, Ticket]]] = {}
        if not folder.is_dir():
            raise ExportError(f"{folder}: is no folder; give that of the export, with what came back in it")
        for where, line in lines_of(folder / NAME):
            ticket = ticket_in(line.get(KEY), f"{folder / NAME}: {where}")
            self._by_signs.setdefault(str(line.get("signs")), []).append((str(line.get("file")), ticket))

    def files(self, suffix: str) -> Iterator[Path]:
        """The files with this suffix, in folders within the folder, too."""
        found = sorted(self._folder.rglob(f"*.{suffix}"))
        if not found:
            raise ExportError(f"{self._folder}: has no .{suffix} in it")
        yield from found

    def of(self, file: Path, text: str) -> Ticket:
        """The ticket of a document; raises ExportError where its text is none that was exported."""
        some = self._by_signs.get(told_apart(text), [])
        if len(some) > 1:  # articles with one text: the name of the file says which
            path = str(file.relative_to(self._folder))
            some = [one for one in some if one[0] in path]
        if len(some) != 1:
            raise ExportError(f"{file}: its text is none of {self._folder / NAME}; import what was exported")
        return some[0][1]
