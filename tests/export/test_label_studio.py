"""Label Studio: tasks that its own validation takes, that it shows, and that come back from it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

import exchanged
from annotate.export import label_studio
from annotate.export.articles import ExportError
from annotate.export.formats import format_of
from annotate.export.outcome import Taken
from annotate.export.taking import format_for
from decks import ARGUMENTS, CHROMIUM, write
from hardtexts import TEXTS, difficult, linked, record, year

Task = dict[str, Any]
KIND = format_of("label-studio")
exported, back = partial(exchanged.exported, KIND), partial(exchanged.back, KIND)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return write(tmp_path / "out", *difficult())


def submitted(folder: Path, change: Callable[[Task, list[Task]], object] = lambda task, result: None) -> Path:
    """The tasks as Label Studio exports them when each prediction was submitted as an annotation."""
    tasks = json.loads((folder / "tasks.json").read_bytes())
    for number, task in enumerate(tasks, 1):
        (prediction,) = task["predictions"]
        annotation = {"id": number, "completed_by": 1, "was_cancelled": False, "result": prediction["result"]}
        task.update(id=number, predictions=[number], annotations=[annotation])
        change(task, annotation["result"])
    path = folder.parent / "annotated.json"
    path.write_text(json.dumps(tasks))
    return path


def test_its_own_validation_takes_configuration_tasks_and_predictions(out: Path) -> None:
    """Every label, region and field of the predictions is one of the configuration's."""
    sdk = pytest.importorskip("label_studio_sdk.label_interface")
    folder = exported(out)
    interface = sdk.LabelInterface((folder / "config.xml").read_text(encoding="utf-8"))
    interface.validate()
    tasks = json.loads((folder / "tasks.json").read_bytes())
    assert len(tasks) == len(difficult())
    for task in tasks:
        (prediction,) = task["predictions"]
        assert interface.validate_prediction(prediction, return_errors=True) == []
        assert interface.validate_task({"data": task["data"]})
    wrong = json.loads(json.dumps(tasks[0]["predictions"][0]).replace("DATE", "NONE"))
    assert interface.validate_prediction(wrong, return_errors=True) != []


def test_regions_stand_where_they_say(out: Path) -> None:
    """In code points, which is how its editor counts."""
    for task, one in zip(json.loads((exported(out) / "tasks.json").read_bytes()), difficult(), strict=True):
        regions = [part["value"] for part in task["predictions"][0]["result"] if part["type"] == "labels"]
        assert [(part["start"], part["end"], part["text"], *part["labels"]) for part in regions] == [
            (span["start"], span["end"], span["text"], span["label"]) for span in one["spans"]
        ]
        assert all(one["text"][part["start"] : part["end"]] == part["text"] for part in regions)


def test_more_than_it_takes_in_a_file_goes_to_several(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them a list of its own."""
    monkeypatch.setattr(label_studio, "_LARGEST", 2500)
    folder = exported(out)
    parts = [json.loads(path.read_bytes()) for path in sorted(folder.glob("tasks*.json"))]
    assert len(parts) > 2
    assert sum(map(len, parts)) == len(difficult())


def test_what_was_not_submitted_is_no_decision(out: Path) -> None:
    """Neither the export itself, nor a task that was skipped."""
    assert back(out, exported(out)) == Taken()
    assert (
        back(out, submitted(exported(out), lambda task, _: task["annotations"][0].update(was_cancelled=True)))
        == Taken()
    )
    assert format_for(None, exported(out)) is KIND


def test_what_was_submitted_unchanged_is_accepted(out: Path) -> None:
    """All texts and values come back as they went: nothing is corrected, and a second time there is nothing new."""
    path = submitted(exported(out))
    found = back(out, path)
    assert found.mismatches == []
    spans = sum(len(one["spans"]) for one in difficult())
    assert sorted(draft.verdict for draft in found.drafts) == ["accept"] * spans + ["whole"] * len(difficult())
    assert back(out, path).drafts == []


def test_what_was_changed_is_corrected(out: Path) -> None:
    """The field of a region is its value; a region may be gone, and a new one has a value if somebody wrote it."""

    def change(task: Task, result: list[Task]) -> None:
        if task["data"]["id"] != "linked":
            task["annotations"] = []
            return
        by_id = {(part["id"], part["type"]): part for part in result}
        by_id["s5", "textarea"]["value"]["text"] = ["amount=6000000; currency=USD"]
        by_id["s1", "labels"]["value"]["end"] += 2
        result[:] = [part for part in result if part["id"] != "s6"]
        value = {"start": 0, "end": 5, "text": "Since"}
        result.append({"id": "new", "type": "labels", "value": {**value, "labels": ["DATE"]}})
        result.append({"id": "new", "type": "textarea", "value": {**value, "text": ["timex=2020-05"]}})

    found = back(out, submitted(exported(out), change))
    assert found.mismatches == []
    drafts = {draft.span.text if draft.span else None: draft for draft in found.drafts if draft.verdict != "whole"}
    money, date, new = (drafts[words].correction for words in ("5 million euros", "2008", None))
    assert money is not None
    assert date is not None
    assert new is not None
    assert (money.value["amount"], money.value["currency"]) == ("6000000", "USD")
    assert (date.text, date.value["timex"]) == ("2008 a", "2008")
    assert (new.text, new.value["end"]) == ("Since", "2020-05-31")
    assert drafts["law 7"].verdict == "reject"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ("{}", "is no list of tasks"),
        (
            '[{"id": 3, "annotations": [{"result": []}], "text": "a"}]',
            "task 3: has no data with a text; export it as JSON",
        ),
        ('[{"annotations": [{"result": []}], "data": {"text": "a"}}]', "task 1: carries no `annotate` field"),
        ('[{"annotations": 7}]', "task 1: its annotations are no list"),
        ('[{"annotations": [{"completed_by": 1}, {"completed_by": {"id": 2}}]}]', "task 1: 2 people have annotated it"),
        (
            '[{"annotations": [{"result": [7]}], "data": {"text": "a"}}]',
            "task 1: its annotation has no list of results",
        ),
    ],
)
def test_a_file_that_is_no_export_is_told(out: Path, content: str, message: str) -> None:
    """Which task, and what it lacks."""
    path = out.parent / "a.json"
    path.write_text(content)
    with pytest.raises(ExportError) as told:
        back(out, path)
    assert message in str(told.value)


# --- the real thing

#: Its own virtual environment's command, since its pinned libraries are not ours.
PROGRAM = os.environ.get("LABEL_STUDIO") or shutil.which("label-studio")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[httpx.Client]:
    """Label Studio itself, on a port of its own, and a client that is logged in."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    person = {"email": "anna@example.org", "password": "secret-Pass-1"}
    env = {**os.environ, "LABEL_STUDIO_BASE_DATA_DIR": str(tmp_path / "data"), "COLLECT_ANALYTICS": "false"}
    env |= {"SENTRY_DSN": "", "FRONTEND_SENTRY_DSN": "", "LATEST_VERSION_CHECK": "false"}
    env.pop("PYTHONPATH", None)
    command = [str(PROGRAM), "start", "--no-browser", "--port", str(port), "--host", address]
    command += ["--username", person["email"], "--password", person["password"]]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    try:
        with httpx.Client(base_url=address, timeout=60, follow_redirects=True) as client:
            _wait(client, process)
            client.get("/user/login/")
            form = {**person, "csrfmiddlewaretoken": client.cookies["csrftoken"]}
            client.post("/user/login/", data=form, headers={"Referer": f"{address}/user/login/"})
            client.headers.update({"X-CSRFToken": client.cookies["csrftoken"], "Referer": address})
            yield client
    finally:
        process.kill()
        process.wait()


def _wait(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        assert process.poll() is None
        try:
            if client.get("/health").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    raise AssertionError("Label Studio did not start")


@pytest.mark.slow
@pytest.mark.skipif(PROGRAM is None, reason="Label Studio is not installed (name its command in LABEL_STUDIO)")
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_label_studio_imports_shows_and_gives_back(tmp_path: Path, server: httpx.Client) -> None:
    """Its editor highlights the words of each span, behind emoji and line ends too; submitted, all comes back.

    A word that is marked there by hand has the offsets of the record: it counts code points.
    """
    from playwright.sync_api import sync_playwright

    texts = {name: TEXTS[name] for name in ("emoji", "crlf", "combining", "right to left")}
    out = write(tmp_path / "out", linked(), *(record(name, text, year(text)) for name, text in texts.items()))
    folder = exported(out)
    config = (folder / "config.xml").read_text(encoding="utf-8")
    made = server.post("/api/projects", json={"title": "exported", "label_config": config})
    assert made.status_code == 201, made.text
    project = made.json()["id"]
    with (folder / "tasks.json").open("rb") as file:
        done = server.post(f"/api/projects/{project}/import", files={"file": ("tasks.json", file, "application/json")})
    assert (done.status_code, done.json()["prediction_count"]) == (201, 1 + len(texts)), done.text
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        address = str(server.base_url).rstrip("/")
        context.add_cookies([{"name": name, "value": text, "url": address} for name, text in server.cookies.items()])
        page = context.new_page()
        page.goto(f"{address}/projects/{project}/data?labeling=1", timeout=60_000)
        for name in ("linked", *texts):
            page.get_by_text(name, exact=True).first.wait_for(timeout=60_000)
            page.wait_for_selector(".htx-highlight", timeout=60_000)
            page.wait_for_timeout(1500)
            shown = page.eval_on_selector_all(".htx-highlight", "all => all.map(e => e.textContent)")
            if name == "linked":
                assert {"2008", "deep strategic tie", "5 million euros", "law 7"} <= {*shown}
            else:
                assert shown == ["2008"]
            if name == "emoji":
                page.keyboard.press("2")
                at = page.evaluate(_PLACE_OF, "cost")
                page.mouse.dblclick(*at)
                page.wait_for_timeout(1000)
            page.click("button:has-text('Submit')")
            page.wait_for_timeout(2500)
        browser.close()
    path = tmp_path / "annotated.json"
    path.write_bytes(server.get(f"/api/projects/{project}/export", params={"exportType": "JSON"}).content)
    found = back(out, path)
    assert (found.rows, found.mismatches) == (1 + len(texts), [])
    assert sorted({draft.verdict for draft in found.drafts}) == ["accept", "add", "whole"]
    (marked,) = (draft.correction for draft in found.drafts if draft.verdict == "add")
    assert marked is not None
    assert (marked.start, marked.text, marked.label) == (TEXTS["emoji"].index("cost"), "cost", "MONEY")


#: The middle of a word on the page.
_PLACE_OF = """word => {
    const text = document.querySelector('[class*=htx-richtext], .htx-text, [class*=richtext]');
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const at = walker.currentNode.data.indexOf(word);
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(walker.currentNode, at); range.setEnd(walker.currentNode, at + word.length);
        const box = range.getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2];
    }
}"""
