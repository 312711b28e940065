"""Prices: promotions begin and end with the weeks of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.clock.environment import Turn
from sim.clock.units import WEEK_US
from sim.facts import PriceSet

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy import Event

    from sim.processes.world import World


def change_prices(world: World) -> Generator[Event, None, None]:
    """At the start of each week of the run, record the prices that are new."""
    week = world.env.now // WEEK_US + 1
    while True:
        yield world.env.until(week * WEEK_US, Turn.PRICES, 0)
        record_prices(world, week)
        week += 1


def record_prices(world: World, week: int) -> None:
    """Record the prices that are new in a week, now."""
    for product, price_cents, reason in world.catalogue.changes(week):
        world.tell(PriceSet(product.product_id, world.env.now, price_cents, reason))
