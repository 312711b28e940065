"""Funnel steps that a session records, and items removed from its cart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.facts import ItemRemoved, SessionStepped, ready_made

if TYPE_CHECKING:
    from sim.processes.world import World
    from sim.shop.visit import Visit

ASIDES = frozenset({"sign_in", "sign_up"})

_stepped = ready_made(SessionStepped)  # two facts in three


def record_step(
    world: World, visit: Visit, event_type: str, product_id: int | None = None, in_stock: bool | None = None
) -> None:
    """Record one funnel step, now."""
    visit.seq = seq = visit.seq + 1
    visit.step = event_type
    visit.last_at = now = world.env.now
    world.tell(_stepped((visit.session_id, seq, event_type, product_id, in_stock, now)))


def record_aside(world: World, visit: Visit, event_type: str) -> None:
    """Record, now, a step that the visit goes on after as if it had not been."""
    visit.seq = seq = visit.seq + 1
    visit.last_at = now = world.env.now
    world.tell(_stepped((visit.session_id, seq, event_type, None, None, now)))


def remove_item(world: World, visit: Visit, product_id: int) -> None:
    """Take a product out of the cart, for good."""
    del visit.items[product_id]
    visit.removed |= {product_id}
    world.tell(ItemRemoved(visit.cart_id or 0, product_id, world.env.now))
