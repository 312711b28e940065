"""Hiring: couriers get a contract with a warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.clock.units import DAY_US
from sim.facts import CourierDrawn, CourierHired
from sim.luck import Purpose
from sim.shop.courier import Courier, own_pace

if TYPE_CHECKING:
    from sim.processes.world import World
    from sim.scenario.delivery import Delivery
    from sim.shop.order import Warehouse
    from sim.shop.roster import Contract

_LONGEST_SERVICE = 900 * DAY_US


def wanted_couriers(delivery: Delivery, scale: float, warehouse: Warehouse) -> int:
    """Return how many couriers the scenario wants at a warehouse."""
    return max(delivery.couriers_at_least, round(delivery.couriers * scale * warehouse.share))


def hire(world: World, warehouse: Warehouse, contract: Contract, *, established: bool) -> None:
    """Hire a courier, now or, for an established one, at some time before the epoch."""
    courier_id = warehouse.ids.next("courier")
    u = world.luck.draws(Purpose.COURIER, courier_id, n=4)
    name = world.names[warehouse.city_id].full_name(u[0], u[1])
    hired_at = -1 - int(u[2] * _LONGEST_SERVICE) if established else world.env.now
    courier = employed(world, courier_id, contract, hired_at)
    warehouse.couriers.append(courier)
    world.tell(CourierHired(courier_id, warehouse.warehouse_id, name, contract.vehicle, hired_at))
    world.tell(CourierDrawn(courier_id, round(courier.pace, 9)))


def employed(world: World, courier_id: int, contract: Contract, hired_at: int) -> Courier:
    """Return a courier, who has a pace of his or her own."""
    u = world.luck.draws(Purpose.COURIER, courier_id, n=4)
    return Courier(courier_id, *contract, hired_at, own_pace(u[3], world.scenario.delivery))
