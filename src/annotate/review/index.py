"""An index of an output, so that ten thousand articles open at once: what is where, and what has been judged.

It is made from the output and the decisions, in SQLite beside the decisions, and may be thrown away: it is made anew
where it is missing, or is not of this output any more. Texts are not in it but as search terms; a record is read
from the output, from the byte where it begins, when it is looked at. While the index is made, what is in it already
can be used.
"""

from __future__ import annotations

import sqlite3
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

from annotate.quality.step import Output
from annotate.review.decisions import text_hash
from annotate.review.search import search_query, search_terms
from annotate.storage.write import PACKED, unpacked

Record = Mapping[str, Any]
Row = sqlite3.Row

_VERSION = "3"
#: Bytes of records in one transaction: others wait no longer than for that, and are let in after each for so long.
_BATCH = 1 << 17
_PAUSE = 0.002
_CACHED = 32 << 20
_AROUND, _LONGEST = 24, 200  # characters of an entity and around it that lists show

_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, content TEXT);
CREATE TABLE documents (
    number INTEGER PRIMARY KEY, id TEXT, file INTEGER, at INTEGER, size INTEGER, checksum INTEGER, hash TEXT,
    lang TEXT, date TEXT, title TEXT, source TEXT, length INTEGER, first INTEGER, last INTEGER
);
CREATE INDEX documents_id ON documents (id);
CREATE INDEX documents_hash ON documents (hash);
CREATE TABLE entities (
    number INTEGER PRIMARY KEY, document INTEGER, start INTEGER, "end" INTEGER, label TEXT, rule TEXT, kind TEXT,
    lang TEXT, inferred INTEGER, before TEXT, text TEXT, after TEXT, key TEXT
);
CREATE INDEX entities_key ON entities (key) WHERE key IS NOT NULL;
CREATE INDEX entities_place ON entities (document, start);
CREATE TABLE states (
    reviewer TEXT, entity INTEGER, verdict TEXT, seq INTEGER, opinion TEXT, settles INTEGER,
    PRIMARY KEY (reviewer, entity)
) WITHOUT ROWID;
CREATE INDEX states_entity ON states (entity);
CREATE TABLE wholes (reviewer TEXT, document INTEGER, PRIMARY KEY (reviewer, document)) WITHOUT ROWID;
CREATE VIRTUAL TABLE texts USING fts5 (text, content='', tokenize="unicode61 remove_diacritics 2");
CREATE VIRTUAL TABLE surfaces USING fts5 (text, content='', tokenize="unicode61 remove_diacritics 2");
"""


class ReviewError(Exception):
    """The output cannot be shown. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class State:
    """What one reviewer thinks of one span of a record."""

    reviewer: str
    place: tuple[int, int, str]
    verdict: str
    seq: int
    opinion: str
    settles: bool = False


@dataclass(frozen=True, slots=True)
class States:
    """What has been decided about one record: span by span, and who has judged all of it."""

    spans: Sequence[State] = ()
    wholes: Sequence[str] = ()


class Index:
    """The index of an output; `states` says what has been decided about a record."""

    def __init__(self, out: str | Path, path: Path, states: Callable[[str, str, Callable[[], Record]], States]) -> None:
        self.path = path
        self._states = states
        self._files = Output(out).files
        self._local = threading.local()
        self._writing = threading.Lock()
        self._cache: OrderedDict[int, tuple[bytes, Record]] = OrderedDict()
        self._cached = 0
        self._caching = threading.Lock()
        self._stop = threading.Event()
        self._builder: threading.Thread | None = None
        self._choices: dict[str, list[str]] | None = None
        self.first = threading.Event()  # something can be shown
        self.fault: str | None = None

    # --- making it

    def open(self, decided: str, then: Callable[[], None]) -> None:
        """Use what is there, where it is of this output; else make it, in the background; then do what is to be done.

        `decided` is a fingerprint of the decisions; where it is another one, what has been judged is told anew.
        """
        stamp = self._stamp()
        if self._about("stamp") == stamp and self._about("complete") == "1":
            if self._about("decided") == decided:
                then()
                self.first.set()
                return
            work: Callable[[], None] = self._judge_all
        else:
            self._clear()
            self._set("stamp", stamp)
            work = self._build
        self._builder = threading.Thread(target=self._run, args=(work, then, decided), daemon=True, name="index")
        self._builder.start()

    def _run(self, work: Callable[[], None], then: Callable[[], None], decided: str) -> None:
        try:
            work()
            if not self._stop.is_set():
                then()
                self._set("decided", decided)
        except Exception as error:
            self.fault = str(error) or type(error).__name__
        finally:
            self.first.set()
            self._close_own()

    def close(self) -> None:
        """Stop making it, and let the files go."""
        self._stop.set()
        if self._builder is not None:
            self._builder.join()
        self._close_own()

    def _close_own(self) -> None:
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    @property
    def complete(self) -> bool:
        """Whether all of the output is in it."""
        return self._builder is None or not self._builder.is_alive()

    def wait(self, seconds: float | None = None) -> None:
        """Until all of the output is in it."""
        if self._builder is not None:
            self._builder.join(seconds)

    def _stamp(self) -> str:
        """What the index depends on: the files, by size and both ends; each record has a checksum besides."""
        digest = blake2b(_VERSION.encode(), digest_size=16)
        for path in self._files:
            size = path.stat().st_size
            with path.open("rb") as file:
                head = file.read(1 << 16)
                file.seek(max(0, size - (1 << 16)))
                digest.update(b"%a %d %a %a" % (path.name, size, head, file.read()))
        return digest.hexdigest()

    def _clear(self) -> None:
        self._close_own()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._write() as db:
            db.executescript(_TABLES)

    def _build(self) -> None:
        number = entities = 0
        rows = self._lines()
        more = True
        while more and not self._stop.is_set():
            more, size = False, 0
            limit = _BATCH if number else _BATCH >> 2  # the first ones are there at once
            with self._write() as db:
                for file, at, line in rows:
                    number += 1
                    entities = self._insert(db, number, entities, file, at, line)
                    size += len(line)
                    if size >= limit:
                        more = True
                        break
                if not more:
                    db.execute("INSERT OR REPLACE INTO about VALUES ('complete', '1')")
            self.first.set()
            time.sleep(_PAUSE)

    def _lines(self) -> Iterator[tuple[int, int, bytes]]:
        """Every line with its file and its place in it; packed files are unpacked beside the index first."""
        for number in range(len(self._files)):
            at = 0
            with self._plain(number).open("rb") as file:
                for line in file:
                    if line.strip():
                        yield number, at, line
                    at += len(line)

    def _plain(self, number: int) -> Path:
        path = self._files[number]
        if path.suffix not in PACKED:
            return path
        plain = self.path.with_name(f"{self.path.name}.{number}.unpacked")
        if not plain.exists():
            with unpacked(path) as source, plain.with_suffix(".part").open("wb") as target:
                while chunk := source.read(1 << 20):
                    target.write(chunk)
            plain.with_suffix(".part").replace(plain)
        return plain

    def _insert(self, db: sqlite3.Connection, number: int, entities: int, file: int, at: int, line: bytes) -> int:
        record = self._record(line, f"{self._files[file]}")
        text, meta = record["text"], record.get("meta") or {}
        hashed = text_hash(text)
        row = (number, str(record["id"]), file, at, len(line), zlib.crc32(line), hashed, record.get("lang") or "und")
        db.execute(
            f"INSERT INTO documents VALUES ({', '.join('?' * 14)})",
            (
                *row,
                *(str(meta.get(key) or "") for key in ("date", "title", "source")),
                *(len(text), entities + 1, entities + len(record["spans"])),
            ),
        )
        db.execute("INSERT INTO texts (rowid, text) VALUES (?, ?)", (number, search_terms(text)))
        spans = list(enumerate(record["spans"], entities + 1))
        db.executemany(
            f"INSERT INTO entities VALUES ({', '.join('?' * 13)})",
            (
                (
                    *(n, number, s["start"], s["end"], s["label"], s.get("rule") or "", _kind(s), row[-1]),
                    *(_is_inferred(s), *_shown(text, s["start"], s["end"]), _key(s)),
                )
                for n, s in spans
            ),
        )
        db.executemany(
            "INSERT INTO surfaces (rowid, text) VALUES (?, ?)",
            ((n, search_terms(text[s["start"] : s["end"]])) for n, s in spans),
        )
        states = self._states(row[1], hashed, lambda: record)
        if states.spans or states.wholes:
            self._judge(db, number, states)
        return entities + len(spans)

    @staticmethod
    def _record(line: bytes, where: str) -> Record:
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise ReviewError(f"{where}: holds a line that is not JSON ({error}); run `annotate run` again") from error
        if not isinstance(record, dict) or not isinstance(record.get("text"), str) or "spans" not in record:
            raise ReviewError(f"{where}: holds a line that is no record with a text and spans")
        return record

    # --- what has been judged

    def judge(self, number: int, states: States) -> None:
        """Set down what has been decided about a document, in the place of what was known of it."""
        with self._write() as db:
            self._judge(db, number, states)

    def _judge(self, db: sqlite3.Connection, number: int, states: States) -> None:
        first, last = db.execute("SELECT first, last FROM documents WHERE number = ?", (number,)).fetchone()
        db.execute("DELETE FROM states WHERE entity BETWEEN ? AND ?", (first, last))
        db.execute("DELETE FROM wholes WHERE document = ?", (number,))
        query = 'SELECT number FROM entities WHERE document = ? AND start = ? AND "end" = ? AND label = ?'
        for state in states.spans:
            for (entity,) in db.execute(query, (number, *state.place)).fetchall():
                row = (state.reviewer, entity, state.verdict, state.seq, state.opinion, state.settles)
                db.execute("INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?, ?, ?)", row)
        db.executemany("INSERT OR REPLACE INTO wholes VALUES (?, ?)", ((name, number) for name in states.wholes))

    def _judge_all(self) -> None:
        """What has been decided, told anew for all documents."""
        with self._write() as db:
            db.execute("DELETE FROM states")
            db.execute("DELETE FROM wholes")
        self.first.set()
        for number, name, hashed in self.rows("SELECT number, id, hash FROM documents ORDER BY number"):
            if self._stop.is_set():
                return
            states = self._states(name, hashed, partial(self.record, number))
            if states.spans or states.wholes:
                self.judge(number, states)

    # --- asking it

    def document(self, number: int) -> Row | None:
        """What the index knows of a document."""
        return self.row("SELECT * FROM documents WHERE number = ?", (number,))

    def find(self, name: str, hashed: str = "") -> int | None:
        """The number of a document by its id; else by its text, where one alone has it."""
        row = self.row("SELECT number FROM documents WHERE id = ?", (name,))
        if row is None and hashed:
            rows = self.rows("SELECT number FROM documents WHERE hash = ? LIMIT 2", (hashed,))
            row = rows[0] if len(rows) == 1 else None
        return None if row is None else int(row["number"])

    def record(self, number: int) -> Record:
        """The record of a document, from the output; raises ReviewError where that is no longer what it was."""
        with self._caching:
            if number in self._cache:
                self._cache.move_to_end(number)
                return self._cache[number][1]
        row = self.document(number)
        if row is None:
            raise ReviewError(f"there is no document {number}")
        path = self._plain(row["file"])
        with path.open("rb") as file:
            file.seek(row["at"])
            line = file.read(row["size"])
        if zlib.crc32(line) != row["checksum"]:
            raise ReviewError(f"{path} has changed since it was opened; start `annotate review` again")
        record = self._record(line, str(path))
        with self._caching:
            self._cache[number] = (line, record)
            self._cached += len(line)
            while self._cached > _CACHED and len(self._cache) > 1:
                _, (old, _record) = self._cache.popitem(last=False)
                self._cached -= len(old)
        return record

    def counts(self) -> dict[str, int]:
        """How many documents and entities it has."""
        row = self.row(
            "SELECT (SELECT count(*) FROM documents) AS documents, (SELECT count(*) FROM entities) AS entities"
        )
        return dict(row) if row is not None else {}

    def choices(self) -> dict[str, list[str]]:
        """What can be chosen from: the labels, languages, rules and kinds that occur."""
        if self._choices is None or not self.complete:
            rows = self.rows("SELECT DISTINCT label, lang, rule, kind FROM entities")
            names = ("label", "lang", "rule", "kind")
            self._choices = {name: sorted({row[at] for row in rows} - {""}) for at, name in enumerate(names)}
        return self._choices

    def verdicts(self, reviewer: str, numbers: Sequence[int] | None = None) -> dict[str, int]:
        """How many entities have each verdict, of all or of some."""
        counts: dict[str, int] = {}
        if numbers is None:
            rows = self.rows("SELECT verdict, count(*) FROM states WHERE reviewer = ? GROUP BY verdict", (reviewer,))
            return {row[0]: row[1] for row in rows}
        for start in range(0, len(numbers), 500):
            some = numbers[start : start + 500]
            marks = ", ".join("?" * len(some))
            for row in self.rows(
                f"SELECT verdict, count(*) FROM states WHERE reviewer = ? AND entity IN ({marks}) GROUP BY verdict",
                (reviewer, *some),
            ):
                counts[row[0]] = counts.get(row[0], 0) + row[1]
        return counts

    def within(self, number: int, first: int, last: int) -> list[Row]:
        """The entities that begin in a stretch of a document, or not long before it."""
        return self.rows(
            'SELECT number, start, "end", label FROM entities WHERE document = ? AND start BETWEEN ? AND ?',
            (number, first - 10_000, last),
        )

    def documents(self, words: str = "", *, after: int = 0, limit: int = 50, reviewer: str = "") -> list[Row]:
        """Documents in their order, all or those in which words occur, with how much of each has been judged."""
        query = search_query(words)
        if words and not query:
            return []
        match = "documents.number IN (SELECT rowid FROM texts WHERE texts MATCH ?) AND" if words else ""
        return self.rows(
            "SELECT documents.number, id, lang, date, title, source, length,"
            " (SELECT count(*) FROM entities WHERE document = documents.number) AS entities,"
            " (SELECT count(*) FROM entities JOIN states ON entity = entities.number WHERE document = documents.number"
            " AND reviewer = ? AND verdict NOT IN ('changed', 'skip')) AS judged,"
            " EXISTS (SELECT 1 FROM wholes WHERE document = documents.number AND reviewer = ?) AS whole"
            f" FROM documents WHERE {match} documents.number > ? ORDER BY documents.number LIMIT ?",
            (reviewer, reviewer, *([query] if words else []), after, limit),
        )

    # --- the database

    def _db(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.path, timeout=10, isolation_level=None)
            connection.row_factory = sqlite3.Row
            connection.create_function("mix", 5, _mix, deterministic=True)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = OFF")  # it can be made anew
            self._local.connection = connection
        return connection

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._writing:
            db = self._db()
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
            if db.in_transaction:
                db.execute("COMMIT")

    def rows(self, query: str, values: Iterable[Any] = ()) -> list[Row]:
        """All rows of a query."""
        return self._db().execute(query, tuple(values)).fetchall()

    def row(self, query: str, values: Iterable[Any] = ()) -> Row | None:
        """The first row of a query."""
        row: Row | None = self._db().execute(query, tuple(values)).fetchone()
        return row

    def _about(self, name: str) -> str | None:
        """What the index says of itself; None where it is none, or damaged."""
        if not self.path.exists():
            return None
        try:
            row = self.row("SELECT content FROM about WHERE name = ?", (name,))
        except sqlite3.DatabaseError:
            self._close_own()
            return None
        return None if row is None else str(row[0])

    def _set(self, name: str, content: str) -> None:
        with self._write() as db:
            db.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, content))

    def decided(self, stamp: str) -> None:
        """Note which decisions it knows, so that the next start need not go through them."""
        if self.complete and self.fault is None:
            self._set("decided", stamp)


def _mix(seed: str, name: str, start: int, end: int, label: str) -> bytes:
    """A number that looks like chance, and is the same each time."""
    return blake2b(f"{seed}\0{name}\0{start}\0{end}\0{label}".encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _shown(text: str, start: int, end: int) -> tuple[str, str, str]:
    """An entity's words, and a few on either side, as a list shows them."""
    return text[max(0, start - _AROUND) : start], text[start : min(end, start + _LONGEST)], text[end : end + _AROUND]


def _kind(span: Mapping[str, Any]) -> str:
    return str((span.get("value") or {}).get("kind") or "")


def _key(span: Mapping[str, Any]) -> str | None:
    """The key that all mentions of one agreement or partnership share."""
    key = (span.get("value") or {}).get("id") if span["label"] in ("AGREEMENT", "PARTNERSHIP") else None
    return key if isinstance(key, str) and key else None


def _is_inferred(span: Mapping[str, Any]) -> bool:
    """Whether the value says more than the words: told from the document's date, or left open between candidates."""
    value = span.get("value") or {}
    return bool(value.get("anchor") or value.get("currency_candidates"))
