"""Decisions of reviewers: a journal that is only ever added to, one JSON object a line.

    OUT/review/anna.jsonl        the decisions of one reviewer
    OUT/review/anna.jsonl.lock   held while a line is added

A decision is confirmed when its line is on the disk (`fsync`). Lines are added in one write under a lock, so that
two tabs, two servers and two reviewers in one file do not mix. Each line carries a checksum of itself, and the
checksum of the line before it: a line that was cut by a kill, changed by hand or put in between is noticed, named by
its number, and the rest is used. Nothing is ever taken out: an undo is a line too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b, sha256
from itertools import takewhile
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from filelock import FileLock, Timeout
from msgspec import Meta

from annotate.storage.write import advice

SCHEMA: Literal["annotate-decision/1"] = "annotate-decision/1"
#: How much of the text on either side a decision keeps, to find its entity again when the text has changed.
CONTEXT = 32
_SECONDS_FOR_THE_LOCK = 5

Verdict = Literal["accept", "reject", "correct", "add", "flag", "skip", "whole", "merge", "undo"]
#: What says whether an entity is right; `flag` and `skip` leave it open.
JUDGED = ("accept", "reject", "correct", "add")

_NAME = re.compile(r"[^\W_][\w.-]{0,63}")


class DecisionError(Exception):
    """A decision was not recorded. The message says why, and what to do."""


class StaleError(DecisionError):
    """Others have decided about the same in the meantime; `newer` are their decisions."""

    def __init__(self, newer: Sequence[Decision]) -> None:
        super().__init__("this was decided elsewhere in the meantime, in another tab perhaps; look again")
        self.newer = tuple(newer)


class Entity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entity as it was found, or as the reviewer says that it should be."""

    start: Annotated[int, Meta(description="First character, counted in Unicode code points from 0.", ge=0)]
    end: Annotated[int, Meta(description="The character after its last.", ge=0)]
    text: Annotated[str, Meta(description="Its words, as they stand in the text.")]
    label: Annotated[
        str, Meta(description="Its label: DATE, MONEY, AGREEMENT, PARTNERSHIP or one of your own.", min_length=1)
    ]
    value: Annotated[
        dict[str, Any], Meta(description="Its value; what leads to another span is that span's start, end and text.")
    ]
    rule: Annotated[str | None, Meta(description="The rule that found it; null for what a reviewer has put there.")] = (
        None
    )


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the journal: who decided what, when, about which entity of which text."""

    schema: Annotated[Literal["annotate-decision/1"], Meta(description="Name and version of this format.")]
    seq: Annotated[int, Meta(description="Number of the decision in its file; it only grows.", ge=1)]
    key: Annotated[
        str,
        Meta(description="Names the request that made it: decisions with one key were made, and are undone, together."),
    ]
    when: Annotated[str, Meta(description="When it was recorded, in UTC.")]
    reviewer: Annotated[str, Meta(description="Who decided.")]
    document: Annotated[str, Meta(description="The id of the record; empty in a merge, which is of all.")]
    text_sha256: Annotated[str, Meta(description="SHA-256 of the record's text.")]
    verdict: Annotated[
        Verdict,
        Meta(
            description="accept: it is right; reject: it is none; correct: it should be as in `correction`; add: "
            "`correction` was missed; flag: to be talked about; skip: not now; whole: nothing else is missing in this "
            "document; merge: the agreements with these `keys` are one; undo: the decisions in `undoes` do not count."
        ),
    ]
    span: Annotated[Entity | None, Meta(description="What was judged, as it was found; null where nothing was.")] = None
    correction: Annotated[Entity | None, Meta(description="What it should be; only of correct and add.")] = None
    before: Annotated[str, Meta(description="The text before the entity.")] = ""
    after: Annotated[str, Meta(description="The text after it.")] = ""
    comment: Annotated[str | None, Meta(description="What the reviewer says of it.")] = None
    undoes: Annotated[list[int], Meta(description="The numbers of the decisions that an undo takes back.")] = (
        msgspec.field(default_factory=list)
    )
    settles: Annotated[list[str], Meta(description="The reviewers whose disagreement it settles.")] = msgspec.field(
        default_factory=list
    )
    keys: Annotated[list[str], Meta(description="The keys (`value.id`) that a merge makes one; the first stays.")] = (
        msgspec.field(default_factory=list)
    )
    prev: Annotated[str, Meta(description="The checksum of the line before; empty in the first.")] = ""

    @property
    def subject(self) -> Entity | None:
        """The entity that it is about: what was found, or what was put there."""
        return self.span or self.correction


class Draft(msgspec.Struct, frozen=True):
    """A decision before it is recorded: all but what the journal adds."""

    document: str
    text_sha256: str
    verdict: Verdict
    span: Entity | None = None
    correction: Entity | None = None
    before: str = ""
    after: str = ""
    comment: str | None = None
    undoes: tuple[int, ...] = ()
    settles: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that is not used, or follows no line that it knows."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


def decisions_schema() -> dict[str, Any]:
    """The JSON Schema of a line of decisions, with its checksum.

    >>> decisions_schema()["required"][:3]
    ['schema', 'seq', 'key']
    """
    (reference,), parts = msgspec.json.schema_components([Decision], ref_template="#/$defs/{name}")
    name = str(reference["$ref"]).rsplit("/", 1)[1]
    top = parts.pop(name)
    top["properties"]["check"] = {"type": "string", "description": "Checksum of the line before this field."}
    top["required"] = [*top["required"], "check"]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", **top, "title": SCHEMA}
    return {**head, "$defs": parts}


def text_hash(text: str) -> str:
    """The SHA-256 of a text, by which a decision knows that it is still the one that was judged."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def reviewer_name(name: str) -> str:
    """A reviewer's name, fit to be a file's; raises DecisionError for what is not.

    >>> reviewer_name("anna")
    'anna'
    """
    if not _NAME.fullmatch(name):
        raise DecisionError(f"{name!r} is no name of a reviewer; use letters, digits, `.`, `-` and `_`, such as anna")
    return name


# --- lines

_CHECK = b',"check":"'
_DIGITS = 16
_BEGINNING, _END = b'{"schema":"annotate-decision/', b'"}\n'


def to_line(decision: Decision) -> bytes:
    """One line of the journal."""
    content = msgspec.json.encode(decision)
    return content[:-1] + _CHECK + _checksum(content) + b'"}\n'


def _checksum(content: bytes) -> bytes:
    return blake2b(content, digest_size=_DIGITS // 2).hexdigest().encode()


def _from_line(line: bytes) -> tuple[Decision, str] | str:
    """The decision of a line with its checksum, or what is wrong with the line."""
    if not line.endswith(_END) and line.startswith(_BEGINNING):
        return "is cut off, by a kill or a full disk; the decision was never confirmed, and is not used"
    head, sign, tail = line.rstrip(b"\r\n").rpartition(_CHECK)
    if not sign:
        return "is no decision of this program; it is not used"
    content = head + b"}"
    check = tail.removesuffix(b'"}')
    try:
        decision = msgspec.json.decode(content, type=Decision)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return f"is no decision that this version knows ({error}); it is not used"
    if check != _checksum(content):
        return "was changed after it was written: its checksum does not hold; it is not used"
    return (decision, check.decode()) if (wrong := _contradiction(decision)) is None else wrong


def _contradiction(decision: Decision) -> str | None:
    """What no decision of this program would say."""
    for entity in (decision.span, decision.correction):
        if entity is not None and entity.end - entity.start != len(entity.text):
            return f"says that [{entity.start}:{entity.end}] is {entity.text!r}, which is not so long; it is not used"
    if (decision.verdict in ("correct", "add")) != (decision.correction is not None):
        return f"is `{decision.verdict}` {'with' if decision.correction else 'without'} a correction; it is not used"
    if (decision.verdict == "merge") != (len(decision.keys) > 1):
        return f"is `{decision.verdict}` with {len(decision.keys)} keys; it is not used"
    return None


class _Reader:
    """What the lines of a file say, one after the other."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.decisions: list[Decision] = []
        self.faults: list[Fault] = []
        self.number = 0
        self.size = 0
        self.last = 0
        self.check = ""
        self.keys: dict[tuple[str, str], list[Decision]] = {}
        self.whole = True  # whether the last line has its end

    def take(self, line: bytes) -> None:
        self.number += 1
        self.size += len(line)
        self.whole = line.endswith(b"\n")
        if not line.strip():
            return
        found = _from_line(line)
        if isinstance(found, str):
            self._fault(found)
            return
        decision, check = found
        if decision.seq <= self.last:
            self._fault(f"bears number {decision.seq}, but {self.last} came before it; it is not used")
            return
        if decision.prev != self.check:
            self._fault("does not follow the line before it: lines were taken out, or put in between; it is used")
        self.last, self.check = decision.seq, check
        self.decisions.append(decision)
        self.keys.setdefault((decision.reviewer, decision.key), []).append(decision)

    def _fault(self, message: str) -> None:
        self.faults.append(Fault(self.path, self.number, message))


def read_decisions(path: Path) -> tuple[list[Decision], list[Fault]]:
    """All decisions of a file, undone ones included, and the lines that are not in order.

    Raises DecisionError where the file cannot be read.
    """
    reader = _Reader(path)
    try:
        with path.open("rb") as file:
            for line in file:
                reader.take(line)
    except OSError as error:
        raise DecisionError(f"{path}: cannot be read: {error.strerror or error}") from error
    return reader.decisions, reader.faults


def living(decisions: Sequence[Decision]) -> Iterator[Decision]:
    """The decisions that count: no undo, and nothing that was undone."""
    undone = {(decision.reviewer, seq) for decision in decisions for seq in decision.undoes}
    for decision in decisions:
        if decision.verdict != "undo" and (decision.reviewer, decision.seq) not in undone:
            yield decision


# --- writing


class Journal:
    """The decisions of a reviewer, open for more.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     journal = Journal(Path(folder) / "anna.jsonl", "anna")
    ...     made = journal.record([Draft("a", "…", "whole")], key="k1")
    ...     [decision.verdict for decision in Journal(journal.path, "anna").decisions]
    ['whole']
    """

    def __init__(self, path: Path, reviewer: str) -> None:
        self.path = path
        self.reviewer = reviewer_name(reviewer)
        self._reader = _Reader(path)
        self._lock = FileLock(path.with_name(f"{path.name}.lock"), timeout=_SECONDS_FOR_THE_LOCK)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._locked():
                self._catch_up()
        except OSError as error:
            raise DecisionError(f"{path}: {_advice(error)}") from error

    @property
    def decisions(self) -> Sequence[Decision]:
        """All of the file's, undone ones included, as far as they have been read."""
        return self._reader.decisions

    @property
    def faults(self) -> Sequence[Fault]:
        """The lines that are not in order."""
        return self._reader.faults

    @property
    def last(self) -> int:
        """The number of the last decision that was read."""
        return self._reader.last

    def catch_up(self) -> Sequence[Decision]:
        """What others have added to the file since it was last read."""
        known = len(self.decisions)
        if self._size() != self._reader.size:
            with self._locked():
                self._catch_up()
        return self.decisions[known:]

    def record(
        self, drafts: Sequence[Draft], *, key: str, known: int | None = None, now: datetime | None = None
    ) -> list[Decision]:
        """Put decisions on the disk, all or none, and return them as they stand there.

        `key` names the request: asked for again, because the answer was lost, it returns what it made then. `known`
        is the last decision that who decides has seen; StaleError where a later one is about the same entity.
        """
        return self._add(key, known, now, lambda: [self._decision(draft) for draft in drafts])

    def undo(self, *, key: str, known: int | None = None, now: datetime | None = None) -> list[Decision]:
        """Take back the reviewer's last decision, and those made together with it; [] where nothing is left."""

        def last() -> list[Decision]:
            mine = [decision for decision in living(self.decisions) if decision.reviewer == self.reviewer]
            if not mine:
                return []
            if known is not None and mine[-1].seq > known:
                raise StaleError([decision for decision in mine if decision.seq > known])
            together = [decision for decision in mine if decision.key == mine[-1].key]
            first = together[0]
            undoes = tuple(decision.seq for decision in together)
            return [self._decision(Draft(first.document, first.text_sha256, "undo", first.span, undoes=undoes))]

        return self._add(key, None, now, last)

    def _decision(self, draft: Draft) -> Decision:
        fields = {name: getattr(draft, name) for name in draft.__struct_fields__}
        fields |= {name: list(getattr(draft, name)) for name in ("undoes", "settles", "keys")}
        return Decision(schema=SCHEMA, seq=1, key="", when="", reviewer=self.reviewer, **fields)

    def _add(self, key: str, known: int | None, now: datetime | None, make: Any) -> list[Decision]:
        try:
            with self._locked():
                self._catch_up()
                if made := self._reader.keys.get((self.reviewer, key)):
                    return made
                new = make()
                if known is not None:
                    self._refuse_stale(new, known)
                when = (now or datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
                new, lines = self._numbered(new, key, when)
                self._write(b"".join(lines))
                for line in lines:
                    self._reader.take(line)
        except OSError as error:
            raise DecisionError(f"{self.path}: {_advice(error)}; the decision was not recorded") from error
        return new

    def _refuse_stale(self, new: Sequence[Decision], known: int) -> None:
        since = list(takewhile(lambda decision: decision.seq > known, reversed(self.decisions)))
        newer = [other for other in since if any(_about_the_same(other, decision) for decision in new)]
        if newer:
            raise StaleError(newer)

    def _numbered(self, new: Sequence[Decision], key: str, when: str) -> tuple[list[Decision], list[bytes]]:
        done: list[Decision] = []
        lines: list[bytes] = []
        check = self._reader.check
        for seq, decision in enumerate(new, self._reader.last + 1):
            done.append(msgspec.structs.replace(decision, seq=seq, key=key, when=when, prev=check))
            lines.append(to_line(done[-1]))
            check = lines[-1][-_DIGITS - 3 : -3].decode()
        return done, lines

    def _write(self, data: bytes) -> None:
        """Add bytes in one write, on the disk when this returns; nothing of them stays where that fails."""
        if not data:
            return
        is_new = not self.path.exists()
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            size = os.fstat(descriptor).st_size
            if not self._reader.whole:  # the end of a cut line, so that the cut one stays by itself
                data = b"\n" + data
                self._reader.size += 1
                self._reader.whole = True
            try:
                if os.write(descriptor, data) != len(data):
                    raise OSError(28, "No space left on device")
                os.fsync(descriptor)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(descriptor, size)
                self._reader = _Reader(self.path)
                self._catch_up()
                raise
        finally:
            os.close(descriptor)
        if is_new:
            _sync(self.path.parent)

    def _catch_up(self) -> None:
        """Read what is in the file beyond what was read; all of it anew, where it is not what it was."""
        size = self._size()
        if size < self._reader.size or (size > self._reader.size and not self._reader.whole):
            self._reader = _Reader(self.path)
        if size > self._reader.size:
            with self.path.open("rb") as file:
                file.seek(self._reader.size)
                for line in file:
                    self._reader.take(line)

    def _size(self) -> int:
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def _locked(self) -> Any:
        return _Locked(self._lock, self.path)


class _Locked:
    def __init__(self, lock: FileLock, path: Path) -> None:
        self._lock, self._path = lock, path

    def __enter__(self) -> None:
        try:
            self._lock.acquire()
        except Timeout as error:
            raise DecisionError(
                f"{self._path}: another program holds it; close that, or name another file with --decisions"
            ) from error

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _about_the_same(one: Decision, other: Decision) -> bool:
    """Whether two decisions are about one entity, or about entities of one label that overlap."""
    if one.document != other.document:
        return False
    ours, theirs = one.subject, other.subject
    if ours is None or theirs is None:
        return ours is theirs and one.verdict == other.verdict
    return ours.label == theirs.label and ours.start < theirs.end and theirs.start < ours.end


def _advice(error: OSError) -> str:
    if isinstance(error, FileExistsError):
        return "a part of this path is a file, not a folder; choose another place with --decisions"
    return advice(error).replace("-o", "--decisions")


def _sync(folder: Path) -> None:
    """Make a new file's name last through a power cut."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
