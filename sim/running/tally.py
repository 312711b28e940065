"""Counts facts by type on their way to the journal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sim.facts import SatisfactionMoved

if TYPE_CHECKING:
    from sim.facts import Fact
    from sim.journal.journal import Journal

_LATE = {"delivered_late", "delivered_very_late"}


class Tally:
    """What has happened since this process began, in numbers."""

    def __init__(self, journal: Journal) -> None:
        self._record = journal.record
        self.counts: Counter[type] = Counter()
        self.late = 0

    def tell(self, fact: Fact) -> None:
        """Count a fact and pass it on."""
        self.counts[type(fact)] += 1
        if type(fact) is SatisfactionMoved and fact.reason in _LATE:
            self.late += 1
        self._record(fact)
