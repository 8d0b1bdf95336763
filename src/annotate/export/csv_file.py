"""CSV: one entity a row, with the byte-order mark by which Excel knows UTF-8."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from annotate.export.articles import Article
from annotate.export.formats import Written
from annotate.export.table import NAMES, rows


def write(articles: Iterable[Article], path: Path) -> Written:
    """The entities of articles as comma-separated values, as RFC 4180 has them."""
    done = Written()
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, NAMES, restval="")
        table.writeheader()
        for article in articles:
            for row in rows(article):
                table.writerow(row)
                done.count += 1
    return done
