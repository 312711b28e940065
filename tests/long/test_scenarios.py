"""What each scenario says that one should see is seen, in a small shop against the baseline with the same luck.

Seed and epoch are fixed, so this passes always or never; the bounds leave room for a model that changes a little. New
York at a fifth of its size has some 3,200 sessions and a hundred orders a day, so a mean over three days is good to a
tenth or so: effects that are asked for are larger.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.clock.units import DAY_US, HOUR_US
from sim.markets import load_market
from sim.scenario import load_scenario, scenario_names
from tests.validation.small_shop import SmallShop, lived

SALE = 2, 3  # the third day, on which timed incidents begin
AFTER_SALE = 3, 4  # what the third day emptied is empty still: goods take two days and a half to come
SETTLED = 1, 4  # without the first day
CITIES = [city.name for city in load_market("international").cities]


def new_york(scenario: str) -> SmallShop:
    return lived(scenario, "New York", days=4, scale=0.2)


@pytest.fixture
def usual() -> SmallShop:
    return new_york("baseline")


def test_every_scenario_is_looked_at_here():
    source = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in scenario_names() if f'"{name}"' not in source] == []


@pytest.mark.parametrize("name", scenario_names())
def test_a_scenario_says_what_one_should_see_and_fits_every_market(name: str):
    _, scenario = load_scenario(name)
    assert name == "baseline" or "One should see" in scenario.description
    assert all(isinstance(incident.warehouse or 11, int) for incident in scenario.incidents)
    assert all(incident.city is None for incident in scenario.incidents)


def test_peak_season_has_queues_for_couriers_and_later_promises(usual: SmallShop):
    peak = new_york("peak_season")
    assert peak.sessions(*SETTLED) == pytest.approx(2.0 * usual.sessions(*SETTLED), rel=0.05)
    # Far slots keep a third of the orders away, so pickers have no more to do than they can.
    assert peak.dock_wait_min(*SETTLED) > 1.3 * usual.dock_wait_min(*SETTLED)
    assert peak.promised_h(*SETTLED) > 1.3 * usual.promised_h(*SETTLED)
    ordered = [len(shop.orders(*SETTLED)) / shop.sessions(*SETTLED) for shop in (peak, usual)]
    assert ordered[0] < 0.92 * ordered[1]


def test_courier_shortage_lets_parcels_wait_on_the_dock_though_picking_is_as_quick_as_ever(usual: SmallShop):
    short = new_york("courier_shortage")
    assert len(short.rows("couriers")) < len(usual.rows("couriers"))
    assert short.sessions(*SETTLED) == usual.sessions(*SETTLED)
    assert short.dock_wait_min(*SETTLED) > 1.25 * usual.dock_wait_min(*SETTLED)
    assert short.picker_wait_min(*SETTLED) == pytest.approx(usual.picker_wait_min(*SETTLED), abs=10.0)


def test_warehouse_outage_stops_one_warehouse_and_leaves_the_other_as_it_was(usual: SmallShop):
    out = new_york("warehouse_outage")
    hit, spared = {"warehouse_id": 11}, {"warehouse_id": 12}
    [row] = out.rows("sim.incidents")
    assert (row["began_at"], row["ends_at"]) == (2 * DAY_US + 10 * HOUR_US, 2 * DAY_US + 22 * HOUR_US)
    begun = [order["pick_started_at"] for order in out.rows("orders", **hit) if order["pick_started_at"] is not None]
    assert not [at for at in begun if row["began_at"] < at <= row["ends_at"]]
    assert out.picker_wait_min(*SALE, **hit) > usual.picker_wait_min(*SALE, **hit) + 90.0
    assert out.picker_wait_min(*SALE, **spared) == pytest.approx(usual.picker_wait_min(*SALE, **spared), abs=15.0)


def test_flash_sale_fills_carts_and_empties_shelves_with_yesterdays_staff(usual: SmallShop):
    sale = new_york("flash_sale")
    assert sale.sessions(*SALE) == pytest.approx(2.0 * usual.sessions(*SALE), rel=0.05)
    assert sale.sessions(0, 2) == usual.sessions(0, 2)
    assert sale.price_level(*SALE) < usual.price_level(*SALE) - 0.05
    assert sale.dock_wait_min(*SALE) > 1.3 * usual.dock_wait_min(*SALE)
    # A city has a hundred views of empty shelves a day, of some few products: five tell 1.3 from 1 where one cannot.
    everywhere, at_the_sale = (lived(name, *CITIES, days=4, scale=0.2) for name in ("baseline", "flash_sale"))
    assert at_the_sale.empty_shelves(*AFTER_SALE) > 1.3 * everywhere.empty_shelves(*AFTER_SALE)
    whose = ("bargain_hunter", "loyal")
    gained = [at_the_sale.cart_share(*SALE, who) - everywhere.cart_share(*SALE, who) for who in whose]
    assert gained[0] > max(0.02, gained[1])


def test_price_war_takes_the_bargain_hunters_first(usual: SmallShop):
    war = new_york("price_war")
    lost = [usual.cart_share(0, 4, who) - war.cart_share(0, 4, who) for who in ("bargain_hunter", "loyal")]
    assert lost[0] > max(0.015, 2.0 * lost[1])
    assert war.left_for_price(0, 4) > usual.left_for_price(0, 4) + 0.01
    assert war.price_level(0, 4) < usual.price_level(0, 4) - 0.02


def test_rainy_week_slows_the_roads_and_brings_more_orders_and_late_ones(usual: SmallShop):
    rain = new_york("rainy_week")
    assert rain.sessions(0, 1) == usual.sessions(0, 1)
    assert rain.sessions(*SETTLED) == pytest.approx(1.1 * usual.sessions(*SETTLED), rel=0.04)
    # A trip's minutes are rides (1.4 times as long) and doors (as ever), by more kilometres a trip or fewer.
    assert 1.15 < rain.minutes_a_km(*SETTLED) / usual.minutes_a_km(*SETTLED) < 1.5
    assert rain.dock_wait_min(*SETTLED) > 1.3 * usual.dock_wait_min(*SETTLED)
    assert rain.late_share(*SETTLED) > usual.late_share(*SETTLED) + 0.05


def test_growth_makes_the_second_week_fuller_than_the_first():
    # Large enough that a week's mean wait is no matter of a few full evenings, or of whose baskets are large.
    flat, grown = (lived(name, *CITIES[:3], days=14, scale=0.3) for name in ("baseline", "growth"))
    weeks = [grown.sessions(first, first + 7) / flat.sessions(first, first + 7) for first in (0, 7)]
    # The mean of 1.1 to the power of t over the first and the second week; a week has 70,000 sessions.
    assert weeks == [pytest.approx(1.049, rel=0.03), pytest.approx(1.154, rel=0.03)]
    assert grown.dock_wait_min(7, 14) > 1.05 * flat.dock_wait_min(7, 14)
    assert grown.promised_h(7, 14) > flat.promised_h(7, 14)


def test_small_town_waits_longer_at_the_same_load_a_head():
    city, town = (lived(name, "Sydney", days=3, scale=1.0) for name in ("baseline", "small_town"))
    assert town.sessions(0, 3) == pytest.approx(0.1 * city.sessions(0, 3), rel=0.1)
    couriers = [len(shop.rows("couriers")) for shop in (city, town)]
    assert couriers[0] > 5 * couriers[1]
    assert town.dock_wait_min(0, 3) > 1.4 * city.dock_wait_min(0, 3)  # most of it waits for the slot, in both
    assert town.promised_h(0, 3) > 1.3 * city.promised_h(0, 3)
    # A town has thirty orders a day: five of them for ten days tell 0.95 from 1 where one for three cannot.
    towns = lived("small_town", *CITIES, days=10, scale=1.0)
    ordered = [len(shop.orders(0, days)) / shop.sessions(0, days) for shop, days in ((towns, 10), (city, 3))]
    assert ordered[0] < 0.95 * ordered[1]


# --- nothing crosses cities ------------------------------------------------------------------------------------------


def test_a_strike_in_one_city_is_seen_there_and_leaves_every_row_of_another_as_it_was(tmp_path: Path):
    file = tmp_path / "strike.yaml"
    file.write_text("incidents: [{kind: courier_strike, city: London, after_hours: 30, hours: 12, strength: 0.8}]")
    calm, struck = (lived(name, "London", "Sydney", days=2.5, scale=0.1) for name in ("baseline", str(file)))
    assert struck.of_city(5) == calm.of_city(5)
    assert struck.of_city(3)["trips"] != calm.of_city(3)["trips"]
    london = [{"warehouse_id": id_} for id_ in (31, 32)]
    waits = [[shop.dock_wait_min(1, 2, **place) for place in london] for shop in (calm, struck)]
    assert sum(waits[1]) > 1.5 * sum(waits[0])
    late = [sum(shop.late_share(1, 2, **place) for place in london) for shop in (calm, struck)]
    assert late[1] > late[0]
