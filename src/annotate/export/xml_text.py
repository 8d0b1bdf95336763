"""Texts in XML, to the character: what XML would read otherwise is written so that it does not.

A reader of XML makes line feeds of carriage returns, and spaces of line ends and tabs in attributes: as references they
stay. What XML has no way to write, most controls, becomes U+FFFD, one for one, so that no offset changes.
"""

from __future__ import annotations

import re

_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPECIAL = re.compile('[&<>"\r\x85\u2028]')
_SPECIAL_OF_ATTRIBUTES = re.compile('[&<>"\t\n\r\x85\u2028]')
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def allowed(text: str) -> str:
    r"""A text as XML can hold it, of the same length.

    >>> allowed("a\x00b\r\n")
    'a\ufffdb\r\n'
    """
    return _FORBIDDEN.sub("\ufffd", text)


def content(text: str) -> str:
    r"""A text between tags.

    >>> content("a & b\r\n")
    'a &amp; b&#13;\n'
    """
    return _SPECIAL.sub(_reference, allowed(text))


def attributes(**named: str | None) -> str:
    r"""Attributes as they follow the name of an element; one without a value is left out. `xml_id` is `xml:id`.

    >>> attributes(xml_id="d1", value="a\n\"b\"", mod=None)
    ' xml:id="d1" value="a&#10;&quot;b&quot;"'
    """
    written = []
    for name, value in named.items():
        if value is not None:
            of_xml = name.replace("xml_", "xml:").rstrip("_")
            written.append(f' {of_xml}="{_SPECIAL_OF_ATTRIBUTES.sub(_reference, allowed(value))}"')
    return "".join(written)


def _reference(match: re.Match[str]) -> str:
    return _NAMED.get(match[0]) or f"&#{ord(match[0])};"


def replaced(text: str) -> int:
    """How many characters of a text XML has no way to write."""
    return len(_FORBIDDEN.findall(text))


def note_of(count: int) -> list[str]:
    """What the user should know of characters that were replaced: a note, or none."""
    if not count:
        return []
    return [f"{count:,} characters that XML cannot hold (controls) are U+FFFD there; offsets are not affected"]
