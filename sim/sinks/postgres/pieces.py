"""A sink that only encodes: for a process that makes a share of what another one writes."""

from __future__ import annotations

from datetime import datetime

from sim.journal.batch import Batch
from sim.sinks.postgres.steps import BatchSteps, Piece
from sim.sinks.shapes import shop_shapes


class PieceSink:
    """Keeps the newest batch as bytes until it is taken."""

    def __init__(self, epoch: datetime, part: str) -> None:
        """`part` names this process among those that write the same transaction."""
        self._steps = BatchSteps(shop_shapes(), epoch, f"_{part}")
        self._piece: Piece | None = None

    def write(self, batch: Batch) -> None:
        """Encode. Raises SinkError for rows that fit no table, and ValueError when the last piece was not taken."""
        if self._piece is not None:
            raise ValueError("a piece is waiting to be taken")
        self._piece = self._steps.of(batch)

    def take(self) -> Piece:
        """Return what was written, once; raises ValueError when there is nothing."""
        piece, self._piece = self._piece, None
        if piece is None:
            raise ValueError("nothing was written")
        return piece

    def flush(self) -> None:
        """Nothing is ever behind."""

    def close(self) -> None:
        """Nothing is open."""
