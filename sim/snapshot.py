"""What a run needs in order to go on: the committed rows that are still open, in the simulation's units.

Read by a sink's database side, understood by the processes; this file is all that the two share. Instants are
microseconds since the epoch, money is cents.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


NEVER = -(2**63)
"""In columns, an instant that there is none of."""
_CUSTOMERS_AT_ONCE = 10_000


class RunRecord(NamedTuple):
    """The run that a database holds, as far as going on needs it."""

    run_id: int
    seed: int
    scenario: str
    scenario_config: dict[str, Any]
    market: str
    scale: float
    epoch: datetime
    sim_now: datetime
    batches: int

    @property
    def now_us(self) -> int:
        """Where it has come to, in microseconds since the epoch."""
        return (self.sim_now - self.epoch) // timedelta(microseconds=1)


class CustomerRow(NamedTuple):
    """A customer with the home address, balances and the last numbers of their chains."""

    customer_id: int
    city_id: int
    persona: str
    tier: str
    points: int
    satisfaction: int
    established: bool  # registered before the epoch
    address_id: int
    latitude: float
    longitude: float
    lifetime_points: int
    loyalty_seq: int
    satisfaction_seq: int
    last_order_at: int | None


class CustomerColumns:
    """All customers by id, column by column: there are so many of them that rows are made only while they are read."""

    def __init__(self, columns: Mapping[str, NDArray[Any]], personas: Sequence[str], tiers: Sequence[str]) -> None:
        """`columns` are as in `CustomerRow`, but for names, which are numbers from 1 on, and `NEVER`, which is None."""
        self._columns = columns
        self._personas = personas
        self._tiers = tiers

    def __len__(self) -> int:
        return len(self._columns["customer_id"])

    def __iter__(self) -> Iterator[CustomerRow]:
        for first in range(0, len(self), _CUSTOMERS_AT_ONCE):
            yield from self._rows(slice(first, first + _CUSTOMERS_AT_ONCE))

    def of_cities(self, cities: Collection[int]) -> CustomerColumns:
        """Those of some cities."""
        here = [number in cities for number in self._columns["city_id"].tolist()]
        return CustomerColumns(
            {name: column[here] for name, column in self._columns.items()}, self._personas, self._tiers
        )

    def _rows(self, which: slice) -> Iterator[CustomerRow]:
        values = {name: column[which].tolist() for name, column in self._columns.items()}
        values["persona"] = [self._personas[number - 1] for number in values["persona"]]
        values["tier"] = [self._tiers[number - 1] for number in values["tier"]]
        values["last_order_at"] = [None if at == NEVER else at for at in values["last_order_at"]]
        return map(CustomerRow._make, zip(*(values[name] for name in CustomerRow._fields), strict=True))


class SecondAddressRow(NamedTuple):
    """An address of a customer's that is not the home."""

    customer_id: int
    address_id: int


class DeviceRow(NamedTuple):
    """A device on which a customer signed in."""

    customer_id: int
    device: str
    signed_in_at: int
    visitor_id: int


class ShelfRow(NamedTuple):
    """A product in a warehouse."""

    warehouse_id: int
    product_id: int
    on_hand: int
    reserved: int
    reorder_point: int
    order_up_to: int


class CourierRow(NamedTuple):
    """A courier, and the shift under way."""

    courier_id: int
    warehouse_id: int
    vehicle: str
    hired_at: int
    shift_id: int | None  # the open shift, if any
    shift_began_at: int | None
    shift_ends_at: int | None
    last_trip_id: int | None  # of those of the shift that have ended
    last_trip_ended_at: int | None
    last_but_one_ended_at: int | None


class SessionRow(NamedTuple):
    """A session in progress."""

    session_id: int
    customer_id: int | None
    city_id: int
    channel: str
    device: str
    visitor_id: int | None  # shops of before schema 11 did not keep it
    cart_id: int | None


class StepRow(NamedTuple):
    """A step of a session in progress."""

    session_id: int
    seq: int
    event_type: str
    product_id: int | None
    in_stock: bool | None
    at: int


class CartItemRow(NamedTuple):
    """An item of a cart in progress or left behind."""

    cart_id: int
    product_id: int
    quantity: int
    removed: bool


class AbandonedCartRow(NamedTuple):
    """An abandoned cart that its customer may still return to."""

    cart_id: int
    session_id: int
    customer_id: int
    closed_at: int


class DeliveredLines(NamedTuple):
    """The lines of the orders delivered in the last weeks, column by column: there are many of them."""

    order_id: NDArray[np.int64]
    line_no: NDArray[np.int16]
    delivered_at: NDArray[np.int64]
    late: NDArray[np.bool_]
    customer_id: NDArray[np.int64]
    product_id: NDArray[np.int64]


StillToCome = Callable[[DeliveredLines], Collection[int]]
"""Says of which orders something may still come: by their ids."""

StillRemembered = Callable[[DeliveredLines], list["RememberedRow"]]
"""Says what customers remember of them."""


class OrderRow(NamedTuple):
    """An order that is on its way, on a courier's trip, or delivered and something may follow."""

    order_id: int
    customer_id: int
    cart_id: int
    warehouse_id: int
    status: str
    placed_at: int
    promised_at: int
    slot_starts_at: int | None
    paid_at: int | None
    pick_started_at: int | None
    picked_at: int | None
    pack_started_at: int | None
    packed_at: int | None
    dispatched_at: int | None
    delivered_at: int | None
    cancelled_at: int | None
    subtotal_cents: int
    discount_cents: int
    delivery_fee_cents: int
    total_cents: int
    redeemed_points: int
    method: str | None  # of its payment attempts, which are all by one method
    payment_attempts: int
    delivery_id: int | None
    delivery_status: str | None
    attempts: int
    last_attempt_at: int | None
    trip_ended_at: int | None  # of the latest trip
    address_id: int
    latitude: float
    longitude: float


class LineRow(NamedTuple):
    """A line of one of the orders."""

    order_id: int
    line_no: int
    product_id: int
    quantity: int
    unit_price_cents: int


class TripRow(NamedTuple):
    """A trip under way."""

    trip_id: int
    courier_id: int
    started_at: int
    stops_done: int
    last_stop_at: int | None


class StopRow(NamedTuple):
    """A stop of a trip under way."""

    trip_id: int
    stop_no: int
    order_id: int


class ReplenishmentRow(NamedTuple):
    """Goods on order."""

    replenishment_id: int
    warehouse_id: int
    product_id: int
    quantity: int
    ordered_at: int


class PriceRow(NamedTuple):
    """The newest selling price of a product."""

    product_id: int
    price_cents: int


ANSWERED_WITHIN = timedelta(days=8)  # three days at most, and a weekend


class OpenReturnRow(NamedTuple):
    """A return that has not been refunded."""

    return_id: int
    order_id: int
    product_id: int
    quantity: int
    reason: str
    refund_cents: int


class UnansweredReviewRow(NamedTuple):
    """A review with a text, written lately, that the shop has not answered."""

    review_id: int
    product_id: int
    rating: int
    written_at: int


class RememberedRow(NamedTuple):
    """A good product that a customer will speak of when reviewing another one of the same."""

    customer_id: int
    product_id: int
    delivered_at: int


class IncidentRow(NamedTuple):
    """An incident that has begun, also one that is over: what began in it goes on as it began."""

    incident_id: int
    kind: str
    city_id: int | None
    warehouse_id: int | None
    strength: float | None
    began_at: int
    ends_at: int


class IncidentRequest(NamedTuple):
    """What was asked for by hand of an incident: that it begin, that it end, or both."""

    incident_id: int
    kind: str
    city_id: int | None
    warehouse_id: int | None
    strength: float | None
    hours: float
    has_begun: bool
    shall_end: bool


class Snapshot(NamedTuple):
    """The open rows of one consistent cut at `sim_now`."""

    sim_now: int
    newest_ids: dict[int, dict[str, int]]  # by city, then entity
    customers: CustomerColumns
    second_addresses: list[SecondAddressRow]
    devices: list[DeviceRow]
    shelves: list[ShelfRow]
    couriers: list[CourierRow]
    sessions: list[SessionRow]
    steps: list[StepRow]
    cart_items: list[CartItemRow]
    abandoned_carts: list[AbandonedCartRow]
    orders: list[OrderRow]
    lines: list[LineRow]  # by order, then line
    trips: list[TripRow]
    stops: list[StopRow]
    replenishments: list[ReplenishmentRow]
    prices: list[PriceRow]
    open_returns: list[OpenReturnRow]
    unanswered: list[UnansweredReviewRow]
    remembered: list[RememberedRow]  # the oldest first
    incidents: list[IncidentRow]
