"""A city: its districts, who comes, and carts left behind."""

from __future__ import annotations

from collections import Counter

import pytest

from sim.clock.units import DAY_US, HOUR_US
from sim.luck import Luck, Purpose
from sim.markets import load_market
from sim.scenario import Scenario
from sim.scenario.demand import Demand
from sim.shop.geography import distance_m
from sim.shop.ids import Ids
from sim.shop.people import Address, Customer, VisitPropensity
from sim.shop.purchase_memory import PurchaseMemory
from sim.shop.region import AbandonedCart, Region
from sim.shop.traits import activity_by_hour
from tests.unit.shop.city import EPOCH, region

NEW_YORK = load_market("international").cities[0]  # warehouses in Bushwick (58 %) and Mott Haven (42 %)
EVERYBODY = VisitPropensity(Demand(satisfaction_pull=0.0, recency_floor=1.0))  # everybody is at the bound


@pytest.fixture
def city() -> Region:
    return region(NEW_YORK)


def somebody(number: int, activity: float = 1.0) -> Customer:
    return Customer(number * 100 + 1, "loyal", *Address(number * 100 + 1, 40.7, -74.0), 50, activity)


def test_warehouses_are_numbered_within_their_city_and_share_its_demand(city):
    assert [warehouse.warehouse_id for warehouse in city.warehouses] == [11, 12]
    assert [warehouse.share for warehouse in city.warehouses] == pytest.approx([0.26 * 0.58, 0.26 * 0.42])


@pytest.mark.parametrize(("u", "district"), [(0.0, 0), (0.579, 0), (0.581, 1), (0.9999999, 1)])
def test_homes_lie_around_the_warehouse_of_their_district(city, u, district):
    warehouse = city.warehouses[district]
    assert city.home(u, 0.0, 0.3) == (warehouse.latitude, warehouse.longitude)
    assert warehouse.landmark.distance_m(*city.home(u, 0.999, 0.3), 1.0) == pytest.approx(9_000, rel=0.01)


def test_a_home_is_served_from_the_nearest_warehouse(city):
    for warehouse in city.warehouses:
        assert city.nearest_warehouse(warehouse.latitude, warehouse.longitude) is warehouse
    between = city.nearest_warehouse(40.76, -73.92)
    assert between is min(city.warehouses, key=lambda w: distance_m(40.76, -73.92, w.latitude, w.longitude))


def test_of_equally_near_warehouses_the_first_serves(city):
    here, there = NEW_YORK.warehouses
    twins = (there.model_copy(update={"share": 0.5}), there.model_copy(update={"share": 0.3}), here)
    three = region(NEW_YORK.model_copy(update={"warehouses": twins}))
    assert three.nearest_warehouse(there.latitude, there.longitude) is three.warehouses[0]


def test_the_warehouse_of_a_customer_is_the_nearest_one(city):
    near_bushwick, near_mott_haven = somebody(1), somebody(2)
    for customer, warehouse in zip((near_bushwick, near_mott_haven), city.warehouses, strict=True):
        customer.latitude, customer.longitude = warehouse.latitude + 0.001, warehouse.longitude
        assert [city.warehouse_of(customer) for _ in range(2)] == [warehouse, warehouse]


# --- who comes -------------------------------------------------------------------------------------------------------


def test_nobody_comes_where_nobody_lives(city):
    assert city.sample_customer([0.5] * 24, 0, EVERYBODY) is None


def test_customers_come_in_proportion_to_their_activity(city):
    for number, activity in enumerate((1.0, 3.0, 6.0), start=1):
        city.add_customer(somebody(number, activity))
    uniforms = Luck(1).draws(Purpose.VISITOR, 1, n=30_000)
    came = Counter(
        customer.customer_id
        for three in zip(uniforms[::3], uniforms[1::3], uniforms[2::3], strict=True)
        if (customer := city.sample_customer(three, 0, EVERYBODY))
    )
    for customer_id, share in ((101, 0.1), (201, 0.3), (301, 0.6)):
        assert abs(came[customer_id] / 10_000 - share) < 4.0 * (share * (1.0 - share) / 10_000) ** 0.5


def test_propensity_decides_by_rejection(city):
    happy, sad = somebody(1), somebody(2)
    happy.satisfaction, sad.satisfaction = 100, 0
    city.add_customer(happy)
    city.add_customer(sad)
    propensity = VisitPropensity(Demand(satisfaction_pull=1.0, recency_floor=1.0))
    assert city.sample_customer([0.5, 0.9, 0.0, 0.5, 0.1, 0.99], 0, propensity) is happy  # the sad one never comes
    assert city.sample_customer([0.5, 0.9, 0.0] * 8, 0, propensity) is None


def test_who_is_in_a_session_is_not_drawn(city):
    first, second = somebody(1), somebody(2)
    city.add_customer(first)
    city.add_customer(second)
    first.in_session = True
    assert city.sample_customer([0.5, 0.1, 0.0, 0.5, 0.9, 0.0], 0, EVERYBODY) is second


def test_who_is_established_is_found_by_the_same_luck_whoever_registers_later(city):
    for number in range(1, 40):
        city.add_customer(somebody(number), established=True)
    uniforms = Luck(2).draws(Purpose.VISITOR, 1, n=600)
    threes = list(zip(uniforms[::3], uniforms[1::3], uniforms[2::3], strict=True))

    def who_comes() -> list[Customer | None]:
        return [city.sample_customer(three, 0, EVERYBODY) for three in threes]

    before = who_comes()
    city.add_customer(somebody(40))
    differ = sum(now is not then for now, then in zip(who_comes(), before, strict=True))
    assert 0 < differ < 20  # 200 / 40 = 5 of them find the newcomer, and nobody else changes


def test_people_come_in_their_hours(city):
    by_hour = activity_by_hour(2.0)
    crowded = Region(NEW_YORK, Ids(1), EPOCH, PurchaseMemory(DAY_US), by_hour)
    for number, hours in enumerate((0, 3), start=1):  # about 02:00 and about 14:00
        keeps_to_them = somebody(number)
        keeps_to_them.hours = hours
        crowded.add_customer(keeps_to_them)
    for local_hour, expected in ((2, 1), (14, 2)):
        at = (local_hour + 5) * HOUR_US  # New York is five hours behind in January
        uniforms = Luck(3).draws(Purpose.VISITOR, local_hour, n=3_000)
        came = Counter(
            customer.customer_id // 100
            for three in zip(uniforms[::3], uniforms[1::3], uniforms[2::3], strict=True)
            if (customer := crowded.sample_customer(three, at, EVERYBODY))
        )
        share = by_hour[local_hour][(0, 3)[expected - 1]] / (by_hour[local_hour][0] + by_hour[local_hour][3])
        assert abs(came[expected] / 1_000 - share) <= 4.0 * (share * (1.0 - share) / 1_000) ** 0.5


# --- carts left behind -----------------------------------------------------------------------------------------------


def test_carts_are_forgotten_when_they_are_too_old(city):
    plan = Scenario.model_validate({"demand": {"cart_return_within_h": 24.0}})
    left = (1, 0), (2, 5), (3, 6)
    carts = [AbandonedCart(number, somebody(number), {1: 1}, hour * HOUR_US) for number, hour in left]
    city.abandoned_carts.extend(carts)
    city.drop_old_carts(DAY_US + 5 * HOUR_US, plan)
    assert list(city.abandoned_carts) == carts[1:]  # exactly a day old is not too old
    city.drop_old_carts(9 * DAY_US, plan)
    assert list(city.abandoned_carts) == []
