"""A region: a city with its warehouses, couriers and customers. Nothing crosses regions."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from sim.clock.units import HOUR_US
from sim.shop.geography import LocalClock, place_around
from sim.shop.order import Warehouse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sim.markets import City
    from sim.scenario import Scenario
    from sim.shop.ids import Ids
    from sim.shop.people import Customer, VisitPropensity
    from sim.shop.purchase_memory import PurchaseMemory


class AbandonedCart(NamedTuple):
    """An abandoned cart of a known customer, which a later session may take up again."""

    cart_id: int
    customer: Customer
    items: dict[int, int]
    closed_at: int


class Region:
    """A city at work."""

    def __init__(self, city: City, ids: Ids, epoch: datetime, purchase_memory: PurchaseMemory) -> None:
        self.city = city
        self.ids = ids
        self.clock = LocalClock(city.timezone, epoch)
        self.purchase_memory = purchase_memory
        self.warehouses = [
            Warehouse(
                city.city_id * 10 + number,
                place.name,
                place.latitude,
                place.longitude,
                city.demand_share * place.share,
                city.city_id,
                ids,
                self.clock,
                purchase_memory,
            )
            for number, place in enumerate(city.warehouses, start=1)
        ]
        self._districts = [(warehouse, warehouse.share / city.demand_share) for warehouse in self.warehouses]
        self.customers: list[Customer] = []
        self.abandoned_carts: deque[AbandonedCart] = deque()
        self._cumulated_activity = array("d")  # searched for every visit: side by side it stays in the cache

    def add_customer(self, customer: Customer) -> None:
        """Add a customer; they are kept in the order of their ids, which is that of registration."""
        so_far = self._cumulated_activity[-1] if self._cumulated_activity else 0.0
        self._cumulated_activity.append(so_far + customer.activity)
        self.customers.append(customer)

    def sample_customer(self, uniforms: Sequence[float], now_us: int, propensity: VisitPropensity) -> Customer | None:
        """Return a customer in proportion to activity and propensity, by pairs of uniforms; None when they run out.

        Activity is drawn from exactly; propensity, which changes, by rejection. Whoever is in a session is not drawn.
        """
        customers, cumulated = self.customers, self._cumulated_activity
        if not customers:
            return None
        bound, total, last = propensity.highest, cumulated[-1], len(customers) - 1
        for u_who, u_visits in zip(uniforms[::2], uniforms[1::2], strict=True):
            place = bisect_right(cumulated, u_who * total)
            customer = customers[min(last, place)]
            if not customer.in_session and u_visits * bound < propensity.of(customer, now_us):
                return customer
        return None

    def home(self, u_district: float, u_distance: float, u_bearing: float) -> tuple[float, float]:
        """Return where somebody lives: around one of the city's warehouses."""
        district = self.warehouses[-1]
        for warehouse, share in self._districts:
            u_district -= share
            if u_district < 0.0:
                district = warehouse
                break
        return place_around(district.latitude, district.longitude, self.city.radius_km, u_distance, u_bearing)

    def nearest_warehouse(self, latitude: float, longitude: float) -> Warehouse:
        """Return the warehouse that serves a place: of equally near ones the first."""
        nearest = self.warehouses[0]
        if len(self.warehouses) > 1:
            least_m = nearest.landmark.distance_m(latitude, longitude)
            for other in self.warehouses[1:]:
                metres = other.landmark.distance_m(latitude, longitude)
                if metres < least_m:
                    nearest, least_m = other, metres
        return nearest

    def warehouse_of(self, customer: Customer) -> Warehouse:
        """Return the warehouse that serves a customer, who does not move."""
        if customer.district < 0:
            customer.district = self.warehouses.index(self.nearest_warehouse(customer.latitude, customer.longitude))
        return self.warehouses[customer.district]

    def drop_old_carts(self, now_us: int, scenario: Scenario) -> None:
        """Drop abandoned carts that are too old to be returned to."""
        oldest = now_us - round(scenario.demand.cart_return_within_h * HOUR_US)
        while self.abandoned_carts and self.abandoned_carts[0].closed_at < oldest:
            self.abandoned_carts.popleft()
