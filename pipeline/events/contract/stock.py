"""Stock: what came onto and left the shelves, and what was ordered from suppliers."""

from __future__ import annotations

from pipeline.events.event_type import EventType, of

TOPIC = "shop.stock"
ENTITY = "warehouse_id.product_id"
_REPLENISHMENT = of("replenishments", "replenishment_id", "warehouse_id", "product_id", "quantity")

TYPES = (
    EventType(
        "stock.moved",
        TOPIC,
        "stock_movements",
        "Units came onto a shelf or left it.",
        "movement_id",
        ENTITY,
        of(
            "stock_movements",
            "movement_id",
            "warehouse_id",
            "product_id",
            "quantity",
            "reason",
            "order_id",
            "replenishment_id",
        ),
    ),
    EventType(
        "stock.reordered",
        TOPIC,
        "replenishments",
        "A product was ordered from its supplier.",
        "replenishment_id",
        ENTITY,
        _REPLENISHMENT + of("replenishments", "due_at"),
    ),
    EventType(
        "stock.received",
        TOPIC,
        "replenishments",
        "What had been ordered from a supplier arrived.",
        "replenishment_id",
        ENTITY,
        _REPLENISHMENT + of("replenishments", "ordered_at"),
    ),
)
