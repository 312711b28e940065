"""Rows of what follows a delivery: returns. A review needs no recorder: it is a row as it is."""

from __future__ import annotations

from sim.facts import ReturnRefunded, ReturnRequested
from sim.journal.batch import OpenBatch, Row


def return_requested(batch: OpenBatch, fact: ReturnRequested) -> None:
    """A return with the amount to be given back."""
    row: Row = {
        "return_id": fact.return_id,
        "order_id": fact.order_id,
        "product_id": fact.product_id,
        "quantity": fact.quantity,
        "reason": fact.reason,
        "requested_at": fact.at,
        "refund_amount": fact.refund_cents,
    }
    batch.insert("returns", (fact.return_id,), row)


def return_refunded(batch: OpenBatch, fact: ReturnRefunded) -> None:
    """The money went back; the refund itself is a payment, a fact of its own."""
    batch.change("returns", (fact.return_id,), {"refunded_at": fact.at})
