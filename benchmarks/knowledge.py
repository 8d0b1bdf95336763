"""What `annotate knowledge` costs: processor time and memory as an output grows, and what doing it again costs.

    python benchmarks/knowledge.py [NUMBER ...]

Records are those of the corpus, annotated once and repeated under new ids; NUMBER says how many (10000 and 100000
without). Each run is a process of its own, whose processor time and greatest memory the system tells.
"""

from __future__ import annotations

import os
import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path

import orjson

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Print a row for each number of records: first run, again, and with a hundredth more."""
    numbers = [int(one) for one in sys.argv[1:]] or [10_000, 100_000]
    print("| records | bytes | first run | MB | again | MB | a hundredth more | MB |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    for number in numbers:
        with tempfile.TemporaryDirectory() as folder:
            out, target = Path(folder) / "out", Path(folder) / "knowledge"
            out.mkdir()
            size = fill(out, number)
            runs = [measured(out, target), measured(out, target)]
            fill(out, number + number // 100)
            runs.append(measured(out, target))
            cells = " | ".join(f"{seconds:.1f} s | {memory:.0f}" for seconds, memory in runs)
            print(f"| {number:,} | {size / 1e6:,.0f} MB | {cells} |", flush=True)


def fill(out: Path, number: int) -> int:
    """Write so many records, the same first ones each time; how many bytes they are."""
    lines = (ROOT / "outputs" / "annotations.jsonl").read_bytes().splitlines()
    records = [orjson.loads(line) for line in lines]
    with (out / "annotations.jsonl").open("wb") as file:
        for count, record in enumerate(islice(cycle(records), number)):
            file.write(orjson.dumps({**record, "id": f"{record['id']}-{count:06}"}) + b"\n")
        return file.tell()


def measured(out: Path, target: Path) -> tuple[float, float]:
    """The processor's seconds for one run, and its greatest memory in MB."""
    command = [sys.executable, "-m", "annotate.cli", "knowledge", str(out), "-o", str(target), "-q"]
    process = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(process, 0)
    assert status == 0, f"exit status {status}"
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
