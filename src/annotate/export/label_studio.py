"""Label Studio: tasks with predictions, and the labelling configuration beside them; and back.

Its text editor counts Unicode code points, as we do. The value of an entity is a text field of its region, in the form
of a correction: `amount=5000000; currency=EUR`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO
from xml.sax.saxutils import quoteattr

import orjson

from annotate.export.articles import Article, ExportError
from annotate.export.exchange import KEY, Given, Returned, stated_values, ticket_of
from annotate.export.formats import Written
from annotate.export.jsonl import given_in, ticket_in
from annotate.spans import SPAN_TYPES
from annotate.storage.write import to_bytes

#: Label Studio takes files of 250 MB.
_LARGEST = 200_000_000
_COLOURS = ("#1f77b4", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#17becf")


def write(articles: Iterable[Article], path: Path) -> Written:
    """The articles as `tasks.json`, more such files where they are too large for one, and `config.xml`."""
    done, labels = Written(), dict.fromkeys(SPAN_TYPES)
    files = _Files(path)
    try:
        for article in articles:
            labels.update(dict.fromkeys(span["label"] for span in article.decided().record["spans"]))
            files.add(to_bytes(task_of(article))[:-1])
            done.count += 1
        files.end()
    finally:
        files.close()
    (path / "config.xml").write_text(config_of([*labels]), encoding="utf-8", newline="\n")
    if files.number > 1:
        done.notes.append(f"Label Studio takes files of 250 MB, so there are {files.number} of tasks; import all")
    return done


class _Files:
    """Lists of JSON, a new one where one has grown too large."""

    def __init__(self, folder: Path) -> None:
        self.number = 0
        self._folder = folder
        self._size = 0
        self._file: BinaryIO | None = None

    def add(self, task: bytes) -> None:
        """One more task."""
        if self._file is None or self._size + len(task) > _LARGEST:
            self.end()
            self.number += 1
            name = "tasks.json" if self.number == 1 else f"tasks-{self.number}.json"
            self._file, self._size = (self._folder / name).open("wb"), 0
        self._size += len(task) + 2
        self._file.write((b",\n" if self._size > len(task) + 2 else b"[\n") + task)

    def end(self) -> None:
        """The end of the list that is being written; of an output without documents, an empty one."""
        if self._file is not None:
            self._file.write(b"\n]\n")
            self._file.close()
        elif not self.number:
            (self._folder / "tasks.json").write_bytes(b"[]\n")

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()


def config_of(labels: Iterable[str]) -> str:
    """The labelling configuration: a colour for each label, and a field for the value of each region."""
    lines = [
        f"    <Label value={quoteattr(label)} background={quoteattr(_COLOURS[number % len(_COLOURS)])}/>"
        for number, label in enumerate(labels)
    ]
    return "\n".join(
        [
            "<View>",
            "  <Style>.htx-text { white-space: pre-wrap; }</Style>",
            '  <Header value="$id"/>',
            '  <Labels name="label" toName="text">',
            *lines,
            "  </Labels>",
            '  <Text name="text" value="$text"/>',
            '  <TextArea name="value" toName="text" perRegion="true" editable="true" maxSubmissions="1"'
            ' placeholder="value: amount=5000000; currency=EUR"/>',
            "</View>",
            "",
        ]
    )


def task_of(article: Article) -> dict[str, Any]:
    """An article as a task, its entities as a prediction."""
    record = article.decided().record
    meta = record["meta"]
    shown = {"id": record["id"], "lang": record["lang"], "date": meta["date"], "source": meta["source"]}
    result: list[dict[str, Any]] = []
    for span, value in zip(record["spans"], stated_values(record), strict=True):
        place = {"start": span["start"], "end": span["end"]}
        region = {"id": span["id"], "to_name": "text"}
        labels = {**place, "text": span["text"], "labels": [span["label"]]}
        result.append(
            {**region, "from_name": "label", "type": "labels", "value": labels, "meta": {"text": [span["rule"]]}}
        )
        if value:
            result.append({**region, "from_name": "value", "type": "textarea", "value": {**place, "text": [value]}})
    return {
        "data": {"text": record["text"], **shown, KEY: ticket_of(article).to_dict()},
        "predictions": [{"model_version": record["run"]["tool"], "result": result}],
    }


# --- back


def read(path: Path) -> Iterator[Returned]:
    """The tasks that were submitted, as Label Studio exports them in its format JSON.

    A submitted annotation says that all of the text was looked at. Tasks that have none, or were skipped, say nothing.
    """
    for number, task in enumerate(_tasks(path), 1):
        where = f"task {task.get('id', number)}"
        at = f"{path}: {where}"
        annotation = _annotation(task, at)
        if annotation is None:
            continue
        data = task.get("data")
        text = data.get("text") if isinstance(data, dict) else None
        if not isinstance(data, dict) or not isinstance(text, str):
            raise ExportError(f"{at}: has no data with a text; export it as JSON, not as JSON-MIN")
        result = annotation.get("result")
        if not isinstance(result, list) or not all(isinstance(part, dict) for part in result):
            raise ExportError(f"{at}: its annotation has no list of results")
        yield Returned(where, ticket_in(data.get(KEY), at), list(_given(result, text, at)), True, text)


def _tasks(path: Path) -> list[dict[str, Any]]:
    try:
        content = orjson.loads((path / "tasks.json" if path.is_dir() else path).read_bytes())
    except OSError as error:
        raise ExportError(f"{path}: cannot be read: {error.strerror or error}") from error
    except orjson.JSONDecodeError as error:
        raise ExportError(f"{path}: is not JSON: {error}; export it in Label Studio's format JSON") from error
    if not isinstance(content, list) or not all(isinstance(task, dict) for task in content):
        raise ExportError(f"{path}: is no list of tasks; export it in Label Studio's format JSON")
    return content


def _annotation(task: Mapping[str, Any], at: str) -> Mapping[str, Any] | None:
    """The annotation of a task that was submitted last; raises ExportError where people differ on who that is."""
    given = task.get("annotations") or []
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise ExportError(f"{at}: its annotations are no list; export it as JSON, not as JSON-MIN")
    submitted = [one for one in given if not one.get("was_cancelled")]
    people = {str(by.get("id") if isinstance(by := one.get("completed_by"), dict) else by) for one in submitted}
    if len(people) > 1:
        raise ExportError(f"{at}: {len(people)} people have annotated it; export each one's alone, and import them so")
    return max(submitted, key=lambda one: str(one.get("updated_at") or one.get("created_at") or ""), default=None)


def _given(result: list[dict[str, Any]], text: str, at: str) -> Iterator[Given]:
    """The regions of an annotation, each with the text of its value."""
    stated: dict[Any, str] = {}
    for part in result:
        if part.get("type") == "textarea":
            lines = _value(part, at).get("text")
            stated[part.get("id")] = lines if isinstance(lines, str) else "; ".join(map(str, lines or []))
    for part in result:
        if part.get("type") == "labels":
            value = _value(part, at)
            for label in value.get("labels") or [None]:
                yield given_in(value.get("start"), value.get("end"), label, text, at, stated.get(part.get("id")))


def _value(part: Mapping[str, Any], at: str) -> Mapping[str, Any]:
    value = part.get("value")
    if not isinstance(value, dict):
        raise ExportError(f"{at}: a result has no value")
    return value
