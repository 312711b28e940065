"""What a worker on another machine does: a job, when it is of the very program that asks for it.

Jobs travel as bytes that do their work when a worker unpickles them. So a scheduler, which only passes them on, needs
neither this program nor its packages.
"""

from __future__ import annotations

import pickle
import platform
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim import __version__
from sim.engines.job import never

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.engines.job import Job, T

_PROGRAM = (Path(__file__).parents[1], Path(__file__).parents[2] / "models")


class Identity(NamedTuple):
    """What decides the outcome besides the job: the program to the letter, and the Python that runs it."""

    version: str
    sources: str
    python: str

    def difference_from(self, other: Identity) -> str:
        """In what this one differs from another, in words."""
        if self.version != other.version:
            return f"has version {self.version} of the program, and here it is {other.version}"
        if self.sources != other.sources:
            return f"has other sources of version {self.version} than here"
        return f"runs Python {self.python}, and here it is {other.python}"


class DifferentProgram(Exception):
    """This is not the program that was asked for."""


@cache
def identity() -> Identity:
    """Who does the jobs here."""
    digest = sha256()
    for room in _PROGRAM:
        for path in sorted(path for path in room.rglob("*") if path.suffix in {".py", ".yaml"}):
            digest.update(path.relative_to(room.parent).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return Identity(__version__, digest.hexdigest()[:16], ".".join(platform.python_version_tuple()[:2]))


def carried_out_as(asked: Identity, job: Job[T]) -> T:
    """Carry a job out; raises DifferentProgram rather than come to what whoever asked would not."""
    if identity() != asked:
        raise DifferentProgram(identity().difference_from(asked))
    return job.carried_out(never)


def packed(function: Callable[..., object], *arguments: object) -> bytes:
    """A call as bytes: `pickle.loads` of them, wherever the program can be imported, is its result."""
    return pickle.dumps(_Call(function, arguments))


class _Call:
    def __init__(self, function: Callable[..., object], arguments: tuple[object, ...]) -> None:
        self._call = function, arguments

    def __reduce__(self) -> tuple[Any, ...]:
        return self._call
