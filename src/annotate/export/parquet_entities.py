"""Parquet, or Arrow: one entity a row, with the fields of its value as columns."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from annotate.export.articles import Article
from annotate.export.columns import Columns
from annotate.export.formats import Written


def write(articles: Iterable[Article], path: Path) -> Written:
    """The entities of articles, each beside what its document is."""
    from annotate.arrow.rows import Rows
    from annotate.arrow.schema import ENTITIES

    done, rows = Written(), Rows()
    with Columns(path, ENTITIES) as file:
        for article in articles:
            for row in rows.entities(article.decided().record):
                file.add(row)
                done.count += 1
    done.notes += rows.untyped.notes()
    return done
