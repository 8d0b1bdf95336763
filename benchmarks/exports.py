"""Exports: time and peak memory of each format, by the number of records.

    python benchmarks/exports.py [FORMAT ...] [--small N] [--large N]

The records are those that `annotate run` makes of the paragraphs of `corpus/`, over and over with new ids. Each figure
is that of `annotate export` in a process of its own; the formats are those of `annotate export --list`, all without
FORMAT. Memory is flat where the ratio of both peaks is near 1. MB are those of the records that are read, by the
seconds of the processor.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from scale import command, told_by

from annotate.export.formats import FORMATS, Format
from annotate.reading.read import read
from annotate.records import Document

CORPUS = Path(__file__).resolve().parents[1] / "corpus"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one export took: seconds by the clock and of its processor, peak memory in MiB, and files and bytes."""

    wall: float
    cpu: float
    peak: float
    files: int
    size: int


def paragraphs() -> Iterator[dict[str, str | None]]:
    """The paragraphs of the corpus with the language and date of their article."""
    for article in read([str(CORPUS)]):
        assert isinstance(article, Document), article
        for number, text in enumerate(filter(str.strip, article.text.split("\n"))):
            yield {"id": f"{article.id}-{number}", "text": text, "lang": article.lang, "date": article.date}


def annotated(folder: Path) -> list[bytes]:
    """The records of all paragraphs, as lines."""
    rows = folder / "paragraphs.jsonl"
    rows.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in paragraphs()), "utf-8")
    subprocess.run(command(folder, "run", str(rows), "-o", str(folder / "base"), "-q"), check=True)
    return (folder / "base" / "annotations.jsonl").read_bytes().splitlines(keepends=True)


def repeated(lines: Sequence[bytes], path: Path, count: int) -> int:
    """Write so many records, each with an id of its own; how many bytes they are."""
    head = re.compile(rb'"id":"(?:[^"\\]|\\.)*"')
    path.parent.mkdir()
    with path.open("wb") as file:
        for number, line in enumerate(islice(cycle(lines), count)):
            file.write(head.sub(b'"id":"article-%d"' % number, line, count=1))
    return path.stat().st_size


def export(kind: Format, source: Path, folder: Path) -> Cost:
    """One export into a folder, which is emptied again."""
    target = folder / f"target{kind.suffixes[0] if kind.suffixes else ''}"
    started = time.perf_counter()
    subprocess.run(
        command(folder, "export", kind.name, str(source), "-o", str(target)), check=True, stderr=subprocess.DEVNULL
    )
    wall, told = time.perf_counter() - started, told_by(folder)
    written = [path for path in target.rglob("*") if path.is_file()] if target.is_dir() else [target]
    size = sum(path.stat().st_size for path in written)
    shutil.rmtree(target) if target.is_dir() else target.unlink()
    return Cost(wall, told["cpu"], told["peak"], len(written), size)


def main() -> None:
    """Print a line for each format."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("formats", nargs="*", metavar="FORMAT", help=", ".join(one.name for one in FORMATS))
    parser.add_argument("--small", type=int, default=10_000, metavar="N", help="records to compare with (10,000)")
    parser.add_argument("--large", type=int, default=100_000, metavar="N", help="records of the figures (100,000)")
    options = parser.parse_args()
    chosen = [one for one in FORMATS if not options.formats or one.name in options.formats]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = annotated(folder)
        few, many = folder / "few" / "annotations.jsonl", folder / "many" / "annotations.jsonl"
        repeated(lines, few, options.small)
        size = repeated(lines, many, options.large)
        load = os.getloadavg()[0]
        print(f"{options.large:,} records of {len(lines):,} paragraphs, {size / 1e6:,.0f} MB; load {load:.1f}")
        print(f"\n| format | time | processor | MB/s | peak | peak of {options.small:,} | ratio | files | MB written |")
        print("|---|---:|---:|---:|---:|---:|---:|---:|---:|", flush=True)
        for kind in chosen:
            small, large = (export(kind, path.parent, folder) for path in (few, many))
            print(
                f"| `{kind.name}` | {large.wall:.0f} s | {large.cpu:.0f} s | {size / 1e6 / large.cpu:.1f}"
                f" | {large.peak:.0f} MiB | {small.peak:.0f} MiB | {large.peak / small.peak:.2f}"
                f" | {large.files:,} | {large.size / 1e6:,.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
