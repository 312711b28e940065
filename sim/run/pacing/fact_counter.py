"""Counts facts by type on their way to the journal, and knows which promises are still to be kept."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sim.facts import OrderCancelled, OrderDelivered, OrderPlaced, SessionStepped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sim.facts import Fact
    from sim.journal.journal import Journal
    from sim.snapshot import OrderRow


class FactCounter:
    """What has happened since this process began, in numbers; but steps of sessions nobody counts."""

    def __init__(self, journal: Journal) -> None:
        self._take = journal.take
        self.counts: Counter[type] = Counter()
        self.late = 0
        self._promises: dict[int, int] = {}  # of the orders under way, by order
        self._notes: dict[type, Callable[[Any], None]] = {
            OrderPlaced: self._placed,
            OrderDelivered: self._delivered,
            OrderCancelled: self._cancelled,
        }

    def tell(self, fact: Fact) -> None:
        """Count a fact and pass it on; the hot path."""
        kind = type(fact)
        if kind is not SessionStepped:  # two facts in three
            self.counts[kind] += 1
            if kind in self._notes:
                self._notes[kind](fact)
        self._take[kind](fact)

    def resume(self, orders: Iterable[OrderRow]) -> None:
        """Know the promises of a shop that is resumed."""
        self._promises |= {row.order_id: row.promised_at for row in orders if row.delivered_at is None}

    def overdue(self, now_us: int) -> int:
        """How many orders are under way and past their promise."""
        return sum(promised_at < now_us for promised_at in self._promises.values())

    def _placed(self, fact: OrderPlaced) -> None:
        self._promises[fact.order_id] = fact.promised_at

    def _delivered(self, fact: OrderDelivered) -> None:
        self.late += fact.at > self._promises.pop(fact.order_id, fact.at)

    def _cancelled(self, fact: OrderCancelled) -> None:
        self._promises.pop(fact.order_id, None)
