"""Stock movements: units onto and off the shelf."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.facts import StockMoved

if TYPE_CHECKING:
    from sim.processes.world import World


def move_stock(
    world: World,
    warehouse_id: int,
    product_id: int,
    quantity: int,
    reason: str,
    *,
    order_id: int | None = None,
    replenishment_id: int | None = None,
) -> None:
    """Move units, now; a negative quantity takes units that were reserved, or such as nobody shall have."""
    warehouse = world.warehouses[warehouse_id]
    shelf = warehouse.shelves[product_id]
    if reason == "write_off":
        shelf.write_off(-quantity)
    elif quantity < 0:
        shelf.take(-quantity)
    else:
        shelf.put(quantity)
    movement_id = warehouse.region.ids.next("movement")
    world.tell(
        StockMoved(
            movement_id, warehouse_id, product_id, quantity, reason, order_id, replenishment_id,
            shelf.on_hand, shelf.reserved, world.env.now,
        )
    )  # fmt: skip
