"""Stock movements: units onto and off the shelf."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.facts import StockMoved

if TYPE_CHECKING:
    from sim.processes.world import World
    from sim.shop.order import Order, Warehouse


def move_stock(
    world: World,
    warehouse: Warehouse,
    product_id: int,
    quantity: int,
    reason: str,
    *,
    order_id: int | None = None,
    replenishment_id: int | None = None,
) -> None:
    """Move units, now; a negative quantity takes units that were reserved, or such as nobody shall have."""
    shelf = warehouse.shelves[product_id]
    if reason == "write_off":
        shelf.write_off(-quantity)
    elif quantity < 0:
        shelf.take(-quantity)
    else:
        shelf.put(quantity)
    movement_id = warehouse.ids.next("movement")
    world.tell(
        StockMoved(
            movement_id, warehouse.warehouse_id, product_id, quantity, reason, order_id, replenishment_id,
            shelf.on_hand, shelf.reserved, world.env.now,
        )
    )  # fmt: skip


def take_off_shelves(world: World, order: Order) -> None:
    """Take the units of a picked order off their shelves, where they were reserved."""
    for line in order.lines:
        move_stock(world, order.warehouse, line.product_id, -line.quantity, "sale", order_id=order.order_id)


def put_back(world: World, order: Order) -> None:
    """Put the units of a picked order back onto their shelves."""
    for line in order.lines:
        move_stock(world, order.warehouse, line.product_id, line.quantity, "cancellation", order_id=order.order_id)
