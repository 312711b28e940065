"""The simulator as people start it, `python -m sim run`, in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sim.settings import VARIABLES

REPOSITORY = Path(__file__).parents[1]


@contextmanager
def simulator(
    url: str | None, *options: str, folder: Path = REPOSITORY, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Start it on a shop (None: on the embedded server of the folder), and end it politely when the block is left."""
    where = ["--database-url", url] if url else []
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", "run", *options, *where],
        cwd=folder,
        env={**_without_settings(), **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def resident_mb(process: int) -> float:
    """Return the memory that a process has at this moment; 0 where there is no /proc."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _without_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in VARIABLES.values()}
