"""The promise: which slot the shop can offer as the soonest, from its current load."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.clock.units import DAY_US, HOUR_US, MINUTE_US, seconds_us
from sim.shop.service import mean_pack_s, mean_pick_s
from sim.shop.staffing import attended_us, finished_at

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.scenario.delivery import Promise
    from sim.scenario.warehouse import Warehouse as Posts
    from sim.shop.order import Order, Warehouse

_LOOK_AHEAD_US = 15 * DAY_US  # when nobody delivers for so long, something has to be said
_USUAL_LINES, _USUAL_UNITS = 2, 3  # what a waiting order is reckoned as


def quote(
    now_us: int, scenario: Scenario, warehouse: Warehouse, place: tuple[float, float], units: int, lines: int
) -> int:
    """Return the number of the first slot that the shop can promise for an order placed now.

    It ends after what is reckoned, with margins, and somebody delivers in it. The reckoning walks the order through the
    queues of pickers and packers and the couriers' roster as they are now; what comes later and is more urgent is not
    foreseen, which is why promises can be broken.
    """
    slots, last_us = warehouse.slots, now_us + _LOOK_AHEAD_US
    ready_at = _packed_at(now_us, scenario.warehouse, warehouse, units, lines)
    metres = warehouse.landmark.distance_m(*place, scenario.delivery.detour_factor)
    hours, number = warehouse.courier_schedule.delivery_hours, slots.first_ending(ready_at)
    while True:
        slot = slots.slot(number)
        leaves_at = _leaves_at(scenario, warehouse, ready_at, slot.ends_at)
        reckoned_at = leaves_at + _on_the_way_us(scenario, warehouse, metres, leaves_at)
        quoted = _with_margin(now_us, scenario.promise, warehouse, reckoned_at)
        if quoted <= slot.ends_at and (slot.ends_at > last_us or attended_us(hours, *slot)):
            return number
        number = max(number + 1, slots.first_ending(quoted))


def _with_margin(now_us: int, promise: Promise, warehouse: Warehouse, reckoned_at: int) -> int:
    """Add the margins; of the lead time only hours in which couriers are out count: at night nothing can go wrong."""
    lead_us = attended_us(warehouse.courier_schedule.delivery_hours, now_us, reckoned_at)
    return reckoned_at + round(lead_us * (promise.margin_factor - 1.0) + promise.margin_min * MINUTE_US)


def _packed_at(now_us: int, posts: Posts, warehouse: Warehouse, units: int, lines: int) -> int:
    pickers, packers = warehouse.pickers, warehouse.packers
    usual_pick, own_pick = mean_pick_s(posts, _USUAL_LINES, _USUAL_UNITS), mean_pick_s(posts, lines, units)
    usual_pack, own_pack = mean_pack_s(posts, _USUAL_UNITS), mean_pack_s(posts, units)
    work_s = (pickers.waiting + 0.5 * pickers.busy) * usual_pick + own_pick
    picked_at = finished_at(pickers.schedule, now_us, seconds_us(work_s), seconds_us(own_pick))
    work_s = (packers.waiting + 0.5 * packers.busy) * usual_pack + own_pack
    return finished_at(packers.schedule, picked_at, seconds_us(work_s), seconds_us(own_pack))


def _leaves_at(scenario: Scenario, warehouse: Warehouse, ready_at: int, ends_at: int) -> int:
    """Return when a courier is reckoned to take the parcel: after all that is due by then, at the planned pace."""
    before = warehouse.slots.due_by(ends_at)
    person_us = (before + 1) * HOUR_US / scenario.promise.planned_parcels_per_courier_h
    taken_at = finished_at(warehouse.courier_schedule, ready_at, person_us)
    return taken_at + round(scenario.delivery.hold_min * MINUTE_US)


def _on_the_way_us(scenario: Scenario, warehouse: Warehouse, metres: int, leaves_at: int) -> int:
    delivery, promise = scenario.delivery, scenario.promise
    traffic = delivery.traffic_by_hour[warehouse.clock.hour(leaves_at)]
    ride_h = metres / 1000.0 / promise.planned_speed_km_per_h * traffic
    return round(ride_h * HOUR_US + promise.planned_stops_before_min * MINUTE_US)


def may_leave_at(scenario: Scenario, order: Order) -> int:
    """Return from when a packed parcel may leave: so that it is reckoned to come when its slot begins, not before."""
    packed_at, starts_at = order.packed_at or 0, order.slot_starts_at
    if starts_at is None or starts_at <= packed_at:
        return packed_at
    return max(packed_at, starts_at - _on_the_way_us(scenario, order.warehouse, order.distance_m, starts_at))
