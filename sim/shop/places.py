"""Places by the names that people use, and a scenario's incidents put in their places."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.clock.units import HOUR_US
from sim.scenario import ScenarioError
from sim.scenario.incidents import usual_strength
from sim.shop.ids import warehouse_id_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sim.markets import Market
    from sim.scenario import Scenario


class Place(NamedTuple):
    """A warehouse and its city."""

    city_id: int
    city: str
    warehouse_id: int
    warehouse: str


class Planned(NamedTuple):
    """An incident of a scenario in a market: where and from when on, in microseconds since the epoch."""

    kind: str
    city_id: int | None
    warehouse_id: int | None
    strength: float | None
    hours: float
    begins_us: int


def places_of(market: Market) -> list[Place]:
    """Return every warehouse of a market, by number."""
    return [
        Place(city.city_id, city.name, warehouse_id_of(city.city_id, number), warehouse.name)
        for city in market.cities
        for number, warehouse in enumerate(city.warehouses, start=1)
    ]


def planned_incidents(scenario: Scenario, market: Market) -> list[Planned]:
    """Return a scenario's incidents; raises ScenarioError for a place that the market does not have."""
    planned, places = [], places_of(market)
    for number, incident in enumerate(scenario.incidents):
        try:
            city_id, warehouse_id = ids_of(places, incident.city, incident.warehouse)
        except ValueError as error:
            raise ScenarioError(f"scenario: incidents.{number}.{error}") from error
        strength = usual_strength(incident.kind, incident.strength)
        begins_us = round(incident.after_hours * HOUR_US)
        planned.append(Planned(incident.kind, city_id, warehouse_id, strength, incident.hours, begins_us))
    return planned


def ids_of(
    places: Sequence[Place], city: str | int | None, warehouse: str | int | None
) -> tuple[int | None, int | None]:
    """Return the ids of a city and a warehouse given by name or number; none given is everywhere, or the whole city.

    A warehouse tells its city. Raises ValueError for what is not there, in one line that names what is.
    """
    here = [place for place in places if city is None or _is(city, place.city_id, place.city)]
    if not here:
        raise ValueError(f"city: {city!r} is not there; allowed are {_listed(place.city for place in places)}")
    if warehouse is None:
        return (None if city is None else here[0].city_id), None
    found = [place for place in here if _is(warehouse, place.warehouse_id, place.warehouse)]
    if len(found) != 1:
        known = _listed(f"{place.warehouse} ({place.warehouse_id})" for place in here)
        raise ValueError(f"warehouse: {warehouse!r} is not {'there' if not found else 'only one'}; allowed are {known}")
    return found[0].city_id, found[0].warehouse_id


def _is(given: str | int, id_: int, name: str) -> bool:
    return str(given).casefold() in {str(id_), name.casefold()}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
