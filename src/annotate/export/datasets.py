"""Hugging Face Datasets: a folder of Parquet files with a dataset card, which `load_dataset` opens as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from annotate.export.articles import Article
from annotate.export.columns import Columns
from annotate.export.formats import Written

#: Records in one file, and rows of entities in one.
SHARD = 25_000
#: Sizes as the hub names them.
_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"))


class _Shards:
    """Files of so many rows each, one open at a time."""

    def __init__(self, folder: Path, schema: Any, stack: ExitStack, most: int) -> None:
        folder.mkdir(parents=True)
        self._folder, self._schema, self._most = folder, schema, most
        self._open = stack.enter_context(ExitStack())
        self.count = 0

    def add(self, row: Any) -> None:
        """One more row."""
        if self.count % self._most == 0:
            self._open.close()
            path = self._folder / f"train-{self.count // self._most:05}.parquet"
            self._file = self._open.enter_context(Columns(path, self._schema))
        self._file.add(row)
        self.count += 1


def write(articles: Iterable[Article], path: Path, *, most: int = SHARD) -> Written:
    """The records of articles as the configuration `documents`, their entities as `entities`."""
    from annotate.arrow.rows import Rows
    from annotate.arrow.schema import ENTITIES, SCHEMA

    done, rows = Written(), Rows()
    langs: Counter[str] = Counter()
    labels: Counter[str] = Counter()
    with ExitStack() as stack:
        documents = _Shards(path / "documents", SCHEMA, stack, most)
        entities = _Shards(path / "entities", ENTITIES, stack, most)
        for article in articles:
            record = article.decided().record
            documents.add(rows.row(record))
            for row in Rows().entities(record):  # what it cannot type was counted in the record
                entities.add(row)
                labels[row["label"]] += 1
            langs[record["lang"]] += 1
    done.count = documents.count
    tables = {"documents": (SCHEMA, documents.count), "entities": (ENTITIES, entities.count)}
    filled = {name: schema for name, (schema, count) in tables.items() if count}
    card = _card(filled, langs, labels)
    (path / "README.md").write_text(card, encoding="utf-8", newline="\n")
    done.notes += [
        f"there are no {name}, and a dataset has no tables without rows" for name in tables if name not in filled
    ]
    done.notes += rows.untyped.notes()
    return done


# --- the card


def _card(schemas: dict[str, Any], langs: Counter[str], labels: Counter[str]) -> str:
    """README.md: what programs read at its head, what people read below."""
    from annotate.version import __version__

    known = [lang for lang in sorted(langs) if lang != "und"]
    head = ["---", *(["language:", *(f"- '{lang}'" for lang in known)] if known else [])]
    head += ["task_categories:", "- token-classification", "size_categories:", f"- {_size(langs.total())}"]
    head += ["configs:"] if schemas else []
    for number, name in enumerate(schemas):
        head += [f"- config_name: {name}", *(["  default: true"] if number == 0 else [])]
        head += ["  data_files:", "  - split: train", f"    path: {name}/train-*.parquet"]
    head += ["dataset_info:"] if schemas else []
    for name, schema in schemas.items():
        head += [f"- config_name: {name}", "  features:", *(f"  {line}" for line in _features(schema))]
    counted = [f"| `{label}` | {labels[label]:,} |" for label in sorted(labels)]
    spoken = [f"| {lang} | {langs[lang]:,} |" for lang in sorted(langs)]
    body = f"""---

# Annotated articles

{langs.total():,} documents with {labels.total():,} entities, annotated by annotate {__version__}: dates, sums of money,
agreements and partnerships, each with its value.

```python
from datasets import load_dataset

documents = load_dataset("path/to/this/folder", split="train")
entities = load_dataset("path/to/this/folder", "entities", split="train")
```

- `documents` has a record a row. `start` and `end` of a span count Unicode code points, half open, so that
  `text[start:end]` is the span's text in Python. Its value stands in the column of its label: `date`, `money`,
  `agreement`, `partnership`, or `other` as JSON for any other label.
- `entities` has an entity a row, with the fields of its value as columns (`money_amount`, `date_start`).
- Amounts are exact: as text, and as decimals in columns that end in `_decimal`. Days are text, and days in columns that
  end in `_day`; what these cannot hold is null there.

| label | entities |
|---|---|
{chr(10).join(counted)}

| language | documents |
|---|---|
{chr(10).join(spoken)}
"""
    return "\n".join(head) + "\n" + body


def _size(count: int) -> str:
    return next((name for most, name in _SIZES if count < most), "n>10M")


def _features(fields: Any) -> Iterator[str]:
    """The features of a schema or a struct, in the YAML of a dataset card."""
    for field in fields:
        first, *others = _feature(field.type)
        yield f"- name: '{field.name}'"
        yield f"  {first}"
        yield from (f"  {line}" for line in others)


def _feature(kind: Any) -> list[str]:
    import pyarrow.types as pat

    if pat.is_struct(kind):
        return ["struct:", *_features(kind)]
    if pat.is_list(kind):
        if pat.is_struct(kind.value_type):
            return ["list:", *_features(kind.value_type)]
        (inner,) = _feature(kind.value_type)
        return [f"list: {inner.removeprefix('dtype: ')}"]
    return [f"dtype: {_NAMES.get(str(kind), str(kind))}"]


#: What Datasets calls some types of Arrow otherwise.
_NAMES = {"double": "float64", "date32[day]": "date32"}
