"""YAML as text: what is refused, and where that is said to stand."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from annotate.rules.patterns import faults_of
from annotate.rules.yamltext import YamlFault, parse


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("[" * 41 + "]" * 41, 41),
        ("{a: " * 41 + "b" + "}" * 41, 161),
        ("lists: " + "[" * 100_000, 47),
        ("- " * 100_000 + "a", 81),
        ("? " * 100_000 + "a", 81),
    ],
)
def test_forty_levels_are_the_most(text: str, column: int) -> None:
    """The forty-first level is refused where it begins, before the YAML library meets a limit of its own."""
    with pytest.raises(YamlFault, match="nested more than 40 deep") as told:
        parse(text)
    assert told.value.place == (1, column)


def test_forty_levels_are_read() -> None:
    """The bound itself is allowed, and brackets inside quotes are no levels."""
    value, faults = parse("[" * 40 + "]" * 40)
    for _ in range(39):
        (value,) = value
    assert (value, faults) == ([], [])
    assert parse("a: '" + "[" * 1000 + "'")[0] == {"a": "[" * 1000}


@pytest.mark.parametrize("enabled", [True, False])
def test_reading_leaves_the_garbage_collector_as_it_was(enabled: bool, tmp_path: Path) -> None:
    """It is off while files are read, and after that what it was before, when a file cannot be read as well."""
    (tmp_path / "broken.yaml").write_text("a: [")
    try:
        gc.enable() if enabled else gc.disable()
        assert faults_of("nl", [tmp_path]) != []
        assert gc.isenabled() is enabled
    finally:
        gc.enable()
