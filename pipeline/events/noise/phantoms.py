"""Events of what never was: a bot that looks at everything, an order that somebody typed to try the checkout."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from pipeline.events.contract import CATALOGUE
from pipeline.events.noise.chance import draws
from pipeline.events.noise.profile import Phantoms

Json = dict[str, Any]
# Ids of the shop never come so far, but for those of visitors; what has another of these never was.
BEYOND = 10**12
PRODUCTS = 800


def phantoms(event: Json, profile: Phantoms, seed: int, u: float) -> Iterator[Json]:
    """Events that stand beside a real one: none, mostly."""
    if event["type"] == "session.started" and u < profile.bots:
        yield from _bot(event, profile.bot_views, seed)
    elif event["type"] == "order.placed" and u < profile.test_orders:
        yield _test_order(event)


def _bot(event: Json, views: int, seed: int) -> Iterator[Json]:
    """A visit with a view every second or so, and no end."""
    session, began = BEYOND + event["data"]["session_id"], datetime.fromisoformat(event["time"])
    nobody = {"visitor_id": session, "customer_id": None}  # it takes a cookie and shows it to no one
    started = {**event["data"], "session_id": session, **nobody, "channel": "direct", "device": "desktop"}
    yield _event(event, "session.started", str(session), str(session), began, started)
    at = began
    for number in range(1, views + 1):
        u, v = draws(seed, "bot", f"{session}.{number}")[:2]
        at += timedelta(seconds=0.8 + 0.4 * u)
        seen = {"session_id": session, "seq": number + 1, "product_id": 1 + int(v * PRODUCTS), "in_stock": True}
        yield _event(event, "session.product_viewed", f"{session}.{number + 1:04}", str(session), at, seen)


def _test_order(event: Json) -> Json:
    """An order of one unit for a cent, by a customer who is not there."""
    order, data = BEYOND + event["data"]["order_id"], event["data"]
    line = {**data["lines"][0], "line_no": 1, "quantity": 1, "unit_price": 0.01}
    money = {"subtotal": 0.01, "discount": 0.0, "delivery_fee": 0.0, "total": 0.01, "lines": [line]}
    people = {"order_id": order, "customer_id": BEYOND + 1, "cart_id": order, "address_id": BEYOND + 1}
    at = datetime.fromisoformat(event["time"]) + timedelta(seconds=30)
    return _event(event, "order.placed", str(order), str(order), at, {**data, **people, **money})


def _event(beside: Json, name: str, key: str, entity: str, at: datetime, data: Json) -> Json:
    return {
        "specversion": "1.0",
        "id": f"{name}/{key}",
        "source": beside["source"],
        "type": name,
        "dataschema": CATALOGUE[name].dataschema,
        "time": at.isoformat(),
        "partitionkey": entity,
        "data": data,
    }
