"""Replenishment: a shelf at its reorder point orders up to its level; the goods come in after a lead time, by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.clock.environment import Turn
from sim.clock.units import DAY_US
from sim.facts import ReplenishmentOrdered, ReplenishmentReceived
from sim.luck import Purpose, lognormal
from sim.processes.stocking import move_stock

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy import Event

    from sim.processes.world import World
    from sim.shop.order import Warehouse
    from sim.shop.stock import Shelf


def reorder(world: World, warehouse: Warehouse, shelf: Shelf) -> None:
    """Order goods for a shelf if it is at its reorder point or below."""
    quantity = shelf.to_reorder()
    if quantity <= 0:
        return
    now, lead_days = world.env.now, world.scenario.stock.lead_time_days
    replenishment_id = warehouse.ids.next("replenishment")
    shelf.on_order += quantity
    due_at = world.receiving.after(warehouse.clock, now + round(lead_days * DAY_US))
    id_ = warehouse.warehouse_id
    world.tell(ReplenishmentOrdered(replenishment_id, id_, shelf.product_id, quantity, now, due_at))
    world.env.process(receive(world, warehouse, shelf, replenishment_id, quantity, now))


def receive(
    world: World, warehouse: Warehouse, shelf: Shelf, replenishment_id: int, quantity: int, ordered_at: int
) -> Generator[Event, None, None]:
    """Wait for the goods, which are taken in when somebody is there, and put them onto the shelf."""
    stock = world.scenario.stock
    (u,) = world.luck.draws(Purpose.LEAD_TIME, replenishment_id, n=1)
    lead_us = round(lognormal(u, stock.lead_time_days, stock.lead_time_sigma) * DAY_US)
    taken_in_at = world.receiving.after(warehouse.clock, ordered_at + lead_us)
    yield world.env.until(taken_in_at, Turn.RECEIPT, replenishment_id)
    shelf.on_order -= quantity
    world.tell(ReplenishmentReceived(replenishment_id, world.env.now))
    move_stock(world, warehouse, shelf.product_id, quantity, "replenishment", replenishment_id=replenishment_id)
