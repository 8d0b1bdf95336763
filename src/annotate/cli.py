"""The command line: arguments in, data to standard output, all else to standard error.

The only module that prints. Heavy imports stand inside the commands, so that `annotate --help` is quick.
Exit status: 0 all good, 1 some documents or examples failed and the rest is done (of `diff`: something differs),
2 a wrong call or a fault in the pattern files, 130 interrupted.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, NoReturn

import typer
from rich.console import Console

if TYPE_CHECKING:
    from rich.table import Table

    from annotate.executors import Executor
    from annotate.output import Output
    from annotate.pipeline import Options, Pipeline
    from annotate.records import Failure
    from annotate.run import OnProgress, Scope, Summary
    from annotate.tally import Tally
    from annotate.write import Stream

FAILED, WRONG, INTERRUPTED = 1, 2, 130
_LOGGED = 20
_STANDARD = "-"

app = typer.Typer(
    name="annotate",
    help="Annotate news articles with dates, sums of money, agreements and partnerships.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """The entry point of `annotate`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


# --- what is said, and where


def _console() -> Console:
    """Standard error; plain where it is no terminal, and never markup, because texts hold brackets."""
    wide = None if sys.stderr.isatty() else 200
    return Console(stderr=True, markup=False, emoji=False, highlight=False, width=wide)


def _note(message: str) -> None:
    typer.echo(message, err=True)


def _stop(message: str) -> NoReturn:
    """End with a message: the user's call, or the user's files, are wrong."""
    _note(f"annotate: {message}")
    raise typer.Exit(WRONG)


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2, default=str)


@contextmanager
def _told(*errors: type[Exception]) -> Iterator[None]:
    """Turn what the user can put right into a message, and an interruption into its exit status."""
    try:
        yield
    except errors as error:
        _stop(str(error))
    except KeyboardInterrupt:
        _note("annotate: interrupted; what stood there is unchanged, and the same call goes on where this one stopped")
        raise typer.Exit(INTERRUPTED) from None


def _refuse(faults: Sequence[object]) -> NoReturn:
    """End with the faults of the pattern files."""
    for fault in faults:
        _note(str(fault))
    _note(f"annotate: {_count(len(faults), 'fault')} in the pattern files; nothing was read")
    raise typer.Exit(WRONG)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


# --- options


def _day(value: str | None) -> str | None:
    if value is not None:
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise typer.BadParameter(f"'{value}' is no day; write it as 2025-04-14") from None
    return value


def _region_code(value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"[A-Za-z]{2}", value):
        raise typer.BadParameter(f"'{value}' is no region; write its two-letter code, such as NL or AU")
    return value and value.upper()


def _tag(value: str | None) -> str | None:
    if value is not None:
        _language(value)
    return value


def _tags(value: str | None) -> str | None:
    for tag in _split(value):
        _language(tag)
    return value


def _tag_list(values: list[str] | None) -> list[str]:
    for tag in values or ():
        _language(tag)
    return values or []


def _language(tag: str) -> None:
    from annotate import cldr

    base = re.split("[-_]", tag)[0].lower()
    if not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", tag) or cldr.locale(base) is None:
        raise typer.BadParameter(f"'{tag}' is no language that CLDR knows; write its code, such as nl or en")


def _split(value: str | None) -> list[str]:
    return [part.strip() for part in (value or "").split(",") if part.strip()]


def _patterns(value: list[Path] | None) -> list[Path]:
    for folder in value or ():
        if not folder.is_dir():
            raise typer.BadParameter(f"'{folder}' is no folder")
        if not any(folder.rglob("*.yaml")):
            raise typer.BadParameter(
                f"'{folder}' holds no pattern file; they stand in it as shared/*.yaml or LANG/*.yaml"
            )
    return value or []


def _executor_name(value: str | None) -> str | None:
    if value not in (None, "serial", "process", "ray"):
        raise typer.BadParameter(f"'{value}' is no executor; choose serial, process or ray")
    return value


def _version(value: bool) -> None:
    if value:
        from annotate.version import __version__

        typer.echo(f"annotate {__version__}")
        raise typer.Exit


Patterns = Annotated[
    list[Path] | None,
    typer.Option(
        "--patterns",
        metavar="DIR",
        callback=_patterns,
        help="A folder of your own patterns, laid over the built-in ones. May be repeated.",
    ),
]
OnlyPatterns = Annotated[
    bool, typer.Option("--only-patterns", help="Leave the built-in patterns out; needs --patterns.")
]
Lang = Annotated[
    str | None,
    typer.Option(metavar="CODE", callback=_tag, help="The language of every text; it is not detected then."),
]
Region = Annotated[
    str | None,
    typer.Option(metavar="CODE", callback=_region_code, help="Settles a bare $ and 6/12/2024: AU, US, NL."),
]
Day = Annotated[
    str | None,
    typer.Option(
        "--date",
        metavar="YYYY-MM-DD",
        callback=_day,
        help="The date of every text: what `yesterday` is told from.",
    ),
]
Langs = Annotated[
    list[str] | None,
    typer.Argument(metavar="LANGS", callback=_tag_list, help="Languages; all that have patterns without."),
]
Processes = Annotated[
    int, typer.Option("-n", "--n-process", metavar="N", min=0, help="How many processes; 0: one for each core.")
]
Timeout = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", min=0.1, help="Set a document aside that takes longer, after a second try."),
]
ExecutorName = Annotated[
    str | None,
    typer.Option("--executor", metavar="NAME", callback=_executor_name, help="serial, process, or ray."),
]
RayAddress = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="An existing Ray cluster (ray://host:10001, auto); a local one without."),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no summary.")]
Json = Annotated[bool, typer.Option("--json", help="The result as JSON.")]


def _options(patterns: list[Path] | None, only: bool, **more: Any) -> Options:
    from annotate.pipeline import Options

    if only and not patterns:
        raise typer.BadParameter("--only-patterns leaves no patterns at all; name yours with --patterns DIR")
    return Options(patterns=tuple(patterns or ()), built_in=not only, **more)


def _pipeline(options: Options) -> Pipeline:
    """A pipeline whose pattern files have no faults, and whose own examples hold."""
    from annotate.cases import check
    from annotate.patterns import names_in
    from annotate.pipeline import Pipeline

    pipeline = Pipeline(options)
    faults = pipeline.check()
    if options.patterns:
        own = {name for folder in options.patterns for name in names_in(folder)}
        faults = check(pipeline.concerned or pipeline.languages[:1], pipeline.roots, own)
    if faults:
        _refuse(faults)
    return pipeline


@app.callback()
def _global(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="The version, and no more.")
    ] = False,
) -> None:
    """Annotate news articles with dates, sums of money, agreements and partnerships."""


# --- run


@app.command("run")
def run_command(
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
    languages: Annotated[
        str | None,
        typer.Option(metavar="nl,en", callback=_tags, help="The only languages that detection may answer."),
    ] = None,
    text_key: Annotated[
        str, typer.Option(metavar="KEY", help="Where rows of JSONL, CSV and Parquet have their text.")
    ] = "text",
    force: Annotated[
        bool, typer.Option("--force", help="Start afresh; replace an earlier output, whoever wrote it.")
    ] = False,
    no_resume: Annotated[
        bool, typer.Option("--no-resume", help="Annotate everything again, whatever an earlier run has done.")
    ] = False,
    n_process: Processes = 1,
    timeout: Timeout = None,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Annotate at most N documents, the rest in a later run.")
    ] = None,
    shard_size: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Write annotations-00000.jsonl and so on, N documents each.")
    ] = None,
    executor: ExecutorName = None,
    ray_address: RayAddress = None,
    tokens: Annotated[bool, typer.Option("--tokens", help="Write the tokens into each record.")] = False,
    quiet: Quiet = False,
    as_json: Annotated[bool, typer.Option("--json", help="The summary as JSON.")] = False,
) -> None:
    """Annotate articles into OUT: annotations.jsonl, with errors.jsonl and manifest.json beside it.

    Run again, it does only what is new or changed; so it also goes on where an interrupted run stopped.
    """
    from annotate.run import Scope

    out = out or (_STANDARD if set(inputs) == {_STANDARD} else None)
    if out is None:
        raise typer.BadParameter("where to? name a folder with -o OUT, or -o - for standard output")
    options = _options(
        patterns,
        only_patterns,
        lang=lang,
        region=region,
        languages=tuple(_split(languages)),
        tokens=tokens,
    )
    _do(
        _Job(inputs, out, options, text_key, day),
        Scope(limit=limit),
        lambda: _executor(executor, n_process, timeout, ray_address),
        force=force,
        resume=not no_resume,
        shard_size=shard_size,
        quiet=quiet,
        as_json=as_json,
    )


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
    """Try again what failed in the last run into OUT, with the same options, and nothing else."""
    from annotate.run import Scope

    job, shard_size = _earlier_job(out)
    _do(
        job,
        Scope(only_failed=True),
        lambda: _executor(executor, n_process, timeout, ray_address),
        shard_size=shard_size,
        quiet=quiet,
        as_json=as_json,
    )


@app.command("status")
def status_command(
    out: Annotated[str, typer.Argument(metavar="OUT", help="The output of an earlier run.")],
    as_json: Json = False,
) -> None:
    """Say what is in OUT, what failed, and what the next run would do, and why. Nothing is written."""
    from annotate.pipeline import Pipeline
    from annotate.read import InputError, read
    from annotate.status import status
    from annotate.write import OutputError

    job, _ = _earlier_job(out)
    with _told(InputError, OutputError):
        found = status(job.out, read(job.inputs, text_key=job.text_key, date=job.day), Pipeline(job.options))
    if as_json:
        typer.echo(_json(found.as_dict()))
        return
    typer.echo(f"{out}: {found.state}, {found.to_do:,} to do")
    for counts in (found.documents, found.languages, found.failures):
        for name, count in counts.items():
            if count:
                typer.echo(f"{count:>9,}  {name}")


class _Job(NamedTuple):
    """What a run is asked to do."""

    inputs: list[str]
    out: str
    options: Options
    text_key: str
    day: str | None


def _earlier_job(out: str) -> tuple[_Job, int | None]:
    """What the last run into an output was asked to do, and the size of its shards; paths hold as they did then."""
    from annotate.status import plan_of
    from annotate.write import OutputError

    place = out if "://" in out else str(Path(out).resolve())
    with _told(OutputError):
        plan, options = plan_of(place)
    if _STANDARD in plan["inputs"]:
        _stop(f"{out}: was made from standard input, which cannot be read again; give it to `annotate run` once more")
    try:
        os.chdir(plan["folder"])
    except OSError:
        _stop(f"{out}: the folder that it was made in is gone; start anew with `annotate run`")
    return _Job(plan["inputs"], place, options, plan["text_key"], plan["date"]), plan.get("shard_size")


def _executor(name: str | None, n_process: int, timeout: float | None, address: str | None) -> Executor:
    """Who does the work; a time limit needs a process that can be ended."""
    from annotate.executors import Processes, Serial

    if name == "ray" or (name is None and address is not None):
        from annotate.cluster import ClusterError, RayCluster

        with _told(ClusterError):
            return RayCluster(address, n_process if n_process > 1 else None, timeout)
    if name == "process" or n_process != 1 or timeout is not None:
        return Processes(n_process or _cores(), timeout)
    return Serial()


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
    quiet: bool,
    as_json: bool,
) -> NoReturn:
    """Run a job and say what came of it."""
    from annotate.executors import WorkersError
    from annotate.output import Output
    from annotate.read import InputError, count
    from annotate.run import run
    from annotate.write import OutputError, Stream

    out = job.out
    output: Output | Stream
    if out == _STANDARD:
        output = Stream(sys.stdout.buffer)
    else:
        output = Output(out, force=force, resume=resume, shard_size=shard_size)
    with _told(InputError, OutputError, WorkersError):
        pipeline, chosen = _pipeline(job.options), executor()
        shown = sys.stderr.isatty() and not quiet
        total = count(job.inputs) if shown else None
        with _progress(shown=shown, total=total, logged=not quiet, all_failures=out == _STANDARD) as on_progress:
            summary = run(
                job.inputs,
                output,
                pipeline,
                on_progress,
                executor=chosen,
                scope=scope,
                stdin=sys.stdin.buffer,
                text_key=job.text_key,
                date=job.day,
            )
    for name in summary.damaged:
        _note(f"{name}: not as it was written; the documents in question were annotated again")
    if as_json:
        typer.echo(_json(summary.manifest), err=out == _STANDARD)
    elif not quiet:
        if summary.tally.documents:
            _console().print(_summary_table(summary))
        _note(_summary_line(summary, out))
    raise typer.Exit(FAILED if summary.failed else 0)


#: Seconds between two lines of progress where there is no terminal.
_EVERY = 10.0


@contextmanager
def _progress(*, shown: bool, total: int | None, logged: bool, all_failures: bool) -> Iterator[OnProgress]:
    """Tells of failures as they come, and of the progress: as a bar on a terminal, in a line now and then elsewhere."""
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    console = _console()
    numbers = TextColumn("{task.completed:,} documents  {task.fields[rate]}  {task.fields[failed]:,} failed")
    columns = (SpinnerColumn(), BarColumn(), numbers, TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    started = spoken = time.monotonic()
    with Progress(*columns, console=console, transient=True, disable=not shown) as progress:
        task = progress.add_task("", total=total, rate="", failed=0)

        def on_progress(tally: Tally, failure: Failure | None) -> None:
            nonlocal spoken
            now = time.monotonic()
            rate = f"{tally.annotated_words / max(now - started, 1e-9):,.0f} words/s"
            finished = tally.documents + tally.failed
            if shown:
                progress.update(task, completed=finished, rate=rate, failed=tally.failed)
            elif logged and now - spoken >= _EVERY:
                spoken = now
                _note(f"{_count(finished, 'document')}, {tally.failed:,} failed, {rate}")
            if failure is not None:
                _log(failure, tally.failed, console.print if shown else _note, all_failures=all_failures)

        yield on_progress


def _log(failure: Failure, number: int, say: Callable[[str], None], *, all_failures: bool) -> None:
    """One line for a failure; where they stand in a file too, only for the first few."""
    if all_failures or number <= _LOGGED:
        say(f"{failure.source}: {failure.error}: {failure.message}")
    elif number == _LOGGED + 1:
        say("… and more; see the errors file")


def _summary_table(summary: Summary) -> Table:
    tally = summary.tally
    labels = sorted(tally.labels)
    table = _table("language", "documents", *labels)
    for lang in sorted(tally.languages):
        counts = (tally.languages[lang][label] for label in labels)
        table.add_row(lang, f"{tally.documents_by_language[lang]:,}", *(f"{count:,}" for count in counts))
    return table


def _summary_line(summary: Summary, out: str) -> str:
    from annotate.output import output_paths

    tally, seconds = summary.tally, summary.manifest.get("seconds", 0)
    done = f"{_count(tally.documents - tally.kept, 'document')} annotated in {seconds:.1f} s"
    for number, what in ((tally.kept, "unchanged"), (tally.removed, "removed"), (tally.remaining, "left to do")):
        done += f", {number:,} {what}" if number else ""
    if out == _STANDARD:
        return f"{done}, {tally.failed:,} failed"
    paths = output_paths(out)
    failed = f", {tally.failed:,} failed: {paths.errors}" if tally.failed else ""
    return f"{done}{failed}; written to {paths.annotations}"


def _table(*columns: str) -> Table:
    """A plain table: names to the left, numbers to the right."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", overflow="fold")
    return table


# --- explain


@app.command("explain")
def explain_command(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The text, or - for standard input.")],
    rule: Annotated[
        str | None, typer.Option(metavar="ID", help="Say, too, why this rule did or did not match.")
    ] = None,
    patterns: Patterns = None,
    only_patterns: OnlyPatterns = False,
    lang: Lang = None,
    region: Region = None,
    day: Day = None,
    as_json: Json = False,
) -> None:
    """Show each span of a text with its rule, slots and value, and each rival that lost with the reason."""
    from annotate.explain import UnknownRuleError, explain

    options = _options(patterns, only_patterns, lang=lang, region=region)
    with _told(UnknownRuleError):
        given = _standard_input() if text == _STANDARD else text
        told = explain(given, pipeline=_pipeline(options), date=day, rule=rule)
    typer.echo(_json(told.as_dict()) if as_json else told.render().rstrip("\n"))


def _standard_input() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _stop(f"standard input is not UTF-8 (byte {error.start}); convert it first")


# --- check and test


@app.command("check")
def check_command(
    langs: Langs = None,
    patterns: Patterns = None,
    only_patterns: OnlyPatterns = False,
) -> None:
    """List all faults of all pattern files, and examples that do not hold, as path:line:column: message."""
    from annotate.cases import check
    from annotate.pipeline import Pipeline

    pipeline = Pipeline(_options(patterns, only_patterns, languages=tuple(langs or ())))
    with _told():
        faults = check(pipeline.languages, pipeline.roots)
    for fault in faults:
        typer.echo(str(fault))
    _note(f"{_count(len(faults), 'fault')} in the patterns of {', '.join(pipeline.languages)}")
    raise typer.Exit(WRONG if faults else 0)


@app.command("test")
def cases_command(
    langs: Langs = None,
    patterns: Patterns = None,
    only_patterns: OnlyPatterns = False,
    keyword: Annotated[
        str | None, typer.Option("-k", metavar="TEXT", help="Only cases with TEXT in their id, rule or text.")
    ] = None,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="List the cases that pass, too.")] = False,
) -> None:
    """Run every example and reject of every rule, also of your own patterns."""
    from annotate.cases import run_cases
    from annotate.pipeline import Pipeline

    pipeline = Pipeline(_options(patterns, only_patterns, languages=tuple(langs or ())))
    with _told():
        if faults := pipeline.check():
            _refuse(faults)
        passed = failed = 0
        for result in (result for lang in pipeline.languages for result in run_cases(lang, pipeline.roots)):
            if keyword and keyword not in f"{result.id}\n{result.rule}\n{result.text}":
                continue
            passed, failed = passed + result.ok, failed + (not result.ok)
            if not result.ok:
                typer.echo(f"FAILED {result.lang} {result.fault}")
            elif verbose:
                typer.echo(f"passed {result.id}")
    _note(f"{passed:,} passed, {failed:,} failed")
    raise typer.Exit(FAILED if failed else 0)


# --- evaluate


@app.command("evaluate")
def evaluate_command(
    gold: Annotated[Path, typer.Argument(metavar="GOLD", help="Gold records: a file, or a folder of *.gold.json*.")],
    predicted: Annotated[Path, typer.Argument(metavar="PRED", help="Records to judge: a file, or a folder.")],
    labels: Annotated[str | None, typer.Option(metavar="DATE,MONEY", help="Only these labels.")] = None,
    errors: Annotated[bool, typer.Option("--errors", help="Each error, with its context.")] = False,
    as_json: Json = False,
) -> None:
    """Compare with gold: strict and overlapping P, R and F1 by label and language, and values right."""
    from annotate.evaluate import EvaluateError, evaluate, render

    with _told(EvaluateError):
        report = evaluate(
            _records(gold, "*.gold.json*"),
            _records(predicted, "annotations*.jsonl*"),
            labels=_split(labels) or None,
        )
    typer.echo(_json(report.as_dict()) if as_json else render(report, errors=errors).rstrip("\n"))


def _records(path: Path, pattern: str) -> list[dict[str, Any]]:
    """The records of a file, or of the files of a folder that its kind of records stands in."""
    from annotate.evaluate import EvaluateError, load_records

    found = path.rglob(pattern) if path.is_dir() else [path]
    files = sorted(p for p in found if not any(part.startswith(".") for part in p.relative_to(path).parts))
    if not files:
        raise EvaluateError(f"{path}: holds no {pattern}")
    return [record for file in files for record in load_records(file)]


# --- diff


@app.command("diff")
def diff_command(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The earlier output: a file of records, or a folder.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The later output: a file of records, or a folder.")],
    labels: Annotated[str | None, typer.Option("--label", metavar="DATE,MONEY", help="Only these labels.")] = None,
    langs: Annotated[
        str | None, typer.Option("--lang", metavar="nl,en", callback=_tags, help="Only documents in these languages.")
    ] = None,
    limit: Annotated[int, typer.Option(min=0, metavar="N", help="Show so many entities of a kind; 0 for all.")] = 20,
    as_json: Json = False,
) -> None:
    """Show what changed between two outputs. Exit status as of diff(1): 0 nothing, 1 something, 2 a wrong call."""
    from annotate.diff import DiffError, diff, render

    with _told(DiffError):
        report = diff(old, new, labels=_split(labels), langs=_split(langs), limit=limit)
    typer.echo(_json(report.as_dict()) if as_json else render(report).rstrip("\n"))
    raise typer.Exit(FAILED if report.differs else 0)


# --- languages and schema


@app.command("languages")
def languages_command(
    langs: Langs = None,
    patterns: Patterns = None,
    only_patterns: OnlyPatterns = False,
    as_json: Json = False,
) -> None:
    """List the languages: those with patterns of their own, and those that have what CLDR knows of them."""
    from annotate.patterns import PatternError

    options = _options(patterns, only_patterns)
    with _told(PatternError):
        rows = _language_rows(options, langs or [])
    if as_json:
        typer.echo(_json(rows))
        return
    table = _table("code", "name", "patterns", "labels", "rules", "lists without words")
    for column in table.columns:
        column.justify = "left"
    for row in rows:
        lacking = row["lacking"]
        shown = ", ".join(lacking[:4]) + (f" and {len(lacking) - 4} more" if len(lacking) > 4 else "")
        own = "curated" if row["curated"] else "CLDR only"
        table.add_row(row["code"], row["name"], own, " ".join(row["labels"]), str(row["rules"]), shown)
    Console(markup=False, emoji=False, highlight=False, width=None if sys.stdout.isatty() else 200).print(table)


def _language_rows(options: Options, langs: list[str]) -> list[dict[str, Any]]:
    from annotate import cldr, patterns
    from annotate.pipeline import Pipeline

    roots = Pipeline(options).roots
    curated = patterns.languages(roots)
    detected = {code.split("-")[0] for code in cldr.languages()}
    rows = []
    for code in langs or [*curated, *sorted(detected - {*curated})]:
        grammar = patterns.load(code, roots)
        labels = {rule.label for rule in grammar.rules.values() if rule.label and grammar.labels[rule.label].emit}
        rows.append(
            {
                "code": code,
                "name": cldr.names(code),
                "curated": code in curated,
                "labels": sorted(labels),
                "rules": len(grammar.rules),
                "lacking": list(grammar.lacking),
            }
        )
    return rows


@app.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of a record, annotate/1."""
    from annotate.schema import json_schema

    typer.echo(_json(json_schema()))


if __name__ == "__main__":
    main()
