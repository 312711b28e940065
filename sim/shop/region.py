"""A region: a city with its warehouses, couriers and customers. Nothing crosses regions."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from sim.clock.units import HOUR_US, QUARTER_US
from sim.markets.land import Land
from sim.shop.crowd import Crowd
from sim.shop.geography import LocalClock, place_around
from sim.shop.ids import warehouse_id_of
from sim.shop.order import Warehouse
from sim.shop.postal_areas import PostalAreas
from sim.shop.traits import home_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sim.markets import City
    from sim.scenario import Scenario
    from sim.shop.display import Display
    from sim.shop.ids import Ids
    from sim.shop.people import Customer, VisitPropensity
    from sim.shop.purchase_memory import PurchaseMemory


_NEVER = -(1 << 62)
_MOST_TURNS = 50  # then it is an island
_GOLDEN = 0.6180339887498949  # of a turn: no few of them come to the same bearing


class AbandonedCart(NamedTuple):
    """An abandoned cart of a known customer, which a later session may take up again."""

    cart_id: int
    customer: Customer
    items: dict[int, int]
    closed_at: int


class Region:
    """A city at work."""

    def __init__(
        self,
        city: City,
        ids: Ids,
        epoch: datetime,
        purchase_memory: PurchaseMemory,
        active_hours: Sequence[Sequence[float]] = ((1.0,),) * 24,
    ) -> None:
        """`active_hours` is how active each crowd of customers is by local hour."""
        self.city = city
        self.ids = ids
        self.clock = LocalClock(city.timezone, epoch)
        self.purchase_memory = purchase_memory
        self.warehouses = [
            Warehouse(
                warehouse_id_of(city.city_id, number),
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
        self.postal_areas = PostalAreas(city)
        self._land = Land(city.uninhabited)
        self.abandoned_carts: deque[AbandonedCart] = deque()
        self.strangers_here: set[int] = set()  # the homes of who is in a session and no customer
        self._joined: set[int] = set()  # the homes of who became a customer since the opening
        self.second_addresses: dict[int, int] = {}  # their ids by customer, where the shop knows one
        self._active_hours = active_hours
        self._crowds = [
            Crowd() for _ in range(2 * len(active_hours[0]))
        ]  # of the opening, then of those registered since
        self.southern = city.latitude < 0.0
        self.display: Display | None = None  # what was shown last
        self._below: list[float] = []
        self._weighed_until = _NEVER

    def add_customer(self, customer: Customer, *, established: bool = False) -> None:
        """Add a customer to those with the same active hours; they come in the order of registration.

        Who is `established`, from before the opening, is among these for ever; so the same luck finds the same ones
        in shops that register others, and scenarios that share it differ by their own doing.
        """
        number = customer.hours if established else customer.hours + len(self._crowds) // 2
        if not established:
            self._joined.add(home_key(customer.latitude, customer.longitude))
        self._crowds[number].add(customer)
        self._weighed_until = _NEVER

    @property
    def customers(self) -> list[Customer]:
        """Everybody, in the order of registration."""
        return sorted((who for crowd in self._crowds for who in crowd.customers), key=lambda who: who.customer_id)

    def may_come_as_a_stranger(self, home: int) -> bool:
        """Whether who lives in the home of that number is no customer by now, nor in a session."""
        return home not in self._joined and home not in self.strangers_here

    def sample_customer(self, uniforms: Sequence[float], now_us: int, propensity: VisitPropensity) -> Customer | None:
        """Return a customer in proportion to activity and propensity, by uniforms in threes; None when they run out.

        Activity, with the hours that people keep to, is drawn from exactly; propensity, which changes, by rejection.
        Whoever is in a session is not drawn.
        """
        if now_us >= self._weighed_until:
            self._weigh(now_us)
        below, crowds, bound = self._below, self._crowds, propensity.highest
        total, uniform = below[-1], iter(uniforms)
        if total <= 0.0:
            return None
        for u_crowd, u_who, u_visits in zip(uniform, uniform, uniform, strict=True):
            which = bisect_right(below, u_crowd * total)
            if which == len(below):  # rounded up to the total
                continue
            customer = crowds[which].pick(u_who)
            if not customer.in_session and u_visits * bound < propensity.of(customer, now_us):
                return customer
        return None

    def _weigh(self, now_us: int) -> None:
        """Work out how active each crowd is now, which holds until a quarter of an hour of the clock is over."""
        active = self._active_hours[self.clock.hour(now_us)]
        self._below = list(
            accumulate(crowd.activity * factor for crowd, factor in zip(self._crowds, (*active, *active), strict=True))
        )
        self._weighed_until = now_us + QUARTER_US - self.clock.local_us(now_us) % QUARTER_US

    def home(self, u_district: float, u_distance: float, u_bearing: float) -> tuple[float, float]:
        """Return where somebody lives: around one of the city's warehouses, on land."""
        district = self.warehouses[-1]
        for warehouse, share in self._districts:
            u_district -= share
            if u_district < 0.0:
                district = warehouse
                break
        turns = 0
        while True:
            place = place_around(district.latitude, district.longitude, self.city.radius_km, u_distance, u_bearing)
            if self._land.has(*place) or turns == _MOST_TURNS:
                return place
            turns += 1
            u_bearing = (u_bearing + _GOLDEN) % 1.0

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
