"""What a user may choose of how texts are annotated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from annotate.rules import tags


@dataclass(frozen=True, slots=True)
class Options:
    """What a user may choose; part of every record's fingerprint."""

    patterns: tuple[Path, ...] = ()
    built_in: bool = True
    lang: str | None = None
    region: str | None = None
    languages: tuple[str, ...] = ()
    detector: str = "langdetect"
    tokens: bool = False
    #: The labels that are written; all where none is named.
    labels: tuple[str, ...] = ()


def stated_options(options: Options) -> Options:
    """The options with languages as tags and the region as a code; raises FieldError where there are none such."""
    return replace(
        options,
        lang=tags.stated_language(options.lang) if options.lang else None,
        region=tags.stated_region(options.region) if options.region else None,
        languages=tuple(map(tags.stated_language, options.languages)),
    )
