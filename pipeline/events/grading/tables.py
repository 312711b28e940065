"""The tables that can be graded: which events tell of their rows, and what makes a row that one."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.events.contract import CATALOGUE


@dataclass(frozen=True, slots=True)
class Graded:
    """A table as its events tell it: `key` columns, and `time`, the column that is the events' own time."""

    name: str
    key: tuple[str, ...]
    time: str
    types: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Everything that its events say in a value: the payload without lists, and the time."""
        names = (field.name for name in self.types for field in CATALOGUE[name].fields if hasattr(field, "column"))
        return (*dict.fromkeys(names), self.time)


def _steps(prefix: str) -> tuple[str, ...]:
    return tuple(name for name, each in CATALOGUE.items() if each.source == prefix)


_ALL = (
    Graded("product_prices", ("product_id", "valid_from"), "valid_from", ("product.priced",)),
    Graded("customers", ("customer_id",), "registered_at", ("customer.registered",)),
    Graded("addresses", ("address_id",), "created_at", ("customer.address_added",)),
    Graded("loyalty_transactions", ("customer_id", "seq"), "occurred_at", ("points.moved",)),
    Graded("sessions", ("session_id",), "started_at", ("session.started",)),
    Graded("session_events", ("session_id", "seq"), "occurred_at", _steps("session_events")),
    Graded("orders", ("order_id",), "placed_at", ("order.placed",)),
    Graded("payments", ("payment_id",), "attempted_at", ("payment.attempted",)),
    Graded("returns", ("return_id",), "requested_at", ("return.requested",)),
    Graded("courier_shifts", ("shift_id",), "started_at", ("shift.started",)),
    Graded("trips", ("trip_id",), "started_at", ("trip.started",)),
    Graded("deliveries", ("delivery_id",), "ready_at", ("parcel.ready",)),
    Graded("delivery_attempts", ("delivery_id", "attempt_no"), "attempted_at", ("parcel.delivery_attempted",)),
    Graded("stock_movements", ("movement_id",), "occurred_at", ("stock.moved",)),
    Graded("replenishments", ("replenishment_id",), "ordered_at", ("stock.reordered",)),
    Graded("reviews", ("review_id",), "created_at", ("review.written",)),
    Graded("survey_answers", ("order_id",), "answered_at", ("survey.answered",)),
)
TABLES = {each.name: each for each in _ALL}
