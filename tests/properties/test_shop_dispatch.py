"""Routes and loads, whatever the parcels."""

from __future__ import annotations

from itertools import permutations
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.facts import OrderLine
from sim.scenario.delivery import Vehicle
from sim.shop.dispatch import fits, legs_m, neighbours, route
from sim.shop.geography import distance_m
from sim.shop.order import Order
from sim.shop.people import Address, Customer
from tests.unit.shop.city import WAREHOUSE


class Depot(NamedTuple):
    latitude: float
    longitude: float


DEPOT = Depot(52.5, 13.4)
degrees = st.floats(-0.12, 0.12).map(lambda off: round(off, 6))  # some 13 km north or south


def parcel(number: int, at: tuple[float, float], weight_g: int = 1000) -> Order:
    address = Address(number, DEPOT.latitude + at[0], DEPOT.longitude + at[1])
    customer = Customer(number, "loyal", *address, 50, 1.0)
    order = Order(number, customer, 0, WAREHOUSE, address, (OrderLine(1, 1, 1, 100),), 0, 1)
    order.weight_g = weight_g
    order.distance_m = distance_m(*DEPOT, address.latitude, address.longitude)
    return order


def parcels(most: int) -> st.SearchStrategy[list[Order]]:
    places = st.lists(st.tuples(degrees, degrees, st.integers(1, 40_000)), min_size=1, max_size=most)
    return places.map(lambda found: [parcel(n, (a, b), g) for n, (a, b, g) in enumerate(found, start=1)])


def length_m(stops: list[Order]) -> int:
    return sum(legs_m(DEPOT, stops, 1.0))


def nearest_first(found: list[Order]) -> list[Order]:
    """The tour of a driver who always goes to the nearest parcel left; of equally near ones the first listed."""
    left, here, tour = list(found), (DEPOT.latitude, DEPOT.longitude), list[Order]()
    while left:
        stop = min(left, key=lambda o: distance_m(*here, o.address.latitude, o.address.longitude))
        left.remove(stop)
        tour.append(stop)
        here = stop.address.latitude, stop.address.longitude
    return tour


@given(found=parcels(12))
def test_a_route_visits_every_parcel_once(found):
    assert sorted(order.order_id for order in route(DEPOT, found)) == [order.order_id for order in found]


@given(found=parcels(12))
def test_a_route_is_no_longer_than_the_nearest_neighbours(found):
    assert length_m(route(DEPOT, found)) <= length_m(nearest_first(found))


@given(found=parcels(3))
def test_up_to_three_stops_are_visited_in_the_best_order(found):
    assert length_m(route(DEPOT, found)) == min(length_m(list(tour)) for tour in permutations(found))


@settings(max_examples=50)
@given(found=parcels(8))
def test_no_stretch_of_a_route_is_better_reversed(found):
    tour = route(DEPOT, found)
    for i in range(len(tour)):
        for j in range(i + 1, len(tour)):
            turned = [*tour[:i], *reversed(tour[i : j + 1]), *tour[j + 1 :]]
            assert length_m(tour) <= length_m(turned)


@given(found=parcels(12), most=st.integers(1, 6), kg=st.floats(40.0, 120.0), reach=st.floats(1.0, 20.0))
def test_a_load_holds_the_most_urgent_and_respects_the_vehicle(found, most, kg, reach):
    vehicle = Vehicle(capacity_parcels=most, capacity_kg=kg, reach_km=reach)
    able = [order for order in found if fits(order, vehicle)]
    if not able:
        return
    load = neighbours(able[0], found, vehicle)
    assert load[0] is able[0]
    assert len({order.order_id for order in load}) == len(load) <= most
    assert sum(order.weight_g for order in load) <= kg * 1000
    assert all(order.distance_m <= reach * 1000 for order in load)


@given(found=parcels(12), most=st.integers(2, 6))
def test_a_load_leaves_nobody_nearer_behind(found, most):
    vehicle = Vehicle(capacity_parcels=most, capacity_kg=10_000.0, reach_km=500.0)
    seed, load = found[0], neighbours(found[0], found, vehicle)
    left = [order for order in found if order not in load]
    assert len(load) == min(most, len(found))

    def away(order: Order) -> int:
        here, there = seed.address, order.address
        return distance_m(here.latitude, here.longitude, there.latitude, there.longitude)

    assert max(map(away, load)) <= min(map(away, left), default=10**9)
