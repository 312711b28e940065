"""A courier's round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.shop.order import Order, Warehouse
    from sim.shop.roster import Courier


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
