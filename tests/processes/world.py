"""A shop so small that every instant in it can be reckoned by hand.

One city in UTC, its warehouse at 0° N 0° E, four products, no chance: every uniform is one half (the median of whatever
is drawn) unless a test scripts it. An order of one line and one unit is picked in 100 s and packed in 60 s; vans do
10 m/s and stop for 120 s at a door. The epoch is a Monday, midnight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from math import exp, pi
from struct import pack
from typing import Any, TypeVar

from simpy import Event

from sim.clock.environment import ShopEnvironment
from sim.clock.units import seconds_us
from sim.facts import Fact, OrderLine
from sim.luck import Luck, Purpose
from sim.markets import City, Market, Reviews, Warehouse, load_market
from sim.markets.reviews import SUBJECTS
from sim.processes.arrivals import enter, new_visit, visitor_draws
from sim.processes.delivery import await_trip
from sim.processes.fulfilment import begin_fulfilment, measure
from sim.processes.session import arrive, go_shopping
from sim.processes.shifts import plan_deliveries, work_shifts
from sim.processes.world import World
from sim.scenario import Scenario
from sim.scenario.funnel import PERSONAS
from sim.shop.catalogue import Catalogue, Category, PriceTag, Product, Promotions
from sim.shop.courier import Courier
from sim.shop.dwell import Dwell
from sim.shop.habits import Habits
from sim.shop.order import Order
from sim.shop.people import Address, Customer
from sim.shop.stock import Shelf
from sim.shop.visit import DRAWS_A_BLOCK, Visit

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
WAREHOUSE = 11
HOUR_S, DAY_S = 3600, 86_400
FAR_OFF_S = DAY_S  # a promise that presses nobody
ONE_MEAN = 1.0 - exp(-1.0)  # the uniform that makes an exponential variate its mean
METRES_PER_DEGREE = 6_371_008.8 * pi / 180.0
PRICES_CENTS = {1: 1000, 2: 500, 3: 2000, 4: 250}

Script = Mapping[tuple[Purpose, int, int], Mapping[int, float]]  # (purpose, entity, occurrence) -> position -> uniform
F = TypeVar("F")

_BICYCLE = {"capacity_parcels": 1, "capacity_kg": 5.0, "speed_km_per_h": 18.0, "reach_km": 2.0}
_VAN = {"capacity_parcels": 3, "capacity_kg": 100.0, "speed_km_per_h": 36.0, "reach_km": 50.0}
_TINY: dict[str, dict[str, Any]] = {
    "funnel": {
        "bounce": 0.0, "add_to_cart": 1.0, "after_add_checkout": 1.0, "one_more_unit": 0.0, "remove": 0.0,
        "complement": 0.0, "price_second_thoughts": 0.0, "fee_second_thoughts": 0.0, "checkout_whim": 0.0,
        "landing_dwell_s": 28.0, "cart_dwell_s": 28.0, "idle_share": 0.0,
        "device_dwell": {"mobile": 1.0, "desktop": 1.0, "tablet": 1.0},
        "personas": {name: {"patience_h": 1000.0} for name in PERSONAS},
    },
    "payment": {
        "declined": {"card": 0.25, "bank_transfer": 0.25, "voucher": 0.25, "debit_card": 0.25},
        "retry_declined_factor": 1.0,
    },
    "loyalty": {"redeem": 0.25},
    "stock": {"lead_time_days": 2.0, "received_by_hour": (1.0,) * 24, "receiving_days_per_week": 7},
    "warehouse": {
        "pickers_by_hour": (1,) * 24, "packers_by_hour": (1,) * 24, "service_distribution": "constant",
        "pick_base_s": 60.0, "pick_line_s": 30.0, "pick_unit_s": 10.0, "pack_base_s": 40.0, "pack_unit_s": 20.0,
    },
    "delivery": {
        "vehicles": {"van": _VAN, "bicycle": _BICYCLE}, "hold_min": 10.0, "hold_slack_min": 30.0,
        "enough_for_a_trip": 1.0, "detour_factor": 1.0, "traffic_by_hour": (1.0,) * 24, "travel_sigma": 0.0,
        "stop_min": 2.0, "stop_shape": 2.0, "attempt_fails": 0.25, "attempt_fails_late": 0.25, "absence_share": 0.0,
        "absence_by_hour": (1.0,) * 24, "pace_sigma": 0.0, "novice_slower": 0.0, "loading_min": 0.0, "break_min": 0.0,
        "overtime_min": 0.0, "shifts": ({"from_hour": 8.0, "hours": 8.0},),
    },
    "slots": {"from_hour": 0.0, "until_hour": 24.0, "hours": 0.5, "every_min": 30.0, "patience_h": 1e-6},  # the soonest
    "cancellation": {"change_of_mind": 0.25, "gives_up_late": 0.25},
    "review": {"write": 0.0, "by_hour": (1.0,) * 24},
    "traits": {
        "device_habit": 0.0, "channel_habit": 0.0, "method_habit": 0.0, "category_habit": 0.0,
        "channel_factor_by_device": {}, "price_taste_sigma": 0.0, "basket_sigma": 0.0, "units_sigma": 0.0,
        "pace_sigma": 0.0, "absence_sigma": 0.0,
    },
    "products": {
        "quality_sigma": 0.0, "quality_stars": 0.0, "appeal_sigma": 0.0, "price_appeal": 0.0, "vogue_floor": 1.0,
        "promotion_views": 1.0,
    },
    "returns": {"rate": 0.0},
    "survey": {"answer": 0.0},
}  # fmt: skip


def scenario(**sections: Mapping[str, Any]) -> Scenario:
    """Return the tiny world's scenario with some parameters of some sections replaced."""
    names = {*_TINY, *sections}
    return Scenario.model_validate({name: {**_TINY.get(name, {}), **sections.get(name, {})} for name in names})


def by_hour(people: Mapping[int, int]) -> tuple[int, ...]:
    """Return people on duty by hour, where each number given holds from its hour on."""
    return tuple(people[max(hour for hour in people if hour <= now)] for now in range(24))


def north(metres: float) -> tuple[float, float]:
    """Return the place that far north of the warehouse, in degrees."""
    return metres / METRES_PER_DEGREE, 0.0


class ScriptedLuck(Luck):
    """Every uniform is one half unless the script says otherwise."""

    def __init__(self, script: Script) -> None:
        super().__init__(0)
        self._script = script

    def draws(self, purpose: Purpose, entity: int, occurrence: int = 0, n: int = 8) -> list[float]:
        scripted = self._script.get((purpose, entity, occurrence), {})
        return [scripted.get(position, 0.5) for position in range(n)]

    def block(self, purpose: Purpose, entity: int, occurrence: int, n: int) -> bytes:
        return pack(f"={n}d", *self.draws(purpose, entity, occurrence, n))

    def digests(self, _purpose: Purpose, size: int) -> Callable[[int], bytes]:
        """Traits are in the middle of their spread."""
        return lambda _: b"\x80" * size


class WeeklyPrices(Promotions):
    """Promotions as a test states them: (product, week) -> price in cents; list price otherwise."""

    def __init__(self, market: Market, prices: Mapping[tuple[int, int], int]) -> None:
        super().__init__(Luck(0), PriceTag(market), 0.0, ())
        self._stated = prices

    def price_cents(self, product: Product, week: int, _sale_share: float = 0.0) -> int:
        return self._stated.get((product.product_id, week), product.list_price_cents)


def _market() -> Market:
    places = (Warehouse(name="Null Island", latitude=0.0, longitude=0.0, share=1.0),)
    city = City(
        city_id=1, name="Tiny", country="Nowhere", latitude=0.0, longitude=0.0, timezone="UTC", population=1,
        demand_share=1.0, faker_locale="de_DE", radius_km=5.0, postal_codes=("#####",), warehouses=places,
    )  # fmt: skip
    reviews = Reviews.model_validate({subject: (f"It is {subject}.", f"{subject}!") for subject in SUBJECTS})
    return load_market("international").model_copy(update={"cities": (city,), "reviews": reviews})


def _catalogue(market: Market, promotions: Mapping[tuple[int, int], int]) -> Catalogue:
    categories = [Category(1, "Toys", 1.0, 1.0, sized=True), Category(2, "Books", 1.0, 1.0)]
    products = [
        Product(id_, 2 if id_ == 4 else 1, f"Product {id_}", price, 1, 1000, id_, 0.7 if id_ == 1 else 0.1)
        for id_, price in PRICES_CENTS.items()
    ]
    return Catalogue(categories, products, WeeklyPrices(market, promotions))


MARKET = _market()


class Tiny:
    """A world with full shelves (100 units each, reordered at 10), nobody in it, and its facts in a list."""

    def __init__(
        self,
        plan: Scenario | None = None,
        luck: Script | Luck | None = None,
        promotions: Mapping[tuple[int, int], int] | None = None,
        catalogue: Catalogue | None = None,
    ) -> None:
        self.facts: list[Fact] = []
        self.env = ShopEnvironment()
        luck = luck if isinstance(luck, Luck) else ScriptedLuck(luck or {})
        catalogue = catalogue or _catalogue(MARKET, promotions or {})
        self.world = World(self.env, luck, plan or scenario(), MARKET, catalogue, EPOCH, 1.0, self.facts.append)
        self.region = self.world.regions[0]
        self.warehouse = self.world.warehouses[WAREHOUSE]
        for id_ in PRICES_CENTS:
            shelf = self.warehouse.shelves[id_] = Shelf(id_, reorder_point=10, order_up_to=100)
            shelf.put(100)
        plan_deliveries(self.world.scenario, self.warehouse)

    # --- time and facts ---

    def run(self, until_s: float) -> None:
        """Let everything happen up to and including this second."""
        self.env.run_through(seconds_us(until_s), lambda: False)

    def at(self, second: float, action: Callable[[], object]) -> None:
        """Do something at an instant, before anything else that happens then."""

        def wait() -> Iterator[Event]:
            yield self.env.timeout(seconds_us(second) - self.env.now)
            action()

        self.env.process(wait())  # type: ignore[arg-type]

    def told(self, kind: type[F]) -> list[F]:
        """Return the facts of a kind, in the order they were told."""
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def seconds(self, kind: type[Any]) -> list[float]:
        """Return when the facts of a kind happened, in seconds from the epoch."""
        return [fact.at / 1e6 for fact in self.told(kind)]

    def by_order(self, kind: type[Any]) -> dict[int, float]:
        """Return when a fact happened to each order, in seconds; told twice of one order is an error."""
        found = self.told(kind)
        assert len({fact.order_id for fact in found}) == len(found)
        return {fact.order_id: fact.at / 1e6 for fact in found}

    # --- people ---

    def customer(self, place: tuple[float, float] = north(1000)) -> Customer:
        """Register a customer with satisfaction 60 and no points, quietly."""
        ids = self.region.ids
        customer = Customer(ids.next("customer"), "loyal", *Address(ids.next("address"), *place), 60, 1.0)
        self.region.add_customer(customer)
        return customer

    def courier(self, vehicle: str = "van", *, until_s: float = 10 * DAY_S) -> Courier:
        """Bring a courier who is at work already."""
        courier = Courier(self.region.ids.next("courier"), vehicle, 0, frozenset())
        courier.shift_id = self.region.ids.next("shift")
        courier.shift_ends_at = seconds_us(until_s)
        self.warehouse.couriers.append(courier)
        return courier

    def employee(self, *, off_days: frozenset[int] = frozenset()) -> Courier:
        """Hire a courier with a van who works the roster's first shift."""
        courier = Courier(self.region.ids.next("courier"), "van", 0, off_days)
        self.warehouse.couriers.append(courier)
        plan_deliveries(self.world.scenario, self.warehouse)
        self.env.process(work_shifts(self.world, self.warehouse, courier))
        return courier

    # --- orders ---

    def order(
        self,
        metres: float = 1000,
        units: Sequence[tuple[int, int]] = ((1, 1),),
        promised_s: float = FAR_OFF_S,
        customer: Customer | None = None,
    ) -> Order:
        """Place an order of (product, quantity) lines at second 0, reserved and not yet paid."""
        buyer = customer or self.customer(north(metres))
        ids = self.region.ids
        lines = tuple(OrderLine(no, id_, n, PRICES_CENTS[id_]) for no, (id_, n) in enumerate(units, start=1))
        order = Order(ids.next("order"), buyer, 0, self.warehouse, buyer.address, lines, 0, seconds_us(promised_s))
        order.method = "card"
        self.warehouse.book(order)
        order.subtotal_cents = order.total_cents = sum(line.quantity * line.unit_price_cents for line in lines)
        for line in lines:
            self.warehouse.shelves[line.product_id].reserve(line.quantity)
        return order

    def paid(self, at_s: float = 0.0, **order: Any) -> Order:
        """Let an order be paid at an instant and go through the warehouse from then on."""
        placed = self.order(**order)

        def pay() -> None:
            placed.paid_at = self.env.now
            begin_fulfilment(self.world, placed)

        self.at(at_s, pay)
        return placed

    def parcel(self, at_s: float = 0.0, **order: Any) -> Order:
        """Let a packed order come onto the dock at an instant."""
        packed = self.order(**order)
        for line in packed.lines:
            self.warehouse.shelves[line.product_id].take(line.quantity)
        packed.delivery_id = self.region.ids.next("delivery")
        measure(packed, self.world.catalogue, self.world.scenario.delivery.detour_factor)

        def stand() -> None:
            packed.paid_at = packed.pick_started_at = packed.picked_at = self.env.now
            packed.pack_started_at = packed.packed_at = packed.ready_at = self.env.now
            self.env.process(await_trip(self.world, packed))

        self.at(at_s, stand)
        return packed

    # --- sessions ---

    def visit(self, customer: Customer | None = None, at_s: float = 0.0, *, signed_in: bool = True) -> Visit:
        """Let somebody come in at an instant; unless scripted, to buy one unit of product 1 without hesitation.

        A customer is signed in; who is none comes to order as a guest.
        """
        place = north(1000) if customer is None else (customer.address.latitude, customer.address.longitude)
        session_id = self.region.ids.next("session")
        funnel = self.world.scenario.funnel
        habits = Habits(funnel.personas["loyal"], funnel, 1.0, Dwell(funnel, "mobile"))
        person = self.world.traits.person("loyal", place)
        u, steps = visitor_draws(self.world.luck, session_id)
        cookie = self.world.cookies.of(person.key, "mobile", seconds_us(at_s), 1)
        visit = new_visit(self.world, self.region, session_id, customer, person, habits, cookie, u, steps)
        visit.known = customer is not None and signed_in

        def come() -> None:
            enter(visit)
            arrive(self.world, visit, None)
            go_shopping(self.world, visit)

        self.at(at_s, come)
        return visit


def after_step(session_id: int, step: int, uniforms: Mapping[int, float]) -> Script:
    """Script what decides after a session's step (1 is the visit itself); only for the first eight steps."""
    return {(Purpose.VISITOR, session_id, 0): {8 * step + at: u for at, u in uniforms.items()}}


def together(*scripts: Script) -> Script:
    """Return what several scripts say of the same draws, and of others."""
    keys = {key for script in scripts for key in script}
    return {key: {at: u for script in scripts for at, u in script.get(key, {}).items()} for key in keys}


def who_comes(session_id: int, uniforms: Mapping[int, float]) -> Script:
    """Script what says who begins a session."""
    return {(Purpose.VISITOR, session_id, 0): {DRAWS_A_BLOCK + at: u for at, u in uniforms.items()}}
