"""Write `constraints.txt`: the newest versions of all that this project needs, for each Python that it supports.

    python tools/constraints.py

Run it, run the tests with both README commands, and commit the file when they pass. Where a version fits some Pythons
only, its line has a marker. The work is uv's; it is no dependency of the project: `pip install uv`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "constraints.txt"
HEAD = """\
# Versions with which the tests passed, for Python 3.11 to 3.14; both README commands use them.
# Made by `python tools/constraints.py`: do not edit.
"""
OLDEST = "3.11"
#: Packages that come with an interpreter: what a new environment has is right.
LEFT_OUT = ("pip", "setuptools")


def index_of_pip() -> list[str]:
    """The package index that pip is set up for, where it is another than the usual one; uv does not read pip's."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", "global.index-url"], capture_output=True, text=True, check=False
    )
    return ["--index-url", done.stdout.strip()] if done.returncode == 0 and done.stdout.strip() else []


def resolved() -> str:
    """Every package with its version, and markers where Pythons differ."""
    uv = shutil.which("uv")
    if uv is None:
        sys.exit("this needs uv: pip install uv")
    command = [uv, "pip", "compile", "--quiet", "--universal", "--python-version", OLDEST, "--all-extras"]
    command += ["--no-header", "--no-annotate", "--no-emit-index-url", "--upgrade", *index_of_pip()]
    for name in LEFT_OUT:
        command += ["--no-emit-package", name]
    done = subprocess.run([*command, "pyproject.toml"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def main() -> None:
    """Make the file anew."""
    TARGET.write_text(HEAD + resolved(), encoding="utf-8")
    print(f"{TARGET.relative_to(ROOT)}: now run the README's commands, and commit it if they pass")


if __name__ == "__main__":
    main()
