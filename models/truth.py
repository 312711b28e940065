"""Schema truth: what no real shop can see, for whoever teaches or validates; role bazaar_teacher reads it.

What is drawn for somebody or something stands here as it was when it was drawn, by the scenario of that time; what was
there before shops kept it (schema 14) has no traits.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from models.base import PURGED_AS_CHAIN, Base, Small, Whole, check, column, key, one_of, table_options, to
from models.people import DEVICES

SCHEMA = "truth"
PERSONAS = ("bargain_hunter", "loyal", "impulsive", "window_shopper", "planner")
UNSEEN_REASONS = ("whim",)
"""Why visitors leave, where nothing that the shop could see was in their way."""


class CustomerTraits(Base):
    __tablename__ = "customer_traits"
    __table_args__ = (
        one_of("persona", *PERSONAS),
        one_of("usual_device", *DEVICES),
        check("satisfaction_range", "satisfaction BETWEEN 0 AND 100"),
        check("active_hour_of_a_day", "active_hour BETWEEN 0 AND 23"),
        {
            "schema": SCHEMA,
            **table_options(
                "What customers are like inside: all of it drawn when they registered, but satisfaction, which moves.",
                fillfactor=80,
                in_batches=True,
            ),
        },
    )

    customer_id: Mapped[int] = key("The customer.", to("customers.customer_id"))
    persona: Mapped[str] = column("How the customer shops: bargain_hunter, loyal, impulsive, window_shopper, planner.")
    satisfaction: Mapped[Small] = column("Current satisfaction, 0 (lost) to 100 (delighted).")
    activity: Mapped[float | None] = column("How readily the customer visits, for life: a weight among all customers.")
    active_hour: Mapped[Small | None] = column("Local hour about which the customer is most active.")
    usual_device: Mapped[str | None] = column("What the customer comes with by habit: mobile, desktop or tablet.")
    usual_channel: Mapped[str | None] = column("How the customer comes by habit, with the usual device.")
    usual_payment_method: Mapped[str | None] = column("How the customer pays by habit.")
    favourite_category_id: Mapped[Small | None] = column(
        "The category that the customer looks at by habit.", to("categories.category_id")
    )
    absence: Mapped[float | None] = column("Odds of being out when a courier rings, over what is usual.")
    price_taste: Mapped[float | None] = column(
        "Liking for dear goods: by this power of price over the usual price the odds of adding a product rise."
    )
    basket: Mapped[float | None] = column("Odds of adding one more product to a cart, over what is usual.")
    units: Mapped[float | None] = column("Odds of taking one more unit of the same, over what is usual.")
    pace: Mapped[float | None] = column("Time that a page is looked at, over what is usual.")


class SatisfactionChange(Base):
    __tablename__ = "satisfaction_changes"
    __table_args__ = (
        one_of(
            "reason",
            "delivered_early",
            "delivered_on_time",
            "delivered_late",
            "delivered_very_late",
            "failed_attempt",
            "out_of_stock",
            "payment_declined",
            "order_cancelled",
            "refund",
            "good_product",
            "bad_product",
        ),
        check("satisfaction_range", "satisfaction BETWEEN 0 AND 100"),
        check("delta_range", "delta BETWEEN -100 AND 100"),
        Index(None, "order_id"),
        Index(None, "occurred_at"),
        {
            "schema": SCHEMA,
            **table_options(
                "Experiences that moved a customer's satisfaction, in each customer's order.",
                appended=True,
                purged=PURGED_AS_CHAIN,
                in_batches=True,
            ),
        },
    )

    customer_id: Mapped[int] = key("Whose satisfaction moved.", to("customers.customer_id"))
    seq: Mapped[Whole] = key("Number of the change within the customer: 1, 2, 3 and so on.")
    reason: Mapped[str] = column("The experience, such as delivered_late, out_of_stock or good_product.")
    delta: Mapped[Small] = column("By how much satisfaction moved, after clipping to 0..100.")
    satisfaction: Mapped[Small] = column("Satisfaction after this change, 0 to 100.")
    order_id: Mapped[int | None] = column("The order it was about, if any.", to("orders.order_id"))
    occurred_at: Mapped[datetime] = column("When it was felt.")


class ExitReason(Base):
    __tablename__ = "exit_reasons"
    __table_args__ = (
        one_of("reason", *UNSEEN_REASONS),
        {
            "schema": SCHEMA,
            **table_options(
                "Why visitors left, of visits whose exit_reason is null for it cannot be seen; the cart's likewise.",
                appended=True,
                purged="sessions",
                in_batches=True,
            ),
        },
    )

    session_id: Mapped[int] = key("The session.", to("sessions.session_id"))
    reason: Mapped[str] = column("whim: for no reason at all.")


class ProductTraits(Base):
    __tablename__ = "product_traits"
    __table_args__ = (
        check("disappoints_is_a_share", "disappoints BETWEEN 0 AND 1"),
        {
            "schema": SCHEMA,
            **table_options("How good and how wanted products are.", appended=True, in_batches=True),
        },
    )

    product_id: Mapped[int] = key("The product.", to("products.product_id"))
    popularity: Mapped[float] = column("Share of all views that it would have if all products were at their height.")
    appeal: Mapped[float] = column("Factor on the odds that who looks at it adds it, its price's appeal included.")
    disappoints: Mapped[float] = column("Chance that a piece of it disappoints.")
    stars: Mapped[float] = column("What its kind adds to the stars of a review.")


class CourierTraits(Base):
    __tablename__ = "courier_traits"
    __table_args__ = (
        check("pace_positive", "pace > 0"),
        {"schema": SCHEMA, **table_options("How fast couriers are.", appended=True, in_batches=True)},
    )

    courier_id: Mapped[int] = key("The courier.", to("couriers.courier_id"))
    pace: Mapped[float] = column(
        "Time that everything takes the courier, over what is usual; who is new takes longer still."
    )


class CarriedSatisfaction(Base):
    __tablename__ = "carried_satisfaction"
    __table_args__ = (
        check("seq_positive", "seq > 0"),
        check("satisfaction_range", "satisfaction BETWEEN 0 AND 100"),
        {
            "schema": SCHEMA,
            **table_options(
                "Where a customer's satisfaction stood after the last of its changes that was cut off.", fillfactor=80
            ),
        },
    )

    customer_id: Mapped[int] = key("The customer.", to("customers.customer_id"))
    seq: Mapped[Whole] = column("Satisfaction changes cut off.")
    satisfaction: Mapped[Small] = column("Satisfaction after the last of them.")
