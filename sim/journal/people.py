"""Rows of customers: who they are and what they are like, and what moved their loyalty and satisfaction."""

from __future__ import annotations

from sim.facts import CustomerDrawn, CustomerRegistered, DeviceRemembered, LoyaltyPointsMoved, SatisfactionMoved
from sim.journal.batch import OpenBatch, Row


def customer_registered(batch: OpenBatch, fact: CustomerRegistered) -> None:
    """A customer; the columns bear the names of the fact's fields. Points that one begins with were earned earlier."""
    row = {**fact._asdict(), "lifetime_points": fact.loyalty_points}
    batch.insert("customers", (fact.customer_id,), row)


def customer_drawn(batch: OpenBatch, fact: CustomerDrawn) -> None:
    """What the customer is like; the columns bear the names of the fact's fields."""
    batch.insert("truth.customer_traits", (fact.customer_id,), fact._asdict())


def device_remembered(batch: OpenBatch, fact: DeviceRemembered) -> None:
    """The device on which a customer is signed in, with its newest cookie."""
    customer_id, device, visitor_id, is_new, at = fact
    now: Row = {"signed_in_at": at, "visitor_id": visitor_id}
    if is_new:
        now["customer_id"], now["device"], now["added_at"] = customer_id, device, at
        batch.insert("customer_devices", (customer_id, device), now)
    else:
        batch.change("customer_devices", (customer_id, device), now)


def loyalty_points_moved(batch: OpenBatch, fact: LoyaltyPointsMoved) -> None:
    """The transaction itself, and the customer's new balance and tier."""
    batch.append("loyalty_transactions", fact[:-1])
    now: Row = {"loyalty_points": fact.balance, "lifetime_points": fact.lifetime_points, "loyalty_tier": fact.tier}
    batch.change("customers", (fact.customer_id,), now)


def satisfaction_moved(batch: OpenBatch, fact: SatisfactionMoved) -> None:
    """The change itself, and the customer's new satisfaction."""
    batch.append("truth.satisfaction_changes", fact)
    batch.change("truth.customer_traits", (fact.customer_id,), {"satisfaction": fact.satisfaction})
