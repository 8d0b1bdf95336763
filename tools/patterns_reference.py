"""Make the tables of `docs/patterns.md` anew, from the models that check pattern files.

    python tools/patterns_reference.py

A table stands between `<!-- table: NAME -->` and `<!-- end -->`; a test holds the page against what this makes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from annotate.rules import frames
from annotate.rules.checked import checked
from annotate.rules.grammar import BUILT_IN_KINDS
from annotate.rules.keys import KINDS
from annotate.rules.models import Description, LabelSpec, MarkedCase, Name, PatternFile, Rule, SettingsSpec
from annotate.rules.patterns import BUILT_IN
from annotate.rules.token_model import ATTRIBUTES, NUMBER_PREDICATES, WORD_PREDICATES, Token
from annotate.rules.word_models import Model

PAGE = Path(__file__).resolve().parents[1] / "docs" / "patterns.md"
_TABLE = re.compile(r"<!-- table: (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def page(text: str) -> str:
    """The page with every table made anew."""
    return _TABLE.sub(lambda found: f"<!-- table: {found[1]} -->\n{TABLES[found[1]]()}\n<!-- end -->", text)


def table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines)


def keys(model: type[Model], without: Iterable[str] = ()) -> str:
    """The keys of a model with what each is for."""
    rows = (
        (f"`{spec.alias or name}`", (spec.description or "") + (" (needed)" if spec.is_required() else ""))
        for name, spec in model.model_fields.items()
        if name not in set(without)
    )
    return table(("key", "what"), rows)


def attributes() -> str:
    """spaCy's attributes of a token that need no trained model."""
    return table(("attribute", "what"), ((f"`{n}`", Token.model_fields[n].description or "") for n in ATTRIBUTES))


def predicates() -> str:
    """What may stand in place of a word or a length."""
    fields = [*WORD_PREDICATES.model_fields.items(), *NUMBER_PREDICATES.model_fields.items()]
    seen: dict[str, str] = {}
    for name, spec in fields:
        seen.setdefault(spec.alias or name, spec.description or "")
    return table(("predicate", "what"), ((f"`{name}`", what) for name, what in seen.items()))


def kinds() -> str:
    """The built-in kinds of token."""
    return table(("kind", "what"), ((f"`{name}`", what) for name, what in BUILT_IN_KINDS.items()))


def list_keys() -> str:
    """What `keys` of a list may say."""
    return table(("`keys:`", "the keys of the list are"), ((f"`{name}`", kind.says) for name, kind in KINDS.items()))


def lists() -> str:
    """The built-in lists."""
    return table(("list", "keys", "what"), _lists())


def _lists() -> Iterator[tuple[str, str, str]]:
    file = checked((BUILT_IN / "shared" / "lists.yaml").read_text(encoding="utf-8"))
    assert file is not None
    for name, what in file.model.describe.items():
        assert isinstance(what, Description)
        written = ", ".join(what.keys) if isinstance(what.keys, list) else str(what.keys)
        yield f"`{name}`", "" if written == "none" else f"`{written}`", str(what.text)


def frame_lists() -> str:
    """The lists of `frames`, with their keys."""
    rows = ((f"`{name}`", what, "" if key == "none" else keys_shown(key)) for name, (what, key) in frames.LISTS.items())
    return table(("list", "what", "keys"), rows)


def keys_shown(key: str | tuple[str, ...]) -> str:
    """The keys that a list may have, as a cell of a table."""
    return key if isinstance(key, str) else ", ".join(f"`{one}`" for one in key)


TABLES: dict[str, Callable[[], str]] = {
    "file": lambda: keys(PatternFile),
    "rule": lambda: keys(Rule),
    "token": lambda: keys(Token, ATTRIBUTES),
    "attributes": attributes,
    "predicates": predicates,
    "kinds": kinds,
    "example": lambda: keys(MarkedCase),
    "label": lambda: keys(LabelSpec),
    "settings": lambda: keys(SettingsSpec),
    "name": lambda: keys(Name),
    "description": lambda: keys(Description),
    "keys": list_keys,
    "lists": lists,
    "frames": frame_lists,
}

if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
