"""What the journal expects of a sink."""

from __future__ import annotations

from typing import Protocol

from sim.journal.batch import Batch


class SinkError(Exception):
    """A batch could not be written. The message is one line for people; the cause is chained. The sink is finished."""


class Sink(Protocol):
    """Takes batches in order, each written as a whole or not at all."""

    def write(self, batch: Batch) -> None:
        """Take a batch; may block while the sink is behind. Raises SinkError when this or an earlier batch failed."""

    def flush(self) -> None:
        """Return when everything handed over is durable; raises SinkError when something is not."""

    def close(self) -> None:
        """Finish what was handed over and let go; raises SinkError if a failure was not reported before."""
