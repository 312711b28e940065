"""Visits: who came and how, what was looked at, and how it ended."""

from __future__ import annotations

from pipeline.events.event_type import EventType, of, told

TOPIC = "shop.visits"


def _step(name: str, says: str, *more: str) -> EventType:
    fields = of("session_events", "session_id", "seq") + of("session_events", *more, known=True)
    return EventType(f"session.{name}", TOPIC, "session_events", says, "session_id.seq", "session_id", fields)


def _identified(name: str, says: str) -> EventType:
    fields = (
        *of("session_events", "session_id", "seq"),
        *of("sessions", "visitor_id"),
        *of("sessions", "customer_id", known=True),
    )
    return EventType(f"session.{name}", TOPIC, "session_events", says, "session_id.seq", "session_id", fields)


TYPES = (
    EventType(
        "session.started",
        TOPIC,
        "sessions",
        "A visit began.",
        "session_id",
        "session_id",
        (
            *of("sessions", "session_id", "visitor_id"),
            told("customer_id", "sessions.customer_id", "The customer, where the shop knew who came; else null."),
            *of("sessions", "city_id", "warehouse_id", "channel", "device"),
        ),
        version=2,
    ),
    _step("product_viewed", "The visitor looked at a product.", "product_id", "in_stock"),
    _step("item_added", "The visitor put a product into the cart.", "product_id"),
    _step("item_removed", "The visitor took a product out of the cart.", "product_id"),
    _step("cart_restored", "A product came into the cart from an abandoned one.", "product_id"),
    _step("checkout_started", "The visitor went to the checkout."),
    _identified("signed_in", "The visitor signed in: a customer."),
    _identified("signed_up", "The visitor opened an account."),
    EventType(
        "session.ended",
        TOPIC,
        "sessions",
        "A visit ended.",
        "session_id",
        "session_id",
        (
            *of("sessions", "session_id", "customer_id"),
            *of("sessions", "started_at", "outcome", known=True),
            *of("sessions", "exit_reason"),
        ),
        version=2,
    ),
)
