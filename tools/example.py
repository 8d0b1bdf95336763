"""Make the pages of `docs/examples/` anew, from the notebooks there: their text, code, and what they really give.

    python tools/example.py            # after a change of a notebook, or of what is found in the corpus
    python tools/example.py --check    # says which pages are older, and writes nothing

A notebook is a Python file in percent format (`# %%` begins a cell, `# %% [markdown]` one of text). Each cell is run in
one scope; what it prints, the value of its last line, and its charts stand below it on the page. A test runs them, and
holds their pages against them, but for figures: those change whenever a rule does.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "docs" / "examples"

_CELL = re.compile(r"^# %%(?P<text> \[markdown\])?\n", re.M)


def cells(notebook: str) -> Iterator[tuple[bool, str]]:
    """The cells of a notebook: whether it is text, and what stands in it.

    >>> [*cells("# %% [markdown]\\n# # One\\n\\n# %%\\n1 + 1\\n")]
    [(True, '# One'), (False, '1 + 1')]
    """
    found = [*_CELL.finditer(notebook)]
    ends = [*(cell.start() for cell in found[1:]), len(notebook)]
    for cell, end in zip(found, ends, strict=True):
        inside = notebook[cell.end() : end].strip()
        yield bool(cell["text"]), re.sub(r"^# ?", "", inside, flags=re.M) if cell["text"] else inside


def page(notebook: Path, charts: Path) -> str:
    """The page of a notebook, run in the current folder; its charts are written to a folder."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams |= {"svg.hashsalt": notebook.stem, "savefig.bbox": "tight", "axes.titlesize": 11, "font.size": 9}
    scope: dict[str, Any] = {"__name__": "__main__"}
    parts, number = [f"<!-- Made by tools/example.py from {notebook.name}: do not edit. -->"], 0
    for is_text, inside in cells(notebook.read_text(encoding="utf-8")):
        if is_text:
            parts.append(inside)
            continue
        parts.append(f"```python\n{inside}\n```")
        parts += shown(inside, scope)
        for figure in _figures():
            number += 1
            name = f"{notebook.stem}-{number}.svg"
            figure.savefig(charts / name, metadata={"Date": None, "Creator": None})
            parts.append(f"![{figure.axes[0].get_title(loc='left')}]({name})")
    return "\n\n".join(parts) + "\n"


def without_output(made: str) -> str:
    """A page without its tables and what was printed.

    >>> without_output("| a |\\n|---|\\n| 1 |\\n\\nAnd `b`:\\n\\n```text\\nc\\n```\\n")
    'And `b`:\\n'
    """
    return re.sub(r"^(?:\|[^\n]*\n)+\n?|^```text\n.*?^```\n", "", made, flags=re.M | re.S).strip() + "\n"


def shown(code: str, scope: dict[str, Any]) -> Iterator[str]:
    """Run a cell; what it prints and the value of its last line, in Markdown."""
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed, value = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "cell", "exec"), scope)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), scope)
    if printed.getvalue():
        yield f"```text\n{printed.getvalue().rstrip()}\n```"
    if hasattr(value, "columns"):
        yield "\n".join(table(value))


def table(frame: Any) -> Iterator[str]:
    """A data frame as a table; numbers to the right."""
    yield f"| {' | '.join(map(str, frame.columns))} |"
    yield "|" + "|".join("---:" if all(_is_number(cell) for cell in frame[name]) else "---" for name in frame) + "|"
    for row in frame.itertuples(index=False):
        yield f"| {' | '.join(map(str, row))} |"


def _is_number(cell: object) -> bool:
    return str(cell).replace(",", "").isdecimal()


def _figures() -> Iterator[Any]:
    import matplotlib.pyplot as plt

    for number in plt.get_fignums():
        figure = plt.figure(number)
        yield figure
        plt.close(figure)


def main(*, check: bool) -> None:
    """Write all pages, and the charts beside them; or only say which are older than what is found now."""
    os.environ["PATH"] = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
    for notebook in sorted(EXAMPLES.glob("*.py")):
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            shutil.copytree(ROOT / "corpus", "corpus")
            made, target = page(notebook, Path()), notebook.with_suffix(".md")
            if check:
                if made != target.read_text(encoding="utf-8"):
                    print(f"{target.relative_to(ROOT)} is older than what is found now: python tools/example.py")
                continue
            for chart in Path().glob("*.svg"):
                shutil.copy(chart, EXAMPLES)
        target.write_text(made, encoding="utf-8")
        print(target.relative_to(ROOT))


if __name__ == "__main__":
    main(check="--check" in sys.argv)
