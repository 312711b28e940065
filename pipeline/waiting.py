"""Waiting for something that others bring about: it is looked for again and again, and not for ever."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def awaited(look: Callable[[], T], within_s: float, every_s: float = 0.2) -> T:
    """What `look` returns once that is true; when it does not become so in time, what it returned last.

    It is looked at once in any case.
    """
    deadline_s = time.monotonic() + within_s
    while not (found := look()) and time.monotonic() <= deadline_s:
        time.sleep(every_s)
    return found
