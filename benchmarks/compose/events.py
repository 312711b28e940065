"""What containers did and what they cost: when they started, became healthy and ended, and their processor time."""

from __future__ import annotations

import json
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from types import TracebackType

from benchmarks.compose.system import System

# How the daemon names what happens to a container, and how we do.
_NAMES = {"start": "started", "health_status: healthy": "healthy", "die": "ended"}
_EVERY_S = 0.5


class Watch:
    """Watches a project's containers from when the block is entered until it is left; figures come as time goes by."""

    def __init__(self, made: System, began_s: float) -> None:
        self.times: dict[str, dict[str, float]] = {}  # seconds from `began_s` (time.monotonic()) to the first of each
        self.cpu_s: dict[str, float] = {}  # by service, so far; nothing where the kernel's accounts are not to be found
        self._project, self._began_s, self._left = made.project, began_s, Event()

    def __enter__(self) -> Watch:
        command = ["docker", "events", "--format", "{{json .}}", "--since", str(int(time.time()))]
        filters = [
            f"label=com.docker.compose.project={self._project}",
            "event=start",
            "event=health_status",
            "event=die",
        ]
        options = [option for each in filters for option in ("--filter", each)]
        self._events = subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.set()
        self._events.terminate()
        self._events.wait()
        self._reader.join()

    def wait(self) -> None:
        """Until the daemon has nothing more to tell."""
        self._reader.join()

    def _read(self) -> None:
        for line in self._events.stdout or ():
            event = json.loads(line)
            service = event["Actor"]["Attributes"]["com.docker.compose.service"]
            name = _NAMES.get(event["Action"])
            if name:
                seconds = round(time.monotonic() - self._began_s, 2)
                self.times.setdefault(service, {}).setdefault(name, seconds)
            if name == "started":
                Thread(target=self._sample, args=(service, event["Actor"]["ID"]), daemon=True).start()

    def _sample(self, service: str, container: str) -> None:
        file = account(container)
        while file is not None and not self._left.wait(_EVERY_S):
            with suppress(OSError, ValueError):  # it is gone with its container
                self.cpu_s[service] = round(seconds_in(file), 1)


def account(container: str) -> Path | None:
    """The file in which Linux counts a container's processor time, by the kernel's old way and its new one."""
    root = Path("/sys/fs/cgroup")
    places = (f"cpuacct/docker/{container}/cpuacct.usage", f"docker/{container}/cpu.stat",
              f"system.slice/docker-{container}.scope/cpu.stat")  # fmt: skip
    return next((root / place for place in places if (root / place).exists()), None)


def seconds_in(account: Path) -> float:
    """The processor seconds in such a file: nanoseconds alone, or microseconds by name."""
    said = account.read_text().split()
    return int(said[0]) / 1e9 if len(said) == 1 else int(said[said.index("usage_usec") + 1]) / 1e6
