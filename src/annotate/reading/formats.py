"""From the content of a file to drafts of its documents: one text a file, or one a row.

A format is one function in `READERS`; to add one is to add a line there. What is wrong with one row is
yielded in its place, and the rows after it are still read.
"""

from __future__ import annotations

import csv
import datetime
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import chain
from typing import Any, TypeVar

import orjson

from annotate.extras import install_command
from annotate.reading import webpage
from annotate.reading.decode import ReadError, Source, too_large
from annotate.records import DateSource
from annotate.rules.yamltext import YamlFault, parse

_T = TypeVar("_T")

_OWN = ("id", "lang", "region", "date")


@dataclass(frozen=True, slots=True)
class Draft:
    """A document as its format gives it, not yet checked. A text that is missing is its own error."""

    text: str | ReadError
    meta: Mapping[str, Any]
    id: str | None = None
    lang: str | None = None
    region: str | None = None
    date: Any = None
    date_source: DateSource = "record"
    line: int | None = None
    #: The encoding of its text, where that was neither plain, marked nor declared, but the likeliest.
    guessed: str | None = None
    #: Its text is that of a page, from which the article has to be taken.
    is_page: bool = False


# --- one document a file ------------------------------------------------------------------------

_OPENING = re.compile(r"---[ \t]*\r?\n")
_FRONT = re.compile(r"---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)


def _read_txt(source: Source) -> Iterator[Draft]:
    text = source.decode(source.whole())
    yield Draft(text, _noted({}, source), guessed=_guessed(source))


def _read_markdown(source: Source) -> Iterator[Draft]:
    """The text after the front matter; a file that opens none is text from its first character on."""
    text = source.decode(source.whole())
    fields, start = _front_matter(text) if _OPENING.match(text) else ({}, 0)
    own = {key: fields.pop(key, None) for key in _OWN}
    yield Draft(
        text[start:], _noted(fields, source), **_named(own), date_source="front_matter", guessed=_guessed(source)
    )


def _front_matter(text: str) -> tuple[dict[str, Any], int]:
    match = _FRONT.match(text)
    if match is None:
        message = "line 1 opens front matter that nothing closes; close it with ---, or put a blank line first"
        raise ReadError("bad-front-matter", message)
    return _yaml_fields(match[1]), match.end()


def _yaml_fields(text: str) -> dict[str, Any]:
    """The fields, all strings. The blank line stands for the ruled one, so that places are the file's."""
    try:
        content, faults = parse("\n" + text)
        for place, message in faults:
            raise YamlFault(message, place)
    except YamlFault as fault:
        line, column = fault.place
        code = "lone-surrogate" if "Unicode character escape" in str(fault) else "bad-front-matter"
        raise ReadError(code, f"line {line}, column {column}: {fault}") from fault
    fields = _untyped(content or {})
    if not isinstance(fields, dict):
        raise ReadError("bad-front-matter", "not a list of `key: value`; put a blank line before a ruled line")
    return fields


def _untyped(value: Any) -> Any:
    """Without the places; what writes JSON takes no other keys than plain strings."""
    if isinstance(value, dict):
        return {str(key): _untyped(part) for key, part in value.items()}
    return [_untyped(part) for part in value] if isinstance(value, list) else str(value)


def _read_html(source: Source) -> Iterator[Draft]:
    """The page as it is: `pages` makes an article of it."""
    data = source.whole()
    text = source.decode(data, webpage.declared(data))
    yield Draft(text, _noted({}, source), guessed=_guessed(source), is_page=True)


# --- many documents a file ----------------------------------------------------------------------


def read_stdin(source: Source) -> Iterator[Draft | ReadError]:
    """JSONL if the first line that is not blank is a JSON object, else one text."""
    head = _first_line(source)
    is_json = head.lstrip().startswith(b"{") and _is_object(source, head)
    source.push_back(head)
    yield from (_read_jsonl if is_json else _read_txt)(source)


def _first_line(source: Source) -> bytes:
    head = bytearray()  # bytes would be copied for each of a million blank lines
    for line in source.lines():
        head += line
        if not line.isspace() or len(head) > source.max_bytes:
            break
    return bytes(head)


def _is_object(source: Source, line: bytes) -> bool:
    try:
        return isinstance(_json(source, line.lstrip()), dict)
    except ReadError:
        return False


def _read_jsonl(source: Source) -> Iterator[Draft | ReadError]:
    source.refuse_binary()
    return _some(_json_rows(source))


def _json_rows(source: Source) -> Iterator[Draft | ReadError]:
    for line in source.lines():
        if not line.isspace():
            yield _tried(partial(_json_row, source, line), source.number)


def _json_row(source: Source, line: bytes) -> Draft:
    value = _json(source, line)
    if not isinstance(value, dict):
        raise ReadError("bad-json", f"line {source.number}, column 1: not an object; write one {{…}} a line")
    return _row(value, source)


def _json(source: Source, line: bytes) -> Any:
    """What stands in the line. First as the bytes are, which is fastest; then as text, to tell why not."""
    source.encoding = source.mark
    source.refuse_long(line)
    line = line.rstrip(b"\r\n")
    try:
        return _exact(orjson.loads(line), line)
    except orjson.JSONDecodeError:
        text = source.decode(line)
    try:
        return _exact(orjson.loads(text), text)
    except orjson.JSONDecodeError as error:
        raise _json_error(text, error, source.number) from error


def _exact(value: Any, line: bytes | str) -> Any:
    """The value, with whole numbers of more than 64 bits as strings: orjson rounds them, and two ids become one."""
    return json.loads(line, parse_int=_integer) if _may_be_rounded(value) else value


def _may_be_rounded(value: Any) -> bool:
    """Whether some number in it is so large that it may have been a whole one; every row is asked, so it is lean."""
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else (value,):
        kind = type(part)
        if kind is float:
            if abs(part) >= 2**63:
                return True
        elif (kind is dict or kind is list) and _may_be_rounded(part):
            return True
    return False


def _integer(digits: str) -> int | str:
    """A whole number as JSON writers may hold it, else its digits."""
    if len(digits) > 20:
        return digits
    value = int(digits)
    return value if -(2**63) <= value < 2**64 else digits


def _json_error(text: str, error: orjson.JSONDecodeError, number: int) -> ReadError:
    place = f"line {number}, column {error.colno}: "
    if "\0" in text:
        return ReadError("nul-byte", f"{place}a NUL byte; remove it at the source")
    if _has_lone_surrogate(text):
        return ReadError("lone-surrogate", f"{place}half a surrogate pair (\\ud800); repair it at the source")
    return ReadError("bad-json", f"{place}{error.msg}; write the line again")


def _has_lone_surrogate(text: str) -> bool:
    """The standard library reads what orjson refuses; what cannot be encoded then is the reason."""
    try:
        json.dumps(json.loads(text), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except (ValueError, RecursionError):
        return False
    return False


def _read_table(comma: str, source: Source) -> Iterator[Draft | ReadError]:
    source.refuse_binary()
    return _some(_table_rows(source, comma))


def _table_rows(source: Source, comma: str) -> Iterator[Draft | ReadError]:
    # the limit is the module's, not the reader's; its own is 131,072, less than a long article
    csv.field_size_limit(min(source.max_bytes, 2**31 - 1))
    lines = map(source.decode, source.lines())
    first, named = next(lines, ""), None
    if match := _SEPARATOR_LINE.fullmatch(first):
        first, named = next(lines, ""), match[1]
    separator = named or _separator(first, comma, source.text_key)
    rows = csv.reader(chain([first], lines), delimiter=separator, strict=True)
    header = [name.strip() for name in _cells(rows, source, max(1, source.number)) or []]
    _refuse_header(header, source)
    while True:
        begin = source.number + 1
        cells = _tried(partial(_cells, rows, source, begin), begin)
        if cells is None:
            return
        if isinstance(cells, ReadError):
            yield cells
        elif cells:
            yield _tried(partial(_table_row, header, cells, source, begin), begin)


#: By what Excel tells itself how the cells are separated, on a line before the header.
_SEPARATOR_LINE = re.compile(r'"?sep=([^\r\n"])"?\s*', re.IGNORECASE)
_SEPARATORS = ",;\t|"


def _separator(first: str, comma: str, text_key: str) -> str:
    """The sign that makes the text a column of its own; else the one that makes most columns, for the message.

    Excel writes `;` where the comma is the decimal sign (Dutch, French, German), and a comma may stand in a name.

    >>> _separator("id;text;names, all", ",", "text"), _separator("text", ",", "text")
    (';', ',')
    """
    names = {sign: _names(first, sign) for sign in dict.fromkeys(comma + _SEPARATORS)}
    return max(names, key=lambda sign: (text_key in names[sign], len(names[sign]), sign == comma))


def _names(first: str, separator: str) -> list[str]:
    with suppress(csv.Error, StopIteration):
        return [name.strip() for name in next(csv.reader([first], delimiter=separator))]
    return []


def _table_row(header: Sequence[str], cells: Sequence[str], source: Source, begin: int) -> Draft:
    if len(cells) != len(header):
        message = f"{len(cells)} cells, the header has {len(header)}; put cells with a separator in quotes"
        raise ReadError("bad-csv", message)
    return _row(dict(zip(header, cells, strict=True)), source, begin)


def _cells(rows: Any, source: Source, begin: int) -> list[str] | None:
    """The next row, None at the end. A quote that is never closed takes lines with it: they are named."""
    source.encoding = source.mark
    try:
        cells: list[str] | None = next(rows, None)
    except csv.Error as error:
        if "field larger" in str(error):
            raise too_large(source.max_bytes) from error
        message = f"lines {begin} to {source.number}: {error}; double the quotes inside a cell"
        raise ReadError("bad-csv", message) from error
    return cells


def _refuse_header(header: Sequence[str], source: Source) -> None:
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise ReadError("bad-csv", f"column {twice[0]!r} stands twice; rename one")
    if header:
        _refuse_columns(header, source)


def _refuse_columns(names: Sequence[str], source: Source) -> None:
    """What is missing in a table is told once, not for each of its rows."""
    if source.text_key not in names:
        raise _missing_text(source.text_key, names)
    if source.id_key is not None and source.id_key not in names:
        raise _missing_id(source.id_key, names)


def _read_parquet(source: Source) -> Iterator[Draft | ReadError]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise ReadError("missing-package", f"parquet needs pyarrow: {install_command('parquet')}") from error
    source.let_go()
    try:
        yield from _some(_parquet_rows(parquet.ParquetFile(source.file), source))
    except (pyarrow.ArrowException, OSError) as error:
        raise _bad_parquet(error) from error


def _bad_parquet(error: Exception) -> ReadError:
    problem = (str(error).splitlines() or [type(error).__name__])[0]
    return ReadError("bad-parquet", f"{problem[:200]}; fetch or write the file again")


def _parquet_rows(table: Any, source: Source) -> Iterator[Draft | ReadError]:
    _refuse_columns(table.schema_arrow.names, source)
    for batch in table.iter_batches(batch_size=256):
        for index in range(batch.num_rows):
            source.number += 1
            yield _tried(partial(_parquet_row, batch, index, source), source.number)


def _parquet_row(batch: Any, index: int, source: Source) -> Draft:
    source.encoding = source.mark
    columns = zip(batch.schema.names, batch.columns, strict=True)
    try:
        values = {name: _value(column[index]) for name, column in columns}
    except (ValueError, OverflowError) as error:
        raise _bad_parquet(error) from error
    text = values.get(source.text_key)
    if isinstance(text, bytes):  # a column of type BINARY, as some writers have their strings
        values[source.text_key] = source.decode(text)
    return _row({name: _plain(value) for name, value in values.items()}, source)


def _value(scalar: Any) -> Any:
    """The value as Python has it; moments and times with nanoseconds, which Python has not, as ISO strings."""
    import pyarrow

    kind = scalar.type
    if not scalar.is_valid or not _has_nanoseconds(kind):
        return scalar.as_py()
    if pyarrow.types.is_struct(kind):
        return {name: _value(part) for name, part in scalar.items()}
    if pyarrow.types.is_nested(kind):
        return [_value(part) for part in scalar.values]
    if pyarrow.types.is_dictionary(kind):
        return _value(scalar.value)
    if pyarrow.types.is_duration(kind):
        return f"PT{Decimal(scalar.value).scaleb(-9)}S"
    coarse = {"timestamp": lambda: pyarrow.timestamp("us", kind.tz), "time64": lambda: pyarrow.time64("us")}
    whole, rest = divmod(scalar.value, 1000)
    value = pyarrow.scalar(whole, coarse[str(kind).split("[")[0]]()).as_py()
    if not rest:
        return value
    written = value.isoformat(timespec="microseconds")
    return re.sub(r"(\.\d{6})", rf"\g<1>{rest:03d}", written)


def _has_nanoseconds(kind: Any) -> bool:
    if getattr(kind, "unit", "") == "ns":
        return True
    if getattr(kind, "value_type", kind) is not kind:
        return _has_nanoseconds(kind.value_type)
    return any(_has_nanoseconds(kind.field(n).type) for n in range(kind.num_fields))


#: A control character: bytes that hold one are no text.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _plain(value: Any) -> Any:
    """A parquet value as JSON has it; decimals as strings, because a float would round them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return _text_or_hex(value)
    return str(value) if isinstance(value, Decimal | datetime.timedelta) else value


def _text_or_hex(value: bytes) -> str:
    """Bytes that are a text in UTF-8 as that text, all others as their digits.

    >>> _text_or_hex("één".encode()), _text_or_hex(bytes([255, 0]))
    ('één', 'ff00')
    """
    with suppress(UnicodeDecodeError):
        text = value.decode()
        return value.hex() if _CONTROL.search(text) else text
    return value.hex()


# --- rows ---------------------------------------------------------------------------------------


def _tried(make: Callable[[], _T], line: int) -> _T | ReadError:
    """A row, or what is wrong with it: the rows after it are still read."""
    try:
        return make()
    except ReadError as error:
        error.line = line
        return error


def _some(drafts: Iterator[Draft | ReadError]) -> Iterator[Draft | ReadError]:
    first = next(drafts, None)
    if first is None:
        raise ReadError("empty", "no rows; fill it in or leave it out")
    yield first
    yield from drafts


def _row(fields: Mapping[str, Any], source: Source, line: int | None = None) -> Draft:
    """A draft of one row: its own fields, all others to `meta`.

    Keys of a `meta` object go there too, the row's own win. A `date` in it counts as the row's, because
    that is where an annotated record has it.
    """
    key, id_key = source.text_key, source.id_key or "id"
    nested = fields.get("meta")
    inner = nested if isinstance(nested, dict) else {}
    own = {key, id_key, *_OWN[1:]} if nested is not inner else {key, id_key, "meta", *_OWN[1:]}
    meta = {**inner, **{name: value for name, value in fields.items() if name not in own}}
    date = meta.pop("date", None)
    named = _named({**fields, "id": fields.get(id_key), "date": fields.get("date") or date})
    if source.id_key is not None and named["id"] is None:
        raise _missing_id(id_key, fields)
    place, guessed = line or source.number, _guessed(source)
    return Draft(_row_text(fields, key), _noted(meta, source), **named, line=place, guessed=guessed)


def _row_text(fields: Mapping[str, Any], key: str) -> str | ReadError:
    text = fields.get(key)
    if isinstance(text, str):
        return text
    if key not in fields:
        return _missing_text(key, fields)
    return ReadError("missing-text", f"{key!r} is {_json_kind(text)}, not a string; name another with --text-key")


def _missing_text(key: str, names: Iterable[str]) -> ReadError:
    there = ", ".join(sorted(names)[:20]) or "none"
    return ReadError("missing-text", f"no {key!r}; keys: {there}; name the right one with --text-key")


def _missing_id(key: str, names: Iterable[str]) -> ReadError:
    there = ", ".join(sorted(names)[:20])
    return ReadError("missing-id", f"no {key!r}, or nothing in it; keys: {there}; name the right one with --id-key")


def _json_kind(value: Any) -> str:
    kinds = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return kinds.get(type(value), "null")


def _named(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that a document has of its own, empty ones as None."""
    date = fields.get("date")
    named = {key: _word(fields.get(key)) for key in ("id", "lang", "region")}
    return {**named, "date": None if _word(date) is None else date}


def _word(value: Any) -> str | None:
    """A value as a string, None where it says nothing.

    >>> _word(12), _word(" "), _word(None), _word("nl")
    ('12', None, None, 'nl')
    """
    word = value if isinstance(value, str) else "" if value is None else orjson.dumps(value).decode()
    return None if not word or word.isspace() else word


def _noted(meta: dict[str, Any], source: Source) -> dict[str, Any]:
    """The input's own fields, and what it was decoded with where that was not plain UTF-8."""
    return {**meta, "encoding": source.encoding} if source.encoding else meta


def _guessed(source: Source) -> str | None:
    return source.encoding if source.is_guessed else None


Reader = Callable[[Source], Iterator[Draft | ReadError]]

READERS: dict[str, Reader] = {
    ".txt": _read_txt,
    ".md": _read_markdown,
    ".markdown": _read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
    ".jsonl": _read_jsonl,
    ".ndjson": _read_jsonl,
    ".csv": partial(_read_table, ","),
    ".tsv": partial(_read_table, "\t"),
    ".parquet": _read_parquet,
}

#: Formats of which a file is one document.
ONE_DOCUMENT = frozenset({".txt", ".md", ".markdown", ".html", ".htm"})
