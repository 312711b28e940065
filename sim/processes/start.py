"""Start: the processes that go on for ever begin. The rest are started by what happens in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.processes.arrivals import ArrivalMix, arrivals
from sim.processes.delivery import dispatch_each_morning
from sim.processes.fulfilment import change_of_staff
from sim.processes.incidents import plan_incidents
from sim.processes.prices import change_prices
from sim.processes.shifts import work_shifts

if TYPE_CHECKING:
    from sim.processes.world import World


def start_processes(world: World) -> None:
    """Start arrivals, shifts, changes of staff and prices, and the scenario's incidents, from now on."""
    env, mix = world.env, ArrivalMix(world.scenario)
    plan_incidents(world)
    env.process(change_prices(world))
    for region in world.regions:
        for warehouse in region.warehouses:
            id_ = warehouse.warehouse_id
            env.process(change_of_staff(env, warehouse.pickers, 2 * id_))
            env.process(change_of_staff(env, warehouse.packers, 2 * id_ + 1))
            env.process(dispatch_each_morning(world, warehouse))
            for courier in warehouse.couriers:
                env.process(work_shifts(world, warehouse, courier))
        env.process(arrivals(world, region, mix))
