"""Ids: n * 100 + city, so that each names its city and cities can be simulated apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

STRIDE = 100  # more cities than this share a market nowhere
CITY_ENTITIES = (
    "customer", "address", "courier", "session", "cart", "order", "payment", "movement", "replenishment", "shift",
    "trip", "delivery", "review", "return",
)  # fmt: skip


def city_of(an_id: int) -> int:
    """Return the city that an id names."""
    return an_id % STRIDE


def warehouse_id_of(city_id: int, number: int) -> int:
    """Return the number of a city's first, second, … warehouse."""
    return city_id * 10 + number


def city_of_warehouse(warehouse_id: int) -> int:
    """Return the city that a warehouse's number names."""
    return warehouse_id // 10


class Ids:
    """The running numbers of one city."""

    def __init__(self, city_id: int, newest: Mapping[str, int] | None = None) -> None:
        """Begin after the newest ids given, by entity; after none, at n = 1. Raises KeyError for an unknown entity."""
        self._newest = dict.fromkeys(CITY_ENTITIES, city_id)
        if newest:
            self._newest.update(newest)
        if unknown := self._newest.keys() - set(CITY_ENTITIES):
            raise KeyError(f"no entity with ids by city: {', '.join(sorted(unknown))}")

    def next(self, entity: str) -> int:
        """Return the next id of an entity; raises KeyError for one that is not among CITY_ENTITIES."""
        self._newest[entity] = newest = self._newest[entity] + STRIDE
        return newest
