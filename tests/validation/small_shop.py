"""Small shops in memory, by scenario, with the same luck; and the figures in which scenarios differ."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from statistics import fmean
from typing import Any

from sim.clock.units import DAY_US, HOUR_US, MINUTE_US
from sim.journal.batch import Row
from sim.journal.journal import Journal
from sim.markets import load_market
from sim.processes.build import build_world
from sim.scenario import load_scenario
from sim.sinks.memory import MemorySink

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
_REFERENCE = {"cities", "warehouses", "categories", "products", "product_prices", "sim.incidents"}


class SmallShop:
    """What a shop with seed 1 has come to after some days; figures are of what began in a window of days."""

    def __init__(self, scenario: str, cities: tuple[str, ...], days: float, scale: float) -> None:
        _, plan = load_scenario(scenario)
        self._sink = MemorySink()
        journal = Journal(self._sink)
        market = load_market("international")
        here = [city.city_id for city in market.cities if city.name in cities]
        world = build_world(journal.record, seed=1, scenario=plan, market=market, scale=scale, epoch=EPOCH, cities=here)
        self._clocks = {id_: warehouse.clock for id_, warehouse in world.warehouses.items()}
        self._pickers_by_hour = plan.warehouse.pickers_by_hour
        world.env.run_through(round(days * DAY_US), lambda: False)
        journal.commit(world.env.now)

    def rows(self, table: str, **equal: Any) -> list[dict[str, Any]]:
        """The rows of a table that have these values."""
        rows: list[Any] = self._sink.table(table)
        return [row for row in rows if all(row[name] == value for name, value in equal.items())]

    def of_city(self, city_id: int) -> dict[str, list[Row]]:
        """Every row that belongs to a city, by table."""
        place = {"inventory": lambda key: key // 10}
        return {
            name: [
                row for key, row in sorted(rows.items()) if place.get(name, lambda id_: id_ % 100)(key[0]) == city_id
            ]
            for name, rows in self._sink.tables.items()
            if name not in _REFERENCE
        }

    def sessions(self, first: float, last: float) -> int:
        """Sessions begun from day `first` to day `last`, counted from 0."""
        return len(_begun(self.rows("sessions"), "started_at", first, last))

    def orders(self, first: float, last: float, **equal: Any) -> list[dict[str, Any]]:
        """Orders placed in those days and paid."""
        orders = _begun(self.rows("orders", **equal), "placed_at", first, last)
        return [order for order in orders if order["paid_at"] is not None]

    def picker_wait_min(self, first: float, last: float, **equal: Any) -> float:
        """Mean wait for a picker, of the orders paid in opening hours: others wait for the morning, not in line."""
        orders = [order for order in self.orders(first, last, **equal) if self._is_open(order)]
        return _mean_span(orders, "paid_at", "pick_started_at") / MINUTE_US

    def _is_open(self, order: dict[str, Any]) -> bool:
        return self._pickers_by_hour[self._clocks[order["warehouse_id"]].hour(order["paid_at"])] > 0

    def dock_wait_min(self, first: float, last: float, **equal: Any) -> float:
        """Mean wait on the dock, for the slot and for a courier."""
        return _mean_span(self.orders(first, last, **equal), "packed_at", "dispatched_at") / MINUTE_US

    def promised_h(self, first: float, last: float, **equal: Any) -> float:
        """Mean time that customers are promised."""
        return _mean_span(self.orders(first, last, **equal), "placed_at", "promised_at") / HOUR_US

    def late_share(self, first: float, last: float, **equal: Any) -> float:
        """Share of the delivered orders that came later than promised."""
        delivered = [order for order in self.orders(first, last, **equal) if order["delivered_at"] is not None]
        return fmean(order["delivered_at"] > order["promised_at"] for order in delivered)

    def minutes_a_km(self, first: float, last: float) -> float:
        """Time of a trip by its length, stops included."""
        trips = [trip for trip in _begun(self.rows("trips"), "started_at", first, last) if trip["ended_at"] is not None]
        metres = sum(trip["distance_km"] for trip in trips)
        time_us = sum(trip["ended_at"] - trip["started_at"] for trip in trips)
        return float(time_us / MINUTE_US / (metres / 1000.0))

    def cart_share(self, first: float, last: float, persona: str) -> float:
        """Share of the sessions of known customers of a kind in which something is put into the cart."""
        kind = {row["customer_id"] for row in self.rows("truth.customer_traits", persona=persona)}
        sessions = _begun(self.rows("sessions"), "started_at", first, last)
        carts = {cart["session_id"] for cart in self.rows("carts")}
        return fmean(session["session_id"] in carts for session in sessions if session["customer_id"] in kind)

    def left_for_price(self, first: float, last: float) -> float:
        """Share of the sessions that came to checkout and were given up there because of the price."""
        came = {event["session_id"] for event in self.rows("session_events", event_type="checkout")}
        sessions = _begun(self.rows("sessions"), "started_at", first, last)
        return fmean(session["exit_reason"] == "price" for session in sessions if session["session_id"] in came)

    def price_level(self, first: float, last: float) -> float:
        """What was paid for the goods over their list prices."""
        listed = {row["product_id"]: row["list_price"] for row in self.rows("products")}
        ids = {order["order_id"] for order in self.orders(first, last)}
        lines = [line for line in self.rows("order_items") if line["order_id"] in ids]
        paid = sum(line["unit_price"] * line["quantity"] for line in lines)
        return float(paid / sum(listed[line["product_id"]] * line["quantity"] for line in lines))

    def empty_shelves(self, first: float, last: float) -> float:
        """Share of the product views that met an empty shelf."""
        views = _begun(self.rows("session_events", event_type="product_view"), "occurred_at", first, last)
        return fmean(not view["in_stock"] for view in views)


@cache
def lived(scenario: str, *cities: str, days: float, scale: float) -> SmallShop:
    """A shop that has lived, once for all the tests that look at it."""
    return SmallShop(scenario, cities, days, scale)


def _begun(rows: Iterable[dict[str, Any]], column: str, first: float, last: float) -> list[dict[str, Any]]:
    return [row for row in rows if first * DAY_US <= row[column] < last * DAY_US]


def _mean_span(rows: Iterable[dict[str, Any]], begins: str, ends: str) -> float:
    return fmean(row[ends] - row[begins] for row in rows if row[begins] is not None and row[ends] is not None)
