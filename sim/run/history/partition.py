"""Divides the cities of a market among processes, so that each has about as much to do, and the rows with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sim.shop.ids import CITY_ENTITIES, city_of, city_of_warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sim.markets import Market
    from sim.snapshot import Snapshot


_NAMED_BY: dict[str, Callable[[int], int]] = {
    "warehouse_id": city_of_warehouse,
    **{f"{entity}_id": city_of for entity in CITY_ENTITIES},
}
Row = TypeVar("Row", bound=NamedTuple)


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
    here: dict[str, Any] = {
        name: _in_cities(rows, cities) for name, rows in snapshot._asdict().items() if isinstance(rows, list)
    }
    here["newest_ids"] = {city: newest for city, newest in snapshot.newest_ids.items() if city in cities}
    here["customers"] = snapshot.customers.of_cities(cities)
    return snapshot._replace(**here)


def _in_cities(rows: list[Row], cities: Collection[int]) -> list[Row]:
    """A row belongs to the city that its first column names, if it names one."""
    if not rows:
        return rows
    city = _NAMED_BY.get(rows[0]._fields[0])
    return rows if city is None else [row for row in rows if city(row[0]) in cities]
