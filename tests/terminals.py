"""The command `annotate` on a terminal, as tests need it."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sysconfig
from collections.abc import Mapping
from pathlib import Path

COMMAND = str(Path(sysconfig.get_path("scripts")) / "annotate")
ANSI = re.compile(r"\x1b\[[0-9;]*m")
LEFT_OUT = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "GITHUB_ACTIONS", "PY_COLORS", "TERM")


def environment(**more: str) -> dict[str, str]:
    """The environment of a user who asked for nothing."""
    kept = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    return kept | {"COLUMNS": "200"} | more


def on_a_terminal(command: list[str], env: Mapping[str, str]) -> str:
    """What a command shows on a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=environment(**env)
    ) as process:
        os.close(theirs)
        shown = b""
        while select.select([ours], [], [], 60)[0]:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # Linux says so when the other end is closed
                break
            if not piece:
                break
            shown += piece
        os.close(ours)
        process.wait(timeout=60)
    return shown.decode(errors="replace")
