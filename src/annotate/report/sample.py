"""A sample of any size of input in a bounded room, the same one whatever the order of what comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from heapq import heappop, heappush


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as markup, where it stands, and the label and rule of each entity in it."""

    document: int
    start: int
    markup: str
    size: int
    entities: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Sample:
    """As many sentences as `room` bytes hold, with the headings of their documents.

    Each sentence has a rank, which is a hash of its place: the sample is all those of the lowest ranks that fit. So it
    is as random as the hash, and depends on nothing else.
    """

    room: int
    used: int = 0
    #: Ranks from this one on do not fit.
    limit: bytes = b"\xff" * 16
    _heap: list[tuple[bytes, int, Sentence]] = field(default_factory=list)
    _headings: dict[int, tuple[str, int]] = field(default_factory=dict)
    _wanted: dict[int, int] = field(default_factory=dict)
    _number: int = 0

    def rank(self, name: str, start: int) -> bytes:
        """The rank of the sentence that begins there in the document of this name."""
        return blake2b(f"{start}:{name}".encode("utf-8", "surrogatepass"), digest_size=16).digest()

    def fits(self, rank: bytes) -> bool:
        """Whether a sentence of this rank may be in the sample, so that it is worth its markup."""
        return rank < self.limit

    def add(self, rank: bytes, sentence: Sentence, heading: str) -> None:
        """Take a sentence in, and put out those of the highest ranks that have no room any more."""
        self._number += 1
        inverted = bytes(255 - byte for byte in rank)  # a heap gives its smallest: the highest rank
        heappush(self._heap, (inverted, self._number, sentence))
        document = sentence.document
        if document not in self._wanted:
            self._wanted[document] = 0
            size = len(heading.encode())
            self._headings[document] = heading, size
            self.used += size
        self._wanted[document] += 1
        self.used += sentence.size
        while self.used > self.room:
            self._drop()

    def _drop(self) -> None:
        inverted, _, sentence = heappop(self._heap)
        self.limit = min(self.limit, bytes(255 - byte for byte in inverted))
        self.used -= sentence.size
        self._wanted[sentence.document] -= 1
        if not self._wanted[sentence.document]:
            del self._wanted[sentence.document]
            self.used -= self._headings.pop(sentence.document)[1]

    def sentences(self) -> list[Sentence]:
        """What is in the sample, in the order of the output."""
        return sorted((sentence for _, _, sentence in self._heap), key=lambda one: (one.document, one.start))

    def documents(self) -> Iterator[tuple[str, list[Sentence]]]:
        """The heading of each document with its sentences."""
        together: list[Sentence] = []
        for sentence in self.sentences():
            if together and together[0].document != sentence.document:
                yield self._headings[together[0].document][0], together
                together = []
            together.append(sentence)
        if together:
            yield self._headings[together[0].document][0], together
