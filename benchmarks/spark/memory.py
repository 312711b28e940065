"""The memory of a container as the kernel counts it, by its old way and its new one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from types import TracebackType

_ROOT = Path("/sys/fs/cgroup")
_EVERY_S = 0.25
_OWN = ("total_rss", "anon")  # without what is kept of files, which goes when something else needs the place
_LIMIT = ("memory.limit_in_bytes", "memory.max")
_PEAK = ("memory.max_usage_in_bytes", "memory.peak")
_KILLED = ("memory.oom_control", "memory.events")


class Most:
    """The most memory of its own that each container has while the block runs, in MB, by its name."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self.mb: dict[str, float] = {}
        self._folders, self._left = folders, Event()
        self._looking = Thread(target=self._look, daemon=True)

    def __enter__(self) -> Most:
        self._looking.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.set()
        self._looking.join()

    def _look(self) -> None:
        over = False
        while not over:
            over = self._left.wait(_EVERY_S)
            for name, folder in self._folders.items():
                with suppress(OSError):  # it is gone with its container
                    self.mb[name] = max(own_mb(folder), self.mb.get(name, 0.0))


def folder(container: str) -> Path | None:
    """Where Linux counts a container's memory; None where it does not, or not for us."""
    places = (f"memory/docker/{container}", f"docker/{container}", f"system.slice/docker-{container}.scope")
    return next((_ROOT / place for place in places if (_ROOT / place / "memory.stat").exists()), None)


def own_mb(folder: Path) -> float:
    """What its processes have."""
    said = _words(folder / "memory.stat")
    return round(next(said[name] for name in _OWN if name in said) / 1e6, 1)


def limit_mb(folder: Path) -> float:
    """What it may have."""
    return _size_mb(folder, _LIMIT)


def peak_mb(folder: Path) -> float:
    """The most that it ever had, with what was kept of files."""
    return _size_mb(folder, _PEAK)


def killed(folder: Path) -> int:
    """How many of its processes were killed since it had no more."""
    return next(_words(folder / name)["oom_kill"] for name in _KILLED if (folder / name).exists())


def _size_mb(folder: Path, names: tuple[str, str]) -> float:
    said = next(((folder / name).read_text().strip() for name in names if (folder / name).exists()), "0")
    return round(int(said) / 1e6, 1) if said.isdigit() else float("inf")


def _words(file: Path) -> dict[str, int]:
    return {name: int(value) for name, _, value in (line.partition(" ") for line in file.read_text().splitlines())}
