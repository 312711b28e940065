"""Which engine does the jobs: processes of this machine, or the one that is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engines.local import ProcessEngine, SerialEngine

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.engines.job import Engine


def engine_of(on: str | None, processes: int, jobs: int, notice: Callable[[str], None]) -> Engine:
    """The engine for so many jobs: the named one, else processes of this machine. Raises EngineError.

    `notice` is told what people should know while the engine waits.
    """
    if on is not None:
        from sim.engines.dask_engine import DaskEngine  # noqa: PLC0415  an optional package stands behind it

        return DaskEngine(on, notice)
    wanted = min(processes, jobs)
    return ProcessEngine(wanted) if wanted > 1 else SerialEngine()
