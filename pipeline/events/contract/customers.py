"""Customers: who registered, where they live, and their loyalty points."""

from __future__ import annotations

from pipeline.events.event_type import EventType, of

TOPIC = "shop.customers"

TYPES = (
    EventType(
        "customer.registered",
        TOPIC,
        "customers",
        "Somebody registered; those of the time before the opening come first of all events.",
        "customer_id",
        "customer_id",
        of("customers", "customer_id", "city_id", "full_name", "email", "registered_by"),
        version=2,
    ),
    EventType(
        "customer.address_added",
        TOPIC,
        "addresses",
        "A customer gave an address.",
        "address_id",
        "customer_id",
        of("addresses", "address_id", "customer_id", "street", "postal_code", "latitude", "longitude"),
    ),
    EventType(
        "points.moved",
        TOPIC,
        "loyalty_transactions",
        "Loyalty points were earned, spent or taken back.",
        "customer_id.seq",
        "customer_id",
        of("loyalty_transactions", "customer_id", "seq", "order_id", "points", "balance", "tier", "reason"),
    ),
)
