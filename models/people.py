"""The people who buy: who they are, where they live, and how their points move."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from models.base import (
    PURGED_AS_CHAIN,
    Base,
    Small,
    Whole,
    by_time,
    check,
    column,
    in_order,
    key,
    one_of,
    table_options,
    to,
)

TIERS = ("bronze", "silver", "gold", "platinum")
DEVICES = ("mobile", "desktop", "tablet")
REGISTERED_BY = ("sign_up", "checkout")


class Customer(Base):
    __tablename__ = "customers"
    __table_args__ = (
        UniqueConstraint("email"),
        one_of("loyalty_tier", *TIERS),
        one_of("registered_by", *REGISTERED_BY),
        check("loyalty_points_not_negative", "loyalty_points >= 0"),
        check("lifetime_points_not_negative", "lifetime_points >= 0"),
        by_time("registered_at"),
        table_options("Registered customers.", fillfactor=80, entity="customer"),
    )

    customer_id: Mapped[int] = key("The customer; the last two digits are the city.")
    city_id: Mapped[Small] = column("The city the customer lives in.", to("cities.city_id"))
    full_name: Mapped[str] = column("First and last name.")
    email: Mapped[str] = column("E-mail address, unique.")
    registered_at: Mapped[datetime] = column("When the customer registered; before the run's epoch for the first ones.")
    loyalty_tier: Mapped[str] = column("Current tier: bronze, silver, gold or platinum.")
    loyalty_points: Mapped[Whole] = column("Current points: the balance of the last loyalty transaction.")
    lifetime_points: Mapped[Whole] = column(
        "Points that count for the tier: opening and purchases, less what refunds took back; redeeming costs none."
    )
    registered_by: Mapped[str] = column(
        "How the account came: by a sign_up, or at the checkout of somebody who ordered as a guest."
    )


class CustomerDevice(Base):
    __tablename__ = "customer_devices"
    __table_args__ = (
        one_of("device", *DEVICES),
        in_order("added_at", "signed_in_at"),
        Index(None, "visitor_id"),
        by_time("added_at"),
        table_options(
            "Where customers stay signed in: the newest cookie that they signed in with on each kind of device. Who has"
            " stayed so since before the opening has a row only after the next time.",
            fillfactor=80,
        ),
    )

    customer_id: Mapped[int] = key("The customer.", to("customers.customer_id"))
    device: Mapped[str] = key("mobile, desktop or tablet.")
    added_at: Mapped[datetime] = column("When the customer first signed in on such a device.")
    signed_in_at: Mapped[datetime] = column("When the customer last signed in on it: asked for anew with a new cookie.")
    visitor_id: Mapped[int] = column("The cookie of that time, as in sessions; it may be lost by now.")


class Address(Base):
    __tablename__ = "addresses"
    __table_args__ = (
        Index(None, "customer_id"),
        by_time("created_at"),
        table_options("Delivery addresses of customers.", entity="address"),
    )

    address_id: Mapped[int] = key("The address; the last two digits are the city.")
    customer_id: Mapped[int] = column("Whose address it is.", to("customers.customer_id"))
    street: Mapped[str] = column("Street and house number.")
    postal_code: Mapped[str] = column("Postal code.")
    latitude: Mapped[float] = column("Latitude, degrees.")
    longitude: Mapped[float] = column("Longitude, degrees.")
    created_at: Mapped[datetime] = column("When the customer gave the address.")


class LoyaltyTransaction(Base):
    __tablename__ = "loyalty_transactions"
    __table_args__ = (
        one_of("tier", *TIERS),
        one_of("reason", "opening", "purchase", "redemption", "redemption_undone", "refund"),
        check("balance_not_negative", "balance >= 0"),
        Index(None, "order_id"),
        Index(None, "occurred_at"),
        table_options(
            "Loyalty points earned, spent and taken back, in each customer's order.",
            appended=True,
            purged=PURGED_AS_CHAIN,
        ),
    )

    customer_id: Mapped[int] = key("Whose points moved.", to("customers.customer_id"))
    seq: Mapped[Whole] = key("Number of the transaction within the customer: 1, 2, 3 and so on.")
    order_id: Mapped[int | None] = column(
        "The order that moved the points; null for the opening.", to("orders.order_id")
    )
    points: Mapped[Whole] = column("Points added (positive) or taken (negative).")
    balance: Mapped[Whole] = column("Points after this transaction.")
    tier: Mapped[str] = column("Tier after this transaction.")
    reason: Mapped[str] = column("opening, purchase, redemption, redemption_undone or refund.")
    occurred_at: Mapped[datetime] = column("When the points moved.")
