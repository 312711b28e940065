"""An order on its way through the shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.facts import OrderLine
    from sim.shop.people import Address, Customer


class Order:
    """An order with its milestones (instants in µs, None while outstanding) and amounts (cents)."""

    __slots__ = (
        "address", "attempts", "cancelled_at", "cart_id", "customer", "delivered_at", "delivery_fee_cents",
        "delivery_id", "discount_cents", "dispatched_at", "distance_m", "last_attempt_at", "lines", "method",
        "order_id", "pack_started_at", "packed_at", "paid_at", "payment_attempts", "pick_started_at", "picked_at",
        "placed_at", "promised_at", "ready_at", "redeemed_points", "status_seq", "subtotal_cents", "total_cents",
        "waits_until", "warehouse_id", "weight_g",
    )  # fmt: skip

    def __init__(
        self,
        order_id: int,
        customer: Customer,
        cart_id: int,
        warehouse_id: int,
        address: Address,
        lines: tuple[OrderLine, ...],
        placed_at: int,
        promised_at: int,
    ) -> None:
        self.order_id = order_id
        self.customer = customer
        self.cart_id = cart_id
        self.warehouse_id = warehouse_id
        self.address = address
        self.lines = lines
        self.placed_at = placed_at
        self.promised_at = promised_at
        self.subtotal_cents = self.discount_cents = self.delivery_fee_cents = self.total_cents = 0
        self.redeemed_points = 0
        self.method = ""
        self.payment_attempts = 0
        self.status_seq = 1
        self.paid_at: int | None = None
        self.pick_started_at: int | None = None
        self.picked_at: int | None = None
        self.pack_started_at: int | None = None
        self.packed_at: int | None = None
        self.dispatched_at: int | None = None
        self.delivered_at: int | None = None
        self.cancelled_at: int | None = None
        self.delivery_id = 0
        self.distance_m = 0
        self.weight_g = 0
        self.attempts = 0
        self.last_attempt_at: int | None = None
        self.waits_until = 0  # the last instant that its wait for company was to end at
        self.ready_at = 0  # from when the parcel may leave the dock

    @property
    def units(self) -> int:
        """Units in all lines."""
        return sum(line.quantity for line in self.lines)

    @property
    def late(self) -> bool:
        """Whether it was delivered later than promised."""
        return self.delivered_at is not None and self.delivered_at > self.promised_at

    def next_status(self) -> int:
        """Count one more status change and return its number."""
        self.status_seq += 1
        return self.status_seq
