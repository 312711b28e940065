"""Couriers on the roster, and the trips that they are on."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sim.processes.delivery import drive
from sim.processes.hiring import hire, wanted_couriers
from sim.processes.shifts import courier_schedule
from sim.shop.dispatch import legs_m
from sim.shop.roster import EVERY_DAY, Courier, contracts
from sim.shop.trip import Trip

if TYPE_CHECKING:
    from sim.processes.world import World
    from sim.shop.order import Order
    from sim.snapshot import Snapshot


def restore_couriers(world: World, snapshot: Snapshot) -> None:
    """Put the couriers back on the roster; hire or do without some when the scenario wants another number now."""
    for warehouse in world.warehouses.values():
        rows = sorted(row for row in snapshot.couriers if row.warehouse_id == warehouse.warehouse_id)
        wanted = wanted_couriers(world.scenario.delivery, world.scale, warehouse)
        agreed = contracts(max(wanted, len(rows)), world.scenario.delivery)
        agreed[wanted:] = [contract._replace(off_days=EVERY_DAY) for contract in agreed[wanted:]]
        for row, contract in zip(rows, agreed, strict=False):
            courier = Courier(row.courier_id, *contract._replace(vehicle=row.vehicle))
            courier.shift_id = row.shift_id
            courier.shift_ends_at = row.shift_ends_at or 0
            courier.free_since = row.free_since or 0
            warehouse.couriers.append(courier)
        for contract in agreed[len(rows) :]:
            hire(world, warehouse, contract, established=False)
        warehouse.courier_schedule = courier_schedule(world.scenario, warehouse)


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
