"""Nothing crosses cities, and entities carry their own luck: so a change here leaves everything there as it was."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sim.clock.environment import ShopEnvironment
from sim.clock.units import DAY_US
from sim.facts import (
    CategoryListed,
    CityOpened,
    Fact,
    OrderDelivered,
    PriceSet,
    ProductDrawn,
    ProductListed,
    ReviewWritten,
    SessionStarted,
    ShelfOpened,
    ShelfPlanned,
    StockReserved,
    TripEnded,
    WarehouseOpened,
)
from sim.luck import Luck
from sim.markets import load_market
from sim.processes.opening import open_shop
from sim.processes.start import start_processes
from sim.processes.world import World
from sim.scenario import Scenario
from sim.shop.catalogue import Catalogue

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
SCALE = 0.06
SHARED = (CategoryListed, ProductListed, ProductDrawn, PriceSet)


def lived(days: float, *, cities: frozenset[int] = frozenset({1, 2}), couriers: float = 170.0) -> list[Fact]:
    """Let some cities of a market of two live, and return what happened."""
    plan = Scenario.model_validate({"delivery": {"couriers": couriers}, "stock": {"products": 100}})
    known = load_market("international")
    two = tuple(city.model_copy(update={"demand_share": 0.5}) for city in known.cities[:2])
    market, luck = known.model_copy(update={"cities": two}), Luck(7)
    facts: list[Fact] = []
    catalogue = Catalogue.build(market, luck, products=plan.stock.products)
    world = World(ShopEnvironment(), luck, plan, market, catalogue, EPOCH, SCALE, facts.append)
    world.regions = [region for region in world.regions if region.city.city_id in cities]
    open_shop(world)
    start_processes(world)
    world.env.run_through(round(days * DAY_US), lambda: False)
    return facts


def city_of(fact: Fact) -> int | None:
    """Return the city that a fact belongs to, which its id names; None for the catalogue's."""
    if isinstance(fact, SHARED):
        return None
    if isinstance(fact, CityOpened):
        return fact.city_id
    if isinstance(fact, WarehouseOpened | ShelfOpened | ShelfPlanned | StockReserved):
        return fact.warehouse_id // 10
    return int(fact[0]) % 100


@pytest.fixture(scope="module")
def together() -> list[Fact]:
    return lived(2.0)


@pytest.mark.parametrize("city", [1, 2])
def test_a_city_comes_out_the_same_alone_and_with_others(together, city):
    alone = lived(2.0, cities=frozenset({city}))
    assert alone == [fact for fact in together if city_of(fact) in {city, None}]
    for kind in (SessionStarted, OrderDelivered, TripEnded, ReviewWritten):
        assert any(isinstance(fact, kind) for fact in alone), f"two days should bring a {kind.__name__}"


def test_the_cities_differ_from_each_other(together):
    starts = [fact for fact in together if isinstance(fact, SessionStarted)]
    assert {start.at for start in starts if start.city_id == 1}.isdisjoint(
        {start.at for start in starts if start.city_id == 2}
    )


def test_the_same_seed_gives_the_same_facts(together):
    assert lived(2.0) == together


def test_more_couriers_change_the_deliveries_but_not_who_comes_when(together):
    more = lived(2.0, couriers=340.0)

    def arrivals(facts: list[Fact]) -> list[tuple[int, int]]:
        return [(fact.session_id, fact.at) for fact in facts if isinstance(fact, SessionStarted)]

    def deliveries(facts: list[Fact]) -> list[int]:
        return [fact.at for fact in facts if isinstance(fact, OrderDelivered)]

    assert arrivals(more) == arrivals(together)
    assert deliveries(more) != deliveries(together)
