"""Shelves and what is on its way to them; prices that the scenario wants otherwise now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.facts import PriceSet
from sim.processes.replenishment import receive
from sim.shop.stock import Shelf

if TYPE_CHECKING:
    from sim.processes.world import World
    from sim.snapshot import Snapshot


def restore_shelves(world: World, snapshot: Snapshot) -> None:
    """Fill the shelves, and wait for the replenishments that are on their way."""
    for row in snapshot.shelves:
        shelf = Shelf(row.product_id, row.reorder_point, row.order_up_to)
        shelf.on_hand, shelf.reserved = row.on_hand, row.reserved
        world.warehouses[row.warehouse_id].shelves[row.product_id] = shelf
    for due in snapshot.replenishments:
        warehouse = world.warehouses[due.warehouse_id]
        shelf = warehouse.shelves[due.product_id]
        shelf.on_order += due.quantity
        errand = receive(world, warehouse, shelf, due.replenishment_id, due.quantity, due.ordered_at)
        world.env.process(errand)


def reprice(world: World, snapshot: Snapshot) -> None:
    """Record prices that are not those of the rows, which is so when promotions were changed on going on."""
    now, had = world.env.now, dict(snapshot.prices)
    for product in world.catalogue.products:
        price_cents = world.price_cents(product, now)
        if price_cents != had[product.product_id]:
            reason = "promotion" if price_cents < product.list_price_cents else "promotion_ended"
            world.tell(PriceSet(product.product_id, now, price_cents, reason))
