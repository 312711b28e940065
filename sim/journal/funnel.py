"""Rows of the funnel: sessions and carts. A session's steps need no recorder: each is a row as it is."""

from __future__ import annotations

from sim.facts import (
    CartClosed,
    CartOpened,
    CustomerIdentified,
    ItemAdded,
    ItemRemoved,
    SessionEnded,
    SessionStarted,
)
from sim.journal.batch import OpenBatch, Row

_UNSEEN = frozenset({"whim"})
"""Reasons for leaving that nobody sees: the shop's own tables are silent on them."""


def session_started(batch: OpenBatch, fact: SessionStarted) -> None:
    """An open session."""
    row: Row = {
        "session_id": fact.session_id,
        "visitor_id": fact.visitor_id,
        "city_id": fact.city_id,
        "warehouse_id": fact.warehouse_id,
        "channel": fact.channel,
        "device": fact.device,
        "started_at": fact.at,
    }
    if fact.customer_id is not None:
        row["customer_id"], row["identified_at"] = fact.customer_id, fact.at
    batch.insert("sessions", (fact.session_id,), row)


def customer_identified(batch: OpenBatch, fact: CustomerIdentified) -> None:
    """The visitor now has a name."""
    now: Row = {"customer_id": fact.customer_id, "identified_at": fact.at}
    batch.change("sessions", (fact.session_id,), now)


def session_ended(batch: OpenBatch, fact: SessionEnded) -> None:
    """How and when the session ended, and why when it ended without an order: where a shop sees that, or in truth."""
    columns: Row = {"ended_at": fact.at, "outcome": fact.outcome}
    reason = fact.exit_reason
    if reason in _UNSEEN:
        batch.append("truth.exit_reasons", (fact.session_id, reason))
    elif reason is not None:
        columns["exit_reason"] = reason
    batch.change("sessions", (fact.session_id,), columns)


def cart_opened(batch: OpenBatch, fact: CartOpened) -> None:
    """An open cart, perhaps restored from an abandoned one."""
    row: Row = {
        "cart_id": fact.cart_id,
        "session_id": fact.session_id,
        "restored_from_cart_id": fact.restored_from_cart_id,
        "status": "open",
        "created_at": fact.at,
    }
    batch.insert("carts", (fact.cart_id,), row)


def item_added(batch: OpenBatch, fact: ItemAdded) -> None:
    """A product in the cart; a product is added to a cart at most once."""
    row: Row = {
        "cart_id": fact.cart_id,
        "product_id": fact.product_id,
        "quantity": fact.quantity,
        "added_at": fact.at,
    }
    batch.insert("cart_items", (fact.cart_id, fact.product_id), row)


def item_removed(batch: OpenBatch, fact: ItemRemoved) -> None:
    """The product left the cart; its row stays."""
    batch.change("cart_items", (fact.cart_id, fact.product_id), {"removed_at": fact.at})


def cart_closed(batch: OpenBatch, fact: CartClosed) -> None:
    """The cart was ordered or abandoned; a reason that nobody sees is that of its session, in truth."""
    columns: Row = {"status": fact.status, "closed_at": fact.at}
    if fact.abandon_reason is not None and fact.abandon_reason not in _UNSEEN:
        columns["abandon_reason"] = fact.abandon_reason
    batch.change("carts", (fact.cart_id,), columns)
