"""Embedded servers to break: each in a folder of its own, stopped and removed after the test."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.embedded import EmbeddedServer, postmaster

_SETTINGS = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "16MB"}


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can enter, unlike pytest's own."""
    with folder_with_servers() as folder:
        yield folder


@pytest.fixture
def server(open_folder: Path) -> EmbeddedServer:
    """A server not yet made, in a path with a space and with letters beyond ASCII."""
    return EmbeddedServer(open_folder / "мой data", _SETTINGS)


@pytest.fixture(scope="module")
def long_lived() -> Iterator[EmbeddedServer]:
    """A server made once for the tests that may find it used, running or stopped."""
    with folder_with_servers() as folder:
        yield EmbeddedServer(folder / "long lived", _SETTINGS)


@contextlib.contextmanager
def folder_with_servers() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="bazaar-embedded-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        _kill_servers(folder)
        shutil.rmtree(folder, ignore_errors=True)
    assert not folder.exists()


def _kill_servers(folder: Path) -> None:
    for pid_file in folder.glob(f"*/postgres/{postmaster.PID_FILE}"):
        running = postmaster.find(pid_file.parent)
        deadline = time.monotonic() + 10
        while running and postmaster.is_postgres_of(running.pid, pid_file.parent) and time.monotonic() < deadline:
            with contextlib.suppress(ProcessLookupError):
                os.kill(running.pid, signal.SIGQUIT)  # at once, without a checkpoint
            time.sleep(0.02)
