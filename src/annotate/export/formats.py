"""The formats that there are: for each its name, what it is, and what of a record it keeps.

A format is a module of this room with one function, `write(articles, path) -> Written`. It goes through the articles
once, keeps none of them, and writes one file at `path`, or into the folder that `path` is. That has another name than
the final one, with the same suffix: whoever calls lets it appear whole, or not at all. To add a format, write the
module and put a line into `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Literal, cast

from annotate.export.articles import Article, ExportError
from annotate.export.exchange import Returned


@dataclass(slots=True)
class Written:
    """What was written: how many of what, and what the user should know of it."""

    count: int = 0
    notes: list[str] = field(default_factory=list)


Write = Callable[[Iterable[Article], Path], Written]
Read = Callable[[Path], Iterator[Returned]]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name on the command line, what it is, what it keeps, and the module that writes it.

    `unit` is what is counted (`entity`, `document`), `folder` says that it is a folder of files, `suffixes` are the
    only ones that a target may have. `same_bytes` is false where the library that writes it puts in something by
    chance. `imports` says that corrections come back with `annotate import`: as the rows of a spreadsheet, or as the
    annotations of a tool, which the module's `read` gives.
    """

    name: str
    help: str
    keeps: str
    unit: str
    module: str
    imports: Literal["", "rows", "annotations"] = ""
    folder: bool = False
    suffixes: tuple[str, ...] = ()
    same_bytes: bool = True

    @property
    def write(self) -> Write:
        """The function that writes it; its libraries are loaded now, and no earlier."""
        return cast(Write, import_module(f"annotate.export.{self.module}").write)

    @property
    def read(self) -> Read:
        """The function that reads what the tool gives back."""
        return cast(Read, import_module(f"annotate.export.{self.module}").read)


FORMATS = (
    Format(
        "prodigy",
        "tasks of Prodigy, JSON lines, for spans.manual and ner.manual",
        "text, tokens, spans, values, rules, facts; of the meta data id, source, date, language",
        "document",
        "prodigy",
        imports="annotations",
    ),
    Format(
        "label-studio",
        "tasks of Label Studio with predictions, and the labelling configuration",
        "text, spans, values, rules; of the meta data id, source, date, language",
        "document",
        "label_studio",
        imports="annotations",
        folder=True,
    ),
    Format(
        "doccano",
        "documents for the sequence labelling of doccano, JSON lines",
        "text, places and labels of spans; of the meta data id, source, date, language",
        "document",
        "doccano",
        imports="annotations",
    ),
    Format(
        "brat",
        "texts and standoff annotations for brat, with their configuration",
        "text, spans, values and rules as notes, facts as relations; of the meta data the id",
        "document",
        "brat",
        imports="annotations",
        folder=True,
    ),
    Format(
        "spacy",
        "documents of spaCy: a DocBin, or the JSON of Doc.to_json",
        'text, tokens, spans in doc.spans["annotate"]; all else in doc._.annotate',
        "document",
        "spacy_docs",
        suffixes=(".spacy", ".jsonl", ".json"),
    ),
    Format(
        "parquet",
        "a record a row, nested and typed, for pandas, Polars, DuckDB, Spark; Arrow by suffix",
        "everything; amounts and days as text and in types of their own",
        "document",
        "parquet",
        suffixes=(".parquet", ".arrow", ".feather"),
    ),
    Format(
        "parquet-entities",
        "an entity a row, with the fields of its value as columns; Arrow by suffix",
        "spans, values, rules; of the document id, language, source, title, date; no text, no facts",
        "entity",
        "parquet_entities",
        suffixes=(".parquet", ".arrow", ".feather"),
    ),
    Format(
        "datasets",
        "a dataset of Hugging Face, which load_dataset opens: Parquet and a dataset card",
        "everything; as records, and once more as a table of entities",
        "document",
        "datasets",
        folder=True,
    ),
    Format(
        "sqlite",
        "a database of SQLite: documents, spans, values, parties, facts, and views over them",
        "everything but tokens; amounts exact as text and as whole numbers",
        "document",
        "sqlite",
        suffixes=(".sqlite", ".sqlite3", ".db"),
    ),
    Format(
        "duckdb",
        "a database of DuckDB: the same tables and views, with exact decimals and days",
        "everything but tokens; amounts and days as text and in types of their own",
        "document",
        "duckdb",
        suffixes=(".duckdb", ".db"),
        same_bytes=False,  # the head of the file has an identifier by chance
    ),
    Format(
        "csv",
        "one entity a row, for data frames and spreadsheets; UTF-8 with a byte-order mark",
        "spans, values, rules, decisions; of the text the sentences",
        "entity",
        "csv_file",
        imports="rows",
    ),
    Format(
        "xlsx",
        "one entity a row, to be judged in Excel, LibreOffice or Google Sheets",
        "spans, values, rules, decisions; of the text the sentences",
        "entity",
        "xlsx_file",
        imports="rows",
    ),
    Format(
        "conll",
        "CoNLL-2003: a token a line with its IOB2 tag, sentences and documents apart",
        "tokens and labels; of entities that overlap the longest",
        "document",
        "conll",
    ),
    Format(
        "web-annotation",
        "a collection of W3C Web Annotations, JSON-LD, by position and by quotation",
        "spans, values, rules, facts; of the text the words of spans and those around them",
        "document",
        "web_annotation",
    ),
    Format(
        "tei",
        "a corpus of TEI P5 in one file: header, text, date, measure and rs, feature structures",
        "text, spans, values, rules, facts; of the meta data title, source, date, language",
        "document",
        "tei",
        suffixes=(".xml",),
    ),
    Format(
        "uima-cas",
        "a UIMA CAS (XMI) for each document and their type system, for INCEpTION",
        "text, tokens, sentences, spans, values, rules, facts; of the meta data id, source, date, language",
        "document",
        "uima_cas",
        imports="annotations",
        folder=True,
    ),
    Format(
        "webanno",
        "a WebAnno TSV 3.3 for each document, for INCEpTION and WebAnno",
        "text, tokens, sentences, spans, values, rules",
        "document",
        "webanno",
        imports="annotations",
        folder=True,
    ),
    Format(
        "timeml",
        "a file for each document, TIMEX3 in its text",
        "text and dates with their values, the document's date and title; of dates that overlap the longest",
        "document",
        "timeml",
        folder=True,
    ),
)


def format_of(name: str) -> Format:
    """The format with a name; raises ExportError with those that there are.

    >>> format_of("csv").unit
    'entity'
    """
    for one in FORMATS:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in FORMATS)
    raise ExportError(f"{name!r} is no format; there are {known} (`annotate export --list`)")
