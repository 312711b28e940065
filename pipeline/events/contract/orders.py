"""Orders: from the submitted checkout to the door, their payments and what came back."""

from __future__ import annotations

from pipeline.events.event_type import EventType, Field, Lines, of

TOPIC = "shop.orders"


def _milestone(status: str, says: str, more: tuple[Field, ...] = ()) -> EventType:
    fields = of("orders", "order_id", "customer_id", "warehouse_id") + more
    return EventType(f"order.{status}", TOPIC, "order_status_changes", says, "order_id", "order_id", fields)


def _return(name: str, says: str, *more: str) -> EventType:
    fields = of("returns", "return_id", "order_id", "product_id", "quantity", *more)
    return EventType(f"return.{name}", TOPIC, "returns", says, "return_id", "order_id", fields)


TYPES = (
    EventType(
        "order.placed",
        TOPIC,
        "orders",
        "A shopper submitted the checkout: the stock is reserved, the payment follows.",
        "order_id",
        "order_id",
        (
            *of("orders", "order_id", "customer_id", "cart_id", "warehouse_id", "address_id"),
            *of("orders", "slot_starts_at", "promised_at"),
            *of("orders", "subtotal", "discount", "delivery_fee", "total"),
            Lines(
                "lines",
                "What was ordered, by line number.",
                of("order_items", "line_no", "product_id", "quantity", "unit_price"),
            ),
        ),
        version=2,
    ),
    EventType(
        "payment.attempted",
        TOPIC,
        "payments",
        "A payment was captured or declined, or money was given back (status refunded).",
        "payment_id",
        "order_id",
        of("payments", "payment_id", "order_id", "method", "amount", "status", "decline_reason"),
    ),
    _milestone("paid", "An order was paid."),
    _milestone("picked", "All of an order was taken off the shelves.", of("orders", "pick_started_at", known=True)),
    _milestone("packed", "An order was packed.", of("orders", "pack_started_at", known=True)),
    _milestone("dispatched", "An order left the warehouse for the first time."),
    _milestone("delivered", "An order was handed over.", of("orders", "promised_at")),
    _milestone("cancelled", "An order was cancelled.", of("orders", "cancel_reason", known=True)),
    _return("requested", "A customer asked to send a product back.", "reason"),
    _return("refunded", "The money for a return was given back.", "refund_amount"),
)
