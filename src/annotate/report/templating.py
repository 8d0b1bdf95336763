"""What all pages for readers are made with: templates that escape what they are given, one style, a strict policy."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from decimal import Decimal
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from annotate.report.wording import attribute, clipped, grouped, language_name, safe


@cache
def environment(package: str) -> Environment:
    """The templates of a package, and the report's behind them."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("annotate.report")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "safe_text": safe,
        "language": language_name,
        "grouped": grouped,
        "attribute": attribute,
        "amount": lambda text: grouped(Decimal(text)),
        "clipped": clipped,
        "counter": Counter,
        "markup": Markup,
        "count": lambda number: f"{number:,}",
        "many": lambda number, one, several: f"{number:,} {one if number == 1 else several}",
    }
    return made


def asset(package: str, *names: str) -> str:
    """A file of a package."""
    return files(package).joinpath(*names).read_text(encoding="utf-8")


def page_style() -> str:
    """The style of all pages; that for reviewers has the same colours and patterns: it is one product."""
    return asset("annotate.review", "static", "theme.css") + asset("annotate.report", "templates", "page.css")


def policy(style: str, script: str | None = None) -> str:
    """The policy of a page that loads nothing, and runs nothing but its own script."""
    scripts = f"script-src {_hashed(script)}; " if script is not None else ""
    return f"default-src 'none'; {scripts}style-src {_hashed(style)}; base-uri 'none'; form-action 'none'"


def _hashed(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
