"""The journal takes facts one by one and hands their rows to a sink, batch by batch."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sim.facts import Fact
from sim.journal.batch import OpenBatch
from sim.journal.port import Sink
from sim.journal.recorders import RECORDERS, ROWS_AS_THEY_ARE


class Journal:
    """Turns facts into rows. The caller decides when a batch is complete, looking at `pending` to bound memory."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.take: dict[
            type, Callable[[Any], None]
        ] = {}  # what takes a fact, by its type; for who has the type at hand
        self._begin()

    def _begin(self) -> None:
        """Start an empty batch, with one ready-made call for every type of fact: taking one is the hot path."""
        self._batch = batch = OpenBatch()
        self.take.update({fact: partial(recorder, batch) for fact, recorder in RECORDERS.items()})
        self.take.update({fact: batch.appended[table].append for fact, table in ROWS_AS_THEY_ARE.items()})

    def record(self, fact: Fact) -> None:
        """Take one fact into the open batch."""
        self.take[type(fact)](fact)

    @property
    def pending(self) -> int:
        """Rows not yet handed over; costs a microsecond, so ask per slice and not per fact."""
        return self._batch.rows

    def commit(self, sim_now_us: int) -> None:
        """Hand everything recorded so far to the sink as of the simulated instant `sim_now_us`; may block."""
        batch = self._batch.close(sim_now_us)
        self._begin()
        self._sink.write(batch)
