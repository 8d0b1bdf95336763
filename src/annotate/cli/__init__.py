"""The command line: arguments in, data to standard output, all else to standard error.

The only room that prints; one file a command or a family of them. Heavy imports stand inside the commands, so that
`annotate --help` is quick.
Exit status: 0 all good, 1 some documents or examples failed and the rest is done (of `diff`: something differs),
2 a wrong call or a fault in the pattern files, 130 interrupted.
"""

from __future__ import annotations

import signal
import sys

from annotate.cli import (  # noqa: F401 - each adds its commands
    check,
    coverage,
    diff,
    evaluate,
    explain,
    export,
    import_,
    init,
    knowledge,
    languages,
    report,
    review,
    run,
    serve,
)
from annotate.cli.app import app
from annotate.cli.say import INTERRUPTED


def main() -> None:
    """The entry point of `annotate`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
