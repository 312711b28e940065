"""Waiting, which whoever asks to stop ends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sim.embedded.errors import Interrupted

if TYPE_CHECKING:
    import threading


def rest(seconds: float, stop: threading.Event | None) -> None:
    """Wait a moment. Raises Interrupted when asked to stop; without `stop` a Ctrl-C is Python's own."""
    if stop is None:
        time.sleep(seconds)
    elif stop.wait(seconds):
        raise Interrupted("stopped before PostgreSQL was ready")
