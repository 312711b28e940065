"""Incidents that have begun, and what they do at an instant and a place: a pure function of the two.

An incident acts after the instant at which it began, up to and including the one at which it ends. So one that is begun
or ended by hand at an instant changes nothing that has happened at it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from sim.luck import Luck, Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(slots=True)
class Incident:
    """Something unusual for a while, somewhere: without city and warehouse everywhere. Its end may be moved."""

    incident_id: int
    kind: str
    city_id: int | None
    warehouse_id: int | None
    strength: float | None
    began_at: int
    ends_at: int

    def concerns(self, city_id: int | None, warehouse_id: int | None = None) -> bool:
        """Whether it is in that place; a place without a warehouse is the whole city."""
        if self.city_id is None:
            return True
        return self.city_id == city_id and self.warehouse_id in {None, warehouse_id}


class Calendar:
    """Every incident that has begun, also those that are over: a ride that began in one goes on as it began."""

    def __init__(self) -> None:
        self._by_id: dict[int, Incident] = {}
        self._by_kind: dict[str, list[Incident]] = defaultdict(list)
        self.knows_sales = False  # whether any flash sale has ever begun

    def add(self, incident: Incident) -> None:
        """Note that an incident has begun."""
        self._by_id[incident.incident_id] = incident
        self._by_kind[incident.kind].append(incident)
        self.knows_sales = self.knows_sales or incident.kind == "flash_sale"

    def find(self, incident_id: int) -> Incident | None:
        """Return the incident with that id, if it has begun."""
        return self._by_id.get(incident_id)

    def next_id(self) -> int:
        """Return the id of the scenario's next incident: the odd numbers are the scenario's, the even ones people's."""
        return max((id_ for id_ in self._by_id if id_ % 2), default=-1) + 2

    def acting(
        self, kind: str, at_us: int, city_id: int | None = None, warehouse_id: int | None = None
    ) -> Sequence[Incident]:
        """Return the incidents of a kind that act on a place at an instant."""
        known = self._by_kind.get(kind)
        if not known:
            return ()
        return [one for one in known if one.began_at < at_us <= one.ends_at and one.concerns(city_id, warehouse_id)]

    def travel_factor(self, city_id: int, at_us: int) -> float:
        """Return the factor on travel time of the jams in a city."""
        return prod(_strengths(self.acting("traffic_jam", at_us, city_id)))

    def is_out(self, city_id: int, warehouse_id: int, at_us: int) -> bool:
        """Whether a warehouse stands still."""
        return bool(self.acting("warehouse_outage", at_us, city_id, warehouse_id))

    def declined_share(self, city_id: int, at_us: int) -> float:
        """Return the share of payment attempts in a city that the provider declines because it is in trouble."""
        return 1.0 - prod(1.0 - share for share in _strengths(self.acting("payment_outage", at_us, city_id)))

    def sale_share(self, at_us: int) -> float:
        """Return the share of products that is on sale for a flash sale; 0 without one."""
        if not self.knows_sales:  # asked for every price that anybody sees
            return 0.0
        return max(_strengths(self.acting("flash_sale", at_us)), default=0.0)


def _strengths(incidents: Iterable[Incident]) -> list[float]:
    return [incident.strength for incident in incidents if incident.strength is not None]


def is_on_strike(courier_id: int, strikes: Iterable[Incident], luck: Luck) -> bool:
    """Whether a courier takes part in any of these strikes; who does is the courier's own luck."""
    return any(
        luck.draws(Purpose.STRIKE, courier_id, strike.incident_id, 1)[0] < (strike.strength or 0.0)
        for strike in strikes
    )
