"""The layers: stages know nothing of one another, only the command line prints, no circles of imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import annotate

SOURCE = Path(annotate.__file__).parent
MODULES = sorted(path.stem for path in SOURCE.glob("*.py"))

#: The verbs of the flow. What they share stands in noun modules: records, tokens, matches, grammar, …
STAGES = ("read", "detect", "tokenise", "match", "choose", "resolve", "link", "write")


@cache
def tree(module: str) -> ast.Module:
    return ast.parse((SOURCE / f"{module}.py").read_text(encoding="utf-8"))


def imports(module: str) -> set[str]:
    """The modules of the package that a module imports, at its top or inside a function."""
    return {name for node in ast.walk(tree(module)) for name in imported(node)} & {*MODULES} - {module}


def imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (name.name.removeprefix("annotate.") for name in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module == "annotate":
        yield from (name.name for name in node.names)
    elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("annotate."):
        yield str(node.module).removeprefix("annotate.")


def reachable(module: str) -> set[str]:
    """All that a module imports, and what that imports in turn."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        new = imports(waiting.pop()) - found
        found |= new
        waiting += new
    return found


@pytest.mark.parametrize("stage", STAGES)
def test_stages_do_not_import_one_another(stage: str) -> None:
    """A stage imports no other stage; what goes between them is a type in a module of its own."""
    assert imports(stage) & {*STAGES} == set()


@pytest.mark.parametrize("stage", STAGES)
def test_stages_do_not_import_what_drives_them(stage: str) -> None:
    """A stage does not know the pipeline, the batch run or the command line, not even at a distance."""
    drivers = {"pipeline", "work", "executors", "cluster", "run", "output", "status", "cli"}
    drivers |= {"explain", "cases", "evaluate", "diff", "__init__"}
    assert reachable(stage) & drivers == set()


@pytest.mark.parametrize("module", MODULES)
def test_no_import_cycles(module: str) -> None:
    """No module imports itself by way of others, inside functions included."""
    assert module not in reachable(module)


@pytest.mark.parametrize("module", [module for module in MODULES if module != "cli"])
def test_only_the_command_line_prints(module: str) -> None:
    """No other module calls print, writes to a standard stream, or knows rich or typer."""
    names = {node.id for node in ast.walk(tree(module)) if isinstance(node, ast.Name)}
    attributes = {node.attr for node in ast.walk(tree(module)) if isinstance(node, ast.Attribute)}
    assert "print" not in names
    assert not {"stdout", "stderr"} & attributes
    roots = {
        name.split(".")[0]
        for node in ast.walk(tree(module))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not {"rich", "typer", "click"} & roots


@pytest.mark.parametrize("module", MODULES)
def test_no_language_is_wired_in(module: str) -> None:
    """No module compares a language with a code: what a language has or lacks is data."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Compare) and any(is_language(side) for side in (node.left, *node.comparators)):
            codes = [c.value for c in node.comparators if isinstance(c, ast.Constant)]
            assert not any(isinstance(code, str) and len(code) == 2 and code.isalpha() for code in codes)


def is_language(node: ast.AST) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name in ("lang", "language", "main")


def test_importing_the_package_is_cheap() -> None:
    """`import annotate` loads neither spaCy nor any other heavy library; the first use of a name does."""
    script = "import sys, annotate; print([m for m in ('spacy', 'numpy', 'babel', 'rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
