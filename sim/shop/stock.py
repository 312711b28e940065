"""Shelves: on hand, reserved, on order; an (s, S) reorder rule."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.scenario.warehouse import Stock


@dataclass(slots=True, eq=False)
class Shelf:
    """The stock of one product in one warehouse. A move that would break 0 <= reserved <= on hand is a ValueError."""

    product_id: int
    reorder_point: int
    order_up_to: int
    on_hand: int = 0
    reserved: int = 0
    on_order: int = 0

    @property
    def available(self) -> int:
        """Units that can still be sold."""
        return self.on_hand - self.reserved

    def reserve(self, quantity: int) -> None:
        """Promise units to an order (or give them free again, with a negative quantity)."""
        self._settle(self.on_hand, self.reserved + quantity)

    def take(self, quantity: int) -> None:
        """Take reserved units off the shelf."""
        self._settle(self.on_hand - quantity, self.reserved - quantity)

    def put(self, quantity: int) -> None:
        """Put units onto the shelf."""
        self._settle(self.on_hand + quantity, self.reserved)

    def write_off(self, quantity: int) -> None:
        """Take units that nobody reserved off the shelf for good."""
        self._settle(self.on_hand - quantity, self.reserved)

    def to_reorder(self) -> int:
        """Return the units to order now: none above the reorder point, else enough to fill up."""
        position = self.available + self.on_order
        return self.order_up_to - position if position <= self.reorder_point else 0

    def _settle(self, on_hand: int, reserved: int) -> None:
        if not 0 <= reserved <= on_hand:
            raise ValueError(f"product {self.product_id}: {reserved} reserved of {on_hand} on hand cannot be")
        self.on_hand, self.reserved = on_hand, reserved


def stock_levels(units_per_day: float, stock: Stock) -> tuple[int, int]:
    """Return (reorder point, order-up-to level) for an expected demand: lead-time demand plus safety, plus cover."""
    in_lead_time = units_per_day * stock.lead_time_days
    reorder_point = max(1, ceil(in_lead_time + stock.safety_factor * sqrt(in_lead_time)))
    return reorder_point, reorder_point + max(stock.least_units, ceil(units_per_day * stock.cover_days))
