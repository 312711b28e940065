"""Prices: promotions begin and end with the weeks of the run, and flash sales when they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.clock.environment import Turn
from sim.clock.units import WEEK_US
from sim.facts import PriceSet
from sim.processes.planning import plan_shelves

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy import Event

    from sim.processes.world import World


def change_prices(world: World) -> Generator[Event, None, None]:
    """At the start of each week of the run, record the prices that are new, and plan the stock for it."""
    week = world.env.now // WEEK_US + 1
    while True:
        yield world.env.until(week * WEEK_US, Turn.PRICES, 0)
        record_new_prices(world)
        plan_shelves(world)
        week += 1


def record_opening_prices(world: World) -> None:
    """Record the list price of every product, in force for a week, and the promotions that begin at the epoch."""
    for product in world.catalogue.products:
        world.tell(PriceSet(product.product_id, world.env.now - WEEK_US, product.list_price_cents, "opening"))
    for product, price_cents in world.catalogue.first_promotions():
        world.tell(PriceSet(product.product_id, world.env.now, price_cents, "promotion"))


def record_new_prices(world: World) -> None:
    """Record the prices that are others now than a microsecond ago; once an instant, whoever asks."""
    now = world.env.now
    if world.priced_at == now:
        return
    world.priced_at = now
    for product, price_cents, reason in world.catalogue.changes(world.price_terms(now - 1), world.price_terms(now)):
        world.tell(PriceSet(product.product_id, now, price_cents, reason))
