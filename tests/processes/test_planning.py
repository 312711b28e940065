"""Planning: shelves follow what is looked at, week by week, and say so."""

from __future__ import annotations

import pytest

from sim.clock.units import DAY_US, WEEK_US
from sim.facts import ReplenishmentOrdered, ShelfPlanned
from sim.luck import Luck
from sim.processes.planning import planned_levels, planned_units_per_day
from sim.processes.prices import change_prices
from sim.shop.stock import stock_levels
from tests.processes.world import DAY_S, WAREHOUSE, Tiny, scenario


def test_levels_are_those_of_the_share_of_looks():
    tiny = Tiny(scenario(demand={"sessions_per_day": 1000.0}, stock={"planned_units_per_session": 0.101}))
    assert planned_units_per_day(tiny.world.scenario, 1.0, tiny.warehouse) == pytest.approx(101.0)
    levels = planned_levels(tiny.world, tiny.region, tiny.warehouse)
    stock = tiny.world.scenario.stock
    assert levels == {1: stock_levels(70.7, stock)} | dict.fromkeys((2, 3, 4), stock_levels(10.1, stock))


def test_at_the_start_of_a_week_shelves_get_their_levels_and_the_low_ones_goods():
    tiny = Tiny(scenario(demand={"sessions_per_day": 1000.0}, stock={"planned_units_per_session": 0.101}))
    tiny.env.process(change_prices(tiny.world))
    tiny.run(7 * DAY_S - 1)
    assert tiny.told(ShelfPlanned) == []
    tiny.run(7 * DAY_S)
    levels = planned_levels(tiny.world, tiny.region, tiny.warehouse)
    assert tiny.told(ShelfPlanned) == [(WAREHOUSE, id_, *levels[id_]) for id_ in (1, 2, 3, 4)]
    point, up_to = levels[1]
    assert point >= 100  # of which there are 100 on the shelf
    [ordered] = tiny.told(ReplenishmentOrdered)
    assert (ordered.product_id, ordered.quantity, ordered.at) == (1, up_to - 100, WEEK_US)
    tiny.run(14 * DAY_S)
    assert len(tiny.told(ShelfPlanned)) == 4, "what stays as it is is not told again"


def test_what_has_its_day_ahead_is_planned_higher_in_time():
    plan = scenario(products={"vogue_floor": 0.0, "peak_days": 20.0}, demand={"sessions_per_day": 100_000.0})
    tiny = Tiny(plan, Luck(3))
    before = planned_levels(tiny.world, tiny.region, tiny.warehouse)
    tiny.run(3 * 7 * DAY_S)
    after = planned_levels(tiny.world, tiny.region, tiny.warehouse)
    then, now = (
        tiny.world.displays.at(at, 0.0, southern=False).shares() for at in (3 * DAY_US, 3 * WEEK_US + 3 * DAY_US)
    )
    assert {after[id_] > before[id_] for id_ in before} == {True, False}
    assert all((after[id_] > before[id_]) == (now[id_] > then[id_]) for id_ in before)
