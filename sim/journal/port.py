"""The port: what the journal, and whoever drives it, expect of a sink."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

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


class Meter(Protocol):
    """What a sink shows of itself."""

    @property
    def rows_written(self) -> int:
        """Rows committed."""

    @property
    def behind(self) -> int:
        """Batches handed over and not yet committed."""

    @property
    def trouble(self) -> str | None:
        """What is wrong, since when, and when it is tried again: one line for people, None while all is well."""


class PatientSink(Sink, Meter, Protocol):
    """A sink that may fall behind, and outlives troubles of its database."""

    def wait_for_room(self, timeout_s: float) -> bool:
        """Whether another batch may be handed over without waiting, within so many seconds. Raises SinkError."""

    def wait_until_written(self, timeout_s: float) -> bool:
        """Whether nothing is behind, within so many seconds. Raises SinkError."""

    def give_up(self) -> int:
        """Forget what is not committed, and return how many batches that were; `close` does not wait then."""


class ReportingSink(PatientSink, Protocol):
    """A patient sink that keeps what the clock knows beside the rows."""

    def report(self, progress: Mapping[str, object]) -> None:
        """Write these columns of the run's row with the next batch."""


class Encoder(Protocol):
    """Makes of batches what its sink writes, in whatever process they come to be: it goes there by pickle."""

    def encode(self, batch: Batch, *, again: bool = False) -> Any:
        """Return the batch as `write_encoded` takes it; `again` for another one of the same transaction.

        Raises SinkError.
        """


class HistorySink(ReportingSink, Protocol):
    """A sink whose batches may be made by several processes, each of a share of the rows."""

    def encoder(self, part: str) -> Encoder:
        """Return what encodes for this sink in one of the processes; `part` names it among them."""

    def write_encoded(self, sim_now_us: int, encoded: Sequence[Any]) -> None:
        """Write what all of them made of a chunk of time, in one transaction; nothing but the progress without any."""
