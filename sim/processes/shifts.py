"""Shifts: couriers come to work and go home as the roster says; who is on a trip finishes it first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.clock.environment import Turn
from sim.facts import ShiftStarted
from sim.processes.delivery import get_ready, go_home, strikes
from sim.shop.courier import comes_to_work
from sim.shop.incidents import is_on_strike
from sim.shop.roster import CourierSchedule, shift_of
from sim.shop.slots import SlotBook

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy import Event

    from sim.processes.world import World
    from sim.scenario import Scenario
    from sim.shop.courier import Courier
    from sim.shop.order import Warehouse


def work_shifts(world: World, warehouse: Warehouse, courier: Courier) -> Generator[Event, None, None]:
    """Work the shifts of the roster for ever; a shift that ran at the epoch begins with it.

    Who is on strike when a shift begins does not come to it at all.
    """
    env, clock = world.env, warehouse.clock
    if courier.shift_id is not None:  # going on in the middle of a shift: it ends as was planned when it began
        if courier.shift_ends_at > env.now:
            yield env.until(courier.shift_ends_at, Turn.SHIFT, courier.courier_id)
        _end_of_shift(world, courier)
    local_day = clock.local_day(env.now) - 1
    while True:
        begins_day = clock.instant_of(local_day, 0)
        if begins_day > env.now:  # a day off must let time go on too
            yield env.until(begins_day, Turn.SHIFT, courier.courier_id)
        shift = shift_of(courier, local_day, world.scenario.delivery, clock, world.luck)
        local_day += 1
        if shift is None:
            continue
        begins, ends = max(0, shift[0]), shift[1]
        if ends <= env.now or begins < env.now or begins <= world.resumed_at:  # over, or begun without this courier
            continue
        yield env.until(begins, Turn.SHIFT, courier.courier_id)
        if is_on_strike(courier.courier_id, strikes(world, warehouse), world.luck):
            continue
        _come_to_work(world, warehouse, courier, ends)
        yield env.until(ends, Turn.SHIFT, courier.courier_id)
        _end_of_shift(world, courier)


def _end_of_shift(world: World, courier: Courier) -> None:
    """Go home, unless still out: then the end of the trip is the end of the shift."""
    if not courier.on_trip and courier.shift_ends_at <= world.env.now:
        go_home(world, courier)


def plan_deliveries(scenario: Scenario, warehouse: Warehouse) -> None:
    """Work out the planner's view of a warehouse's couriers, and what they can take in each slot."""
    last_departure_min = scenario.promise.planned_last_departure_min
    schedule = CourierSchedule(warehouse.couriers, scenario.delivery, warehouse.clock, last_departure_min)
    warehouse.courier_schedule = schedule
    warehouse.slots = SlotBook(scenario, warehouse.clock, schedule, warehouse.booked)


def _come_to_work(world: World, warehouse: Warehouse, courier: Courier, ends_at: int) -> None:
    if courier.shift_id is not None:  # still out on the last trip of the shift before
        return
    now = world.env.now
    shift_id = warehouse.ids.next("shift")
    comes_to_work(courier, shift_id, now, ends_at, world.luck, world.scenario.delivery)
    world.tell(ShiftStarted(shift_id, courier.courier_id, now, ends_at))
    world.env.process(get_ready(world, warehouse, courier))
