"""Customers and where they live."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.clock.units import DAY_US
from sim.luck import Luck, Purpose, exponential, lognormal

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.scenario.demand import Demand

_OLDEST_REGISTRATION = 720 * DAY_US
_OLDEST_LAST_ORDER = 240 * DAY_US

TIERS = ("bronze", "silver", "gold", "platinum")


class Address(NamedTuple):
    """A place to deliver to; degrees."""

    address_id: int
    latitude: float
    longitude: float


class Customer:
    """A registered customer: identity, loyalty, satisfaction. Integers only, so rows hold all of it exactly."""

    __slots__ = (
        "activity", "address", "customer_id", "in_session", "last_order_at", "lifetime_points", "loyalty_seq",
        "persona", "points", "satisfaction", "satisfaction_seq", "tier",
    )  # fmt: skip

    def __init__(self, customer_id: int, persona: str, address: Address, satisfaction: int, activity: float) -> None:
        self.customer_id = customer_id
        self.persona = persona
        self.address = address
        self.satisfaction = satisfaction
        self.satisfaction_seq = 0
        self.activity = activity  # static visiting weight, from the customer's own luck
        self.tier = TIERS[0]
        self.points = 0
        self.lifetime_points = 0
        self.loyalty_seq = 0
        self.last_order_at: int | None = None
        self.in_session = False


def activity_of(customer_id: int, persona: str, luck: Luck, scenario: Scenario) -> float:
    """Return a customer's static visiting weight: the persona's factor times a lognormal of the customer's own."""
    (u,) = luck.draws(Purpose.CUSTOMER, customer_id, n=1)
    return scenario.funnel.personas[persona].visit_factor * lognormal(u, 1.0, scenario.demand.activity_sigma)


class EarlierLife(NamedTuple):
    """What an established customer brings to the opening; instants are before the epoch, so negative."""

    registered_at: int
    last_order_at: int | None
    orders: int
    satisfaction: int


def earlier_life(customer_id: int, activity: float, luck: Luck, scenario: Scenario) -> EarlierLife:
    """Return the life before the opening of a customer registered by then; a pure function of its luck."""
    u = luck.draws(Purpose.OPENING_CUSTOMER, customer_id, n=4)
    registered_at = -1 - int(u[0] * _OLDEST_REGISTRATION)
    orders = int(exponential(u[1], scenario.loyalty.opening_orders_mean * activity))
    last = -1 - int(u[2] * min(-registered_at, _OLDEST_LAST_ORDER)) if orders else None
    span = scenario.satisfaction.opening_high - scenario.satisfaction.opening_low + 1
    return EarlierLife(registered_at, last, orders, scenario.satisfaction.opening_low + int(u[3] * span))


def mood(customer: Customer, now_us: int, demand: Demand) -> float:
    """Return the changing part of a visiting weight, by satisfaction and recency, between 0 and `liveliest_mood`."""
    pull = 1.0 + demand.satisfaction_pull * (customer.satisfaction - 50) / 50.0
    if customer.last_order_at is None:
        return pull * demand.recency_floor
    days = (now_us - customer.last_order_at) / DAY_US
    rested = 1.0 if demand.rest_after_order_days == 0.0 else min(1.0, days / (2.0 * demand.rest_after_order_days))
    faded = demand.recency_floor + (1.0 - demand.recency_floor) * 0.5 ** (days / demand.recency_half_life_days)
    return float(pull * rested * faded)


def liveliest_mood(demand: Demand) -> float:
    """Return a bound that no customer's mood exceeds."""
    return 1.0 + demand.satisfaction_pull
