"""What customers' experiences and purchases do to them: satisfaction, points, tiers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.facts import LoyaltyPointsMoved, SatisfactionMoved
from sim.shop.people import TIERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.shop.people import Customer

_HIGHEST_FIRST = tuple(reversed(TIERS))
EARNING = frozenset({"opening", "purchase", "refund"})  # what counts towards a tier; redeeming does not cost one


def tier_of(lifetime_points: int, tier_from: Mapping[str, int]) -> str:
    """Return the highest tier whose threshold the lifetime points reach."""
    for tier in _HIGHEST_FIRST:
        if lifetime_points >= tier_from[tier]:
            return tier
    return TIERS[0]


def move_points(
    customer: Customer, points: int, reason: str, order_id: int | None, at: int, tier_from: Mapping[str, int]
) -> LoyaltyPointsMoved:
    """Book points (negative to take away, never below a balance of 0) and return the fact."""
    points = max(points, -customer.points)
    customer.points += points
    if reason in EARNING:
        customer.lifetime_points += points
    customer.tier = tier_of(customer.lifetime_points, tier_from)
    customer.loyalty_seq += 1
    return LoyaltyPointsMoved(
        customer.customer_id,
        customer.loyalty_seq,
        order_id,
        points,
        customer.points,
        customer.tier,
        reason,
        at,
        customer.lifetime_points,
    )


def experience(
    customer: Customer, reason: str, deltas: Mapping[str, int], order_id: int | None, at: int
) -> SatisfactionMoved:
    """Let an experience move the customer's satisfaction within 0-100 and return the fact."""
    before = customer.satisfaction
    customer.satisfaction = max(0, min(100, before + deltas[reason]))
    customer.satisfaction_seq += 1
    return SatisfactionMoved(
        customer.customer_id,
        customer.satisfaction_seq,
        reason,
        customer.satisfaction - before,
        customer.satisfaction,
        order_id,
        at,
    )
