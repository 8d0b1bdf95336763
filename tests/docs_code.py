"""The code in the pages of `docs/`: taken out of them as it stands there, and run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from committed import ROOT

#: A heading, or a fenced block with its language and what stands in it.
_PART = re.compile(
    r"^#+ +(?P<heading>.+?) *$|^(?P<indent> *)```(?P<lang>[\w-]*)[^\n]*\n(?P<code>.*?)^(?P=indent)```", re.M | re.S
)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: the page that it stands in, the line of its first line of code, and the heading above it."""

    page: Path
    line: int
    heading: str
    lang: str
    code: str

    def run(self, scope: dict[str, Any]) -> None:
        """Run a block of Python; what goes wrong in it is told with the line of the page."""
        exec(compile("\n" * (self.line - 1) + self.code, str(self.page), "exec"), scope)


def blocks(page: str | Path, lang: str = "python") -> list[Block]:
    """The blocks of a page in a language, from the top to the bottom; pages are named from the project's folder."""
    path = ROOT / page
    text, heading, found = path.read_text(encoding="utf-8"), "", []
    for part in _PART.finditer(text):
        if part["heading"] is not None:
            heading = part["heading"]
        elif part["lang"] == lang:
            line = text.count("\n", 0, part.start("code")) + 1
            code = re.sub(f"^{part['indent']}", "", part["code"], flags=re.M)
            found.append(Block(path, line, heading, lang, code))
    return found


def run(page: str | Path, **given: Any) -> dict[str, Any]:
    """Run all Python of a page in one scope, as who copies it from the top to the bottom does; the names at the end.

    `given` are names that stand there before; `print` says nothing unless it is given.
    """
    return run_blocks(blocks(page), **given)


def run_blocks(chosen: Iterable[Block], **given: Any) -> dict[str, Any]:
    """The same for some blocks of a page."""
    scope = {"__name__": "__main__", "print": lambda *_, **__: None} | given
    for block in chosen:
        block.run(scope)
    return scope
