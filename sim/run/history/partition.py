"""Divides the cities of a market among processes, so that each has about as much to do, and the rows with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.shop.ids import city_of, city_of_warehouse

if TYPE_CHECKING:
    from collections.abc import Collection

    from sim.markets import Market
    from sim.snapshot import Snapshot


def parts_of(market: Market, processes: int) -> list[frozenset[int]]:
    """Return the numbers of the cities of each process: none without a city, so that there may be fewer.

    The largest city goes first, each to whoever has least so far (longest processing time first, Graham 1969).
    """
    cities = sorted(market.cities, key=lambda city: (-city.demand_share, city.city_id))
    parts: list[set[int]] = [set() for _ in range(min(processes, len(cities)))]
    load = [0.0] * len(parts)
    for city in cities:
        least = load.index(min(load))
        parts[least].add(city.city_id)
        load[least] += city.demand_share
    return [frozenset(part) for part in parts]


def share_of(snapshot: Snapshot, cities: Collection[int]) -> Snapshot:
    """Return the rows of some cities, and those that belong to none."""
    return snapshot._replace(
        newest_ids={city: newest for city, newest in snapshot.newest_ids.items() if city in cities},
        customers=snapshot.customers.of_cities(cities),
        shelves=[row for row in snapshot.shelves if city_of_warehouse(row.warehouse_id) in cities],
        couriers=[row for row in snapshot.couriers if city_of(row.courier_id) in cities],
        sessions=[row for row in snapshot.sessions if row.city_id in cities],
        steps=[row for row in snapshot.steps if city_of(row.session_id) in cities],
        cart_items=[row for row in snapshot.cart_items if city_of(row.cart_id) in cities],
        left_carts=[row for row in snapshot.left_carts if city_of(row.cart_id) in cities],
        orders=[row for row in snapshot.orders if city_of(row.order_id) in cities],
        lines=[row for row in snapshot.lines if city_of(row.order_id) in cities],
        trips=[row for row in snapshot.trips if city_of(row.trip_id) in cities],
        stops=[row for row in snapshot.stops if city_of(row.trip_id) in cities],
        replenishments=[row for row in snapshot.replenishments if city_of(row.replenishment_id) in cities],
        open_returns=[row for row in snapshot.open_returns if city_of(row.return_id) in cities],
        remembered=[row for row in snapshot.remembered if city_of(row.customer_id) in cities],
    )
