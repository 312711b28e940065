"""The marks that a session leaves: funnel steps, and items taken out of the cart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.facts import ItemRemoved, SessionStepped

if TYPE_CHECKING:
    from sim.processes.world import World
    from sim.shop.visit import Visit


def record_step(
    world: World, visit: Visit, event_type: str, product_id: int | None = None, in_stock: bool | None = None
) -> None:
    """Record one funnel step, now."""
    visit.seq += 1
    visit.step = event_type
    visit.last_at = world.env.now
    world.tell(SessionStepped(visit.session_id, visit.seq, event_type, product_id, in_stock, visit.last_at))


def take_out(world: World, visit: Visit, product_id: int) -> None:
    """Take a product out of the cart, for good."""
    del visit.items[product_id]
    visit.removed.add(product_id)
    world.tell(ItemRemoved(visit.cart_id or 0, product_id, world.env.now))
