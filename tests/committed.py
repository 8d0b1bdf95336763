"""What is committed in outputs/, and how a new run of the main job is held against it.

After a change that is meant to change the annotations: `annotate run corpus/ -o outputs/ --force`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "corpus"
OUTPUTS = ROOT / "outputs"
REFRESH = "if this change is meant: annotate run corpus/ -o outputs/ --force"


def manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a run."""
    content: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return content


def assert_as_committed(folder: Path) -> None:
    """Fails where a run's files are not those in outputs/, byte for byte.

    Where another spaCy is installed than the one outputs/ was made with, its name is what may differ.
    """
    ours, theirs = manifest(folder), manifest(OUTPUTS)
    made_with, installed = (f'"spacy":"{one.pop("versions")["spacy"]}"' for one in (theirs, ours))
    for name in ("errors.jsonl", "annotations.jsonl"):
        expected = (OUTPUTS / name).read_bytes().replace(made_with.encode(), installed.encode())
        assert_same_lines((folder / name).read_bytes(), expected, name)
    assert ours == theirs, REFRESH


def assert_same_lines(found: bytes, expected: bytes, name: str) -> None:
    """Fails with the record and the place where two files begin to differ, and not with 400 kB of them."""
    if found == expected:
        return
    pairs = zip(found.split(b"\n"), expected.split(b"\n"), strict=False)
    line, (ours, theirs) = next(((n, pair) for n, pair in enumerate(pairs, 1) if pair[0] != pair[1]), (0, (b"", b"")))
    at = next((n for n, pair in enumerate(zip(ours, theirs, strict=False)) if pair[0] != pair[1]), 0)
    places = [part[max(0, at - 200) : at + 100].decode("utf-8", "replace") for part in (ours, theirs)]
    raise AssertionError(f"{name}:{line}: found …{places[0]}… instead of …{places[1]}…; {REFRESH}")
