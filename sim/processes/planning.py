"""Planning: what each shelf shall hold, week by week, of what is looked at more or less by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.clock.units import DAY_US, WEEK_US
from sim.facts import ShelfPlanned
from sim.processes.replenishment import reorder
from sim.shop.stock import stock_levels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.processes.world import World
    from sim.scenario import Scenario
    from sim.shop.order import Warehouse
    from sim.shop.region import Region

_MIDDLE_US = 3 * DAY_US  # of a week: the day that the planner takes for all of it


def planned_levels(world: World, region: Region, warehouse: Warehouse) -> dict[int, tuple[int, int]]:
    """Return (reorder point, order-up-to level) by product for this week: of how much it is looked at in its middle."""
    units_per_day = planned_units_per_day(world.scenario, world.scale, warehouse)
    week = world.env.now // WEEK_US
    shares: Mapping[int, float] = world.displays.at(week * WEEK_US + _MIDDLE_US, 0.0, region.southern).shares()
    stock = world.scenario.stock
    return {product_id: stock_levels(units_per_day * share, stock) for product_id, share in shares.items()}


def planned_units_per_day(scenario: Scenario, scale: float, warehouse: Warehouse) -> float:
    """Return the units a day that the planner of this warehouse's stock reckons with."""
    return scenario.demand.sessions_per_day * scale * warehouse.share * scenario.stock.planned_units_per_session


def plan_shelves(world: World) -> None:
    """Set the levels of all shelves for the week that begins now, and order for those that are low by them."""
    for region in world.regions:
        for warehouse in region.warehouses:
            levels = planned_levels(world, region, warehouse)
            for product_id, shelf in sorted(warehouse.shelves.items()):
                if (planned := levels[product_id]) != (shelf.reorder_point, shelf.order_up_to):
                    shelf.reorder_point, shelf.order_up_to = planned
                    world.tell(ShelfPlanned(warehouse.warehouse_id, product_id, *planned))
                    reorder(world, warehouse, shelf)
