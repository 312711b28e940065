"""Child processes: how many of them make sense here, and how to begin them so that they never see a Ctrl-C."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker

TOLD_TO_ALL = (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM))
"""Signals that a terminal or a service manager sends to a whole group of processes."""


@contextmanager
def interrupts_blocked(*also: int) -> Iterator[None]:
    """Block SIGINT, so that processes begun meanwhile never see it: a terminal tells it to the whole group.

    `also` names other signals that they shall never see.
    """
    if not hasattr(signal, "pthread_sigmask"):  # not on every system
        yield
        return
    # multiprocessing starts its tracker with the first process, and unblocks SIGINT and SIGTERM after that.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, *also})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def usable_processors() -> int:
    """How many processes can really go on at the same time here."""
    usable = getattr(os, "sched_getaffinity", None)  # not on every system
    return len(usable(0)) if usable else os.cpu_count() or 1
