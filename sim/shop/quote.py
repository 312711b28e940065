"""The promise: what the shop quotes at checkout, from its current load."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.clock.units import HOUR_US, MINUTE_US, seconds_us
from sim.shop.service import mean_pack_s, mean_pick_s
from sim.shop.staffing import attended_us, before_closing, finished_at

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.scenario.delivery import Promise
    from sim.scenario.warehouse import Warehouse as Posts
    from sim.shop.order import Warehouse

_USUAL_LINES, _USUAL_UNITS = 2, 3  # what a waiting order is reckoned as


def quote(
    now_us: int, scenario: Scenario, warehouse: Warehouse, place: tuple[float, float], units: int, lines: int
) -> int:
    """Return the instant promised for an order placed now: the reckoned one with margins, rounded up.

    The reckoning walks the order through the queues of pickers and packers and the couriers' roster as they are now;
    what comes later and is more urgent is not foreseen, which is why promises can be broken.
    """
    ready_at = _packed_at(now_us, scenario.warehouse, warehouse, units, lines)
    leaves_at = _leaves_at(scenario, warehouse, ready_at)
    reckoned_at = leaves_at + _on_the_way_us(scenario, warehouse, place, leaves_at)
    quoted = _with_margin(now_us, scenario.promise, warehouse, reckoned_at)
    step = round(scenario.promise.round_up_min * MINUTE_US)
    local = warehouse.clock.local_us(0)  # round on the city's own clock
    return int(-(-(quoted + local) // step) * step) - local


def _with_margin(now_us: int, promise: Promise, warehouse: Warehouse, reckoned_at: int) -> int:
    """Add the margins, which are of time in which couriers are out: nothing can go wrong, or be made up for, at night.

    So what is reckoned to come today is promised for closing time at the latest.
    """
    hours = warehouse.courier_schedule.delivery_hours
    lead_us = attended_us(hours, now_us, reckoned_at)
    margin_us = round(lead_us * (promise.margin_factor - 1.0) + promise.margin_min * MINUTE_US)
    return before_closing(hours, reckoned_at, margin_us)


def _packed_at(now_us: int, posts: Posts, warehouse: Warehouse, units: int, lines: int) -> int:
    pickers, packers = warehouse.pickers, warehouse.packers
    usual_pick, own_pick = mean_pick_s(posts, _USUAL_LINES, _USUAL_UNITS), mean_pick_s(posts, lines, units)
    usual_pack, own_pack = mean_pack_s(posts, _USUAL_UNITS), mean_pack_s(posts, units)
    work_s = (pickers.waiting + 0.5 * pickers.busy) * usual_pick + own_pick
    picked_at = finished_at(pickers.schedule, now_us, seconds_us(work_s), seconds_us(own_pick))
    work_s = (packers.waiting + 0.5 * packers.busy) * usual_pack + own_pack
    return finished_at(packers.schedule, picked_at, seconds_us(work_s), seconds_us(own_pack))


def _leaves_at(scenario: Scenario, warehouse: Warehouse, ready_at: int) -> int:
    """Return when a courier is reckoned to take the parcel: after the parcels before it, at the planned pace."""
    promise = scenario.promise
    packers = warehouse.packers
    before = len(warehouse.dock) + warehouse.pickers.waiting + packers.waiting + packers.busy
    person_us = (before + 1) * HOUR_US / promise.planned_parcels_per_courier_h
    taken_at = finished_at(warehouse.courier_schedule, ready_at, person_us)
    return taken_at + round(scenario.delivery.hold_min * MINUTE_US)


def _on_the_way_us(scenario: Scenario, warehouse: Warehouse, place: tuple[float, float], leaves_at: int) -> int:
    delivery, promise = scenario.delivery, scenario.promise
    metres = warehouse.landmark.distance_m(*place, delivery.detour_factor)
    traffic = delivery.traffic_by_hour[warehouse.clock.hour(leaves_at)]
    ride_h = metres / 1000.0 / promise.planned_speed_km_per_h * traffic
    return round(ride_h * HOUR_US + promise.planned_stops_before_min * MINUTE_US)
