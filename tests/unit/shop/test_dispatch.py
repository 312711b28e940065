"""Which parcels go together, and in which order, by hand. Places are hundredths of a degree about a depot at 0, 0."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from sim.scenario.delivery import Vehicle
from sim.shop.dispatch import fits, legs_m, neighbours, route, urgency
from sim.shop.order import Order
from sim.shop.people import Address, Customer
from tests.unit.shop.city import WAREHOUSE


class Spot(NamedTuple):
    latitude: float
    longitude: float


DEPOT = Spot(0.0, 0.0)
HUNDREDTH_M = 1112  # of a degree, on the equator or along a meridian
VAN = Vehicle(capacity_parcels=3, capacity_kg=10.0, reach_km=5.0)


def parcel(order_id: int, north: float, east: float, *, kg: float = 1.0, promised_at: int = 0) -> Order:
    address = Address(order_id, north / 100, east / 100)
    order = Order(order_id, Customer(1, "loyal", *address, 50, 1.0), 0, WAREHOUSE, address, (), 0, promised_at)
    order.weight_g = round(kg * 1000)
    order.distance_m = round(HUNDREDTH_M * (north**2 + east**2) ** 0.5)
    return order


def ids(orders: list[Order]) -> list[int]:
    return [order.order_id for order in orders]


def test_the_nearer_promise_is_more_urgent_and_of_equals_the_earlier_order():
    orders = [parcel(3, 0, 1, promised_at=5), parcel(2, 0, 1, promised_at=9), parcel(1, 0, 1, promised_at=5)]
    assert ids(sorted(orders, key=urgency)) == [1, 3, 2]


@pytest.mark.parametrize(
    ("kg", "north", "fitting"), [(10.0, 4, True), (10.001, 4, False), (1.0, 5, False)], ids=["both", "heavy", "far"]
)
def test_a_parcel_fits_by_weight_and_reach(kg, north, fitting):
    assert fits(parcel(1, north, 0, kg=kg), VAN) is fitting


def test_a_load_is_the_seed_and_its_nearest_neighbours():
    seed = parcel(1, 2, 0)
    waiting = [seed, parcel(2, -2, 0), parcel(3, 2, 1), parcel(4, 3, 0), parcel(5, 1, 1)]
    assert ids(neighbours(seed, waiting, VAN)) == [1, 3, 4]  # as near as each other: by id


def test_a_neighbour_too_heavy_for_what_is_left_makes_room_for_the_next():
    seed = parcel(1, 2, 0, kg=6.0)
    waiting = [seed, parcel(2, 2, 0.1, kg=4.5), parcel(3, 2, 0.5, kg=4.0)]
    assert ids(neighbours(seed, waiting, VAN)) == [1, 3]


def test_a_route_goes_round_instead_of_across():
    # The corners of a square and the depot in the middle of one side: nearest neighbour starts north-west and must
    # not cross over.
    corners = [parcel(1, 0, -1), parcel(2, 2, 1), parcel(3, 2, -1), parcel(4, 0, 1)]
    assert ids(route(DEPOT, corners)) in ([1, 3, 2, 4], [4, 2, 3, 1])
    assert sum(legs_m(DEPOT, route(DEPOT, corners), 1.0)) == pytest.approx(8 * HUNDREDTH_M, rel=0.001)


def test_two_opt_mends_what_nearest_neighbour_spoils():
    # One goes to 1 first, from there to 2 and then all the way along the street to 3: 1.41 + 2.2 + 4.5 + 3.45 = 11.56.
    # 2, 1, 3 is 1.56 + 2.2 + 2.3 + 3.45 = 9.51.
    stops = [parcel(1, 1, 1), parcel(2, -1.2, 1), parcel(3, 3.3, 1)]
    tour = route(DEPOT, stops)
    assert ids(tour) in ([2, 1, 3], [3, 1, 2])
    assert sum(legs_m(DEPOT, tour, 1.0)) == pytest.approx(9.51 * HUNDREDTH_M, rel=0.002)


def test_legs_include_the_way_back_and_the_detour():
    stops = [parcel(1, 1, 0), parcel(2, 3, 0)]
    assert legs_m(DEPOT, stops, 1.0) == [1112, 2224, 3336]
    assert legs_m(DEPOT, stops, 1.5) == [1668, 3336, 5004]


def test_no_parcels_make_no_route():
    assert route(DEPOT, []) == []
    assert legs_m(DEPOT, [], 1.0) == [0]
