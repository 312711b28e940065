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


class PatientSink(Sink, Protocol):
    """A sink that may fall behind, and outlives troubles of its database."""

    @property
    def behind(self) -> int:
        """Batches handed over and not yet committed."""

    @property
    def trouble(self) -> str | None:
        """What is wrong, since when, and when it is tried again: one line for people, None while all is well."""

    def wait_for_room(self, timeout_s: float) -> bool:
        """Whether another batch may be handed over without waiting, within so many seconds. Raises SinkError."""

    def wait_until_written(self, timeout_s: float) -> bool:
        """Whether nothing is behind, within so many seconds. Raises SinkError."""

    def give_up(self) -> int:
        """Forget what is not committed, and return how many batches that were; `close` does not wait then."""
