"""How cost grows: with documents, their length, patterns, processes; and what doing it again costs.

    python benchmarks/scale.py [PART ...] [--lang LANG] [--quick] [--slow]

Each figure is a ratio of two measurements of one run of this program, so that it holds on any machine; the seconds
beside it hold for this one. PART is any of documents, length, patterns, processes, start, memory, languages, resume,
shards, kill, cluster; all without. `--quick` takes a tenth of the articles and about three minutes; `--slow` adds
memory up to 100,000 articles. Articles are made as in `speed.py`; all runs are `annotate run` in processes of their
own, but for length and patterns.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from speed import articles, cold, corpus_languages, document, seconds, words_in

from annotate.options import Options
from annotate.pipeline import Pipeline
from annotate.rules import patterns
from annotate.storage.journal import Entry, Stamp, document_stamp, entries, to_line

#: One run of the command line, which tells its own processor time and peak memory at the end.
_RUN = """
import atexit, json, sys, time

def tell(report):
    sys.path.insert(0, {here!r})
    from speed import peak
    with open(report, "w") as file:
        json.dump({{"cpu": time.process_time(), "main": time.thread_time(), "peak": peak()}}, file)

if __name__ == "__main__":
    atexit.register(tell, sys.argv.pop())
    from annotate.cli import main
    main()
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took: seconds by the clock, processor time and peak memory of its main process.

    `others` is the processor time of the processes that it started, as far as the system tells.
    """

    wall: float
    cpu: float
    others: float
    peak: float
    manifest: dict[str, Any]
    report: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bench:
    """What all parts share: where files may be made, the language, and how much of everything."""

    folder: Path
    lang: str
    quick: bool
    slow: bool

    def size(self, number: int) -> int:
        """So many articles, or a tenth where it has to be quick."""
        return number // 10 if self.quick else number

    def input(self, count: int, words: int = 400) -> Path:
        """A JSONL file of articles, no two alike; the shorter files are the beginnings of the longer ones."""
        path = self.folder / f"{count}-{words}.jsonl"
        if not path.exists():
            made = articles(self.lang, words, min(count, 1_000), "ordinary")
            write_articles(path, numbered(islice(cycle(made), count)))
        return path

    def run(self, source: Path, name: str, *options: str) -> Cost:
        """One `annotate run` into a folder of that name, which may hold an earlier run."""
        started = time.perf_counter()
        out = self.folder / name
        process = subprocess.Popen(self.command(source, name, *options))
        used: dict[int, float] = {}
        while process.poll() is None:
            if "-n" in options:
                used.update(started_by(process.pid))
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
        wall = time.perf_counter() - started
        assert process.returncode == 0, process.args
        told = told_by(self.folder)
        manifest = json.loads((out / "manifest.json").read_bytes())
        last = json.loads((out / ".annotate" / "last.json").read_bytes())
        return Cost(wall, told["cpu"], sum(used.values()), told["peak"], manifest, last)

    def command(self, source: Path | str, name: str, *options: str) -> list[str]:
        """The command line of `run`."""
        return command(self.folder, "run", str(source), "-o", str(self.folder / name), "-q", *options)


def command(folder: Path, *arguments: str) -> list[str]:
    """A command line of `annotate` that leaves in a folder what it took, for `told_by`."""
    script = folder / "run.py"
    script.write_text(_RUN.format(here=str(Path(__file__).parent)), "utf-8")
    return [sys.executable, str(script), *arguments, str(folder / "report.json")]


def told_by(folder: Path) -> dict[str, float]:
    """What the last command of that folder took: processor seconds, those of its main thread, peak memory in MiB."""
    told: dict[str, float] = json.loads((folder / "report.json").read_bytes())
    return told


def started_by(root: int) -> dict[int, float]:
    """Processor seconds of each process that a process has started, and of those that they have; Linux only."""
    parents: dict[int, int] = {}
    used: dict[int, float] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        pid = int(path.parent.name)
        parents[pid] = int(fields[1])
        used[pid] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    found: set[int] = set()
    level = {root}
    while level := {pid for pid, parent in parents.items() if parent in level}:
        found |= level
    return {pid: used[pid] for pid in found}


def numbered(texts: Iterable[str]) -> Iterable[str]:
    """Texts, each with two words that no other has."""
    return (f"{text} Zaak{n} van bedrijf{n}." for n, text in enumerate(texts))


def write_articles(path: Path, texts: Iterable[str], first: int = 0) -> None:
    """A JSONL file of texts, by number."""
    with path.open("w", encoding="utf-8") as file:
        for number, text in enumerate(texts, first):
            file.write(json.dumps({"id": f"article-{number}", "text": text}, ensure_ascii=False) + "\n")


def line(what: str, figure: str, aim: str = "", details: str = "") -> None:
    """Print one line of the table."""
    print(f"| {what:52} | {figure:>9} | {aim:>7} | {details}", flush=True)


# --- the parts


def documents(bench: Bench) -> None:
    """Ten times as many documents: time beyond the start, and peak memory."""
    few, many = bench.size(1_000), bench.size(10_000)
    one = bench.run(bench.input(1), "one")
    less, more = (bench.run(bench.input(n), f"first-{n}") for n in (few, many))
    time_ratio = (more.cpu - one.cpu) / (less.cpu - one.cpu)
    sizes = f"{few:,} -> {many:,} articles of 400 words"
    line("documents x10: time", f"{time_ratio:.2f}", "<= 11", f"{sizes}; {less.wall:.1f} s -> {more.wall:.1f} s")
    line(
        "documents x10: peak memory",
        f"{more.peak / less.peak:.2f}",
        "<= 1.1",
        f"{less.peak:.0f} -> {more.peak:.0f} MiB",
    )
    with bench.input(many).open("rb") as file:
        words = sum(words_in(json.loads(row)["text"]) for row in file)
    line(
        "processor seconds per million words",
        f"{(more.cpu - one.cpu) / words * 1e6:.1f}",
        "",
        f"one core, start not counted; {words:,} words in {more.cpu:.1f} s",
    )


def length(bench: Bench) -> None:
    """Articles ten and a hundred times as long: words per second."""
    pipeline, total = Pipeline(), 80_000 if bench.quick else 240_000
    sizes = (400, 4_000, 40_000)
    for text in articles(bench.lang, 400, 200, "ordinary", seed=-1):
        pipeline.annotate(document(text))
    gc.collect()
    gc.freeze()
    speeds = {}
    for size in sizes:
        texts = articles(bench.lang, size, max(2, total // size), "ordinary", seed=size)
        speeds[size] = sum(map(words_in, texts)) / seconds(partial(annotated, pipeline), texts)
    for size in sizes[1:]:
        told = f"400 -> {size:,} words; {speeds[400]:,.0f} -> {speeds[size]:,.0f} words/s"
        line(f"length x{size // 400}: words/s", f"{speeds[size] / speeds[400]:.2f}", ">= 0.9", told)


def annotated(pipeline: Pipeline, text: str) -> bytes:
    """A text to the bytes of its record."""
    return pipeline.annotate(document(text)).to_json() + b"\n"


def more_patterns(bench: Bench) -> None:
    """Ten times as many patterns whose triggers come once in a while: time on the same articles."""
    texts = articles(bench.lang, 400, 200, "ordinary", seed=-1)
    rounds = [articles(bench.lang, 400, 20, "ordinary", seed=n) for n in range(4 if bench.quick else 10)]
    rules = len(patterns.load(bench.lang, patterns.folders()).rules)
    seen = Counter(word for text in texts for word in re.findall(r"\b[^\W\d_]{4,}\b", text.lower()))
    rare = [word for word, count in seen.items() if count == 1][: 9 * rules]
    for name, words in (("met rarely", rare), ("never met", [f"q{word}q" for word in rare])):
        folder = bench.folder / name.replace(" ", "-")
        write_rules(folder / bench.lang / "many.yaml", words)
        pipelines = [Pipeline(), Pipeline(Options(patterns=(folder,)))]
        loading = []
        for pipeline in pipelines:
            started = time.process_time()
            pipeline.rulebook.engine(bench.lang)
            loading.append(time.process_time() - started)
            for text in texts:
                pipeline.annotate(document(text))
        gc.collect()
        gc.freeze()
        ratios = []
        for number, some in enumerate(rounds):
            order = (0, 1) if number % 2 else (1, 0)
            took = {side: seconds(partial(annotated, pipelines[side]), some) for side in order}
            ratios.append(took[1] / took[0])
        told = f"{rules} -> {rules + len(words)} rules; loaded in {loading[0]:.2f} -> {loading[1]:.2f} s"
        line(f"patterns x10, triggers {name}: time", f"{statistics.median(ratios):.2f}", "<= 1.2", told)


def write_rules(path: Path, words: Sequence[str]) -> None:
    """A file of rules, one for each word with a number behind it, all of one label."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rules = "".join(
        f"  - id: rule-{n}\n    pattern:\n      - {{LOWER: '{word}'}}\n      - {{kind: integer, slot: number}}\n"
        f"    examples:\n      - '[{word} 5](number=5).'\n    rejects:\n      - '{word}.'\n"
        for n, word in enumerate(words)
    )
    path.write_text(f"label: MADE\nrules:\n{rules}", "utf-8")


def processes(bench: Bench) -> None:
    """Two processes to one: throughput; and what the process that feeds the others costs."""
    count = bench.size(10_000)
    source = bench.input(count)
    starts = [bench.run(bench.input(1), f"start-{n}", *way) for n, way in enumerate(([], ["-n", "2"]))]
    one = bench.run(source, "processes-1")
    two = bench.run(source, "processes-2", "-n", "2")
    steady = (one.wall - starts[0].wall) / (two.wall - starts[1].wall)
    told = f"{count:,} articles; {one.wall:.1f} -> {two.wall:.1f} s"
    line("processes x2: throughput", f"{one.wall / two.wall:.2f}", ">= 1.8", told)
    line("processes x2: throughput, start not counted", f"{steady:.2f}", ">= 1.8", "what a longer run tends to")
    if two.others:
        more = (two.cpu + two.others - starts[1].cpu - starts[1].others) / (one.cpu - starts[0].cpu)
        told = "driver and processes to one process, start not counted; 1.00 would be free"
        line("processes x2: processor time", f"{more:.2f}", "<= 1.1", told)
    worker, driver = ((c.cpu - s.cpu) / count for c, s in ((one, starts[0]), (two, starts[1])))
    told = f"{driver * 1e3:.2f} ms of {worker * 1e3:.2f} ms a document"
    line("driver's cost of a document, to the worker's", f"{driver / worker:.3f}", "", told)
    line("processes that one driver feeds", f"{worker / driver:.0f}", "", "at most, with articles of 400 words")


def start(bench: Bench) -> None:
    """Cold start: one sentence, one run of one article, and the same that has nothing to do."""
    line("cold start: one sentence from Python", f"{cold(bench.lang):.2f} s", "", "best of five")
    source, times = bench.input(1), 1 if bench.quick else 3
    for what, options in (("one article", ()), ("one article, -n 2", ("-n", "2"))):
        best = min(bench.run(source, "cold", "--force", *options).wall for _ in range(times))
        line(f"cold start: annotate run, {what}", f"{best:.2f} s", "", f"best of {times}")
    again = min(bench.run(source, "cold").wall for _ in range(times))
    line("cold start: annotate run, nothing to do", f"{again:.2f} s", "", f"best of {times}")


def memory(bench: Bench) -> None:
    """Peak memory by the number of articles, which are short here."""
    counts = [bench.size(n) for n in (1_000, 10_000, *([100_000] if bench.slow else []))]
    peaks = [bench.run(bench.input(n, 50), f"memory-{n}").peak for n in counts]
    for n, p in zip(counts[1:], peaks[1:], strict=True):
        told = f"{counts[0]:,} -> {n:,} articles of 50 words; {peaks[0]:.0f} -> {p:.0f} MiB"
        line(f"memory: articles x{n // counts[0]}", f"{p / peaks[0]:.2f}", "<= 1.1", told)
    if bench.slow:
        again = bench.run(bench.input(counts[-1], 50), f"memory-{counts[-1]}")
        told = f"{again.peak:.0f} MiB in {again.wall:.0f} s; nothing has changed"
        line(f"memory: {counts[-1]:,} articles once more", f"{again.peak / peaks[0]:.2f}", "<= 1.1", told)


def all_languages(bench: Bench) -> None:
    """Peak memory of a process that has met one language, and all of the corpus."""
    mixed = bench.folder / "mixed.jsonl"
    each = [articles(lang, 400, bench.size(100), "ordinary") for lang in corpus_languages()]
    write_articles(mixed, (text for some in zip(*each, strict=True) for text in some))
    one = bench.run(bench.input(bench.size(1_000)), "language-1")
    every = bench.run(mixed, "language-12")
    told = f"{one.peak:.0f} -> {every.peak:.0f} MiB; {' '.join(sorted(every.manifest['languages']))}"
    line(f"languages 1 -> {len(each)}: peak memory", f"{every.peak / one.peak:.2f}", "", told)


def resume(bench: Bench) -> None:
    """The same run again: with nothing changed, with one article changed; what the journal costs."""
    count = bench.size(10_000)
    source = bench.input(count)
    name = f"first-{count}"
    shutil.rmtree(bench.folder / name, ignore_errors=True)
    first = bench.run(source, name)
    second = bench.run(source, name)
    assert second.report["run"]["kept"] == count, second.report["run"]
    told = f"{count:,} articles; {first.wall:.1f} -> {second.wall:.1f} s, {second.peak:.0f} MiB"
    line("resume: nothing changed, share of the first run", f"{second.wall / first.wall:.3f}", "", told)
    nothing = [bench.run(bench.input(1), "one") for _ in range(2)][-1]
    per = (second.cpu - nothing.cpu) / count
    line("resume: a document that is kept", f"{per * 1e6:.0f} us", "", f"{1e-6 / per * 1e6:,.0f} documents/s")
    lines = source.read_text("utf-8").splitlines()
    changed = bench.folder / "changed" / source.name
    changed.parent.mkdir()
    row = json.loads(lines[count // 2])
    lines[count // 2] = json.dumps({**row, "text": row["text"] + " Sinds 2008."}, ensure_ascii=False)
    changed.write_text("\n".join(lines) + "\n", "utf-8")
    shutil.move(changed, source)
    one = bench.run(source, name)
    assert one.report["run"]["annotated"] == 1, one.report["run"]
    line("resume: one changed, share of the first run", f"{one.wall / first.wall:.3f}", "", f"{one.wall:.1f} s")
    journal(bench.folder / name, first.cpu / count)
    source.unlink()


def journal(out: Path, cost: float) -> None:
    """What the journal costs: time for its stamps and lines, and bytes beside those of the records."""
    found = [entry for entry in entries(out / ".annotate" / "annotations.jsonl.journal") if entry is not None][:2_000]
    with (out / "annotations.jsonl").open("rb") as file:
        texts = [json.loads(data)["text"] for data in islice(file, len(found))]
    started = time.process_time()
    for entry, text in zip(found, texts, strict=True):
        stamp = Stamp(document_stamp(document(text)), entry.stamp.settings, entry.stamp.rules, entry.stamp.langs)
        to_line(Entry(entry.id, stamp, entry.at, entry.size, entry.checksum, entry.lang, labels=entry.labels))
    per = (time.process_time() - started) / len(found)
    line("journal: share of the time of a run", f"{per / cost:.4f}", "<= 0.02", f"{per * 1e6:.0f} us a document")
    sizes = [(out / name).stat().st_size for name in (".annotate/annotations.jsonl.journal", "annotations.jsonl")]
    told = f"{sizes[0] / sizes[1] * 100:.1f}% of the records' {sizes[1] / 1e6:.0f} MB"
    line("journal: bytes as a share of the records", f"{sizes[0] / sizes[1]:.3f}", "", told)


def shards(bench: Bench) -> None:
    """Files of annotations, a hundred times as many for the same articles: time of a run and of the same again."""
    count = bench.size(10_000)
    source, start = bench.input(count, 100), bench.run(bench.input(1), "one")
    few, many = (
        [bench.run(source, f"shards-{number}", "--shard-size", str(count // number)) for _ in range(2)]
        for number in (1, 100)
    )
    for what, one, other in zip(("first run", "nothing changed"), few, many, strict=True):
        told = f"{count:,} articles of 100 words; {one.wall:.1f} -> {other.wall:.1f} s, {other.peak:.0f} MiB"
        line(f"shards 1 -> 100: time, {what}", f"{(other.cpu - start.cpu) / (one.cpu - start.cpu):.2f}", "", told)


def kill(bench: Bench) -> None:
    """A run killed halfway and started again, to one that was not: time, and the same bytes."""
    source = bench.input(bench.size(2_000))
    whole = bench.run(source, "whole")
    half = (bench.folder / "whole" / "annotations.jsonl").stat().st_size // 2
    started = time.perf_counter()
    broken = subprocess.Popen(bench.command(source, "killed"))
    while broken.poll() is None and written(bench.folder / "killed") < half:
        time.sleep(0.02)
    broken.send_signal(signal.SIGKILL)
    broken.wait()
    first = time.perf_counter() - started
    noted = sum(entry is not None for path in state(bench.folder / "killed", "journal") for entry in entries(path))
    rest = bench.run(source, "killed")
    same = all(
        (bench.folder / "whole" / name).read_bytes() == (bench.folder / "killed" / name).read_bytes()
        for name in ("annotations.jsonl", "errors.jsonl")
    )
    told = f"{whole.wall:.1f} s, {first:.1f} + {rest.wall:.1f} s by the clock, two starts"
    line("kill -9 halfway: both runs to one", f"{(first + rest.wall) / whole.wall:.2f}", "", told)
    kept = rest.report["run"]["kept"]
    line(
        "kill -9 halfway: documents annotated twice",
        f"{noted - kept}",
        "0",
        f"{kept:,} kept of {noted:,} that were done",
    )
    line("kill -9 halfway: the same bytes", "yes" if same else "NO", "yes", "annotations.jsonl, errors.jsonl")


def cluster(bench: Bench) -> None:
    """What the driver's processor spends on a local Ray cluster, S3 to S3: all through it, and by file.

    Needs Ray, s3fs and moto's S3 server, which runs in this process. Three sizes tell apart what a start, a file and a
    document cost; articles are a sentence, since a driver's work does not depend on their length. Ray's own threads in
    the driver, which cost by the second, are counted, and told beside it.
    """
    try:
        from moto.server import ThreadedMotoServer
        from s3fs import S3FileSystem
    except ImportError as error:
        line("cluster", "-", "", f"left out: {error}; pip install 'moto[server]' s3fs ray")
        return
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    os.environ |= {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    system = S3FileSystem()
    few = 100
    sizes = {"small": (2, few), "files": (18, few), "many": (2, bench.size(10_000)), "most": (2, bench.size(50_000))}
    for bucket, (files, count) in sizes.items():
        system.mkdir(bucket)
        for number in range(files):
            path = bench.folder / "slice.jsonl"
            write_articles(path, numbered(["In 2008 kostte het 5 euro."] * count), first=number * count)
            system.put_file(str(path), f"{bucket}/in/{number:02}.jsonl")
    for what, largest, options in (("by file", "most", ("--by-file",)), ("in order", "many", ())):
        start, _ = driver_seconds(bench, "small", what, options)
        line(f"Ray, {what}: driver's seconds of a start", f"{start:.2f}", "", f"2 files of {few} documents")
        more = sizes["files"][0] - 2
        took, _ = driver_seconds(bench, "files", what, options)
        line(f"Ray, {what}: driver's ms a file", f"{(took - start) / more * 1e3:.1f}", "", f"{more} files more")
        more = 2 * (sizes[largest][1] - few)
        took, main = driver_seconds(bench, largest, what, options)
        told = f"{more:,} documents more, {took:.2f} s; of these {took - main:.2f} s are threads of Ray's"
        aim = "< 0.010" if options else ""
        line(f"Ray, {what}: driver's ms a document", f"{(took - start) / more * 1e3:.4f}", aim, told)
    one, many = (
        b"".join(map(system.cat, sorted(system.glob(f"files/{way}/annotations*.jsonl"))))
        for way in ("in-order", "by-file")
    )
    line("Ray, by file: the bytes of a run in order", "yes" if one == many else "NO", "yes", f"{len(one):,} bytes")
    server.stop()


def driver_seconds(bench: Bench, bucket: str, what: str, options: Sequence[str]) -> tuple[float, float]:
    """Processor seconds of a driver from a bucket into it, and of these its main thread's; the better of two runs."""
    call = bench.command(f"s3://{bucket}/in", "unused", "--executor", "ray", "-n", "2", "--lang", "nl", *options)
    call[call.index("-o") + 1] = f"s3://{bucket}/{what.replace(' ', '-')}"
    runs = []
    for _ in range(2):
        subprocess.run([*call[:-1], "--force", call[-1]], check=True)
        told = told_by(bench.folder)
        runs.append((told["cpu"], told["main"]))
    return min(runs)


def written(out: Path) -> int:
    """How much a run has written into its draft."""
    return sum(path.stat().st_size for path in state(out, "part"))


def state(out: Path, suffix: str) -> list[Path]:
    """What a run keeps for the next, or for itself, by its suffix."""
    return sorted((out / ".annotate").glob(f"*.{suffix}"))


PARTS: dict[str, Callable[[Bench], None]] = {
    "documents": documents,
    "length": length,
    "patterns": more_patterns,
    "processes": processes,
    "start": start,
    "memory": memory,
    "languages": all_languages,
    "resume": resume,
    "shards": shards,
    "kill": kill,
    "cluster": cluster,
}


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--lang", default="nl", choices=corpus_languages())
    parser.add_argument("--quick", action="store_true", help="a tenth of the articles")
    parser.add_argument("--slow", action="store_true", help="memory up to 100,000 articles")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; choose from {', '.join(PARTS)}")
    line("what", "figure", "aim", "details")
    line("---", "---", "---", "---")
    for part in options.parts or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            PARTS[part](Bench(Path(folder), options.lang, options.quick, options.slow))


if __name__ == "__main__":
    main()
