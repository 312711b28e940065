"""Experiences and points: moves a customer's satisfaction and loyalty and tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.shop.loyalty import experience, move_points

if TYPE_CHECKING:
    from sim.processes.world import World
    from sim.shop.people import Customer


def record_experience(world: World, customer: Customer, reason: str, order_id: int | None = None) -> None:
    """Let the customer have a typed experience (scenario: satisfaction.delta), now."""
    world.tell(experience(customer, reason, world.scenario.satisfaction.delta, order_id, world.env.now))


def book_points(world: World, customer: Customer, points: int, reason: str, order_id: int | None) -> None:
    """Book loyalty points, now; a balance never falls below 0, and nothing to book is no transaction."""
    if max(points, -customer.points):
        tier_from = world.scenario.loyalty.tier_from
        world.tell(move_points(customer, points, reason, order_id, world.env.now, tier_from))
