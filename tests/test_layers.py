"""The rooms: a module imports its own room and those below it, only the command line prints, no circles of imports."""

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

#: The rooms of the house from the ground up. A module may import what stands in its own room or on a lower floor;
#: rooms on one floor know nothing of one another. Top-level modules stand on the floor that names them.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("spans", "version", "extras", "usercache"),
    ("records",),
    ("manifest",),
    ("schema",),
    ("text", "storage"),
    ("rules",),
    ("matching", "reading"),
    ("values", "linking"),
    ("options",),
    ("rulebook", "assemble"),
    ("pipeline",),
    ("batch", "component"),
    ("quality", "serve", "arrow"),
    ("review",),
    ("report", "export"),
    ("knowledge",),
    ("cli",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}

#: The verbs of the flow. What they share stands in noun modules: records, tokens, matches, grammar, …
STAGES = ("reading", "text", "matching", "values", "linking", "storage")


def name_of(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


PATHS = {name_of(path): path for path in sorted(SOURCE.rglob("*.py"))}
MODULES = sorted(PATHS)


def room(module: str) -> str:
    return module.split(".")[0]


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(PATHS[module].read_text(encoding="utf-8"))


@cache
def imports(module: str) -> frozenset[str]:
    """The modules of the package that a module imports, at its top or inside a function."""
    return frozenset(name for node in ast.walk(tree(module)) for name in imported(node)) & {*MODULES} - {module}


def imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (name.name.removeprefix("annotate.") for name in node.names)
    elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "annotate":
        source = str(node.module).removeprefix("annotate").removeprefix(".")
        submodules = [f"{source}.{name.name}".removeprefix(".") for name in node.names]
        found = [name for name in submodules if name in PATHS]
        yield from found
        if len(found) < len(submodules):
            yield source


def reachable(module: str) -> set[str]:
    """All that a module imports, and what that imports in turn."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        new = imports(waiting.pop()) - found
        found |= new
        waiting += new
    return found


def test_every_room_has_its_floor() -> None:
    """Each folder and top-level module stands in the table, and the table names nothing else."""
    assert {room(module) for module in MODULES} - {"__init__", "py"} == {*FLOOR}


@pytest.mark.parametrize("module", [module for module in MODULES if module != "__init__"])
def test_a_module_imports_only_its_own_room_and_lower_floors(module: str) -> None:
    """What goes between rooms is a type that stands below both."""
    above = {
        name
        for name in imports(module)
        if room(name) not in (room(module), "__init__") and FLOOR[room(name)] >= FLOOR[room(module)]
    }
    assert above == set()


@pytest.mark.parametrize("module", MODULES)
def test_no_import_cycles(module: str) -> None:
    """No module imports itself by way of others, inside functions included."""
    assert module not in reachable(module)


@pytest.mark.parametrize("module", [module for module in MODULES if room(module) != "cli"])
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
