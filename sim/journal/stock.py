"""Rows of the warehouses' stock: what lies on a shelf, what moved it, and what is on its way from the supplier."""

from __future__ import annotations

from sim.facts import (
    ReplenishmentOrdered,
    ReplenishmentReceived,
    ShelfOpened,
    ShelfPlanned,
    StockMoved,
    StockReserved,
)
from sim.journal.batch import OpenBatch, Row


def shelf_opened(batch: OpenBatch, fact: ShelfOpened) -> None:
    """An empty shelf with its ordering levels."""
    row: Row = {
        "warehouse_id": fact.warehouse_id,
        "product_id": fact.product_id,
        "on_hand": 0,
        "reserved": 0,
        "reorder_point": fact.reorder_point,
        "order_up_to": fact.order_up_to,
    }
    batch.insert("inventory", (fact.warehouse_id, fact.product_id), row)


def shelf_planned(batch: OpenBatch, fact: ShelfPlanned) -> None:
    """Other ordering levels; the stock is as it was."""
    levels: Row = {"reorder_point": fact.reorder_point, "order_up_to": fact.order_up_to}
    batch.change("inventory", (fact.warehouse_id, fact.product_id), levels)


def stock_reserved(batch: OpenBatch, fact: StockReserved) -> None:
    """The new total of reserved units; a reservation moves no goods, so it has no movement."""
    batch.change("inventory", (fact.warehouse_id, fact.product_id), {"reserved": fact.reserved})


def stock_moved(batch: OpenBatch, fact: StockMoved) -> None:
    """The movement itself, and the shelf's totals after it."""
    record = (
        fact.movement_id,
        fact.warehouse_id,
        fact.product_id,
        fact.quantity,
        fact.reason,
        fact.order_id,
        fact.replenishment_id,
        fact.at,
    )
    batch.append("stock_movements", record)
    totals: Row = {"on_hand": fact.on_hand, "reserved": fact.reserved}
    batch.change("inventory", (fact.warehouse_id, fact.product_id), totals)


def replenishment_ordered(batch: OpenBatch, fact: ReplenishmentOrdered) -> None:
    """Goods ordered from the supplier, due later."""
    row: Row = {
        "replenishment_id": fact.replenishment_id,
        "warehouse_id": fact.warehouse_id,
        "product_id": fact.product_id,
        "quantity": fact.quantity,
        "ordered_at": fact.at,
        "due_at": fact.due_at,
    }
    batch.insert("replenishments", (fact.replenishment_id,), row)


def replenishment_received(batch: OpenBatch, fact: ReplenishmentReceived) -> None:
    """The goods arrived; the movement onto the shelf is a fact of its own."""
    batch.change("replenishments", (fact.replenishment_id,), {"received_at": fact.at})
