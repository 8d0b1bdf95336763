"""The tokens of a text, with their offsets: what `tokenise` makes and the later stages read."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class Tokens:
    """The tokens of one text: `words[i]` stands at `text[starts[i]:starts[i] + len(words[i])]`.

    `breaks` holds the indices of tokens before which a line or paragraph ends, in order; nothing matches across one.
    """

    text: str
    words: list[str]
    starts: Sequence[int]
    breaks: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.words)

    def end(self, index: int) -> int:
        """The offset just after token `index`."""
        return self.starts[index] + len(self.words[index])

    def within(self, start: int, end: int) -> tuple[int, int]:
        """The tokens from character `start` on to `end`, as a half-open range."""
        return bisect_left(self.starts, start), bisect_left(self.starts, end)

    def glued(self, index: int) -> bool:
        """Whether token `index` follows the one before it without white space; not so behind the last one."""
        if not 0 < index < len(self.words):
            return False
        return self.starts[index - 1] + len(self.words[index - 1]) == self.starts[index]
