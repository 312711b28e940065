"""Runs of the simulator on a database of the cache: to an instant at once, or live until they are stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from typing import TYPE_CHECKING

from bazaar.command import leash
from bazaar.command.lending.locks import Gone
from bazaar.place import command
from sim.settings import VARIABLES

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping
    from pathlib import Path

_LOOK_EVERY_S = 0.02
_STOP_S = 60.0
_OPTIONS = {"duration": "for"}


class RunFailed(Exception):
    """A run ended otherwise than it should; the message is its own last line."""


class Run:
    """A run, which ends when this process does."""

    def __init__(self, url: str, options: Mapping[str, str], folder: Path, *flags: str) -> None:
        given = [word for name, value in options.items() for word in (f"--{_OPTIONS.get(name, name)}", value)]
        around = {name: value for name, value in os.environ.items() if name not in VARIABLES.values()}
        around |= {"DATABASE_URL": url, leash.NAME: "yes"}  # options are for everybody to see, and passwords are not
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  it is as long as the run
        self._process = subprocess.Popen(
            command("run", *given, *flags),
            cwd=folder,
            env=around,
            stdin=subprocess.PIPE,
            stdout=self._said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def wait(self, gone: threading.Event) -> None:
        """Wait for its end. Raises RunFailed, and Gone when nobody wants it any more."""
        self.wait_until(self.is_over, gone)
        self.refuse_failure()

    def wait_until(self, so: Callable[[], bool], gone: threading.Event) -> None:
        """Wait until it is so; a run that nobody wants any more is stopped."""
        while not so():
            if gone.wait(_LOOK_EVERY_S):
                self.stop()
                raise Gone

    def stop(self) -> None:
        """Let it commit and end."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def refuse_failure(self) -> None:
        """Raise RunFailed if it ended by itself and not well."""
        if self._process.poll():
            self._said.seek(0)
            lines = self._said.read().decode(errors="replace").strip().splitlines() or ["it said nothing"]
            raise RunFailed(lines[-1].removeprefix("bazaar: "))


def live(url: str, options: Mapping[str, str], folder: Path, paces: Callable[[], bool], gone: threading.Event) -> Run:
    """A run that keeps pace from where the shop stands; back when it does."""
    run = Run(url, options, folder, "--no-catch-up")
    begun_s = time.monotonic()
    run.wait_until(lambda: run.is_over() or paces() or time.monotonic() - begun_s > _STOP_S, gone)
    run.refuse_failure()
    return run
