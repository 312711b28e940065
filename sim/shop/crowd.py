"""A crowd: customers of a city with the same active hours, to draw from in proportion to their activity."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.shop.people import Customer


class Crowd:
    """Customers in the order of their registration."""

    __slots__ = ("_cumulated", "customers")

    def __init__(self) -> None:
        self.customers: list[Customer] = []
        self._cumulated = array("d")  # searched for every visit: side by side it stays in the cache

    def add(self, customer: Customer) -> float:
        """Add a customer, who is registered later than the others; returns the activity of all together."""
        total = customer.activity + (self._cumulated[-1] if self._cumulated else 0.0)
        self._cumulated.append(total)
        self.customers.append(customer)
        return total

    def at(self, activity: float) -> Customer:
        """Return the customer on whom an activity between 0 and the total falls."""
        return self.customers[min(len(self.customers) - 1, bisect_right(self._cumulated, activity))]
