"""The tables as files: JSON Lines, CSV and Parquet, all of them or none."""

from __future__ import annotations

import csv
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from filelock import FileLock, Timeout

from annotate.export.articles import ExportError
from annotate.export.cells import shown
from annotate.export.database import refusals
from annotate.knowledge.identity import Known
from annotate.knowledge.pictures import draw
from annotate.knowledge.rows import rows
from annotate.knowledge.store import Store, Taken, grouped
from annotate.knowledge.tables import TABLES
from annotate.quality.step import DiffError, Output
from annotate.review.decisions import Decision, living
from annotate.review.pacts import merged
from annotate.storage.write import explained, publish

#: The folder within the target that the next run starts from; it says that the target is ours.
STATE = ".knowledge"
FORMATS = ("jsonl", "csv", "parquet")
#: Seconds that a run waits for another one.
_PATIENCE = 1


@dataclass(slots=True)
class Made:
    """What was written: how many rows of each table, out of how many records."""

    taken: Taken
    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TABLES, 0))


class _Finished(NamedTuple):
    """A file that is written, and what it is to be called."""

    final: Path
    path: Path


def write_knowledge(
    out: str | Path,
    target: Path,
    *,
    decisions: Iterable[Decision] = (),
    known: Mapping[str, Known],
    formats: Iterable[str] = FORMATS,
) -> Made:
    """Write the tables of an output into a folder; what stood there before stays until all of them are written.

    Raises ExportError where the output or the folder is none that this can be done with, OutputError where the system
    refuses.
    """
    chosen, judged = tuple(formats), tuple(decisions)
    check_target(target)
    _check_output(out)
    with explained(target):
        state = target / STATE
        state.mkdir(parents=True, exist_ok=True)
        with (
            _alone(state),
            _drafts(state) as folder,
            refusals(folder / "refused", (sqlite3.OperationalError,)),
            closing(Store(state / "claims.sqlite")) as store,
        ):
            made = Made(store.take(out, judged))
            with ExitStack() as stack:
                files = {name: [stack.enter_context(_OPEN[one](folder, name)) for one in chosen] for name in TABLES}
                for name, row in rows(grouped(store.linked(known, merged(living(judged)))), known):
                    made.rows[name] += 1
                    content = row.to_dict()
                    for file in files[name]:
                        file.add(content)
            if "jsonl" in chosen:
                draw(folder)
            _appear(folder, target)
    return made


def check_target(target: Path) -> None:
    """Raise ExportError unless a folder is empty, not there yet, or one that this has made."""
    if target.is_file():
        raise ExportError(f"{target}: is a file; name a folder with -o, and a database with --duckdb")
    if target.is_dir() and not (target / STATE).is_dir() and any(target.iterdir()):
        raise ExportError(f"{target}: holds what `annotate knowledge` has not made; name another folder with -o")


def _check_output(out: str | Path) -> None:
    """Raise ExportError where there is no output, before anything is made for its tables."""
    try:
        next(Output(out).lines(), None)
    except DiffError as error:
        raise ExportError(str(error)) from error


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Keep other runs out, and take away what one that was killed has left."""
    lock = FileLock(state / "lock", timeout=_PATIENCE)
    try:
        lock.acquire()
    except Timeout as error:
        raise ExportError(f"{state.parent}: another run writes there; wait for it, or name another folder") from error
    try:
        for left in state.glob("draft-*"):
            shutil.rmtree(left, ignore_errors=True)
        yield
    finally:
        lock.release()


@contextmanager
def _drafts(state: Path) -> Iterator[Path]:
    folder = state / f"draft-{secrets.token_hex(4)}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _appear(folder: Path, target: Path) -> None:
    files = sorted(folder.iterdir())
    for path in files:
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    publish([_Finished(target / path.name, path) for path in files], [target])


# --- formats


class _Lines:
    """A table as JSON Lines."""

    def __init__(self, folder: Path, name: str) -> None:
        self._file = (folder / f"{name}.jsonl").open("wb")

    def __enter__(self) -> _Lines:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, row: Mapping[str, Any]) -> None:
        """One more row."""
        self._file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


class _Cells:
    """A table as CSV, for spreadsheets: what is nested in words."""

    def __init__(self, folder: Path, name: str) -> None:
        self._file = (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="")
        self._table = csv.writer(self._file)
        self._table.writerow(TABLES[name].__struct_fields__)

    def __enter__(self) -> _Cells:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, row: Mapping[str, Any]) -> None:
        """One more row."""
        self._table.writerow(_cell(part) for part in row.values())


def _cell(part: Any) -> str:
    """A part of a row as people read it."""
    if part is None:
        return ""
    if isinstance(part, int):
        return str(part)
    if isinstance(part, dict):
        words = [f"{key}: {_cell(one)}" for key, one in part.items() if one not in (None, [])]
        return shown("; ".join(words))
    if isinstance(part, list):
        return shown(" | ".join(_item(one) for one in part))
    return shown(str(part))


def _item(part: Any) -> str:
    if not isinstance(part, dict):
        return str(part)
    if "sentence" in part:
        return f"{part['document']} [{part['start']}:{part['end']}] {part['sentence']}"
    if "role" in part:
        return f"{part['role']} {part['date']}"
    amount = part["amount"] or f"{part['min']} to {part['max']}"
    return " ".join(filter(None, (part["modifier"], amount, part["currency"], part["per"] and f"a {part['per']}")))


@contextmanager
def _parquet(folder: Path, name: str) -> Iterator[Any]:
    from annotate.arrow.rows import filler
    from annotate.arrow.schema import schema_of
    from annotate.export.columns import Columns

    schema = schema_of(TABLES[name])
    fill = filler(schema)

    class _Table(NamedTuple):
        columns: Columns

        def add(self, row: Mapping[str, Any]) -> None:
            self.columns.add(fill(row))

    with Columns(folder / f"{name}.parquet", schema) as columns:
        yield _Table(columns)


_OPEN: dict[str, Any] = {"jsonl": _Lines, "csv": _Cells, "parquet": _parquet}
