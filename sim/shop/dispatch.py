"""Dispatch: which parcels go on a trip together, and in which order they are delivered."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from sim.clock.units import MINUTE_US
from sim.shop.geography import Landmark, distance_m

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sim.scenario.delivery import Delivery, Vehicle
    from sim.shop.geography import Place
    from sim.shop.order import Order


def urgency(order: Order) -> tuple[int, int]:
    """Order parcels by their promise; equal promises by order id."""
    return order.promised_at, order.order_id


def held_until(order: Order, delivery: Delivery) -> int:
    """Return until when a parcel waits for company: `hold_min`, less when its promise is near."""
    by_promise = order.promised_at - round(delivery.hold_slack_min * MINUTE_US)
    return max(order.ready_at, min(order.ready_at + round(delivery.hold_min * MINUTE_US), by_promise))


def fits(order: Order, vehicle: Vehicle) -> bool:
    """Whether a parcel alone can go on such a vehicle."""
    return order.weight_g <= vehicle.capacity_kg * 1000.0 and order.distance_m <= vehicle.reach_km * 1000.0


def neighbours(seed: Order, waiting: Iterable[Order], vehicle: Vehicle) -> list[Order]:
    """Return the most urgent parcel and its nearest neighbours, as many as the vehicle carries."""
    here = Landmark(seed.address.latitude, seed.address.longitude)
    others = sorted(
        (here.distance_m(order.address.latitude, order.address.longitude), order.order_id, order)
        for order in waiting
        if order is not seed and fits(order, vehicle)
    )
    trip, weight_g = [seed], seed.weight_g
    for _, _, order in others:
        if len(trip) >= vehicle.capacity_parcels:
            break
        if weight_g + order.weight_g <= vehicle.capacity_kg * 1000.0:
            trip.append(order)
            weight_g += order.weight_g
    return trip


def route(start: Place, parcels: Sequence[Order]) -> list[Order]:
    """Return the parcels in the order of a short round trip: nearest neighbour, then 2-opt until nothing improves."""
    points = [(start.latitude, start.longitude), *((o.address.latitude, o.address.longitude) for o in parcels)]
    way = _ways_m(points)
    left, tour = set(range(1, len(points))), [0]
    while left:
        here = way[tour[-1]]
        nearest = min(left, key=lambda stop: (here[stop], stop))
        tour.append(nearest)
        left.remove(nearest)
    return [parcels[stop - 1] for stop in _two_opt(tour, way)[1:]]


def _ways_m(points: Sequence[tuple[float, float]]) -> list[list[int]]:
    """Return the metres from each point to each, which are the same both ways."""
    way = [[0] * len(points) for _ in points]
    for a, (latitude, longitude) in enumerate(points):
        here = Landmark(latitude, longitude)
        for b in range(a):
            way[a][b] = way[b][a] = here.distance_m(*points[b])
    return way


def legs_m(start: Place, stops: Sequence[Order], detour: float) -> list[int]:
    """Return the metres of each leg of the round trip, the way back included."""
    places = [start, *(order.address for order in stops), start]
    return [distance_m(a.latitude, a.longitude, b.latitude, b.longitude, detour) for a, b in pairwise(places)]


def _two_opt(tour: list[int], way: list[list[int]]) -> list[int]:
    """Reverse stretches of the closed tour (which starts at 0) as long as that makes it shorter."""
    improved = True
    while improved:
        improved = False
        for i in range(1, len(tour) - 1):
            for j in range(i + 1, len(tour)):
                before, first, last, after = tour[i - 1], tour[i], tour[j], tour[(j + 1) % len(tour)]
                if way[before][last] + way[first][after] < way[before][first] + way[last][after]:
                    tour[i : j + 1] = reversed(tour[i : j + 1])
                    improved = True
    return tour
