"""Every type of event by topic, in causal order: which columns it carries, and what it means."""

from __future__ import annotations

from pipeline.events.contract import customers, deliveries, orders, products, reviews, stock, visits
from pipeline.events.event_type import EventType

_MODULES = (products, customers, visits, orders, deliveries, stock, reviews)

# Who comes first among events of one instant: what makes another possible stands before it. An event follows its cause
# here even where both are of the same microsecond, so a reader that joins in this order finds what it refers to.
CAUSAL_ORDER = (
    "product.priced",
    "customer.registered",
    "customer.address_added",
    "session.started",
    "session.signed_up",
    "session.signed_in",
    "session.cart_restored",
    "session.product_viewed",
    "session.item_added",
    "session.item_removed",
    "session.checkout_started",
    "order.placed",
    "payment.attempted",
    "order.paid",
    "session.ended",
    "order.picked",
    "order.packed",
    "parcel.ready",
    "shift.started",
    "trip.started",
    "order.dispatched",
    "parcel.delivery_attempted",
    "order.delivered",
    "order.cancelled",
    "points.moved",
    "review.written",
    "review.answered",
    "survey.answered",
    "return.requested",
    "return.refunded",
    "trip.ended",
    "shift.ended",
    "stock.received",
    "stock.moved",
    "stock.reordered",
)

_BY_NAME = {each.name: each for module in _MODULES for each in module.TYPES}
CATALOGUE: dict[str, EventType] = {name: _BY_NAME[name] for name in CAUSAL_ORDER}
"""Every type by its name, in causal order."""

RANKS = {name: rank for rank, name in enumerate(CAUSAL_ORDER)}
TOPICS = tuple(dict.fromkeys(each.topic for module in _MODULES for each in module.TYPES))
