"""A courier's round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.shop.courier import Courier
    from sim.shop.order import Order, Warehouse


@dataclass(slots=True, eq=False)
class Trip:
    """A trip: stops in order, metres of each leg (the way back last), and how far it has come."""

    trip_id: int
    courier: Courier
    warehouse: Warehouse
    stops: list[Order]
    legs_m: list[int]
    leg_started_at: int
    next_stop: int = 0

    @property
    def way_back_m(self) -> int:
        """Metres from where the courier is to the warehouse."""
        if self.next_stop == len(self.stops):
            return self.legs_m[-1]
        return self.stops[self.next_stop - 1].distance_m if self.next_stop else 0
