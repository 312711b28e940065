"""Couriers on the roster, and the trips that they are on."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sim.processes.delivery import drive, get_ready
from sim.processes.hiring import employed, hire, wanted_couriers
from sim.processes.shifts import plan_deliveries
from sim.shop.courier import Courier, comes_to_work, is_back, was_rested
from sim.shop.dispatch import legs_m
from sim.shop.roster import EVERY_DAY, contracts
from sim.shop.trip import Trip

if TYPE_CHECKING:
    from sim.processes.world import World
    from sim.shop.order import Order
    from sim.shop.roster import Contract
    from sim.snapshot import CourierRow, Snapshot


def restore_couriers(world: World, snapshot: Snapshot) -> None:
    """Put the couriers back on the roster; hire or do without some when the scenario wants another number now."""
    for warehouse in world.warehouses.values():
        rows = sorted(row for row in snapshot.couriers if row.warehouse_id == warehouse.warehouse_id)
        wanted = wanted_couriers(world.scenario.delivery, world.scale, warehouse)
        agreed = contracts(max(wanted, len(rows)), world.scenario.delivery)
        agreed[wanted:] = [contract._replace(off_days=EVERY_DAY) for contract in agreed[wanted:]]
        for row, contract in zip(rows, agreed, strict=False):
            warehouse.couriers.append(_at_work(world, row, contract._replace(vehicle=row.vehicle)))
        for contract in agreed[len(rows) :]:
            hire(world, warehouse, contract, established=False)
        plan_deliveries(world.scenario, warehouse)


def _at_work(world: World, row: CourierRow, contract: Contract) -> Courier:
    """A courier as the shift under way and its trips say: what is not in rows follows from them and from luck."""
    delivery, luck = world.scenario.delivery, world.luck
    courier = employed(world, row.courier_id, contract, row.hired_at)
    if row.shift_id is not None:
        comes_to_work(courier, row.shift_id, row.shift_began_at or 0, row.shift_ends_at or 0, luck, delivery)
        if row.last_trip_id is not None:
            courier.rested = was_rested(courier, row.last_but_one_ended_at, delivery)
            is_back(courier, row.last_trip_id, row.last_trip_ended_at or 0, luck, delivery)
    return courier


def resume_loading(world: World) -> None:
    """Let go on who is loading or has a break; that is known once it is known who is out."""
    for warehouse in world.warehouses.values():
        for courier in warehouse.couriers:
            if courier.shift_id is not None and not courier.on_trip and courier.ready_at > world.env.now:
                world.env.process(get_ready(world, warehouse, courier))


def resume_trips(world: World, snapshot: Snapshot, orders: dict[int, Order]) -> None:
    """Go on with every trip from the last stop that was recorded."""
    couriers = {c.courier_id: (c, w) for w in world.warehouses.values() for c in w.couriers}
    stops: dict[int, list[Order]] = defaultdict(list)
    for stop in sorted(snapshot.stops):
        stops[stop.trip_id].append(orders[stop.order_id])
    for row in snapshot.trips:
        courier, warehouse = couriers[row.courier_id]
        route = stops[row.trip_id]
        legs = legs_m(warehouse, route, world.scenario.delivery.detour_factor)
        trip = Trip(row.trip_id, courier, warehouse, route, legs, row.started_at)
        trip.next_stop = row.stops_done
        trip.leg_started_at = row.started_at if row.last_stop_at is None else row.last_stop_at
        courier.on_trip = True
        world.env.process(drive(world, trip))
