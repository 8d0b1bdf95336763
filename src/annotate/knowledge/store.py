"""Claims on the disk, by record: a run over an output that has grown reads only what is new or has changed.

A record is known by the checksum of its line and of the decisions about it. Memory does not grow with the records:
what grows is one signature for each agreement that the corpus tells apart.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby
from pathlib import Path

import msgspec

from annotate.export.articles import ExportError, article, by_document
from annotate.knowledge.claims import Claim, claims_of
from annotate.knowledge.identity import Known, Signature, assign, party_key
from annotate.quality.step import DiffError, Output
from annotate.records import Record
from annotate.review.decisions import Decision
from annotate.version import __version__

#: Goes up with what a claim holds: claims of another version are made anew.
_FORM = f"5 {__version__}"

#: Records whose claims are written at once; what a kill costs at most.
_AT_ONCE = 1000

_TABLES = """
CREATE TABLE form (name TEXT);
CREATE TABLE records (id TEXT PRIMARY KEY, line BLOB, verdicts BLOB, run INTEGER) WITHOUT ROWID;
CREATE INDEX lines ON records (line);
CREATE TABLE claims (number INTEGER PRIMARY KEY, record TEXT, place INTEGER, label TEXT, own TEXT, key TEXT,
  signature BLOB, is_told INTEGER, content BLOB);
CREATE INDEX by_record ON claims (record);
CREATE INDEX by_key ON claims (key);
CREATE INDEX by_signature ON claims (signature);
CREATE TABLE ids (signature BLOB PRIMARY KEY, id TEXT, block TEXT) WITHOUT ROWID;
"""
_ORDERED = """
CREATE TEMP TABLE ordered AS
SELECT claims.number AS number, coalesce(ids.id, claims.own) AS id, coalesce(ids.block, '') AS block, label
FROM claims LEFT JOIN ids ON ids.signature = claims.signature
WHERE is_told
ORDER BY label, coalesce(ids.block, ''), coalesce(ids.id, claims.own), record, place
"""


@dataclass(slots=True)
class Taken:
    """What a reading came to."""

    records: int = 0
    new: int = 0
    gone: int = 0


class Store:
    """The claims of an output, in a database of SQLite."""

    def __init__(self, path: Path | str) -> None:
        self._base = sqlite3.connect(path, isolation_level=None)
        self._base.execute("PRAGMA synchronous = NORMAL")
        if not self._is_ours():
            self._clear()

    def _is_ours(self) -> bool:
        try:
            return self._base.execute("SELECT name FROM form").fetchall() == [(_FORM,)]
        except sqlite3.DatabaseError:
            return False

    def _clear(self) -> None:
        """Empty, whatever was there: it is made anew from the output."""
        tables = self._base.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        for (name,) in tables:
            self._base.execute(f'DROP TABLE "{name}"')
        self._base.executescript(_TABLES)
        self._base.execute("INSERT INTO form VALUES (?)", (_FORM,))

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def take(self, out: str | Path, decisions: Iterable[Decision] = ()) -> Taken:
        """Bring the claims up to date with an output and what was decided about it.

        Raises ExportError where a line is no record, or two have one id. However it ends, the claims of what was read
        stay, each record's whole: the next call reads the rest. Those of records that are gone go at the end.
        """
        judged = by_document(decisions)
        done = Taken()
        self._base.execute("BEGIN")
        try:
            ((run,),) = self._base.execute("SELECT coalesce(max(run), 0) + 1 FROM records")
            for line, where in Output(out).lines():
                done.new += self._take(line, where, judged, run)
                done.records += 1
                if done.records % _AT_ONCE == 0:
                    self._base.execute("COMMIT")
                    self._base.execute("BEGIN")
            done.gone = self._forget(run)
        except DiffError as error:
            raise ExportError(str(error)) from error
        finally:
            if self._base.in_transaction:  # a full disk ends it
                self._base.execute("COMMIT")
        return done

    def _take(self, line: bytes, where: str, judged: Mapping[str, list[Decision]], run: int) -> bool:
        """Whether the record of a line is new, or other than it was."""
        base, checksum = self._base, blake2b(line.strip(), digest_size=16).digest()
        known = base.execute("SELECT id, verdicts, run FROM records WHERE line = ?", (checksum,)).fetchone()
        if known and known[1] == _verdicts(judged.get(known[0])):
            self._refuse_twice(known[0], known[2], run, where)
            base.execute("UPDATE records SET run = ? WHERE id = ?", (run, known[0]))
            return False
        one = article(Output.record(line, where), where, judged)
        earlier = base.execute("SELECT run FROM records WHERE id = ?", (one.id,)).fetchone()
        self._refuse_twice(one.id, earlier and earlier[0], run, where)
        claims = claims_of(Record.from_dict(one.decided().record))
        base.execute("DELETE FROM claims WHERE record = ?", (one.id,))
        base.executemany(
            "INSERT INTO claims VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    one.id,
                    place,
                    claim.label,
                    claim.own,
                    claim.key,
                    _packed(claim.signature),
                    claim.is_told,
                    _ENCODER.encode(claim),
                )
                for place, claim in enumerate(claims)
            ),
        )
        row = (one.id, checksum, _verdicts(judged.get(one.id)), run)
        base.execute("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)", row)
        return True

    def _refuse_twice(self, name: str, seen: int | None, run: int, where: str) -> None:
        if seen == run:
            raise ExportError(f"{where}: document {name!r} stands twice in the output; give one of them another id")

    def _forget(self, run: int) -> int:
        """Take out what is in the output no more."""
        self._base.execute("DELETE FROM claims WHERE record IN (SELECT id FROM records WHERE run <> ?)", (run,))
        return self._base.execute("DELETE FROM records WHERE run <> ?", (run,)).rowcount

    def linked(
        self, known: Mapping[str, Known], into: Mapping[str, str] | None = None
    ) -> Iterator[tuple[str, str, Claim]]:
        """Each claim that tells enough, with its id behind a key that all of the same parties share; in order.

        `into` says what reviewers have made one: what the claims of a key are claims of instead.
        """
        base = self._base
        signatures = [_DECODE_SIGNATURE(one) for (one,) in base.execute("SELECT DISTINCT signature FROM claims") if one]
        base.execute("BEGIN")
        base.execute("DELETE FROM ids")
        base.executemany(
            "INSERT INTO ids VALUES (?, ?, ?)",
            (
                (_packed(one), name, "-".join(_bound(one, name, known)))
                for one, name in assign(signatures, known).items()
                if name is not None
            ),
        )
        for old, now in (into or {}).items():
            self._merge(old, now)
        base.execute("DROP TABLE IF EXISTS temp.ordered")
        base.execute(_ORDERED)
        base.execute("COMMIT")
        with closing(base.cursor()) as cursor:
            cursor.execute("SELECT block, id, content FROM ordered JOIN claims USING (number) ORDER BY ordered.rowid")
            for block, name, content in cursor:
                yield block, name, _DECODE_CLAIM(content)

    def _merge(self, old: str, now: str) -> None:
        """Give the claims of one key the id that those of another have."""
        base = self._base
        of = "signature IN (SELECT signature FROM claims WHERE key = ?)"
        there = base.execute(f"SELECT id, block FROM ids WHERE {of} ORDER BY id LIMIT 1", (now,)).fetchone()
        if there is not None:
            base.execute(f"UPDATE ids SET id = ?, block = ? WHERE {of}", (*there, old))
        else:
            base.execute(f"UPDATE ids SET id = ? WHERE {of}", (now, old))


_ENCODER = msgspec.json.Encoder()
_DECODE_SIGNATURE = msgspec.json.Decoder(Signature).decode
_DECODE_CLAIM = msgspec.json.Decoder(Claim).decode


def _bound(one: Signature, name: str, known: Mapping[str, Known]) -> tuple[str, ...]:
    """The parties of a signature: those that are known, or else those that it has."""
    entry = known.get(name) or known.get(one.key)
    return party_key(entry.parties) if entry is not None else one.parties


def _packed(one: Signature | None) -> bytes | None:
    return None if one is None else _ENCODER.encode(one)


def _verdicts(decisions: Iterable[Decision] | None) -> bytes:
    """A checksum of the decisions about a document."""
    return blake2b(repr([*decisions]).encode(), digest_size=16).digest() if decisions else b""


def grouped(
    claims: Iterable[tuple[str, str, Claim]],
) -> Iterator[tuple[str, Iterator[tuple[str, Iterator[Claim]]]]]:
    """Linked claims by their parties, and within these by their id."""
    for (_, block), ours in groupby(claims, key=lambda one: (one[2].label, one[0])):
        yield block, ((name, (claim for *_, claim in same)) for name, same in groupby(ours, key=lambda one: one[1]))
