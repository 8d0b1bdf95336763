"""How processes are started: forked from a clean one that has imported the pipeline, or anew where there is no fork.

Apart from `executors`, since this one imports nothing heavy: so the clean process can begin first.
"""

from __future__ import annotations

import multiprocessing
from typing import Any


def context() -> Any:
    """The way to start processes here."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(["annotate.batch.work"])
    return found


def begin() -> None:
    """Start the process that others are forked from: it imports the pipeline while this one does so, too."""
    if context().get_start_method() == "forkserver":
        from multiprocessing import forkserver

        forkserver.ensure_running()
