"""Delivery: parcels wait on the dock, couriers take them on trips, stops succeed or fail."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from sim.clock.environment import Turn
from sim.clock.units import HOUR_US, MINUTE_US
from sim.facts import (
    DeliveryAttempted,
    OrderDelivered,
    OrderDispatched,
    ParcelBroughtBack,
    ParcelLoaded,
    ShiftEnded,
    TripEnded,
    TripStarted,
)
from sim.luck import Purpose, loglogistic, lognormal
from sim.processes.cancellation import cancel
from sim.processes.experience import record_experience
from sim.processes.post_delivery import begin_post_delivery
from sim.processes.stocking import put_back
from sim.shop.courier import is_back, slowness
from sim.shop.dispatch import fits, held_until, legs_m, neighbours, route, urgency
from sim.shop.habits import odds
from sim.shop.incidents import is_on_strike
from sim.shop.trip import Trip

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from simpy import Event

    from sim.luck import Luck
    from sim.processes.world import World
    from sim.scenario.delivery import Delivery, Vehicle
    from sim.shop.courier import Courier
    from sim.shop.incidents import Incident
    from sim.shop.order import Order, Warehouse


def await_trip(world: World, order: Order) -> Generator[Event, None, None]:
    """Stand on the dock from `ready_at` on, for a while in the hope of company, until a courier takes the parcel.

    The process ends when the parcel need not be waited for any more: a free courier or a fuller dock will take it.
    """
    env, warehouse, delivery = world.env, order.warehouse, world.scenario.delivery
    if order.ready_at > env.now:
        warehouse.early += 1
        yield env.until(order.ready_at, Turn.DOCK, order.order_id)
        warehouse.early -= 1
    if order.ready_at == env.now:
        warehouse.dock[order.order_id] = order
        dispatch(world, warehouse)
    hold_until = held_until(order, delivery)
    # A parcel that left early and came back may find its first wait for the same instant still going on.
    if order.order_id in warehouse.dock and hold_until > env.now and hold_until != order.waits_until:
        order.waits_until = hold_until
        yield env.until(hold_until, Turn.DOCK, order.order_id)
        if order.order_id in warehouse.dock and held_until(order, delivery) == env.now:  # not gone, nor gone and back
            dispatch(world, warehouse)


def get_ready(world: World, warehouse: Warehouse, courier: Courier) -> Generator[Event, None, None]:
    """Let a courier load, after a break where one was due, and leave if there is a trip to leave for."""
    ready_at = courier.ready_at
    if ready_at > world.env.now:
        yield world.env.until(ready_at, Turn.LOADED, courier.courier_id)
    if courier.ready_at == ready_at:  # not the end of another shift's loading
        dispatch(world, warehouse)


def dispatch(world: World, warehouse: Warehouse) -> None:
    """Send free couriers, the longest idle first, as long as there is a trip worth leaving for."""
    free = _free_couriers(world, warehouse) if warehouse.dock else []
    while _send_one(world, warehouse, free):
        pass


def dispatch_each_morning(world: World, warehouse: Warehouse) -> Generator[Event, None, None]:
    """Send couriers with what stayed on the dock for the night, when people are up again."""
    while (morning := warehouse.doors.next_morning(world.env.now)) is not None:
        yield world.env.until(morning, Turn.MORNING, warehouse.warehouse_id)
        dispatch(world, warehouse)


def _free_couriers(world: World, warehouse: Warehouse) -> list[Courier]:
    """Return who could leave now, the longest idle first."""
    now, striking = world.env.now, strikes(world, warehouse)
    free = [c for c in warehouse.couriers if c.ready_at <= now < c.shift_ends_at and c.shift_id and not c.on_trip]
    if striking:
        free = [c for c in free if not is_on_strike(c.courier_id, striking, world.luck)]
    return sorted(free, key=lambda c: (c.ready_at, c.courier_id))


def _send_one(world: World, warehouse: Warehouse, free: list[Courier]) -> bool:
    """Send the first free courier who has a trip to leave for, who is free no more; returns whether there was one."""
    loads: dict[str, list[Order]] = {}  # what a vehicle of each kind would take
    for courier in free:
        load = loads.get(courier.vehicle)
        if load is None:
            load = loads[courier.vehicle] = _load(world, warehouse, courier.vehicle)
        if load and (stops := _within_shift(world, warehouse, courier, load)):
            _start_trip(world, warehouse, courier, stops)
            free.remove(courier)
            return True
    return False


def strikes(world: World, warehouse: Warehouse) -> Sequence[Incident]:
    """Return the strikes of a warehouse's couriers that act now."""
    place = warehouse.city_id, warehouse.warehouse_id
    return world.incidents.acting("courier_strike", world.env.now, *place)


def _load(world: World, warehouse: Warehouse, vehicle_name: str) -> list[Order]:
    """Return the parcels that should leave now with such a vehicle, the most urgent first; none if none should."""
    delivery = world.scenario.delivery
    vehicle = delivery.vehicle_of(vehicle_name)
    waiting = [order for order in warehouse.dock.values() if fits(order, vehicle)]
    if not waiting:
        return []
    now = world.env.now
    alone = delivery.dispatch_policy == "one_by_one"
    due = waiting if alone else [order for order in waiting if held_until(order, delivery) <= now]
    if not due and len(waiting) < ceil(delivery.enough_for_a_trip * vehicle.capacity_parcels):
        return []
    seed = min(due or waiting, key=urgency)
    return [seed] if alone else neighbours(seed, waiting, vehicle)


def _within_shift(world: World, warehouse: Warehouse, courier: Courier, load: list[Order]) -> list[Order]:
    """Return the route of the load, without its farthest neighbours as far as the end of shift and day demands."""
    vehicle = world.scenario.delivery.vehicle_of(courier.vehicle)
    end = courier.shift_ends_at + round(world.scenario.delivery.overtime_min * MINUTE_US)
    if (closing := warehouse.doors.closing(world.env.now)) is not None:
        end = min(end, closing)
    while load:
        stops = route(warehouse, load)
        if world.env.now + _expected_us(world, warehouse, stops, vehicle) <= end:
            return stops
        load = load[: len(load) // 2]
    return []


def _expected_us(world: World, warehouse: Warehouse, stops: list[Order], vehicle: Vehicle) -> int:
    delivery = world.scenario.delivery
    traffic = _traffic(world, warehouse, world.env.now)
    ride_h = sum(legs_m(warehouse, stops, delivery.detour_factor)) / 1000.0 / vehicle.speed_km_per_h * traffic
    return round(ride_h * HOUR_US + len(stops) * delivery.stop_min * MINUTE_US)


def _start_trip(world: World, warehouse: Warehouse, courier: Courier, stops: list[Order]) -> None:
    now = world.env.now
    legs = legs_m(warehouse, stops, world.scenario.delivery.detour_factor)
    trip = Trip(warehouse.ids.next("trip"), courier, warehouse, stops, legs, now)
    courier.on_trip = True
    shift_id = courier.shift_id or 0
    world.tell(TripStarted(trip.trip_id, courier.courier_id, shift_id, now, len(stops), sum(legs)))
    for stop_no, order in enumerate(stops, start=1):
        del warehouse.dock[order.order_id]
        if order.dispatched_at is None:
            order.dispatched_at = now
            warehouse.unbook(order)
            world.tell(OrderDispatched(order.order_id, order.next_status(), now))
        world.tell(ParcelLoaded(order.delivery_id, trip.trip_id, courier.courier_id, stop_no, order.dispatched_at))
    world.env.process(drive(world, trip))


def drive(world: World, trip: Trip) -> Generator[Event, None, None]:
    """Drive the rest of a trip: ride, ring, hand over, and back to the warehouse, for the night with what is left."""
    env = world.env
    while trip.next_stop < len(trip.stops):
        done_at, closing = _stop_done_at(world, trip), trip.warehouse.doors.closing(trip.leg_started_at)
        if closing is not None and done_at >= closing:
            break
        yield env.until(done_at, Turn.TRIP, trip.trip_id)
        order = trip.stops[trip.next_stop]
        trip.next_stop += 1
        trip.leg_started_at = env.now
        attempt(world, trip, order)
    (u,) = world.luck.draws(Purpose.LEG, trip.trip_id, trip.next_stop, 1)
    yield env.until(trip.leg_started_at + _ride_us(world, trip, u, trip.way_back_m), Turn.TRIP, trip.trip_id)
    _end_trip(world, trip)


def _stop_done_at(world: World, trip: Trip) -> int:
    """Return when the courier is done at the next door, who rings when the slot has begun and people are up."""
    delivery, slow = world.scenario.delivery, _slowness(world, trip)
    u = world.luck.draws(Purpose.LEG, trip.trip_id, trip.next_stop, 2)
    at_door_us = round(loglogistic(u[1], delivery.stop_min, delivery.stop_shape) * slow * MINUTE_US)
    there_at = trip.leg_started_at + _ride_us(world, trip, u[0], trip.legs_m[trip.next_stop])
    begins_at = max(there_at, trip.stops[trip.next_stop].slot_starts_at or there_at)
    return trip.warehouse.doors.opening(begins_at) + at_door_us


def _ride_us(world: World, trip: Trip, u: float, metres: int) -> int:
    """Return the time of the next leg, or of the way back from here: at its speed, with traffic and chance."""
    delivery = world.scenario.delivery
    speed = delivery.vehicle_of(trip.courier.vehicle).speed_km_per_h
    traffic = _traffic(world, trip.warehouse, trip.leg_started_at)
    free_ride_us = metres / 1000.0 / speed * HOUR_US
    return round(free_ride_us * traffic * _slowness(world, trip) * lognormal(u, 1.0, delivery.travel_sigma))


def _slowness(world: World, trip: Trip) -> float:
    return slowness(trip.courier, world.scenario.delivery, trip.leg_started_at)


def _traffic(world: World, warehouse: Warehouse, at_us: int) -> float:
    """Return the travel time against free streets of a leg that begins at an instant."""
    usual = world.scenario.delivery.traffic_by_hour[warehouse.clock.hour(at_us)]
    return usual * world.incidents.travel_factor(warehouse.city_id, at_us)


def attempt(world: World, trip: Trip, order: Order) -> None:
    """Try to hand a parcel over, now."""
    now, delivery = world.env.now, world.scenario.delivery
    order.attempts += 1
    order.last_attempt_at = now
    u = world.luck.draws(Purpose.ATTEMPT, order.delivery_id, order.attempts, 2)
    fails = u[0] < _absence(world, order)
    outcome = world.failure_reasons.pick(u[1]) if fails else "delivered"
    last = outcome == "refused" or order.attempts >= delivery.most_attempts
    status = "delivered" if not fails else "undeliverable" if last else "awaiting_retry"
    world.tell(DeliveryAttempted(order.delivery_id, order.attempts, trip.trip_id, outcome, status, now))
    if not fails:
        order.delivered_at = now
        world.tell(OrderDelivered(order.order_id, order.next_status(), now))
        begin_post_delivery(world, order)
    elif last:
        cancel(world, order, "undeliverable")
    else:
        record_experience(world, order.customer, "failed_attempt", order.order_id)


def _absence(world: World, order: Order) -> float:
    """Return the chance that nobody can take a parcel now: by punctuality, hour of the day and person."""
    now, delivery = world.env.now, world.scenario.delivery
    chance = delivery.attempt_fails if now <= order.promised_at else delivery.attempt_fails_late
    hour = delivery.absence_by_hour[order.warehouse.clock.hour(now)]
    return odds(chance, hour * world.person(order.customer).absence)


def _end_trip(world: World, trip: Trip) -> None:
    """Back at the warehouse: unload what could not be delivered, and take the next trip or go home."""
    now, courier = world.env.now, trip.courier
    for order in trip.stops[trip.next_stop :]:
        world.tell(ParcelBroughtBack(order.delivery_id))
    world.tell(TripEnded(trip.trip_id, len(trip.stops) - trip.next_stop, now))
    is_back(courier, trip.trip_id, now, world.luck, world.scenario.delivery)
    for order in trip.stops:
        if order.cancelled_at is not None:
            put_back(world, order)
        elif order.delivered_at is None:
            order.ready_at = leaves_again_at(world, order, now)
            world.env.process(await_trip(world, order))
    if courier.shift_ends_at <= now:
        go_home(world, courier)
    else:
        world.env.process(get_ready(world, trip.warehouse, courier))
    dispatch(world, trip.warehouse)


def leaves_again_at(world: World, order: Order, back_at: int) -> int:
    """Return from when a parcel that could not be handed over may leave again: after a pause, and not for the night."""
    paused_until = _retry_at(world.luck, world.scenario.delivery, order) if order.attempts else back_at
    return order.warehouse.doors.opening(max(back_at, paused_until))


def _retry_at(luck: Luck, delivery: Delivery, order: Order) -> int:
    (u,) = luck.draws(Purpose.RETRY, order.delivery_id, order.attempts, 1)
    pause_h = lognormal(u, delivery.retry_after_h, delivery.retry_sigma)
    return (order.last_attempt_at or 0) + round(pause_h * HOUR_US)


def go_home(world: World, courier: Courier) -> None:
    """End the courier's shift, now."""
    if courier.shift_id is not None:
        world.tell(ShiftEnded(courier.shift_id, world.env.now))
        courier.shift_id = None
