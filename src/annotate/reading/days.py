"""Days as ISO 8601 writes them, and the day in a file's name.

What is no day of the calendar is None: the document's date is stated, never guessed and never completed.
"""

from __future__ import annotations

import datetime
import re
from contextlib import suppress
from typing import Any

_ISO = re.compile(r"(\d{4})(-?)(\d\d)\2(\d\d)(?:[T ]\d.*)?", re.ASCII | re.DOTALL)
_IN_NAME = re.compile(r"(?<!\d)((?:1[89]|2[01])\d\d)([-_.]?)(\d\d)\2(\d\d)(?!\d)", re.ASCII)


def iso_day(value: Any) -> str | None:
    """The day of an ISO 8601 date or date-time, None where the calendar has no such day.

    >>> iso_day("2025-04-14T23:30:00Z"), iso_day("20250414"), iso_day("2025-02-30"), iso_day("april")
    ('2025-04-14', '2025-04-14', None, None)
    """
    match = _ISO.fullmatch(str(value).strip())
    return _calendar_day(match) if match else None


def name_day(name: str) -> str | None:
    """The first real date in a file's name.

    >>> name_day("2025-04-14-bezoek.txt"), name_day("x_20250414.txt"), name_day("20251399.txt")
    ('2025-04-14', '2025-04-14', None)
    """
    return next(filter(None, map(_calendar_day, _IN_NAME.finditer(name))), None)


def _calendar_day(match: re.Match[str]) -> str | None:
    with suppress(ValueError):
        return datetime.date(int(match[1]), int(match[3]), int(match[4])).isoformat()
    return None
