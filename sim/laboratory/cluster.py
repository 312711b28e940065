"""Replications on an engine of several machines: Dask distributed, each replication a task."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sim import __version__
from sim.laboratory.engines import EngineError
from sim.laboratory.replication import replicate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from sim.laboratory.replication import Job, Outcome

_ADDRESS = re.compile(r"dask://(?P<place>[^\s/:]+:\d{1,5})/?")
_PATIENCE_S = 10.0


def scheduler_address(text: str) -> str:
    """The scheduler's address as Dask has it, of `dask://host:port`; ValueError says what is allowed."""
    match = _ADDRESS.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no engine; allowed is dask://host:port, the address of a Dask scheduler")
    return f"tcp://{match['place']}"


class DaskEngine:
    """The workers of a Dask scheduler, which must be able to import this very version of the program."""

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client  # noqa: PLC0415  nobody needs it to run a shop
        except ImportError:
            raise EngineError("Dask is not installed here; `pip install distributed` brings it") from None
        try:
            client: Any = Client  # its annotations are not complete
            self._client = client(scheduler_address(address), timeout=_PATIENCE_S, set_as_default=False)
        except (OSError, TimeoutError) as error:
            raise EngineError(f"no Dask scheduler answers at {address} within {_PATIENCE_S:g} s") from error
        try:
            self._look_at_workers()
        except EngineError:
            self._client.close()
            raise

    @property
    def title(self) -> str:
        """Where the work is done, for people."""
        return f"Dask, {len(self._client.nthreads())} workers"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """The workers stay; what they still do for us is dropped."""
        self._client.close()

    def outcomes(self, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """The outcomes, as they come."""
        from distributed import KilledWorker, as_completed  # noqa: PLC0415

        finished: Any = as_completed

        futures = [self._client.submit(replicate, job, pure=False) for job in jobs]
        try:
            for future in finished(futures, loop=self._client.loop):
                yield future.result()
        except (KilledWorker, OSError) as error:
            raise EngineError(f"Dask: {' '.join(str(error).split())}") from error
        finally:
            self._client.cancel(futures)

    def _look_at_workers(self) -> None:
        """Refuse workers that would answer otherwise than this program does, or not at all."""
        found = self._client.run(_version, on_error="return")
        if not found:
            raise EngineError("the Dask scheduler has no workers yet; start some and try again")
        for worker, version in found.items():
            if version != __version__:
                told = f"is of version {version}" if isinstance(version, str) else "can't import the package `sim`"
                raise EngineError(f"the Dask worker {worker} {told}; start it in a clone of this version")


def _version() -> str:
    from sim import __version__ as there  # noqa: PLC0415  on the worker, not here

    return there
