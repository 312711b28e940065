"""Rows of what follows a delivery: reviews and returns."""

from __future__ import annotations

from sim.facts import ReturnRefunded, ReturnRequested, ReviewAnswered, ReviewWritten
from sim.journal.batch import OpenBatch, Row


def review_written(batch: OpenBatch, fact: ReviewWritten) -> None:
    """A review, not answered yet."""
    row: Row = {
        "review_id": fact.review_id,
        "order_id": fact.order_id,
        "product_id": fact.product_id,
        "customer_id": fact.customer_id,
        "rating": fact.rating,
        "comment": fact.comment,
        "created_at": fact.at,
    }
    batch.insert("reviews", (fact.review_id,), row)


def review_answered(batch: OpenBatch, fact: ReviewAnswered) -> None:
    """The shop has answered."""
    batch.change("reviews", (fact.review_id,), {"answered_at": fact.at, "answer": fact.answer})


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
