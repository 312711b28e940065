"""Rows of customers: who they are, and what moved their loyalty and satisfaction."""

from __future__ import annotations

from sim.facts import CustomerRegistered, LoyaltyPointsMoved, SatisfactionMoved
from sim.journal.batch import OpenBatch


def customer_registered(batch: OpenBatch, fact: CustomerRegistered) -> None:
    """A customer; the columns bear the names of the fact's fields."""
    batch.insert("customers", (fact.customer_id,), fact._asdict())


def loyalty_points_moved(batch: OpenBatch, fact: LoyaltyPointsMoved) -> None:
    """The transaction itself, and the customer's new balance and tier."""
    batch.append("loyalty_transactions", fact)
    batch.change("customers", (fact.customer_id,), {"loyalty_points": fact.balance, "loyalty_tier": fact.tier})


def satisfaction_moved(batch: OpenBatch, fact: SatisfactionMoved) -> None:
    """The change itself, and the customer's new satisfaction."""
    batch.append("satisfaction_changes", fact)
    batch.change("customers", (fact.customer_id,), {"satisfaction": fact.satisfaction})
