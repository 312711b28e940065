"""Products: what they cost, from when on."""

from __future__ import annotations

from pipeline.events.event_type import EventType, of

TYPES = (
    EventType(
        "product.priced",
        "shop.products",
        "product_prices",
        "A selling price was set.",
        "product_id.microseconds",
        "product_id",
        of("product_prices", "product_id", "price", "reason"),
    ),
)
