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

    @property
    def activity(self) -> float:
        """The activity of all together."""
        return self._cumulated[-1] if self._cumulated else 0.0

    def add(self, customer: Customer) -> None:
        """Add a customer, who is registered later than the others."""
        self._cumulated.append(customer.activity + self.activity)
        self.customers.append(customer)

    def pick(self, u: float) -> Customer:
        """Return the customer that the uniform u in [0, 1) falls on; somebody must be there."""
        cumulated = self._cumulated
        last = len(cumulated) - 1  # is also whom u falls on when it is rounded up to all of them
        return self.customers[bisect_right(cumulated, u * cumulated[-1], 0, last)]
