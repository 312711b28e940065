"""Reservation: units on the shelf are promised to an order, or given free again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.facts import StockReserved
from sim.processes.replenishment import reorder

if TYPE_CHECKING:
    from sim.facts import OrderLine
    from sim.processes.world import World
    from sim.shop.order import Order
    from sim.shop.stock import Shelf


def reserve(world: World, order: Order) -> None:
    """Promise the units of an order to it, and order new goods where few are left."""
    for line in order.lines:
        shelf = _reserve(world, order, line, line.quantity)
        reorder(world, order.warehouse, shelf)


def release(world: World, order: Order) -> None:
    """Give the reserved units of an order free again."""
    for line in order.lines:
        _reserve(world, order, line, -line.quantity)


def _reserve(world: World, order: Order, line: OrderLine, quantity: int) -> Shelf:
    warehouse = order.warehouse
    shelf = warehouse.shelves[line.product_id]
    shelf.reserve(quantity)
    world.tell(StockReserved(warehouse.warehouse_id, line.product_id, quantity, shelf.reserved))
    return shelf
