"""A job: what an engine carries out, wherever it likes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType
    from typing import Self

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


class Interrupted(Exception):
    """A job was told to end before its end."""


class EngineError(Exception):
    """The engine can't go on; one line for people."""


class Job(Protocol[T_co]):
    """Something to be done, that goes by pickle to where it is done; so does its outcome on the way back."""

    def carried_out(self, interrupted: Callable[[], bool]) -> T_co:
        """Do it; raises Interrupted soon after `interrupted` says so."""


class Engine(Protocol):
    """Carries out jobs. It is a context, outside of which it holds nothing."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    @property
    def title(self) -> str:
        """Where the work is done, for people."""
        ...

    def outcomes(self, jobs: Sequence[Job[T]]) -> Iterator[T]:
        """The outcomes, in the order in which they are there. Raises EngineError, and what a job raises."""
        ...


def never() -> bool:
    """Nobody interrupts."""
    return False
