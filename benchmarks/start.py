"""How long the tool takes to start: with an empty cache, from the second time on, and without a cache.

    python benchmarks/start.py [--times N]

Each line is a process of its own, started N times: the best time by the clock, and the least processor time, which
also holds on a busy machine. `cold` begins with an empty cache, `warm` with one that another run has filled, and `off`
keeps nothing. `import spacy` alone stands beside them: nothing that imports it can be quicker.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ARTICLE = "Op 18 januari 1950 tekenden beide landen een handelsverdrag; de uitvoer groeide tot 2,5 miljard euro.\n"
#: What a worker does when it is handed its first document; what it imports it shares with the process that it was
#: forked from.
WORKER = f"""
import annotate.batch.work as work, time
from annotate.records import Document
start = time.perf_counter(), time.process_time()
work.annotate_document(work.Pipeline(), Document("a", {ARTICLE!r}, "a"))
print(time.perf_counter() - start[0], time.process_time() - start[1])
"""
SENTENCE = f"import annotate; annotate.annotate({ARTICLE!r})"
RUN = "from annotate.cli import main; main()"


def measured(command: Sequence[str], folder: Path, cache: str) -> tuple[float, float]:
    """Seconds by the clock and of the processor that a command takes, with its children; or as it says itself."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=os.environ | {"ANNOTATE_CACHE": cache},
        capture_output=True,
        text=True,
        check=True,
    )
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if told := done.stdout.split():
        return float(told[0]), float(told[1])
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def best(command: Sequence[str], folder: Path, state: str, times: int) -> tuple[float, float]:
    """The least of some measurements, by the clock and by the processor."""
    cache = folder / "cache"
    found = []
    for number in range(times + (state == "warm")):
        if state == "cold":
            shutil.rmtree(cache, ignore_errors=True)
        took = measured(command, folder, "" if state == "off" else str(cache))
        if number or state != "warm":  # the first fills the cache
            found.append(took)
    return min(wall for wall, _ in found), min(cpu for _, cpu in found)


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
    one_article = ["-c", RUN, "run", "a.txt", "-q", "-o", "out", "--force"]
    commands: dict[str, list[str]] = {
        "one sentence from Python": ["-c", SENTENCE],
        "`annotate run` on one article": one_article,
        "… with `--lang nl`": [*one_article, "--lang", "nl"],
        "… with `-n 2`": [*one_article, "-n", "2"],
        "a worker's first document, after its imports": ["-c", WORKER],
    }
    print("| what | cold | warm | off | processor: cold | warm | off |\n|---|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "a.txt").write_text(ARTICLE, encoding="utf-8")
        for what, command in commands.items():
            figures = [best(command, folder, state, times) for state in ("cold", "warm", "off")]
            clock, processor = ([f"{pair[n]:.2f} s" for pair in figures] for n in (0, 1))
            print(f"| {what} | {' | '.join(clock)} | {' | '.join(processor)} |", flush=True)
        wall, cpu = best(["-c", "import spacy"], folder, "off", times)
        print(f"| `import spacy` | | | {wall:.2f} s | | | {cpu:.2f} s |")


if __name__ == "__main__":
    main()
