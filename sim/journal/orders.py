"""Rows of orders: the order with one timestamp a milestone, its lines, its history of statuses, and refunds."""

from __future__ import annotations

from sim.facts import (
    OrderCancelled,
    OrderDelivered,
    OrderDispatched,
    OrderPacked,
    OrderPaid,
    OrderPicked,
    OrderPlaced,
    PackStarted,
    PaymentRefunded,
    PickStarted,
)
from sim.journal.batch import OpenBatch, Row

StatusFact = OrderPaid | OrderPicked | OrderPacked | OrderDispatched | OrderDelivered | OrderCancelled


def order_placed(batch: OpenBatch, fact: OrderPlaced) -> None:
    """The order, its lines, and the first entry of its history."""
    row: Row = {
        "order_id": fact.order_id,
        "customer_id": fact.customer_id,
        "cart_id": fact.cart_id,
        "warehouse_id": fact.warehouse_id,
        "address_id": fact.address_id,
        "status": "placed",
        "placed_at": fact.at,
        "promised_at": fact.promised_at,
        "slot_starts_at": fact.slot_starts_at,
        "subtotal": fact.subtotal_cents,
        "discount": fact.discount_cents,
        "delivery_fee": fact.delivery_fee_cents,
        "total": fact.total_cents,
    }
    batch.insert("orders", (fact.order_id,), row)
    for line in fact.lines:
        batch.append("order_items", (fact.order_id, *line))
    batch.append("order_status_changes", (fact.order_id, 1, "placed", fact.at))


def order_paid(batch: OpenBatch, fact: OrderPaid) -> None:
    """The payment was captured."""
    _reach(batch, fact, "paid")


def pick_started(batch: OpenBatch, fact: PickStarted) -> None:
    """A picker took the order; its status stays."""
    batch.change("orders", (fact.order_id,), {"pick_started_at": fact.at})


def order_picked(batch: OpenBatch, fact: OrderPicked) -> None:
    """All lines are picked."""
    _reach(batch, fact, "picked")


def pack_started(batch: OpenBatch, fact: PackStarted) -> None:
    """Packing began; the status stays."""
    batch.change("orders", (fact.order_id,), {"pack_started_at": fact.at})


def order_packed(batch: OpenBatch, fact: OrderPacked) -> None:
    """The order is packed."""
    _reach(batch, fact, "packed")


def order_dispatched(batch: OpenBatch, fact: OrderDispatched) -> None:
    """The order left the warehouse for the first time."""
    _reach(batch, fact, "dispatched")


def order_delivered(batch: OpenBatch, fact: OrderDelivered) -> None:
    """The order reached its customer."""
    _reach(batch, fact, "delivered")


def order_cancelled(batch: OpenBatch, fact: OrderCancelled) -> None:
    """The order ended without delivery."""
    _reach(batch, fact, "cancelled")
    batch.change("orders", (fact.order_id,), {"cancel_reason": fact.reason})


def payment_refunded(batch: OpenBatch, fact: PaymentRefunded) -> None:
    """A refund is a payment of its own, never declined."""
    record = (fact.payment_id, fact.order_id, fact.method, fact.amount_cents, "refunded", None, fact.at)
    batch.append("payments", record)


def _reach(batch: OpenBatch, fact: StatusFact, status: str) -> None:
    """Move the order to `status`, whose instant stands in the column `<status>_at`, and add to its history."""
    batch.change("orders", (fact.order_id,), {"status": status, f"{status}_at": fact.at})
    batch.append("order_status_changes", (fact.order_id, fact.status_seq, status, fact.at))
