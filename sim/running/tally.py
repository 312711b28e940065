"""Counts facts by type on their way to the journal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sim.facts import SatisfactionMoved, SessionStepped

if TYPE_CHECKING:
    from sim.facts import Fact
    from sim.journal.journal import Journal

_LATE = {"delivered_late", "delivered_very_late"}


class Tally:
    """What has happened since this process began, in numbers; but steps of sessions nobody counts."""

    def __init__(self, journal: Journal) -> None:
        self._take = journal.take
        self.counts: Counter[type] = Counter()
        self.late = 0

    def tell(self, fact: Fact) -> None:
        """Count a fact and pass it on; the hot path."""
        kind = type(fact)
        if kind is not SessionStepped:  # two facts in three
            self.counts[kind] += 1
            if isinstance(fact, SatisfactionMoved) and fact.reason in _LATE:
                self.late += 1
        self._take[kind](fact)
