"""The simulator as people start it, `python -m sim run …` in a process of its own, to be killed with SIGKILL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from sim.settings import VARIABLES

REPOSITORY = Path(__file__).parents[2]
# The same command with other batches: smaller ones have more instants to be killed at, and never other rows.
_WITH_SMALL_BATCHES = """
import sys
from sim.cli.main import main
from sim.run.history import chunk_sizing
from sim.run.pacing import Runner
module = sys.modules[Runner.__module__]
if __name__ == "__main__":
    module.ROWS_A_BATCH = min(int(sys.argv[1]), module.ROWS_A_BATCH)
    chunk_sizing.ROWS_A_CHUNK = min(int(sys.argv[1]), chunk_sizing.ROWS_A_CHUNK)
    sys.exit(main(sys.argv[2:]))
"""
_ENDS_WITHIN_S = 600


class Start(NamedTuple):
    """How a simulator is started: what matters to the rows is in `settings`, what does not is in the rest."""

    settings: tuple[str, ...]
    pace: tuple[str, ...] = ("--speed", "max")
    environment: Mapping[str, str] = {}
    rows_a_batch: int | None = None

    def command(self, url: str) -> list[str]:
        """The command line."""
        program = ["-m", "sim"] if self.rows_a_batch is None else ["-c", _WITH_SMALL_BATCHES, str(self.rows_a_batch)]
        return [sys.executable, *program, "run", *self.settings, *self.pace, "--database-url", url]


class Simulator:
    """A simulator at work. What it says goes to the end of `log`."""

    def __init__(self, url: str, start: Start, log: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if name not in VARIABLES.values()}
        self._log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                start.command(url), cwd=REPOSITORY, env=kept | dict(start.environment), stdout=output, stderr=output
            )

    @property
    def has_ended(self) -> bool:
        """Whether it has come to an end, in whatever way."""
        return self._process.poll() is not None

    def kill(self) -> bool:
        """Send SIGKILL; False when it had come to its end before."""
        self._process.kill()
        return self._process.wait() == -signal.SIGKILL

    def wait(self) -> str | None:
        """Wait for its own end; what it said last when that is not exit code 0."""
        try:
            code = self._process.wait(_ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()
            return f"it had not come to its end after {_ENDS_WITHIN_S} s"
        return None if code == 0 else f"exit code {code}: {self.last_line()}"

    def last_line(self) -> str:
        """The last line it wrote."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return lines[-1] if lines else "(silence)"
