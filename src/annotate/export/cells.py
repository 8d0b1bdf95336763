"""Texts and values as cells of a spreadsheet, and what people and spreadsheets have made of them read back.

A cell that begins like a formula is neutralised with an apostrophe, which is taken away again on the way back. Cells
that say what was found are for reading: white space is one space, and what does not show is written out, so they are
compared with what would be written now and never read. Comparing forgives what spreadsheets do to a text by themselves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from annotate.export.shown_days import same_day
from annotate.review.carry import Carrier, is_place
from annotate.review.decisions import DecisionError
from annotate.review.forms import VALUE_TYPES, parts
from annotate.schema import VALUE_LINKS

Value = Mapping[str, Any]

#: Excel's limit of characters in a cell, counted in UTF-16.
LIMIT = 32_767
_CUT = " … (cut)"

#: What spreadsheets take for the beginning of a formula; also behind what may part cells, should a file be split there.
_FORMULA = r"[=+\-@＝＋－＠]"
_BEGINNING = re.compile(rf"(^|[;\t\r\n])(\s*'*)(?={_FORMULA})")
_NEUTRALISED = re.compile(rf"(^|[;\t\r\n])(\s*'*)'(?={_FORMULA})")
_SPACE = re.compile(r"'*[\t\r\n]")
_SPACE_NEUTRALISED = re.compile(r"'+[\t\r\n]")

#: Controls, and what turns the direction of writing unseen.
_UNSEEN = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_SAME = str.maketrans("‘’‚‛′＇“”„‟″＂", "''''''" + '""""""')


def neutral(text: str) -> str:
    r"""A text that no spreadsheet takes for a formula.

    >>> neutral("=1+1"), neutral("'=1+1"), neutral("a; -5"), neutral("\tx"), neutral("a-b")
    ("'=1+1", "''=1+1", "a; '-5", "'\tx", 'a-b')
    """
    inside = _BEGINNING.sub(r"\1\2'", text)
    return f"'{inside}" if _SPACE.match(inside) else inside


def original(text: str) -> str:
    r"""The text that was made `neutral`; one that never was stays as it is.

    >>> original("'=1+1"), original("=1+1"), original("a; '-5"), original("'\tx"), original("'tis")
    ('=1+1', '=1+1', 'a; -5', '\tx', "'tis")
    """
    inside = text[1:] if _SPACE_NEUTRALISED.match(text) else text
    return _NEUTRALISED.sub(r"\1\2", inside)


def shown(text: str) -> str:
    r"""A text for reading in a cell: on one line, nothing unseen in it, not longer than a cell may be.

    >>> shown("five\r\n million\u202e")
    'five million\\u202e'
    """
    return fitting(neutral(spelt(" ".join(text.split()))))


def spelt(text: str) -> str:
    """A text whose unseen signs are written out; line ends stay."""
    return _UNSEEN.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def fitting(text: str) -> str:
    """A text cut to what a cell holds, which says so at its end."""
    if len(text) <= LIMIT // 2 or len(text.encode("utf-16-le")) // 2 <= LIMIT:
        return text
    kept = text.encode("utf-16-le")[: 2 * (LIMIT - len(_CUT))].decode("utf-16-le", "ignore")
    return kept + _CUT


def typed_in(cell: Any) -> str:
    """What stands in a cell of any kind, as text.

    >>> from datetime import datetime
    >>> typed_in(2008.0), typed_in(2.5), typed_in(datetime(2024, 12, 6)), typed_in(None)
    ('2008', '2.5', '2024-12-06', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int | float):
        return f"{Decimal(repr(cell)).normalize():f}"
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != time() else cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date | time) else str(cell) if isinstance(cell, timedelta) else cell


def plain(cell: str) -> str:
    r"""What of a cell counts when two are compared: not line ends, kinds of quotes, or how it was neutralised.

    >>> plain("‘5’ \r\n million") == plain("'5'\nmillion"), plain("'=1") == plain("=1")
    (True, True)
    """
    return " ".join(original(cell).translate(_SAME).replace("…", "...").split()).lstrip("'")


def alike(cell: str, written: str) -> bool:
    """Whether a cell says what was written there, or what a spreadsheet makes of that by itself.

    >>> alike("2.5E+09", "2500000000"), alike("18/01/1950", "1950-01-18"), alike("19/01/1950", "1950-01-18")
    (True, True, False)
    """
    ours, theirs = plain(cell), plain(written)
    return ours == theirs or _same_number(ours, theirs) or same_day(ours, theirs)


_NUMBER = re.compile(r"-?\d+([.]\d+)?")
_DIGITS = 15  # as many as a spreadsheet's numbers have


def _same_number(cell: str, written: str) -> bool:
    if not _NUMBER.fullmatch(written):
        return False
    number = cell if cell.count(",") != 1 or "." in cell else cell.replace(",", ".")
    try:
        ours, theirs = Decimal(number), Decimal(written)
    except InvalidOperation:
        return False
    if not ours.is_finite():
        return False
    digits = len(ours.as_tuple().digits) if "E" in number.upper() else _DIGITS
    short = len(theirs.as_tuple().digits) <= _DIGITS and "E" not in number.upper()
    return ours == theirs if short else Context(digits).plus(ours) == Context(digits).plus(theirs)


# --- values


def field_names(label: str) -> tuple[str, ...]:
    """The keys of a label's value; `other` alone for a label of one's own."""
    return tuple(parts()[label]["properties"]) if label in VALUE_TYPES else ("other",)


def fields_of(label: str, value: Value) -> dict[str, Any]:
    """A value by the names of its fields; that of a label of one's own is one field."""
    return {key: value.get(key) for key in field_names(label)} if label in VALUE_TYPES else {"other": dict(value)}


def as_cell(part: Any) -> str:
    """A part of a value as people read it, or else as JSON.

    >>> as_cell(["global", "strategic"]), as_cell([{"name": "Vietnam", "code": "VN"}, {"name": "X", "code": None}])
    ('global, strategic', 'Vietnam (VN); X')
    >>> as_cell({"start": 3, "end": 7, "text": "2008"}), as_cell(None), as_cell({"a": 1})
    ('2008 [3:7]', '', '{"a": 1}')
    """
    if part is None or part in ([], {}):
        return ""
    if isinstance(part, str):
        return part
    if is_place(part):
        return f"{part['text']} [{part['start']}:{part['end']}]"
    if isinstance(part, list | tuple):
        read = _list_cell(part)
        if read is not None and _list_of(read) == list(part):
            return read
    return json.dumps(part, ensure_ascii=False)


def _list_cell(items: Any) -> str | None:
    if all(isinstance(item, str) for item in items):
        return ", ".join(items)
    if all(isinstance(item, dict) and {*item} == {"name", "code"} for item in items):
        return "; ".join(
            f"{item['name']} ({item['code']})" if item["code"] else str(item["name"]) for item in items
        ) + (";" if len(items) == 1 and not items[0]["code"] else "")
    return None


_PARTY = re.compile(r"(?P<name>.*\S)\s*\((?P<code>[^()]+)\)")


def _list_of(text: str) -> list[Any]:
    """The list that a cell stands for: of parties where it has codes or semicolons, else of words."""
    if ";" in text or _PARTY.fullmatch(text):
        return [_party(item.strip()) for item in text.split(";") if item.strip()]
    return [item.strip() for item in text.split(",") if item.strip()]


def _party(text: str) -> dict[str, str | None]:
    found = _PARTY.fullmatch(text)
    return {"name": text, "code": None} if found is None else {"name": found["name"], "code": found["code"]}


def as_part(text: str, label: str, key: str, carrier: Carrier) -> Any:
    """The part of a value that a cell, or a correction, stands for; raises DecisionError where it is none."""
    text = text.strip()
    if label not in VALUE_TYPES:
        return _json(text or "{}", key)
    schema = parts()[label]["properties"][key]
    if schema.get("type") == "array":
        of_parties = "$ref" in schema["items"]
        return _json(text, key) if text.startswith("[") else _items(text, of_parties)
    if not text:
        return None
    if key in VALUE_LINKS.get(label, {}):
        return _linked(text, VALUE_LINKS[label][key], key, carrier)
    kinds = {one.get("type") for one in schema.get("anyOf", [schema])}
    return int(text) if "integer" in kinds and re.fullmatch(r"\d{1,18}", text) else text


def _items(text: str, of_parties: bool) -> list[Any]:
    if of_parties:
        return [_party(item.strip()) for item in text.split(";") if item.strip()]
    return [item.strip() for item in re.split("[,;]", text) if item.strip()]


def _json(text: str, key: str) -> Any:
    try:
        return json.loads(text.translate(str.maketrans("“”„", '"""')))
    except json.JSONDecodeError as error:
        raise DecisionError(f"{key}: is not JSON: {error}") from error


_LINK = re.compile(r"(?:(?P<words>.*?)\s*)\[(?P<start>\d{1,12}):(?P<end>\d{1,12})\]", re.DOTALL)


def _linked(text: str, labels: tuple[str, ...], key: str, carrier: Carrier) -> dict[str, Any]:
    """The place of the span that a link leads to: by its offsets, or by its words where one alone has them."""
    found = _LINK.fullmatch(text)
    if found is not None:
        start, end = int(found["start"]), int(found["end"])
        return {"start": start, "end": end, "text": carrier.text[start:end]}
    spans = [s for s in carrier.record["spans"] if s["label"] in labels and plain(s["text"]) == plain(text)]
    if len(spans) != 1:
        raise DecisionError(
            f"{key}: {len(spans)} {' or '.join(labels)} have the words {text!r}; write it as {text} [12:16]"
        )
    return {name: spans[0][name] for name in ("start", "end", "text")}
