"""What a run says of itself: the manifest beside the records, and in the state its plan and its report.

The types are the format, as in `records`: what is written, what is read back, the JSON Schema of `annotate schema
--manifest` and its table in `docs/record.md` are made from them. Reading is lenient, because a manifest says first of
all whose the files beside it are: a key that an earlier version did not write, or that holds what it may not, counts
as not there.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any, Literal, Self, get_type_hints

import msgspec

from annotate.records import older
from annotate.spans import Offset, Part, Text, about

Counts = dict[str, Offset]


class Note(Part, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """What stands in a file of its own, or is a part of that; what a later version writes besides is passed over."""

    @classmethod
    def from_json(cls, data: bytes | str) -> Self | None:
        """What a file says; None where it is another's, or damaged beyond use.

        >>> Manifest.from_json('{"schema": "annotate/2", "files": ["news.jsonl"], "labels": 3}').files
        ('news.jsonl',)
        >>> Manifest.from_json('{"files": ["news.jsonl"]}'), Manifest.from_json("[")
        (None, None)
        """
        try:
            return cls._read(msgspec.json.decode(data))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None

    @classmethod
    def _read(cls, content: object) -> Self | None:
        """Field by field, so that one that is damaged takes no other with it."""
        if not isinstance(content, dict):
            return None
        kinds = get_type_hints(cls)
        found: dict[str, Any] = {}
        for field in msgspec.structs.fields(cls):
            if field.name not in content:
                continue
            value = content[field.name]
            kind = kinds[field.name]
            if isinstance(kind, type) and issubclass(kind, Note):
                if (part := kind._read(value)) is not None:
                    found[field.name] = part
                continue
            with suppress(msgspec.ValidationError):
                found[field.name] = msgspec.convert(value, field.type)
        with suppress(TypeError):  # one that must be there is not
            return cls(**found)
        return None


class Settings(Note, frozen=True, kw_only=True):
    """The options that bear on the records of a run."""

    patterns: Annotated[tuple[str, ...], about("Folders of the user's own rules.")] = ()
    built_in: Annotated[bool, about("Whether the rules that come with the tool were used.")] = True
    lang: Annotated[str | None, about("Language of all documents, null where each has its own.")] = None
    region: Annotated[str | None, about("Region of all documents, null where each has its own.")] = None
    languages: Annotated[tuple[str, ...], about("The languages among which was chosen; all where empty.")] = ()
    detector: Annotated[str, about("What told the language of a document that does not name it.")] = "langdetect"
    tokens: Annotated[bool, about("Whether the records have their tokens.")] = False
    labels: Annotated[tuple[str, ...], about("The labels that were looked for; all where empty.")] = ()


class ToldSettings(Settings, frozen=True, kw_only=True):
    """The options of a run: what bears on its records, and how the inputs were read."""

    inputs: Annotated[tuple[str, ...], about("The inputs as they were named.")] = ()
    text_key: Annotated[str, about("The key or column that holds the text.")] = "text"
    id_key: Annotated[str | None, about("The key or column that holds the id.")] = None
    date: Annotated[str | None, about("The date of documents that do not say their own.")] = None


class Totals(Note, frozen=True, kw_only=True):
    """Counts over the whole output."""

    documents: Annotated[Offset, about("Documents with a record.")] = 0
    failed: Annotated[Offset, about("Documents that could not be done: lines of errors.jsonl.")] = 0
    remaining: Annotated[Offset, about("Documents that were left for the next run.")] = 0
    characters: Annotated[Offset, about("Characters of the texts.")] = 0
    words: Annotated[Offset, about("Tokens of the texts.")] = 0
    spans: Annotated[Offset, about("Spans in the records.")] = 0


class Noticed(Note, frozen=True, kw_only=True):
    """Documents of which one kind of thing could not be made out."""

    documents: Annotated[Offset, about("How many there are.")] = 0
    first: Annotated[tuple[str, ...], about("Where the first of them stand, and what was found there.")] = ()


class LanguageTotals(Note, frozen=True, kw_only=True):
    """What the output holds in one language."""

    documents: Annotated[Offset, about("Documents in the language.")] = 0
    labels: Annotated[Counts, about("Spans by label.")] = msgspec.field(default_factory=dict)


class Manifest(Note, frozen=True, kw_only=True):
    """What an output is: the same whenever, and in however many runs, it was made."""

    schema: Annotated[
        Literal["annotate/2", "annotate/1"], about("Format of the records; an earlier one where they are older.")
    ]
    versions: Annotated[dict[str, str], about("Packages that bear on the result.")] = msgspec.field(
        default_factory=dict
    )
    options: Annotated[ToldSettings, about("The options of the run.")] = ToldSettings()
    options_from: Annotated[dict[str, str], about("Where options that are not the default come from.")] = msgspec.field(
        default_factory=dict
    )
    counts: Annotated[Totals | None, about("What the output holds as a whole.")] = None
    failures: Annotated[Counts, about("Documents that could not be done, by the code of the error.")] = msgspec.field(
        default_factory=dict
    )
    notices: Annotated[
        dict[str, Noticed], about("What reading could not make out: `lang`, `region`, `date`, `encoding`.")
    ] = msgspec.field(default_factory=dict)
    passed_over: Annotated[Counts, about("Files that were not read, by their suffix.")] = msgspec.field(
        default_factory=dict
    )
    labels: Annotated[Counts, about("Spans by label.")] = msgspec.field(default_factory=dict)
    languages: Annotated[dict[str, LanguageTotals], about("What there is in each language.")] = msgspec.field(
        default_factory=dict
    )
    files: Annotated[tuple[str, ...], about("Names of the files with the records, in order.")] = ()

    @property
    def older(self) -> str | None:
        """The name of the records' format where an earlier version has written them.

        >>> Manifest(schema="annotate/1").older, Manifest(schema="annotate/2").older
        ('annotate/1', None)
        """
        return older({"schema": self.schema})


class Plan(Note, frozen=True, kw_only=True):
    """What a run was asked to do, so that `status` and `retry` can ask for the same."""

    inputs: tuple[str, ...]
    text_key: str
    id_key: str | None = None
    date: str | None = None
    options: Settings
    #: Where relative paths of the inputs begin.
    folder: str
    max_bytes: int | None = None
    #: Where its options come from; None where that was not said.
    sources: dict[str, str] | None = None
    #: The inputs of earlier runs whose documents are kept; None where all others are taken out.
    others: tuple[str, ...] | None = None
    shard_size: int | None = None
    #: Whether each input file has a shard of its own.
    by_file: bool = False
    #: The process that writes, or was the last to write.
    process: int | None = None


class Work(Note, frozen=True, kw_only=True):
    """What one run had to do."""

    annotated: int = 0
    kept: int = 0
    removed: int = 0
    remaining: int = 0


class Report(Note, frozen=True, kw_only=True):
    """When one run began, how long it took and what it did: all that differs from run to run."""

    started: Text
    seconds: float
    words_per_second: int | None = None
    run: Work = Work()
