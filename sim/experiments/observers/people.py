"""What is seen of people: couriers on shift and on the road, what customers say and how they feel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.clock.units import HOUR_US
from sim.experiments.observers.window import NAN, Stretches, percent
from sim.facts import (
    CourierHired,
    CustomerDrawn,
    OrderCancelled,
    OrderPaid,
    OrderPlaced,
    ReviewWritten,
    SatisfactionMoved,
    ShiftEnded,
    ShiftStarted,
    TripEnded,
    TripStarted,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sim.experiments.observers.window import Window


class CourierObserver:
    """Adds up time on shift and time on trips."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._couriers = 0
        self._shifts, self._trips = Stretches(window), Stretches(window)

    def takes(self) -> dict[type, Callable[[Any], None]]:
        """Which facts are listened to, and by whom."""
        return {
            CourierHired: self._courier_hired,
            ShiftStarted: lambda fact: self._shifts.begin(fact.shift_id, fact.at),
            ShiftEnded: lambda fact: self._shifts.end(fact.shift_id, fact.at),
            TripStarted: lambda fact: self._trips.begin(fact.trip_id, fact.at),
            TripEnded: lambda fact: self._trips.end(fact.trip_id, fact.at),
        }

    def figures(self) -> dict[str, float]:
        """The figures of the window."""
        return {
            "couriers": float(self._couriers),
            "courier_hours_per_day": self._shifts.total_us / HOUR_US / self._window.days,
            "courier_utilisation_pct": percent(self._trips.total_us, self._shifts.total_us),
        }

    def _courier_hired(self, _: CourierHired) -> None:
        self._couriers += 1


class CustomerObserver:
    """Keeps every customer's satisfaction and the stars that were given."""

    def __init__(self, window: Window) -> None:
        self._begins_us = window.begins_us
        self._satisfaction: dict[int, int] = {}
        self._customer_of: dict[int, int] = {}  # by order, until it is paid
        self._buyers: set[int] = set()
        self._reviews = self._stars = 0

    def takes(self) -> dict[type, Callable[[Any], None]]:
        """Which facts are listened to, and by whom."""
        return {
            CustomerDrawn: self._customer_drawn,
            SatisfactionMoved: self._satisfaction_moved,
            OrderPlaced: self._order_placed,
            OrderPaid: self._order_paid,
            OrderCancelled: self._order_cancelled,
            ReviewWritten: self._review_written,
        }

    def figures(self) -> dict[str, float]:
        """The figures of the window."""
        felt = [self._satisfaction[customer_id] for customer_id in self._buyers]
        return {
            "rating_mean": self._stars / self._reviews if self._reviews else NAN,
            "satisfaction_mean": sum(felt) / len(felt) if felt else NAN,
        }

    def _customer_drawn(self, fact: CustomerDrawn) -> None:
        self._satisfaction[fact.customer_id] = fact.satisfaction

    def _satisfaction_moved(self, fact: SatisfactionMoved) -> None:
        self._satisfaction[fact.customer_id] = fact.satisfaction

    def _order_placed(self, fact: OrderPlaced) -> None:
        self._customer_of[fact.order_id] = fact.customer_id

    def _order_paid(self, fact: OrderPaid) -> None:
        customer_id = self._customer_of.pop(fact.order_id)
        if fact.at >= self._begins_us:
            self._buyers.add(customer_id)

    def _order_cancelled(self, fact: OrderCancelled) -> None:
        self._customer_of.pop(fact.order_id, None)  # it was never paid

    def _review_written(self, fact: ReviewWritten) -> None:
        if fact.at >= self._begins_us:
            self._reviews += 1
            self._stars += fact.rating
