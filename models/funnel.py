"""The funnel: visits, what shoppers did step by step, and their carts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from models.base import Base, Small, Whole, by_time, check, column, in_order, key, one_of, table_options, to
from models.people import DEVICES

CHANNELS = ("direct", "search", "social", "email", "ads", "referral")
EXIT_REASONS = ("not_interested", "price", "out_of_stock", "promise", "delivery_fee", "payment")


class Session(Base):
    __tablename__ = "sessions"
    __table_args__ = (
        one_of("channel", *CHANNELS),
        one_of("device", *DEVICES),
        one_of("outcome", "bounced", "browsed", "cart_abandoned", "checkout_abandoned", "payment_failed", "ordered"),
        one_of("exit_reason", *EXIT_REASONS),
        check("outcome_at_the_end", "(ended_at IS NULL) = (outcome IS NULL)"),
        check("exit_reason_of_a_loss", "exit_reason IS NULL OR coalesce(outcome <> 'ordered', false)"),
        in_order("started_at", "ended_at"),
        check("identified_with_a_customer", "(customer_id IS NULL) = (identified_at IS NULL)"),
        in_order("started_at", "identified_at"),
        Index(None, "started_at"),
        Index(None, "visitor_id"),
        Index(None, "customer_id", postgresql_where=text("customer_id IS NOT NULL")),
        Index(
            "ix_sessions_with_a_cart",
            "started_at",
            postgresql_include=["city_id", "channel", "device", "outcome", "exit_reason", "session_id", "customer_id"],
            postgresql_where=text("outcome IN ('cart_abandoned', 'checkout_abandoned', 'payment_failed', 'ordered')"),
        ),
        Index("ix_sessions_open", "session_id", postgresql_where=text("ended_at IS NULL")),
        by_time("ended_at"),
        table_options(
            "Visits to the shop. Conversion is paid orders over sessions.",
            fillfactor=80,
            entity="session",
            purged="sessions",
        ),
    )

    session_id: Mapped[int] = key("The session; the last two digits are the city.")
    customer_id: Mapped[int | None] = column(
        "The customer, once the shop knows: from the start where signed in, else from identified_at on; null if never.",
        to("customers.customer_id"),
    )
    city_id: Mapped[Small] = column("The city the visitor is in.", to("cities.city_id"))
    warehouse_id: Mapped[Small] = column("The warehouse whose stock the visitor sees.", to("warehouses.warehouse_id"))
    channel: Mapped[str] = column(
        "How the visitor came: direct, search, social, email (known customers only), ads or referral."
    )
    device: Mapped[str] = column("mobile, desktop or tablet.")
    started_at: Mapped[datetime] = column("When the visit began.")
    ended_at: Mapped[datetime | None] = column("When it ended; null while it goes on.")
    outcome: Mapped[str | None] = column(
        "How far it came: bounced, browsed, cart_abandoned, checkout_abandoned, payment_failed, ordered; null if open."
    )
    exit_reason: Mapped[str | None] = column(
        "What was in the way of a visitor who left without an order, as far as a shop can see; null when ordered, and"
        " where nothing was."
    )
    visitor_id: Mapped[int | None] = column(
        "The browser's cookie, by which visits of one device belong together until it is lost; the last two digits are"
        " the city. Null for visits before shops kept it (schema 11)."
    )
    identified_at: Mapped[datetime | None] = column(
        "When the shop knew who it was: the start where signed in, else at sign-in, sign-up or a guest's order."
    )


class SessionEvent(Base):
    __tablename__ = "session_events"
    __table_args__ = (
        one_of(
            "event_type",
            "visit",
            "product_view",
            "add_to_cart",
            "remove_from_cart",
            "cart_restored",
            "checkout",
            "order_placed",
            "payment_attempt",
            "sign_in",
            "sign_up",
        ),
        check(
            "product_of_a_product_step",
            "product_id IS NOT NULL"
            " OR event_type NOT IN ('product_view', 'add_to_cart', 'remove_from_cart', 'cart_restored')",
        ),
        check("in_stock_of_a_view", "(in_stock IS NOT NULL) = (event_type = 'product_view')"),
        # Rows arrive nearly in time order and are never changed: a BRIN index answers time ranges almost for free.
        Index(None, "occurred_at", postgresql_using="brin", postgresql_with={"autosummarize": "on"}),
        # A funnel is how many visits came to each step: in this order they are counted without sorting.
        Index(None, "event_type", "session_id"),
        Index("ix_session_events_out_of_stock", "product_id", "occurred_at", postgresql_where=text("NOT in_stock")),
        table_options("The steps of each visit through the funnel.", appended=True, purged="sessions"),
    )

    session_id: Mapped[int] = key("The session.", to("sessions.session_id"))
    seq: Mapped[Whole] = key("Number of the step within the session: 1, 2, 3 and so on.")
    event_type: Mapped[str] = column(
        "visit, product_view, add_to_cart, remove_from_cart, cart_restored, checkout, order_placed, payment_attempt;"
        " sign_in and sign_up say who it is."
    )
    product_id: Mapped[int | None] = column("The product looked at, added or removed.", to("products.product_id"))
    in_stock: Mapped[bool | None] = column("On product views: whether the shopper could have bought it.")
    occurred_at: Mapped[datetime] = column("When the step was taken.")


class Cart(Base):
    __tablename__ = "carts"
    __table_args__ = (
        UniqueConstraint("session_id"),
        one_of("status", "open", "ordered", "abandoned"),
        one_of("abandon_reason", *EXIT_REASONS),
        check("closed_unless_open", "(status = 'open') = (closed_at IS NULL)"),
        check("abandon_reason_of_an_abandoned", "abandon_reason IS NULL OR status = 'abandoned'"),
        check("restored_from_another", "restored_from_cart_id <> cart_id"),
        in_order("created_at", "closed_at"),
        Index(None, "created_at"),
        Index("ix_carts_open", "cart_id", postgresql_where=text("closed_at IS NULL")),
        Index(None, "restored_from_cart_id", postgresql_where=text("restored_from_cart_id IS NOT NULL")),
        table_options(
            "Carts, each made at the first item added; abandoned means without a paid order.",
            fillfactor=80,
            entity="cart",
            purged="carts",
        ),
    )

    cart_id: Mapped[int] = key("The cart; the last two digits are the city.")
    session_id: Mapped[int] = column("The session it was filled in; one cart a session.", to("sessions.session_id"))
    restored_from_cart_id: Mapped[int | None] = column(
        "The abandoned cart that the customer came back to.", to("carts.cart_id")
    )
    status: Mapped[str] = column("open, ordered (it has a paid order, even one cancelled later) or abandoned.")
    abandon_reason: Mapped[str | None] = column("Why it was abandoned, in the words of sessions.exit_reason.")
    created_at: Mapped[datetime] = column("When the first item was added.")
    closed_at: Mapped[datetime | None] = column("When it was ordered (paid) or abandoned; null while open.")


class CartItem(Base):
    __tablename__ = "cart_items"
    __table_args__ = (
        check("quantity_positive", "quantity > 0"),
        in_order("added_at", "removed_at"),
        table_options("Products in carts, the removed ones too.", fillfactor=85, purged="carts"),
    )

    cart_id: Mapped[int] = key("The cart.", to("carts.cart_id"))
    product_id: Mapped[int] = key("The product.", to("products.product_id"))
    quantity: Mapped[Whole] = column("Units.")
    added_at: Mapped[datetime] = column("When it was put in.")
    removed_at: Mapped[datetime | None] = column("When it was taken out; null if it stayed in.")
