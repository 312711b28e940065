"""What every phase of one start has in hand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sim.run.resume import newest_open_rows, read_again

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from sim.run.configuration import RunConfig
    from sim.run.pacing import Commands
    from sim.run.status import Status
    from sim.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class RunContext:
    """A run's configuration and database, who looks at it, and who steers it."""

    config: RunConfig
    url: str
    observe: Callable[[Status], None]
    stop: threading.Event
    commands: Commands

    def open_rows(self) -> Snapshot:
        """Read what is open, in the middle of the run. It is large: nobody shall keep it. Raises SinkError."""
        return read_again(self.url, partial(newest_open_rows, config=self.config), self.stop)
