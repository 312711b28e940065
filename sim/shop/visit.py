"""A session in progress: what it has recorded so far, and its luck for each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.luck import Luck, Purpose

if TYPE_CHECKING:
    from sim.shop.catalogue import Product
    from sim.shop.order import Order
    from sim.shop.people import Customer
    from sim.shop.region import Warehouse
    from sim.shop.shopping import Habits

DRAWS_A_STEP = 8
_STEPS_A_BLOCK = 8


class Visit:
    """A session. `step` is the type of its last recorded event, from which it goes on."""

    __slots__ = (
        "_block", "_luck", "_uniforms", "cart_id", "customer", "habits", "items", "last_at", "order", "place",
        "product", "removed", "saw_empty_shelf", "seq", "session_id", "step", "warehouse",
    )  # fmt: skip

    def __init__(
        self,
        session_id: int,
        customer: Customer | None,
        habits: Habits,
        place: tuple[float, float],
        warehouse: Warehouse,
        luck: Luck,
    ) -> None:
        self.session_id = session_id
        self.customer = customer
        self.habits = habits
        self.place = place
        self.warehouse = warehouse
        self.step = ""
        self.seq = 0
        self.last_at = 0
        self.product: Product  # looked at last; nobody asks before the first
        self.saw_empty_shelf = False  # whether that product was out of stock
        self.cart_id: int | None = None
        self.items: dict[int, int] = {}  # product -> units in the cart
        self.removed: set[int] = set()  # taken out again: never added twice to one cart
        self.order: Order | None = None
        self._luck = luck
        self._block = -1
        self._uniforms: list[float] = []

    def draws(self) -> list[float]:
        """Return the eight uniforms that decide what follows the last recorded event."""
        block = self.seq // _STEPS_A_BLOCK
        if block != self._block:
            n = DRAWS_A_STEP * _STEPS_A_BLOCK
            self._uniforms = self._luck.draws(Purpose.SESSION_STEP, self.session_id, block, n)
            self._block = block
        start = self.seq % _STEPS_A_BLOCK * DRAWS_A_STEP
        return self._uniforms[start : start + DRAWS_A_STEP]
