"""Parquet, or Arrow: one record a row, nested and typed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from annotate.export.articles import Article
from annotate.export.columns import Columns
from annotate.export.formats import Written


def write(articles: Iterable[Article], path: Path) -> Written:
    """The records of articles, with all that they hold."""
    from annotate.arrow.rows import Rows
    from annotate.arrow.schema import SCHEMA

    done, rows = Written(), Rows()
    with Columns(path, SCHEMA) as file:
        for article in articles:
            file.add(rows.row(article.decided().record))
            done.count += 1
    done.notes += rows.untyped.notes()
    return done
