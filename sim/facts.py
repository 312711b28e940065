"""Everything that can happen in the shop, in the shop's words.

Processes report facts to the journal; the journal turns them into rows. A fact is immutable and in the past tense.
Instants (`at`, `*_at`) are integer microseconds since the run's epoch, money is integer cents, distance is integer
metres, weight is integer grams. Coordinates are degrees (float, six decimals).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TypeVar

# --- the opening of the shop -----------------------------------------------------------------------------------------


class CityOpened(NamedTuple):
    city_id: int
    name: str
    country: str
    latitude: float
    longitude: float
    timezone: str
    population: int


class WarehouseOpened(NamedTuple):
    warehouse_id: int
    city_id: int
    name: str
    latitude: float
    longitude: float


class CategoryListed(NamedTuple):
    category_id: int
    name: str


class ProductListed(NamedTuple):
    product_id: int
    category_id: int
    name: str
    list_price_cents: int
    unit_cost_cents: int
    weight_g: int


class CourierHired(NamedTuple):
    courier_id: int
    warehouse_id: int
    full_name: str
    vehicle: str
    hired_at: int


class ProductDrawn(NamedTuple):
    """How good and how wanted a product is, which no shop sees."""

    product_id: int
    popularity: float
    appeal: float
    disappoints: float
    stars: float


class CourierDrawn(NamedTuple):
    """How fast a courier is, which no shop sees: time that everything takes, over what is usual."""

    courier_id: int
    pace: float


class PriceSet(NamedTuple):
    """A selling price that holds from `at` until the next one of the same product."""

    product_id: int
    at: int
    price_cents: int
    reason: str  # opening | promotion | promotion_ended


# --- people ----------------------------------------------------------------------------------------------------------


class CustomerRegistered(NamedTuple):
    customer_id: int
    city_id: int
    full_name: str
    email: str
    registered_at: int
    loyalty_tier: str
    loyalty_points: int
    registered_by: str  # sign_up | checkout


class CustomerDrawn(NamedTuple):
    """What a customer who registers is like inside, which no shop sees; only `satisfaction` moves later."""

    customer_id: int
    persona: str
    satisfaction: int
    activity: float
    active_hour: int
    usual_device: str
    usual_channel: str
    usual_payment_method: str
    favourite_category_id: int
    absence: float
    price_taste: float
    basket: float
    units: float
    pace: float


class AddressAdded(NamedTuple):
    address_id: int
    customer_id: int
    street: str
    postal_code: str
    latitude: float
    longitude: float
    at: int


class LoyaltyPointsMoved(NamedTuple):
    """Points earned, redeemed or taken back; `balance`, `tier` and `lifetime_points` are those afterwards."""

    customer_id: int
    seq: int
    order_id: int | None
    points: int
    balance: int
    tier: str
    reason: str  # opening | purchase | redemption | redemption_undone | refund
    at: int
    lifetime_points: int  # all that count towards the tier


class SatisfactionMoved(NamedTuple):
    """A typed experience moved a customer's satisfaction (0-100) by `delta`, after clipping."""

    customer_id: int
    seq: int
    reason: str
    delta: int
    satisfaction: int
    order_id: int | None
    at: int


# --- the funnel ------------------------------------------------------------------------------------------------------


class SessionStarted(NamedTuple):
    session_id: int
    visitor_id: int
    customer_id: int | None
    city_id: int
    warehouse_id: int
    channel: str
    device: str
    at: int


class SessionStepped(NamedTuple):
    """One funnel step; `in_stock` is what the shopper saw, on product views only."""

    session_id: int
    seq: int
    event_type: str
    product_id: int | None
    in_stock: bool | None
    at: int


class CustomerIdentified(NamedTuple):
    """A visitor not known until now registered or signed in during the session."""

    session_id: int
    customer_id: int
    at: int


class DeviceRemembered(NamedTuple):
    """A customer signed in on a device, which stays so with this cookie; `is_new` if never before on such a one."""

    customer_id: int
    device: str
    visitor_id: int
    is_new: bool
    at: int


class SessionEnded(NamedTuple):
    session_id: int
    outcome: str
    exit_reason: str | None
    at: int


class CartOpened(NamedTuple):
    cart_id: int
    session_id: int
    restored_from_cart_id: int | None
    at: int


class ItemAdded(NamedTuple):
    cart_id: int
    product_id: int
    quantity: int
    at: int


class ItemRemoved(NamedTuple):
    cart_id: int
    product_id: int
    at: int


class CartClosed(NamedTuple):
    cart_id: int
    status: str  # ordered | abandoned
    abandon_reason: str | None
    at: int


# --- orders and payments ---------------------------------------------------------------------------------------------


class OrderLine(NamedTuple):
    line_no: int
    product_id: int
    quantity: int
    unit_price_cents: int


class OrderPlaced(NamedTuple):
    order_id: int
    customer_id: int
    cart_id: int
    warehouse_id: int
    address_id: int
    at: int
    promised_at: int  # the end of the slot
    slot_starts_at: int
    subtotal_cents: int
    discount_cents: int
    delivery_fee_cents: int
    total_cents: int
    lines: tuple[OrderLine, ...]


class OrderPaid(NamedTuple):
    order_id: int
    status_seq: int
    at: int


class PickStarted(NamedTuple):
    """A picker took the order from the queue: the wait from payment until here is caused by busy pickers."""

    order_id: int
    at: int


class OrderPicked(NamedTuple):
    order_id: int
    status_seq: int
    at: int


class PackStarted(NamedTuple):
    order_id: int
    at: int


class OrderPacked(NamedTuple):
    order_id: int
    status_seq: int
    at: int


class OrderDispatched(NamedTuple):
    """The order left the warehouse for the first time."""

    order_id: int
    status_seq: int
    at: int


class OrderDelivered(NamedTuple):
    order_id: int
    status_seq: int
    at: int


class OrderCancelled(NamedTuple):
    order_id: int
    status_seq: int
    reason: str  # payment_failed | changed_mind | waited_too_long | undeliverable
    at: int


class PaymentAttempted(NamedTuple):
    payment_id: int
    order_id: int
    method: str
    amount_cents: int
    status: str  # captured | declined
    decline_reason: str | None
    at: int


class PaymentRefunded(NamedTuple):
    """Money given back, as a payment row of its own; `amount_cents` is positive."""

    payment_id: int
    order_id: int
    method: str
    amount_cents: int
    at: int


# --- stock -----------------------------------------------------------------------------------------------------------


class ShelfOpened(NamedTuple):
    """A product got its place in a warehouse, empty; the opening stock follows as a movement."""

    warehouse_id: int
    product_id: int
    reorder_point: int
    order_up_to: int


class ShelfPlanned(NamedTuple):
    """The ordering levels of a shelf are others from now on."""

    warehouse_id: int
    product_id: int
    reorder_point: int
    order_up_to: int


class StockReserved(NamedTuple):
    """Units were promised to an order (quantity > 0) or given free again (< 0); `reserved` is the new total."""

    warehouse_id: int
    product_id: int
    quantity: int
    reserved: int


class StockMoved(NamedTuple):
    """Units came onto or left the shelf; `on_hand` and `reserved` are the totals afterwards."""

    movement_id: int
    warehouse_id: int
    product_id: int
    quantity: int
    reason: str  # opening | replenishment | sale | return | cancellation
    order_id: int | None
    replenishment_id: int | None
    on_hand: int
    reserved: int
    at: int


class ReplenishmentOrdered(NamedTuple):
    replenishment_id: int
    warehouse_id: int
    product_id: int
    quantity: int
    at: int
    due_at: int


class ReplenishmentReceived(NamedTuple):
    replenishment_id: int
    at: int


# --- delivery --------------------------------------------------------------------------------------------------------


class ShiftStarted(NamedTuple):
    shift_id: int
    courier_id: int
    at: int
    ends_at: int


class ShiftEnded(NamedTuple):
    shift_id: int
    at: int


class ParcelReady(NamedTuple):
    """A packed order became a parcel on the dock, waiting for a courier."""

    delivery_id: int
    order_id: int
    promised_at: int
    distance_m: int
    at: int


class ParcelWithdrawn(NamedTuple):
    """The order was cancelled while its parcel stood on the dock."""

    delivery_id: int


class TripStarted(NamedTuple):
    trip_id: int
    courier_id: int
    shift_id: int
    at: int
    stops: int
    distance_m: int


class ParcelLoaded(NamedTuple):
    """A parcel left on a trip as its stop `stop_no`; `dispatched_at` is the instant of its first departure."""

    delivery_id: int
    trip_id: int
    courier_id: int
    stop_no: int
    dispatched_at: int


class DeliveryAttempted(NamedTuple):
    delivery_id: int
    attempt_no: int
    trip_id: int
    outcome: str  # delivered | nobody_home | address_problem | refused
    delivery_status: str  # delivered | awaiting_retry | undeliverable
    at: int


class ParcelBroughtBack(NamedTuple):
    """It was too late in the evening to ring: the parcel is back on the dock untried."""

    delivery_id: int


class TripEnded(NamedTuple):
    trip_id: int
    brought_back: int
    at: int


# --- after the delivery ----------------------------------------------------------------------------------------------


class ReviewWritten(NamedTuple):
    review_id: int
    order_id: int
    product_id: int
    customer_id: int
    rating: int
    comment: str | None
    at: int


class ReviewAnswered(NamedTuple):
    review_id: int
    answer: str
    at: int


class SurveyAnswered(NamedTuple):
    """A customer said how likely he or she is to recommend the shop, 0 to 10, some days after a delivery."""

    order_id: int
    customer_id: int
    score: int
    comment: str | None
    at: int


class ReturnRequested(NamedTuple):
    return_id: int
    order_id: int
    product_id: int
    quantity: int
    reason: str
    refund_cents: int
    at: int


class ReturnRefunded(NamedTuple):
    return_id: int
    at: int


# --- incidents -------------------------------------------------------------------------------------------------------


class IncidentBegan(NamedTuple):
    """Something unusual begins, somewhere (without city and warehouse everywhere), and is meant to last `hours`."""

    incident_id: int
    kind: str
    city_id: int | None
    warehouse_id: int | None
    strength: float | None
    hours: float
    origin: str  # scenario | hand
    at: int
    ends_at: int


class IncidentEnded(NamedTuple):
    """An incident was ended before its time."""

    incident_id: int
    at: int


Fact = (
    CityOpened
    | WarehouseOpened
    | CategoryListed
    | ProductListed
    | CourierHired
    | ProductDrawn
    | CourierDrawn
    | PriceSet
    | CustomerRegistered
    | CustomerDrawn
    | AddressAdded
    | LoyaltyPointsMoved
    | SatisfactionMoved
    | SessionStarted
    | SessionStepped
    | CustomerIdentified
    | DeviceRemembered
    | SessionEnded
    | CartOpened
    | ItemAdded
    | ItemRemoved
    | CartClosed
    | OrderPlaced
    | OrderPaid
    | PickStarted
    | OrderPicked
    | PackStarted
    | OrderPacked
    | OrderDispatched
    | OrderDelivered
    | OrderCancelled
    | PaymentAttempted
    | PaymentRefunded
    | ShelfOpened
    | ShelfPlanned
    | StockReserved
    | StockMoved
    | ReplenishmentOrdered
    | ReplenishmentReceived
    | ShiftStarted
    | ShiftEnded
    | ParcelReady
    | ParcelWithdrawn
    | TripStarted
    | ParcelLoaded
    | DeliveryAttempted
    | ParcelBroughtBack
    | TripEnded
    | ReviewWritten
    | ReviewAnswered
    | SurveyAnswered
    | ReturnRequested
    | ReturnRefunded
    | IncidentBegan
    | IncidentEnded
)

OF_NO_CITY: tuple[type, ...] = (
    CategoryListed,
    ProductListed,
    ProductDrawn,
    PriceSet,
    IncidentBegan,
    IncidentEnded,
)
"""Facts that belong to no city: whoever simulates some cities lives through them, and one of all tells them."""


AFact = TypeVar("AFact", bound=tuple[Any, ...])


def ready_made(kind: type[AFact]) -> Callable[[tuple[Any, ...]], AFact]:
    """Return what makes facts of a kind out of all their fields, for the most frequent: by its name it takes twice."""
    return partial(tuple.__new__, kind)
