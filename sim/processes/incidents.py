"""Incidents begin, by the scenario or by hand, act while they last, and end; going on, they are taken up from rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.clock.environment import Turn
from sim.clock.units import HOUR_US
from sim.facts import IncidentBegan, IncidentEnded
from sim.processes.arrivals import ArrivalMix, surge
from sim.processes.delivery import dispatch
from sim.processes.prices import record_new_prices
from sim.shop.incidents import Incident
from sim.shop.places import planned_incidents

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from simpy import Event

    from sim.processes.world import World
    from sim.shop.order import Warehouse
    from sim.shop.places import Planned
    from sim.snapshot import IncidentRequest, IncidentRow

_WITH_EDGES = {"flash_sale", "courier_strike", "warehouse_outage"}


def plan_incidents(world: World) -> None:
    """Start what waits for each of the scenario's incidents that lies ahead; what has passed is not made up for."""
    for position, planned in enumerate(planned_incidents(world.scenario, world.market)):
        if planned.begins_us > world.resumed_at:
            world.env.process(_await(world, planned, position))


def _await(world: World, planned: Planned, position: int) -> Generator[Event, None, None]:
    yield world.env.until(planned.begins_us, Turn.INCIDENT, position)
    _begin(world, _from_now_on(world, world.incidents.next_id(), *planned[:5]), planned.hours, "scenario")


def carry_out(world: World, request: IncidentRequest) -> bool:
    """Begin or end an incident that was asked for by hand, now; returns whether there was anything left to do."""
    known = world.incidents.find(request.incident_id)
    if known is None and not request.has_begun:
        known = _from_now_on(world, *request[:6])
        _begin(world, known, request.hours, "hand")
    elif known is None or not request.shall_end or known.ends_at <= world.env.now:
        return False
    if request.shall_end:
        _end(world, known)
    return True


def resume_incidents(world: World, rows: Iterable[IncidentRow]) -> None:
    """Take up the incidents that have begun, and start what is still to come of them."""
    for row in rows:
        incident = Incident(*row)
        world.incidents.add(incident)
        _let_act(world, incident)


def _from_now_on(
    world: World,
    incident_id: int,
    kind: str,
    city_id: int | None,
    warehouse_id: int | None,
    strength: float | None,
    hours: float,
) -> Incident:
    now = world.env.now
    return Incident(incident_id, kind, city_id, warehouse_id, strength, now, now + round(hours * HOUR_US))


def _begin(world: World, incident: Incident, hours: float, origin: str) -> None:
    world.incidents.add(incident)
    what = incident.incident_id, incident.kind, incident.city_id, incident.warehouse_id, incident.strength
    world.tell(IncidentBegan(*what, hours, origin, incident.began_at, incident.ends_at))
    _let_act(world, incident)


def _end(world: World, incident: Incident) -> None:
    """End an incident before its time, now."""
    incident.ends_at = world.env.now
    world.tell(IncidentEnded(incident.incident_id, world.env.now))
    if incident.kind in _WITH_EDGES:
        world.env.process(_pass_edges(world, incident, incident.ends_at + 1))


def _let_act(world: World, incident: Incident) -> None:
    """Start what has to be done while it acts; the rest asks the calendar at the moment of use."""
    if incident.ends_at < world.env.now:
        return
    if incident.kind in _WITH_EDGES:
        world.env.process(_pass_edges(world, incident, incident.ends_at + 1))
    elif incident.kind == "demand_surge":
        mix = ArrivalMix(world.scenario)
        for region in world.regions:
            if incident.concerns(region.city.city_id):
                world.env.process(surge(world, region, mix, incident))


def _pass_edges(world: World, incident: Incident, past: int) -> Generator[Event, None, None]:
    """Do what has to be done in the first instant in which it acts, and at `past`, the first in which it is over."""
    env, first = world.env, incident.began_at + 1
    if incident.kind == "flash_sale" and env.now < first <= incident.ends_at:
        yield env.until(first, Turn.INCIDENT_EDGE, 2 * incident.incident_id)
        record_new_prices(world)
    yield env.until(past, Turn.INCIDENT_EDGE, 2 * incident.incident_id + 1)
    if past == incident.ends_at + 1:  # else it was ended before its time, and another process has seen to that
        _go_back_to_normal(world, incident)


def _go_back_to_normal(world: World, incident: Incident) -> None:
    if incident.kind == "flash_sale":
        record_new_prices(world)
    for warehouse in _concerned(world, incident):
        if incident.kind == "warehouse_outage":
            warehouse.pickers.assign(world.env.now)
            warehouse.packers.assign(world.env.now)
        elif incident.kind == "courier_strike":
            dispatch(world, warehouse)


def _concerned(world: World, incident: Incident) -> Iterator[Warehouse]:
    for region in world.regions:
        for warehouse in region.warehouses:
            if incident.concerns(region.city.city_id, warehouse.warehouse_id):
                yield warehouse
