"""Build: makes a world, new or resumed, with its places and posts, its people and all that goes on in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.clock.environment import ShopEnvironment
from sim.luck import Luck
from sim.processes.opening import open_shop
from sim.processes.resume.shop import resume
from sim.processes.start import start_processes
from sim.processes.world import World
from sim.shop.catalogue import Catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from sim.facts import Fact
    from sim.markets import Market
    from sim.scenario import Scenario
    from sim.snapshot import Snapshot


def build_world(
    tell: Callable[[Fact], None],
    *,
    seed: int,
    scenario: Scenario,
    market: Market,
    scale: float,
    epoch: datetime,
    snapshot: Snapshot | None = None,
    cities: Collection[int] | None = None,
) -> World:
    """Return a world in which everything is about to go on: just opened, or resumed where its rows say it stood.

    It is of some cities only, by number, when they are given.
    """
    luck = Luck(seed)
    world = World(
        ShopEnvironment(snapshot.sim_now if snapshot else 0),
        luck,
        scenario,
        market,
        _catalogue(scenario, market, luck),
        epoch,
        scale,
        tell,
        resumed_at=snapshot.sim_now if snapshot else -1,
        newest_ids=snapshot.newest_ids if snapshot else None,
        cities=cities,
    )
    if snapshot is None:
        open_shop(world)
    else:
        resume(world, snapshot)
    start_processes(world)
    return world


def _catalogue(scenario: Scenario, market: Market, luck: Luck) -> Catalogue:
    stock = scenario.stock
    return Catalogue.build(
        market,
        luck,
        products=stock.products,
        popularity_exponent=stock.popularity_exponent,
        promotion_share=stock.promotion_share,
        promotion_discounts_percent=stock.promotion_discounts_percent,
    )
