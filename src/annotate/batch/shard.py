"""One file of annotations while it is written, and its journal."""

from __future__ import annotations

import filecmp
import secrets
import zlib
from pathlib import Path

from annotate.records import Done
from annotate.storage.journal import Entry, Stamp, to_line
from annotate.storage.layout import JOURNAL, PART
from annotate.storage.write import Draft


class Shard:
    """One file of annotations while it is written, and its journal."""

    def __init__(self, final: Path, state: Path) -> None:
        name = f"{final.name}.{secrets.token_hex(4)}"
        self.documents = 0
        self.data = Draft(final, state / f"{name}{PART}")
        self.journal = Draft(state / f"{final.name}{JOURNAL}", state / f"{name}{JOURNAL}")
        self._sealed = False

    @property
    def drafts(self) -> tuple[Draft, Draft]:
        """The data first: a journal without its data would promise what is not there."""
        return self.data, self.journal

    @property
    def is_published(self) -> bool:
        """Whether what was written stands there already, under its name."""
        return self._sealed and not self.data.path.exists()

    def add(self, done: Done, stamp: Stamp) -> None:
        at = self.data.size
        self.data.write(done.line)
        counts = (done.lang, done.characters, done.words, done.labels)
        self.note(Entry(done.id, stamp, at, len(done.line), zlib.crc32(done.line), *counts))

    def note(self, entry: Entry) -> None:
        self.journal.write(to_line(entry))
        self.documents += 1

    def seal(self) -> None:
        """No more documents. Where the same stands there already, the draft goes and the file stays as it is."""
        if self._sealed:
            return
        self._sealed = True
        for draft in self.drafts:
            draft.seal()
        if self._stands():
            for draft in self.drafts:
                draft.discard()
        else:
            self.data.pack()

    def _stands(self) -> bool:
        """Whether both files are there already, byte for byte."""
        pairs = [(draft.path, draft.final) for draft in self.drafts]
        if not all(final.exists() for _, final in pairs):
            return False
        return all(filecmp.cmp(path, final, shallow=False) for path, final in pairs)

    def close(self, *, keep: bool) -> None:
        for draft in self.drafts:
            if keep:
                draft.close()
            else:
                draft.discard()
