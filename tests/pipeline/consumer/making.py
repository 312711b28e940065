"""Records as a topic might have them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from pipeline.consumer.record import Record
from pipeline.events.contract import CATALOGUE

SHOP = "bazaar://international/1/2026-01-05T00:00:00Z"
WRITTEN_AT = datetime(2026, 12, 1, 12, tzinfo=UTC)
REGISTERED: dict[str, Any] = {
    "customer_id": 7, "city_id": 1, "full_name": "Ян Ковальский", "email": "jan@example.org",
    "registered_by": "sign_up",
}  # fmt: skip
REVIEWED: dict[str, Any] = {
    "review_id": 9, "order_id": 4, "product_id": 3, "customer_id": 7, "rating": 5, "comment": 'Good.\n\t"\\N" 👍',
}  # fmt: skip


def event(name: str, key: object, data: object) -> dict[str, Any]:
    """An event that keeps its contract."""
    return {
        "specversion": "1.0", "id": f"{name}/{key}", "source": SHOP, "type": name,
        "dataschema": CATALOGUE[name].dataschema, "time": "2026-01-05T08:30:00.000001+00:00",
        "partitionkey": str(key), "data": data,
    }  # fmt: skip


def registered(customer: int = 7, **more: object) -> dict[str, Any]:
    """Somebody registered; as the contract has it, unless something else is said."""
    return event("customer.registered", customer, REGISTERED | {"customer_id": customer}) | more


def record(offset: int, value: object, topic: str = "shop.customers", partition: int = 0) -> Record:
    """A record of an event, or of any bytes."""
    whole = value if isinstance(value, bytes | None) else json.dumps(value, ensure_ascii=False).encode()
    return Record(topic, partition, offset, b"key", whole, WRITTEN_AT)
