"""All code in the docs runs, and what it is shown to print is what it prints.

Each page is followed in a folder of its own, with what it takes for granted put there before. That takes a while, so it
is marked slow, and continuous integration runs it; that all commands exist, with their options, is checked always.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import docs_code
from annotate.review.desk import Judgement, Place, Request, Wanted
from committed import CORPUS, ROOT
from decks import desk_of

PAGES = sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("docs/*.md"), ROOT / "README.md"])
#: Of these other tests run the code: tests/arrow/test_engines.py.
RUN_ELSEWHERE = {"docs/engines.md"}
NEWS = {
    "2025-04-14-contract": "Op 18 januari 1950 tekende het land een contract van 2,5 miljard euro, zei men gisteren.",
    "2025-04-15-verdrag": "Nederland en België sloten in 2008 een verdrag over visserij ter waarde van 5 miljoen euro.",
}


def articles(*folders: str) -> None:
    """Two articles in each folder."""
    for folder in folders:
        Path(folder).mkdir(parents=True, exist_ok=True)
        for name, text in NEWS.items():
            Path(folder, f"{name}.txt").write_text(text, encoding="utf-8")


def rows(path: str, key: str = "") -> None:
    """The same as rows of JSONL, with ids of their own."""
    lines = [json.dumps({"id": f"{key}{name}", "lang": "nl", "text": text}) for name, text in NEWS.items()]
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def packed(name: str) -> None:
    """Rows, packed with zstd."""
    import zstandard

    rows("plain.jsonl", f"{name}:")
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_bytes(zstandard.compress(Path("plain.jsonl").read_bytes()))
    Path("plain.jsonl").unlink()


def called(words: str) -> None:
    """A command that must succeed."""
    status, said = docs_code.called(words.split())
    assert status == 0, said


def decided(*reviewers: str) -> None:
    """Reviewers that have found the first entity of each article right, and the next one wrong."""
    for reviewer in reviewers:
        with desk_of(Path("out"), reviewer) as desk:
            for number in (1, 2):
                for at, verdict in enumerate(("accept", "reject")):
                    found = desk.article(number)["entities"][at]["found"]
                    place = Place(found["start"], found["end"], found["label"])
                    judgement: Any = Judgement(verdict, place)  # type: ignore[arg-type]
                    desk.decide(Request(f"{reviewer}-{number}{at}-key", desk.journal.last, number, [judgement]))


def judge_statutes() -> None:
    """What the tutorial asks the reviewer to do: one entity is right, the other begins three words earlier."""
    texts = [json.loads(line)["text"] for line in Path("out/annotations.jsonl").read_text("utf-8").splitlines()]
    with desk_of(Path("out")) as desk:
        for number, text in enumerate(texts, 1):
            for place in (e["found"] for e in desk.article(number)["entities"] if e["found"]["label"] == "STATUTE"):
                found = Place(place["start"], place["end"], "STATUTE")
                judgement = Judgement("accept", found)
                if text[found.start : found.end] == "Opportunity Act":
                    start = text.index("African Growth and Opportunity Act")
                    name = {"name": "African Growth and Opportunity"}
                    judgement = Judgement("correct", found, Wanted(start, found.end, "STATUTE", name))
                desk.decide(Request(f"tutorial-{number:04}", desk.journal.last, number, [judgement]))


def corpus() -> None:
    shutil.copytree(CORPUS, "corpus")


def for_inputs() -> None:
    articles("articles")
    packed("archive/2024/01.jsonl.zst")
    rows("news.jsonl")
    Path("rows.csv").write_text("url,body\na,Sinds 2008.\nb,In 2009.\n", encoding="utf-8")


def for_running() -> None:
    articles("articles")
    rows("jan.jsonl", "jan-")
    rows("feb.jsonl", "feb-")
    packed("archive/2024-01/a.jsonl.zst")
    packed("archive/2024-02/a.jsonl.zst")


def for_review() -> None:
    articles("news")
    called("run news -o out")
    called("run news -o before --labels DATE")


def annotated_in_prodigy() -> None:
    """What Prodigy gives back of tasks that were accepted."""
    tasks = map(json.loads, Path("tasks.jsonl").read_text("utf-8").splitlines())
    lines = [json.dumps({**task, "answer": "accept"}) + "\n" for task in tasks]
    Path("annotated.jsonl").write_text("".join(lines), encoding="utf-8")


def annotated_in_label_studio() -> None:
    """What Label Studio gives back of tasks that were submitted as they were, and its import."""
    tasks = json.loads(Path("tasks/tasks.json").read_text("utf-8"))
    for number, task in enumerate(tasks, 1):
        result = task.pop("predictions")[0]["result"]
        task |= {"id": number, "annotations": [{"id": number, "result": result, "was_cancelled": False}]}
    Path("annotated.json").write_text(json.dumps(tasks), encoding="utf-8")
    called("import label-studio annotated.json out/ --reviewer anna")


def annotated_in_doccano() -> None:
    """What doccano gives back of rows that were approved as they were, and its import."""
    shutil.copy("rows.jsonl", "all.jsonl")
    called("import doccano all.jsonl out/ --reviewer anna --reviewed")


def for_exports() -> None:
    articles("news")
    called("run news -o out")


@dataclass(frozen=True)
class Story:
    """What stands in the folder before a page is followed, and what is done where it needs a person."""

    before: Callable[[], None] = lambda: None
    instead: dict[str, Callable[[], None]] = field(default_factory=dict)
    fails: tuple[str, ...] = ()
    less: dict[str, str] = field(default_factory=dict)


STORIES = {
    "docs/tutorial.md": Story(
        corpus, {"annotate review out/ --reviewer anna": judge_statutes}, ("annotate suggest", "annotate diff")
    ),
    "docs/inputs.md": Story(for_inputs),
    "docs/running.md": Story(
        for_running, fails=("annotate run feb.jsonl -o months   ",), less={"{01..12}": "{01..02}"}
    ),
    "docs/review.md": Story(
        for_review,
        {"annotate review out/ --reviewer anna": lambda: decided("anna")},
        ("annotate suggest", "annotate diff", "annotate test"),
    ),
    "docs/report.md": Story(lambda: articles("news")),
    "docs/spreadsheets.md": Story(lambda: articles("news")),
    "docs/exports.md": Story(
        for_exports,
        {
            "prodigy db-out news > annotated.jsonl": annotated_in_prodigy,
            "annotate import label-studio annotated.json out/ --reviewer anna": annotated_in_label_studio,
            "annotate import doccano all.jsonl out/ --reviewer anna --reviewed": annotated_in_doccano,
        },
    ),
    "docs/standards.md": Story(for_exports),
    "docs/knowledge.md": Story(lambda: articles("articles")),
    "docs/patterns.md": Story(lambda: called("init my-patterns")),
}


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if page not in RUN_ELSEWHERE])
def test_a_page_can_be_followed(page: str, here: Path) -> None:
    """Every block of a page is run, from the top to the bottom, and prints what is shown."""
    story = STORIES.get(page, Story())
    story.before()
    docs_code.follow(page, instead=story.instead, fails=story.fails, less=story.less)


@pytest.mark.slow
@pytest.mark.parametrize("notebook", [*ROOT.glob("docs/examples/*.py")], ids=lambda path: path.stem)
def test_an_example_gives_what_its_page_shows(notebook: Path, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each cell of a notebook is run; its page has them all, and a chart for each that is drawn.

    Figures may be older: they change with every rule, and `python tools/example.py` makes them anew.
    """
    pytest.importorskip("matplotlib", reason="pip install -e '.[docs]' brings it")
    monkeypatch.setenv("PATH", f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import example

    corpus()
    (here / "charts").mkdir()
    made, there = example.page(notebook, here / "charts"), notebook.with_suffix(".md").read_text(encoding="utf-8")
    assert example.without_output(made) == example.without_output(there), "python tools/example.py makes it anew"
    assert [made.count(sign) for sign in ("\n|---|", "```text")] == [
        there.count(sign) for sign in ("\n|---|", "```text")
    ]
    charts = sorted(path.name for path in (here / "charts").iterdir())
    assert charts == sorted(path.name for path in notebook.parent.glob(f"{notebook.stem}-*.svg"))


def test_every_command_is_listed() -> None:
    """docs/commands.md has a row for each command that there is, and each of its rows names one."""
    rows = re.findall(r"^\| (`annotate .*?) \|", (ROOT / "docs" / "commands.md").read_text("utf-8"), re.MULTILINE)
    listed = {name for row in rows for name in re.findall(r"`annotate (\w+)", row)}
    assert listed == docs_code.command_names()


@pytest.mark.parametrize("page", PAGES)
def test_every_command_is_one(page: str) -> None:
    """Each call of `annotate` in a page names a command and options that there are, also where it is not run."""
    for block in (*docs_code.blocks(page, "sh"), *docs_code.blocks(page, "console")):
        for command in docs_code.commands(block):
            docs_code.parse(command)
