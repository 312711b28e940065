"""A shop run for measuring, in the process that calls: the real one, from its settings to its last commit."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from sys import platform

from benchmarks.recording import Figures, commits
from sim.run.start import run_shop
from sim.settings import Given, resolve

OPENED = "2026-01-05T00:00Z"
DEFAULT = {"start": OPENED, "seed": "1", "scale": "1", "speed": "max"}


def run(url: str, options: dict[str, str], record: Path | None = None) -> Figures:
    """Run a shop to its end and return what writing it took; for `apart`, where CPU and memory are all its own."""
    began_s = time.perf_counter()
    with commits(url, record) as window:
        run_shop(resolve(Given(options, {}), catch_up=False), url, lambda _: None, threading.Event())
    return {
        **window.figures(),
        "wall_in_all_s": time.perf_counter() - began_s,
        "cpu_in_all_s": cpu_s(),
        "rss_mb": peak_rss_mb(),
    }


def cpu_s() -> float:
    """Return the processor time of this process and of its children that have ended."""
    children = getrusage(RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def peak_rss_mb() -> float:
    """Return the most memory that this process, or the largest of its children that have ended, ever had."""
    unit = 1 if platform == "darwin" else 1024  # bytes there, kibibytes on Linux
    return max(getrusage(who).ru_maxrss for who in (RUSAGE_SELF, RUSAGE_CHILDREN)) * unit / 1e6
