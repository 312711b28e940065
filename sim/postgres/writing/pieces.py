"""A sink that only encodes: for a process that makes a share of what another one writes."""

from __future__ import annotations

from datetime import datetime

from sim.journal.batch import Batch
from sim.postgres.writing.statements import BatchStatements, Piece
from sim.sinks.shapes import shop_shapes


class PieceSink:
    """Keeps batches as bytes until they are taken, together, as one piece of a transaction."""

    def __init__(self, epoch: datetime, part: str) -> None:
        """`part` names this process among those that write the same transaction."""
        self._statements = BatchStatements(shop_shapes(), epoch, f"_{part}")
        self._pieces: list[Piece] = []

    def write(self, batch: Batch) -> None:
        """Encode. Raises SinkError for rows that fit no table."""
        self._pieces.append(self._statements.of(batch, again=bool(self._pieces)))

    def take(self) -> Piece:
        """Return what was written since the last time."""
        pieces, self._pieces = self._pieces, []
        return Piece(
            [statement for piece in pieces for statement in piece.inserts],
            [statement for piece in pieces for statement in piece.changes],
            sum(piece.rows for piece in pieces),
        )

    def flush(self) -> None:
        """Nothing is ever behind."""

    def close(self) -> None:
        """Nothing is open."""
