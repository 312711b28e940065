"""Fulfilment: a paid order waits for a picker, is picked, waits for a packer, is packed and stands on the dock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.clock.environment import Turn
from sim.facts import OrderPacked, OrderPicked, PackStarted, ParcelReady, PickStarted
from sim.luck import Purpose
from sim.processes.cancellation import schedule_cancellation
from sim.processes.delivery import await_trip
from sim.processes.stocking import take_off_shelves
from sim.shop.quote import may_leave_at
from sim.shop.service import mean_pack_s, mean_pick_s, service_us

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy import Event

    from sim.clock.environment import ShopEnvironment
    from sim.processes.world import World
    from sim.shop.catalogue import Catalogue
    from sim.shop.order import Order
    from sim.shop.station import Station


def begin_fulfilment(world: World, order: Order) -> None:
    """Send a paid order to the warehouse, and let its customer think again."""
    world.env.process(fulfil(world, order))
    schedule_cancellation(world, order)


def fulfil(world: World, order: Order) -> Generator[Event, None, None]:
    """Take a paid order through picking and packing to the dock, from the last milestone it recorded."""
    if order.picked_at is None:
        yield from _pick(world, order)
    if order.packed_at is None:
        yield from _pack(world, order)
    yield from await_trip(world, order)


def _pick(world: World, order: Order) -> Generator[Event, None, None]:
    env, posts, station = world.env, world.scenario.warehouse, order.warehouse.pickers
    if order.pick_started_at is None:
        yield _turn(env, station, order, order.paid_at or 0)
        order.pick_started_at = env.now
        world.tell(PickStarted(order.order_id, env.now))
    (u,) = world.luck.draws(Purpose.PICK, order.order_id, n=1)
    time_us = service_us(posts, mean_pick_s(posts, len(order.lines), order.units), u)
    yield env.until(order.pick_started_at + time_us, Turn.PICK, order.order_id)
    order.picked_at = env.now
    world.tell(OrderPicked(order.order_id, order.next_status(), env.now))
    take_off_shelves(world, order)
    station.done(env.now)


def _pack(world: World, order: Order) -> Generator[Event, None, None]:
    env, posts, station = world.env, world.scenario.warehouse, order.warehouse.packers
    if order.pack_started_at is None:
        yield _turn(env, station, order, order.picked_at or 0)
        order.pack_started_at = env.now
        world.tell(PackStarted(order.order_id, env.now))
    (u,) = world.luck.draws(Purpose.PACK, order.order_id, n=1)
    time_us = service_us(posts, mean_pack_s(posts, order.units), u)
    yield env.until(order.pack_started_at + time_us, Turn.PACK, order.order_id)
    order.packed_at = env.now
    world.tell(OrderPacked(order.order_id, order.next_status(), env.now))
    order.delivery_id = order.warehouse.ids.next("delivery")
    measure(order, world.catalogue, world.scenario.delivery.detour_factor)
    order.ready_at = may_leave_at(world.scenario, order)
    world.tell(ParcelReady(order.delivery_id, order.order_id, order.promised_at, order.distance_m, env.now))
    station.done(env.now)


def _turn(env: ShopEnvironment, station: Station, order: Order, since_us: int) -> Event:
    """Return the event that somebody at the station takes the order, which has waited since `since_us`."""
    event = env.event()
    station.enqueue(order.order_id, order.promised_at, since_us, event.succeed)
    station.assign(env.now)
    return event


def change_of_staff(env: ShopEnvironment, station: Station, station_id: int) -> Generator[Event, None, None]:
    """Let newly arrived people begin work at each change of the number on duty."""
    while True:
        yield env.until(station.schedule.next_change(env.now), Turn.STAFFING, station_id)
        station.assign(env.now)


def measure(order: Order, catalogue: Catalogue, detour_factor: float) -> None:
    """Fill in the parcel's weight and its way; both follow from the order alone."""
    address = order.address
    order.distance_m = order.warehouse.landmark.distance_m(address.latitude, address.longitude, detour_factor)
    order.weight_g = sum(catalogue.product(line.product_id).weight_g * line.quantity for line in order.lines)
