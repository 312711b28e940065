"""Fan-out: several sinks as one, so that whoever makes rows knows of none."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.journal.batch import Batch, merged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.journal.port import Encoder, HistorySink, Sink


class FanOut:
    """Hands all that happens to a first sink, which says how fast it goes, and then to others behind it.

    The others get each batch as soon as the first has taken it, which may be before it is durable there: what a killed
    run had not committed comes again when it goes on, so they see every row at least once.
    """

    def __init__(self, first: HistorySink, *others: Sink) -> None:
        self._first = first
        self._others = others

    def write(self, batch: Batch) -> None:
        """Hand a batch to all."""
        self._first.write(batch)
        self._to_others(batch)

    def encoder(self, part: str) -> Encoder:
        """What the first wants made, beside the batch itself."""
        return _Both(self._first.encoder(part))

    def write_encoded(self, sim_now_us: int, encoded: Sequence[_Encoded]) -> None:
        """Hand over what several processes made of a chunk of time: to the others as one batch."""
        self._first.write_encoded(sim_now_us, [one.for_first for one in encoded])
        if encoded:
            self._to_others(merged(sim_now_us, [one.batch for one in encoded]))

    def flush(self) -> None:
        """Return when everything handed over is durable in all."""
        self._first.flush()
        for other in self._others:
            other.flush()

    def close(self) -> None:
        """Close the first; the others are flushed, and whoever handed them in closes them."""
        with ExitStack() as ending:
            ending.callback(self._first.close)
            for other in self._others:
                ending.callback(other.flush)

    def _to_others(self, batch: Batch) -> None:
        for other in self._others:
            other.write(batch)

    # --- the first one's own ----------------------------------------------------------------------------------------

    @property
    def rows_written(self) -> int:
        """Rows committed by the first."""
        return self._first.rows_written

    @property
    def behind(self) -> int:
        """Batches that the first has not yet committed."""
        return self._first.behind

    @property
    def trouble(self) -> str | None:
        """What is wrong with the first."""
        return self._first.trouble

    def report(self, progress: Mapping[str, object]) -> None:
        """Let the first know how the clock goes."""
        self._first.report(progress)

    def wait_for_room(self, timeout_s: float) -> bool:
        """Whether the first takes another batch without waiting."""
        return self._first.wait_for_room(timeout_s)

    def wait_until_written(self, timeout_s: float) -> bool:
        """Whether the first is not behind."""
        return self._first.wait_until_written(timeout_s)

    def give_up(self) -> int:
        """Forget what the first has not committed."""
        return self._first.give_up()


class _Encoded(NamedTuple):
    for_first: Any
    batch: Batch


class _Both:
    """Encodes for the first sink and keeps the batch for the others."""

    def __init__(self, first: Encoder) -> None:
        self._first = first

    def encode(self, batch: Batch, *, again: bool = False) -> _Encoded:
        return _Encoded(self._first.encode(batch, again=again), batch)
