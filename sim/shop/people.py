"""Customers and where they live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sim.clock.units import DAY_US
from sim.luck import exponential, lognormal

if TYPE_CHECKING:
    from collections.abc import Sequence

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


@dataclass(slots=True, eq=False)
class Customer:
    """A registered customer: identity, loyalty, satisfaction. Integers only, so rows hold all of it exactly.

    There may be a million of them: an `Address` of its own would be another 50 bytes for each.
    """

    customer_id: int
    persona: str
    address_id: int
    latitude: float
    longitude: float
    satisfaction: int
    activity: float  # static visiting weight, from the customer's own luck
    hours: int = 0  # which hours of the day they are active in, see class_of_hours
    satisfaction_seq: int = 0
    tier: str = TIERS[0]
    points: int = 0
    lifetime_points: int = 0
    loyalty_seq: int = 0
    last_order_at: int | None = None
    in_session: bool = False
    signed_in: int = 0  # on which devices they are, see cookies
    district: int = -1  # which of the city's warehouses serves the address, once somebody has looked for it

    @property
    def address(self) -> Address:
        """Where they live."""
        return Address(self.address_id, self.latitude, self.longitude)


def activity_by(u: Sequence[float], persona: str, scenario: Scenario) -> float:
    """Return a customer's static visiting weight: the persona's factor times a lognormal of the customer's own."""
    return scenario.funnel.personas[persona].visit_factor * lognormal(u[0], 1.0, scenario.demand.activity_sigma)


class EarlierLife(NamedTuple):
    """What an established customer brings to the opening; instants are before the epoch, so negative."""

    registered_at: int
    last_order_at: int | None
    orders: int
    satisfaction: int


def earlier_life_by(u: Sequence[float], activity: float, scenario: Scenario) -> EarlierLife:
    """Return the life before the opening of a customer registered by then; a pure function of the customer's luck."""
    registered_at = -1 - int(u[0] * _OLDEST_REGISTRATION)
    orders = int(exponential(u[1], scenario.loyalty.opening_orders_mean * activity))
    last = -1 - int(u[2] * min(-registered_at, _OLDEST_LAST_ORDER)) if orders else None
    span = scenario.satisfaction.opening_high - scenario.satisfaction.opening_low + 1
    return EarlierLife(registered_at, last, orders, scenario.satisfaction.opening_low + int(u[3] * span))


class VisitPropensity:
    """The changing part of customers' visiting weights, by satisfaction and recency, between 0 and `highest`."""

    __slots__ = ("_floor", "_half_life_days", "_pull", "_rest_days", "highest")

    def __init__(self, demand: Demand) -> None:
        self._pull = [1.0 + demand.satisfaction_pull * (satisfaction - 50) / 50.0 for satisfaction in range(101)]
        self._floor = demand.recency_floor
        self._rest_days = 2.0 * demand.rest_after_order_days
        self._half_life_days = demand.recency_half_life_days
        self.highest = 1.0 + demand.satisfaction_pull

    def of(self, customer: Customer, now_us: int) -> float:
        """Return a customer's propensity at an instant."""
        pull = self._pull[customer.satisfaction]
        if customer.last_order_at is None:
            return pull * self._floor
        days = (now_us - customer.last_order_at) / DAY_US
        rested = days / self._rest_days if days < self._rest_days else 1.0
        faded: float = self._floor + (1.0 - self._floor) * 0.5 ** (days / self._half_life_days)
        return pull * rested * faded
