"""Running what is measured in a process of its own: nothing of an earlier run is in its memory or in its CPU time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def apart(function: Callable[P, R], *given: P.args, **named: P.kwargs) -> R:
    """Call a module's function in a fresh interpreter; what it takes, returns and raises is pickled."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *given, **named).result()
