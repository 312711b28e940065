"""An order on its way through the shop, and the warehouse that sends it: each knows the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.shop.geography import Landmark

if TYPE_CHECKING:
    from sim.facts import OrderLine
    from sim.shop.courier import Courier
    from sim.shop.geography import LocalClock
    from sim.shop.ids import Ids
    from sim.shop.people import Address, Customer
    from sim.shop.purchase_memory import PurchaseMemory
    from sim.shop.roster import CourierSchedule
    from sim.shop.slots import DoorHours, SlotBook
    from sim.shop.station import Station
    from sim.shop.stock import Shelf


@dataclass(slots=True, eq=False)
class Warehouse:
    """A warehouse: its place, shelves, people and dock; ids, clock and purchase memory are those of its city."""

    warehouse_id: int
    name: str
    latitude: float
    longitude: float
    share: float  # of all cities' demand
    city_id: int
    ids: Ids
    clock: LocalClock
    purchase_memory: PurchaseMemory
    landmark: Landmark = field(init=False)  # from which ways are measured
    pickers: Station = field(init=False)
    packers: Station = field(init=False)
    courier_schedule: CourierSchedule = field(init=False)
    slots: SlotBook = field(init=False)
    doors: DoorHours = field(init=False)
    booked: dict[int, int] = field(default_factory=dict)  # orders that have not left yet, by the end of their slot
    shelves: dict[int, Shelf] = field(default_factory=dict)  # by product id
    couriers: list[Courier] = field(default_factory=list)
    dock: dict[int, Order] = field(default_factory=dict)  # parcels that may leave now, by order id
    early: int = 0  # parcels whose time to leave has not come

    def __post_init__(self) -> None:
        self.landmark = Landmark(self.latitude, self.longitude)

    def book(self, order: Order) -> None:
        """Count an order among those that have not left yet."""
        self.booked[order.promised_at] = self.booked.get(order.promised_at, 0) + 1

    def unbook(self, order: Order) -> None:
        """Count it among them no more: it has left, or never will."""
        left = self.booked.pop(order.promised_at, 0) - 1
        if left > 0:
            self.booked[order.promised_at] = left


@dataclass(slots=True, eq=False)
class Order:
    """An order with its milestones (instants in µs, None while outstanding) and amounts (cents)."""

    order_id: int
    customer: Customer
    cart_id: int
    warehouse: Warehouse
    address: Address
    lines: tuple[OrderLine, ...]
    placed_at: int
    promised_at: int
    slot_starts_at: int | None = None  # none of an order from before there were slots
    subtotal_cents: int = 0
    discount_cents: int = 0
    delivery_fee_cents: int = 0
    total_cents: int = 0
    redeemed_points: int = 0
    method: str = ""
    payment_attempts: int = 0
    status_seq: int = 1
    paid_at: int | None = None
    pick_started_at: int | None = None
    picked_at: int | None = None
    pack_started_at: int | None = None
    packed_at: int | None = None
    dispatched_at: int | None = None
    delivered_at: int | None = None
    cancelled_at: int | None = None
    delivery_id: int = 0
    distance_m: int = 0
    weight_g: int = 0
    attempts: int = 0
    last_attempt_at: int | None = None
    waits_until: int = 0  # the last instant that its wait for company was to end at
    ready_at: int = 0  # from when the parcel may leave the dock

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
