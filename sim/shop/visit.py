"""A session in progress: what it has recorded so far, and its luck for each step."""

from __future__ import annotations

from dataclasses import dataclass, field
from struct import Struct
from typing import TYPE_CHECKING

from sim.luck import Luck, Purpose

if TYPE_CHECKING:
    from sim.shop.catalogue import Product
    from sim.shop.cookies import Cookie
    from sim.shop.habits import Habits
    from sim.shop.order import Order, Warehouse
    from sim.shop.people import Customer
    from sim.shop.region import Region
    from sim.shop.traits import Person

DRAWS_A_STEP = 8
_STEPS_A_BLOCK = 8
DRAWS_A_BLOCK = DRAWS_A_STEP * _STEPS_A_BLOCK
_BYTES_A_STEP = 8 * DRAWS_A_STEP
_of_a_step = Struct(f"={DRAWS_A_STEP}d").unpack_from


@dataclass(slots=True, eq=False)
class Visit:
    """A session. `step` is the type of its last recorded event, from which it goes on."""

    session_id: int
    customer: Customer | None  # who it is in truth, whether the shop knows or not
    person: Person
    habits: Habits
    region: Region
    warehouse: Warehouse
    _luck: Luck
    _uniforms: bytes  # begins with those of the first steps: whoever begins a session has drawn them already
    cookie: Cookie  # and the device
    u_early: float  # says who signs in or up before looking around
    u_guest: float  # says who orders as a guest
    known: bool = False  # whether the shop knows that it is the customer
    step: str = field(default="", init=False)
    seq: int = field(default=0, init=False)
    last_at: int = field(default=0, init=False)
    product: Product = field(init=False)  # looked at last; nobody asks before the first
    saw_empty_shelf: bool = field(default=False, init=False)  # whether that product was out of stock
    cart_id: int | None = field(default=None, init=False)
    items: dict[int, int] = field(default_factory=dict, init=False)  # product -> units in the cart
    removed: frozenset[int] = field(default=frozenset(), init=False)  # taken out again: never added twice to one cart
    order: Order | None = field(default=None, init=False)
    _block: int = field(default=0, init=False)

    def draws(self) -> tuple[float, ...]:
        """Return the eight uniforms that decide what follows the last recorded event."""
        block = self.seq // _STEPS_A_BLOCK
        if block != self._block:
            self._uniforms = self._luck.block(Purpose.SESSION_STEP, self.session_id, block, DRAWS_A_BLOCK)
            self._block = block
        return _of_a_step(self._uniforms, self.seq % _STEPS_A_BLOCK * _BYTES_A_STEP)
