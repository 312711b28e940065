"""Orders: what was bought, how far each order is, and its money."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from models.base import (
    Base,
    Money,
    Small,
    Whole,
    by_time,
    check,
    column,
    in_order,
    key,
    one_of,
    planned,
    table_options,
    to,
)

STATUSES = ("placed", "paid", "picked", "packed", "dispatched", "delivered", "cancelled")
# Open means without a last milestone, not "status in …": an index that mentions status would end in-page (HOT) updates.
OPEN_ORDERS = "delivered_at IS NULL AND cancelled_at IS NULL"
STATUS_BY_MILESTONES = """status = CASE
    WHEN cancelled_at IS NOT NULL THEN 'cancelled'
    WHEN delivered_at IS NOT NULL THEN 'delivered'
    WHEN dispatched_at IS NOT NULL THEN 'dispatched'
    WHEN packed_at IS NOT NULL THEN 'packed'
    WHEN picked_at IS NOT NULL THEN 'picked'
    WHEN paid_at IS NOT NULL THEN 'paid'
    ELSE 'placed' END"""
LAST_MILESTONE = (
    "greatest(placed_at, paid_at, pick_started_at, picked_at, pack_started_at, packed_at, dispatched_at, delivered_at)"
)


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("cart_id"),
        one_of("status", *STATUSES),
        one_of("cancel_reason", "payment_failed", "changed_mind", "waited_too_long", "undeliverable"),
        in_order("placed_at", "paid_at"),
        in_order("paid_at", "pick_started_at"),
        in_order("pick_started_at", "picked_at"),
        in_order("picked_at", "pack_started_at"),
        in_order("pack_started_at", "packed_at"),
        in_order("packed_at", "dispatched_at"),
        in_order("dispatched_at", "delivered_at"),
        check("cancelled_at_last", f"cancelled_at >= {LAST_MILESTONE}"),
        check("delivered_or_cancelled", "delivered_at IS NULL OR cancelled_at IS NULL"),
        check("cancelled_for_a_reason", "(cancelled_at IS NULL) = (cancel_reason IS NULL)"),
        check("payment_failed_is_unpaid", "cancel_reason <> 'payment_failed' OR paid_at IS NULL"),
        check("undeliverable_was_dispatched", "cancel_reason <> 'undeliverable' OR dispatched_at IS NOT NULL"),
        check("status_agrees_with_milestones", STATUS_BY_MILESTONES),
        check("promised_at_after_placed_at", "promised_at > placed_at"),
        check("slot_ends_after_it_starts", "promised_at > slot_starts_at"),
        check("discount_within_subtotal", "discount >= 0 AND discount <= subtotal"),
        check("delivery_fee_not_negative", "delivery_fee >= 0"),
        check("total_adds_up", "total = subtotal - discount + delivery_fee"),
        Index(None, "customer_id"),
        Index(None, "placed_at"),
        Index("ix_orders_open", "order_id", postgresql_where=text(OPEN_ORDERS)),
        table_options(
            "Orders, from the submitted checkout on, with one timestamp a milestone.",
            fillfactor=70,
            entity="order",
            purged="orders",
        ),
    )

    order_id: Mapped[int] = key("The order; the last two digits are the city.")
    customer_id: Mapped[int] = column("Who ordered.", to("customers.customer_id"))
    cart_id: Mapped[int] = column("The cart it was made from; at most one order a cart.", to("carts.cart_id"))
    warehouse_id: Mapped[Small] = column("The warehouse that fulfils it.", to("warehouses.warehouse_id"))
    address_id: Mapped[int] = column("Where it goes.", to("addresses.address_id"))
    status: Mapped[str] = column("placed, paid, picked, packed, dispatched, delivered or cancelled.")
    placed_at: Mapped[datetime] = column("When the checkout was submitted and the stock reserved.")
    promised_at: Mapped[datetime] = planned(
        "Delivery promised at checkout, the end of the slot chosen there; late means delivered after it."
    )
    paid_at: Mapped[datetime | None] = column("When a payment was captured.")
    pick_started_at: Mapped[datetime | None] = column("When a picker took it from the queue.")
    picked_at: Mapped[datetime | None] = column("When all its units had left the shelves.")
    pack_started_at: Mapped[datetime | None] = column("When packing began.")
    packed_at: Mapped[datetime | None] = column("When it was packed.")
    dispatched_at: Mapped[datetime | None] = column("When it left the warehouse for the first time.")
    delivered_at: Mapped[datetime | None] = column("When the customer had it.")
    cancelled_at: Mapped[datetime | None] = column("When it was cancelled.")
    cancel_reason: Mapped[str | None] = column("payment_failed, changed_mind, waited_too_long or undeliverable.")
    subtotal: Mapped[Money] = column("Sum of quantity * unit_price of its items.")
    discount: Mapped[Money] = column("Taken off for the loyalty tier and for redeemed points.")
    delivery_fee: Mapped[Money] = column("Paid for delivery.")
    total: Mapped[Money] = column("subtotal - discount + delivery_fee: what the customer pays.")
    slot_starts_at: Mapped[datetime | None] = planned(
        "When the slot begins that the customer chose at checkout, and nobody rings before; it ends at promised_at. "
        "Null in an order made before there were slots."
    )


class OrderItem(Base):
    __tablename__ = "order_items"
    __table_args__ = (
        UniqueConstraint("order_id", "product_id"),
        check("quantity_positive", "quantity > 0"),
        check("unit_price_positive", "unit_price > 0"),
        Index(None, "product_id"),
        table_options("The lines of each order.", appended=True, purged="orders"),
    )

    order_id: Mapped[int] = key("The order.", to("orders.order_id"))
    line_no: Mapped[Small] = key("Number of the line within the order: 1, 2, 3 and so on.")
    product_id: Mapped[int] = column("The product; once an order.", to("products.product_id"))
    quantity: Mapped[Whole] = column("Units.")
    unit_price: Mapped[Money] = column("Price of one unit when the order was placed.")


class OrderStatusChange(Base):
    __tablename__ = "order_status_changes"
    __table_args__ = (
        one_of("status", *STATUSES),
        by_time("changed_at"),
        table_options(
            "Every status an order has had; the last one is its current status.", appended=True, purged="orders"
        ),
    )

    order_id: Mapped[int] = key("The order.", to("orders.order_id"))
    seq: Mapped[Small] = key("Number of the change within the order: 1 (placed), 2, 3 and so on.")
    status: Mapped[str] = column("The status from then on.")
    changed_at: Mapped[datetime] = column("When it changed.")


class Payment(Base):
    __tablename__ = "payments"
    __table_args__ = (
        one_of("method", "card", "bank_transfer", "voucher", "debit_card"),
        one_of("status", "captured", "declined", "refunded"),
        check("amount_positive", "amount > 0"),
        check("decline_reason_of_a_decline", "(status = 'declined') = (decline_reason IS NOT NULL)"),
        Index(None, "order_id"),
        Index(None, "attempted_at"),
        table_options(
            "Payment attempts, one row each; a refund is a row of its own with status refunded.",
            entity="payment",
            appended=True,
            purged="orders",
        ),
    )

    payment_id: Mapped[int] = key("The payment attempt or refund; the last two digits are the city.")
    order_id: Mapped[int] = column("The order paid for.", to("orders.order_id"))
    method: Mapped[str] = column("card, bank_transfer, voucher or debit_card.")
    amount: Mapped[Money] = column("Amount of the attempt or of the refund, always positive.")
    status: Mapped[str] = column("captured, declined or refunded.")
    decline_reason: Mapped[str | None] = column("Why it was declined; null otherwise.")
    attempted_at: Mapped[datetime] = column("When it was tried or refunded.")
