"""`annotate run`, `retry` and `status`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, NoReturn

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from annotate.batch.executors import Executor
    from annotate.batch.output import Output
    from annotate.batch.run import OnProgress, Scope, Summary
    from annotate.batch.tally import Tally
    from annotate.manifest import Plan
    from annotate.options import Options
    from annotate.reading.read import Reader
    from annotate.records import Failure
    from annotate.storage.write import Stream

from annotate.cli.app import app
from annotate.cli.options import (
    Day,
    ExecutorName,
    Json,
    Labels,
    Lang,
    Languages,
    OnlyPatterns,
    Patterns,
    Processes,
    Quiet,
    RayAddress,
    Region,
    Timeout,
    options_of,
    pipeline_of,
    split,
)
from annotate.cli.say import (
    FAILED,
    STANDARD,
    as_text,
    console,
    counted,
    note,
    plain_table,
    say,
    stop,
    told,
    visible,
)

_LOGGED = 20


@app.command("run")
def run_command(
    context: typer.Context,
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUTS", help="Files, folders, globs, or - for standard input.")
    ],
    out: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="OUT", help="A folder, a .jsonl file, or - for standard output."),
    ] = None,
    patterns: Patterns = None,
    only_patterns: OnlyPatterns = False,
    lang: Lang = None,
    region: Region = None,
    day: Day = None,
    languages: Languages = None,
    text_key: Annotated[
        str, typer.Option(metavar="KEY", help="Where rows of JSONL, CSV and Parquet have their text.")
    ] = "text",
    id_key: Annotated[
        str | None, typer.Option(metavar="KEY", help="Where such rows have their id; `id` where they have one without.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Start afresh; replace an earlier output, whoever wrote it.")
    ] = False,
    no_resume: Annotated[
        bool, typer.Option("--no-resume", help="Annotate everything again, whatever an earlier run has done.")
    ] = False,
    add: Annotated[
        bool, typer.Option("--add", help="Keep the documents in OUT whose inputs are not named this time.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take the documents out of OUT whose inputs are not named this time.")
    ] = False,
    n_process: Processes = 1,
    timeout: Timeout = None,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Annotate at most N documents, the rest in a later run.")
    ] = None,
    shard_size: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Write annotations-00000.jsonl and so on, N documents each.")
    ] = None,
    by_file: Annotated[
        bool, typer.Option("--by-file", help="A shard for each input file, which a worker reads and writes itself.")
    ] = False,
    max_bytes: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Set aside what is longer than N bytes, unpacked.")
    ] = None,
    executor: ExecutorName = None,
    ray_address: RayAddress = None,
    labels: Labels = None,
    tokens: Annotated[bool, typer.Option("--tokens", help="Write the tokens into each record.")] = False,
    quiet: Quiet = False,
    as_json: Annotated[bool, typer.Option("--json", help="The summary as JSON.")] = False,
) -> None:
    """Annotate articles into OUT: annotations.jsonl, with errors.jsonl and manifest.json beside it.

    Run again, it does only what is new or changed; so it also goes on where an interrupted run stopped.

    \b
    Examples:
      annotate run articles/ -o out
      annotate run 'archive/*.jsonl.gz' -o out --lang nl -n 4
      annotate run - --date 2025-04-14 < article.txt
    """
    _begin(executor, n_process, timeout)
    from annotate.batch.run import Scope
    from annotate.reading.read import MAX_BYTES, Reader

    out = out or (STANDARD if set(inputs) == {STANDARD} else None)
    if out is None:
        raise typer.BadParameter("where to? name a folder with -o OUT, or -o - for standard output")
    if add and (replace or force or no_resume):
        raise typer.BadParameter("--add keeps what is there, which --replace, --force and --no-resume do not")
    if by_file and (add or limit or shard_size or out == STANDARD):
        raise typer.BadParameter("--by-file goes with neither --add, --limit nor --shard-size, nor with -o -")
    chosen = {"languages": split(languages), "labels": split(labels)}
    options = options_of(patterns, only_patterns, lang=lang, region=region, tokens=tokens, **chosen)
    _do(
        _Job(inputs, out, options, Reader(text_key, id_key, day, max_bytes or MAX_BYTES), by_file),
        Scope(limit, others="keep" if add else "drop" if replace else "ask"),
        lambda: _executor(executor, n_process, timeout, ray_address),
        force=force,
        resume=not no_resume,
        shard_size=shard_size,
        sources=_sources(context),
        quiet=quiet,
        as_json=as_json,
    )


#: The options that stand in the manifest, by the names of their parameters.
_TOLD = {"inputs", "patterns", "only_patterns", "lang", "region", "languages", "labels", "tokens"}
_TOLD |= {"text_key", "id_key", "day"}


def _sources(context: typer.Context) -> dict[str, str]:
    """Where the options of a call that stand in the manifest come from; those left as they are by default are not."""
    given = {name: str(context.get_parameter_source(name)).rpartition(".")[2] for name in _TOLD}
    places = {"COMMANDLINE": "command line", "DEFAULT_MAP": context.obj, "ENVIRONMENT": "environment"}
    found = {"date" if name == "day" else name: places.get(source) for name, source in sorted(given.items())}
    return {name: place for name, place in found.items() if place}


@app.command("retry")
def retry_command(
    out: Annotated[str, typer.Argument(metavar="OUT", help="The output of an earlier run.")],
    n_process: Processes = 1,
    timeout: Timeout = None,
    executor: ExecutorName = None,
    ray_address: RayAddress = None,
    quiet: Quiet = False,
    as_json: Annotated[bool, typer.Option("--json", help="The summary as JSON.")] = False,
) -> None:
    """Try again what failed in the last run into OUT, with the same options, and nothing else.

    \b
    Examples:
      annotate retry out
    """
    _begin(executor, n_process, timeout)
    from annotate.batch.run import Scope

    job, plan = _earlier_job(out, current=True)
    _do(
        job,
        Scope(only_failed=True, others="drop" if plan.others is None else "keep"),
        lambda: _executor(executor, n_process, timeout, ray_address),
        shard_size=plan.shard_size,
        quiet=quiet,
        as_json=as_json,
    )


@app.command("status")
def status_command(
    out: Annotated[str, typer.Argument(metavar="OUT", help="The output of an earlier run.")],
    as_json: Json = False,
) -> None:
    """Say what is in OUT, what failed, and what the next run would do, and why. Nothing is written.

    \b
    Examples:
      annotate status out
    """
    from annotate.batch.status import status
    from annotate.pipeline import Pipeline
    from annotate.reading.read import InputError
    from annotate.storage.write import OutputError

    job, _ = _earlier_job(out)
    with told(InputError, OutputError):
        found = status(job.out, job.reader.read(job.inputs), Pipeline(job.options))
    if as_json:
        say(as_text(found.as_dict()))
        return
    say(f"{out}: {found.state}, {found.to_do:,} to do")
    if found.older:
        say(f"its records are {found.older}; `annotate run` with the same inputs annotates all of them again")
    if last := found.last_run:
        say(f"last run: {last.started}, {last.seconds:.1f} s")
    headed = (("documents", found.documents), ("languages", found.languages), ("failures", found.failures))
    for heading, counts in headed:
        if any(counts.values()):
            say(heading)
        for name, count in counts.items():
            if count:
                say(f"{count:>9,}  {name}")


class _Job(NamedTuple):
    """What a run is asked to do."""

    inputs: list[str]
    out: str
    options: Options
    reader: Reader
    by_file: bool


def _earlier_job(out: str, *, current: bool = False) -> tuple[_Job, Plan]:
    """What the last run into an output was asked to do, also as it noted it; paths hold as they did then."""
    from annotate.batch.status import plan_of
    from annotate.reading.read import MAX_BYTES, Reader
    from annotate.storage.write import OutputError

    place = out if "://" in out else str(Path(out).resolve())
    with told(OutputError):
        plan, options = plan_of(place, current=current)
    if STANDARD in plan.inputs:
        stop(f"{out}: was made from standard input, which cannot be read again; give it to `annotate run` once more")
    try:
        os.chdir(plan.folder)
    except OSError:
        stop(f"{out}: the folder that it was made in is gone; start anew with `annotate run`")
    reader = Reader(plan.text_key, plan.id_key, plan.date, plan.max_bytes or MAX_BYTES)
    return _Job([*plan.inputs], place, options, reader, plan.by_file), plan


def _executor(name: str | None, n_process: int, timeout: float | None, address: str | None) -> Executor:
    """Who does the work; a time limit needs a process that can be ended."""
    from annotate.batch.executors import Processes, Serial

    if name == "ray" or (name is None and address is not None):
        from annotate.batch.cluster import ClusterError, RayCluster

        with told(ClusterError):
            return RayCluster(address, n_process if n_process > 1 else None, timeout)
    if _needs_processes(name, n_process, timeout):
        return Processes(n_process or _cores(), timeout)
    return Serial()


def _needs_processes(name: str | None, n_process: int, timeout: float | None) -> bool:
    return name == "process" or n_process != 1 or timeout is not None


def _begin(name: str | None, n_process: int, timeout: float | None) -> None:
    """Let processes that will be needed import what takes long while this one does."""
    from annotate.batch import forking

    if name != "ray" and _needs_processes(name, n_process, timeout):
        forking.begin()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _do(
    job: _Job,
    scope: Scope,
    executor: Callable[[], Executor],
    *,
    force: bool = False,
    resume: bool = True,
    shard_size: int | None = None,
    sources: Mapping[str, str] | None = None,
    quiet: bool,
    as_json: bool,
) -> NoReturn:
    """Run a job and say what came of it."""
    from annotate.batch.executors import WorkersError
    from annotate.batch.output import Output
    from annotate.batch.run import run
    from annotate.batch.slices import one_by_one, run_slices
    from annotate.reading.read import InputError, count
    from annotate.storage.write import OutputError, Stream

    out = job.out
    output: Output | Stream | None = None
    with told(InputError, OutputError, WorkersError):
        if out == STANDARD:
            output = Stream(sys.stdout.buffer)
        elif not job.by_file:
            output = Output(out, force=force, resume=resume, shard_size=shard_size)
        pipeline, chosen = pipeline_of(job.options), executor()
        shown = sys.stderr.isatty() and not quiet
        total = count(job.inputs) if shown and not job.by_file else None
        with _progress(shown=shown, total=total, logged=not quiet, all_failures=out == STANDARD) as on_progress:
            if output is None:
                spread = getattr(chosen, "slices", None) or one_by_one(chosen)
                summary = run_slices(
                    job.inputs, out, pipeline, spread, on_progress,
                    reader=job.reader, scope=scope, force=force, resume=resume, sources=sources,
                )  # fmt: skip
            else:
                summary = run(
                    job.inputs, output, pipeline, on_progress,
                    executor=chosen, reader=job.reader, scope=scope, stdin=sys.stdin.buffer, sources=sources,
                )  # fmt: skip
    for name in summary.damaged:
        note(f"{name}: not as it was written; the documents in question were annotated again")
    if as_json:
        say(as_text(summary.manifest.to_dict() | summary.report.to_dict()), err=out == STANDARD)
    elif not quiet:
        if summary.tally.documents:
            console().print(_summary_table(summary))
        note(_summary_line(summary, out))
        for line in _notices(summary.tally):
            note(line)
    raise typer.Exit(FAILED if summary.failed else 0)


#: Seconds between two lines of progress where there is no terminal.
_EVERY = 10.0


@contextmanager
def _progress(*, shown: bool, total: int | None, logged: bool, all_failures: bool) -> Iterator[OnProgress]:
    """Tells of failures as they come, and of the progress: as a bar on a terminal, in a line now and then elsewhere."""
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    screen = console()
    numbers = TextColumn("{task.completed:,} documents  {task.fields[rate]}  {task.fields[failed]:,} failed")
    columns = (SpinnerColumn(), BarColumn(), numbers, TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    started = spoken = time.monotonic()
    with Progress(*columns, console=screen, transient=True, disable=not shown) as progress:
        task = progress.add_task("", total=total, rate="", failed=0)

        def show(message: str) -> None:
            screen.print(visible(message))

        def on_progress(tally: Tally, failure: Failure | None) -> None:
            nonlocal spoken
            now = time.monotonic()
            rate = f"{tally.annotated_words / max(now - started, 1e-9):,.0f} words/s"
            finished = tally.documents + tally.failed
            if shown:
                progress.update(task, completed=finished, rate=rate, failed=tally.failed)
            elif logged and now - spoken >= _EVERY:
                spoken = now
                note(f"{counted(finished, 'document')}, {tally.failed:,} failed, {rate}")
            if failure is not None:
                _log(failure, tally.failed, show if shown else note, all_failures=all_failures)

        yield on_progress


def _log(failure: Failure, number: int, say: Callable[[str], None], *, all_failures: bool) -> None:
    """One line for a failure; where they stand in a file too, only for the first few."""
    if all_failures or number <= _LOGGED:
        say(f"{failure.source}: {failure.error}: {failure.message}".replace("\n", r"\n"))
    elif number == _LOGGED + 1:
        say("… and more; see the errors file")


def _summary_table(summary: Summary) -> Table:
    tally = summary.tally
    labels = sorted(tally.labels)
    table = plain_table("language", "documents", *map(visible, labels))
    for lang in sorted(tally.languages):
        counts = (tally.languages[lang][label] for label in labels)
        table.add_row(visible(lang), f"{tally.documents_by_language[lang]:,}", *(f"{count:,}" for count in counts))
    return table


#: What is said of documents of which reading could not make out something.
_NOTICES = {
    "lang": "with a language that is not known, kept in meta.lang_invalid; give its code, such as nl",
    "region": "with a region that is not known, kept in meta.region_invalid; give its code, such as BE",
    "date": "with a date that is no plain day, kept in meta.date_invalid; write it as 2025-04-14, or give the region",
    "encoding": "in an encoding that was guessed, kept in meta.encoding; save them as UTF-8 if letters are wrong",
}
_NAMED = 3


def _notices(tally: Tally) -> Iterator[str]:
    """A line for each kind of thing that reading could not make out, and one for files that were not read."""
    for kind, count in sorted(tally.notices.items()):
        more = ", …" if count > _NAMED else ""
        yield f"{counted(count, 'document')} {_NOTICES[kind]} ({', '.join(tally.noticed[kind][:_NAMED])}{more})"
    if undecided := tally.documents_by_language["und"]:
        yield (
            f"{counted(undecided, 'document')} in a language that could not be told (und), and so without spans; "
            "name it with --lang CODE, or all that may occur with --languages nl,en"
        )
    if tally.passed_over:
        most = sorted(tally.passed_over.items(), key=lambda pair: (-pair[1], pair[0]))
        listed = ", ".join(f"{count:,} {suffix or 'without suffix'}" for suffix, count in most)
        yield f"{counted(sum(tally.passed_over.values()), 'file')} passed over: {listed}"


def _summary_line(summary: Summary, out: str) -> str:
    from annotate.storage.layout import output_paths

    tally, seconds = summary.tally, summary.report.seconds
    done = f"{counted(tally.documents - tally.kept, 'document')} annotated in {seconds:.1f} s"
    for number, what in ((tally.kept, "unchanged"), (tally.removed, "removed"), (tally.remaining, "left to do")):
        done += f", {number:,} {what}" if number else ""
    if out == STANDARD:
        return f"{done}, {tally.failed:,} failed"
    paths = output_paths(out)
    failed = f", {tally.failed:,} failed: {paths.errors}" if tally.failed else ""
    return f"{done}{failed}; written to {paths.annotations}"
