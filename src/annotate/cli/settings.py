"""Options of `annotate run` out of the working folder: `annotate.toml`, or `[tool.annotate]` of pyproject.toml.

They are what a call that does not name them gets; the command line wins.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from annotate.cli.say import stop

#: Where options may stand, and the table in it.
FILES: Mapping[str, tuple[str, ...]] = {"annotate.toml": (), "pyproject.toml": ("tool", "annotate")}

#: Options by which documents or files are lost: they are said anew with each call.
_SAID_ONLY = ("force", "replace")


class Settings:
    """The options that a file gives: `values` by the name of the parameter, and the file's name."""

    def __init__(self, source: str, values: Mapping[str, Any]) -> None:
        self.source = source
        self.values = values


def read_settings(parameters: Sequence[Any]) -> Settings | None:
    """The options of the working folder's file for a command with these parameters; None where there is none.

    What is wrong with it ends the call, with its place and the nearest names.
    """
    found = [(name, content) for name in FILES if (content := _table(name)) is not None]
    if len(found) > 1:
        stop(f"options stand in both {' and '.join(name for name, _ in found)}; keep one of them")
    if not found:
        return None
    name, content = found[0]
    return Settings(name, _values(name, content, parameters))


def _table(name: str) -> dict[str, Any] | None:
    """The table of options in a file; None where there is none."""
    try:
        text = Path(name).read_text(encoding="utf-8")
        if FILES[name] and "annotate" not in text:
            return None  # another tool's file may be as broken as it likes
        content: Any = tomllib.loads(text)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        stop(f"{name}: cannot be read: {getattr(error, 'strerror', None) or error}")
    for key in FILES[name]:
        content = content.get(key) if isinstance(content, dict) else None
    if content is not None and not isinstance(content, dict):
        stop(f"{name}: {'.'.join(FILES[name])} is no table; write [tool.annotate] and the options below it")
    return content


def _values(name: str, content: Mapping[str, Any], parameters: Sequence[Any]) -> dict[str, Any]:
    known = {key: parameter for parameter in parameters for key in _keys(parameter)}
    values: dict[str, Any] = {}
    for key, value in content.items():
        parameter = known.get(key.replace("_", "-"))
        if parameter is None:
            names = [f"'{near}'" for near in get_close_matches(key.replace("_", "-"), known, 3, 0.4)]
            advice = f"; nearest: {', '.join(names)}" if names else "; options are named as on the command line"
            stop(f"{_place(name, key)}: '{key}' is no option of annotate run{advice}")
        if parameter.name in _SAID_ONLY:
            stop(f"{_place(name, key)}: '{key}' replaces what stands there, so it is given on the command line only")
        if parameter.name in values:
            stop(f"{_place(name, key)}: '{key}' stands there twice, once under another name")
        values[parameter.name] = _value(_place(name, key), key, value, parameter)
    return values


def _keys(parameter: Any) -> list[str]:
    """The names by which a file may give a parameter: those of its long options, and an argument's own."""
    if parameter.param_type_name == "argument":
        return [parameter.name]
    return [option.removeprefix("--") for option in parameter.opts if option.startswith("--")]


def _value(place: str, key: str, value: Any, parameter: Any) -> Any:
    """A value as the command line would give it."""
    is_list = parameter.nargs == -1 or getattr(parameter, "multiple", False)
    is_flag = getattr(parameter, "is_flag", False)
    if isinstance(value, dict) or is_flag != isinstance(value, bool):
        stop(f"{place}: '{key}' is {'true or false' if is_flag else 'a word, a number, or a list of them'}")
    if is_flag:
        return value
    items = [str(item) for item in value] if isinstance(value, list) else [str(value)]
    return items if is_list else ",".join(items)


def _place(name: str, key: str) -> str:
    """Where a key stands: the file and, where it stands at the head of a line, its line."""
    lines = Path(name).read_text(encoding="utf-8").splitlines()
    header = f"[{'.'.join(FILES[name])}]"
    start = lines.index(header) if header in lines else 0
    written = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*=""")
    number = next((n for n, line in enumerate(lines[start:], start + 1) if written.match(line)), None)
    return name if number is None else f"{name}:{number}"
