"""Pipelines that many tests share: what one has learnt of a language serves them all."""

from __future__ import annotations

from functools import cache

from annotate.options import Options
from annotate.pipeline import Pipeline


@cache
def pipeline(lang: str) -> Pipeline:
    """The pipeline whose texts are all in this language; a test that changes one makes its own."""
    return Pipeline(Options(lang=lang))
