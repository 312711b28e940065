"""What encodes batches for the sink in another process: one that makes a share of what the sink writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sim.journal.batch import Batch
from sim.postgres.writing.statements import BatchStatements, EncodedBatch
from sim.sinks.shapes import Shapes


@dataclass(frozen=True)
class BatchEncoder:
    """Makes each batch a part of a transaction. `part` names its process among those that make the same one."""

    shapes: Shapes
    epoch: datetime
    part: str

    def encode(self, batch: Batch, *, again: bool = False) -> EncodedBatch:
        """Encode; `again` for another batch of the same transaction. Raises SinkError for rows that fit no table."""
        return self._statements.of(batch, again=again)

    @cached_property
    def _statements(self) -> BatchStatements:
        return BatchStatements(self.shapes, self.epoch, f"_{self.part}")
