"""Fees, discounts, payment, loyalty points."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.scenario.demand import Weight
from sim.scenario.parameter import Section, Share, parameter, share

Percent = Annotated[float, Field(ge=0.0, le=50.0)]
Points = Annotated[int, Field(ge=0, le=1_000_000_000)]


class Checkout(Section):
    """What the shop asks for an order. Money is in units of the market's price level (1 = one dollar, 90 roubles)."""

    delivery_fee: float = parameter(3.90, "delivery fee", unit="price level", ge=0.0, le=1000.0)
    free_delivery_from: float = parameter(
        35.0, "no fee from this subtotal on", unit="price level", ge=0.0, le=100_000.0
    )
    tier_discount_percent: dict[str, Percent] = parameter(
        {"bronze": 0.0, "silver": 2.0, "gold": 4.0, "platinum": 6.0},
        "discount on the subtotal by loyalty tier",
        unit="%",
    )
    most_discount_percent: float = parameter(50.0, "discount at most, of the subtotal", unit="%", ge=0.0, le=90.0)


class Payment(Section):
    """Payment attempts and their fate."""

    method_weight: dict[str, Weight] = parameter(
        {"card": 73.9, "bank_transfer": 19.0, "voucher": 5.6, "debit_card": 1.5}, "how customers pay",
        unit="weight", source="payment mix",
    )  # fmt: skip
    declined: dict[str, Share] = parameter(
        {"card": 0.085, "bank_transfer": 0.035, "voucher": 0.03, "debit_card": 0.095},
        "chance that an attempt is declined",
        unit="share", source="card declines",
    )  # fmt: skip
    decline_reason_weight: dict[str, Weight] = parameter(
        {
            "insufficient_funds": 45.0,
            "refused_by_bank": 25.0,
            "wrong_details": 18.0,
            "authentication_failed": 12.0,
        },
        "why attempts are declined",
        unit="weight",
    )
    retry: float = share(0.78, "trying again after a decline", source="card declines")
    retry_declined_factor: float = parameter(
        2.2, "a retry is declined this many times as often as a first attempt", unit="ratio", ge=0.0, le=10.0
    )
    most_attempts: int = parameter(3, "attempts at most", unit="attempts", ge=1, le=10)


class Loyalty(Section):
    """Points and tiers."""

    points_per_unit: float = parameter(1.0, "points for one unit of price level spent", unit="points", ge=0.0, le=100.0)
    tier_from: dict[str, Points] = parameter(
        {"bronze": 0, "silver": 150, "gold": 400, "platinum": 1000},
        "lifetime points from which a tier is held",
        unit="points",
    )
    redeem_from: int = parameter(200, "balance from which points can be redeemed", unit="points", ge=1)
    redeem: float = share(0.12, "redeeming at checkout, when possible")
    redeem_points: int = parameter(100, "points redeemed at a time", unit="points", ge=1)
    point_value: float = parameter(0.03, "value of a redeemed point", unit="price level", ge=0.0, le=10.0)
    opening_orders_mean: float = parameter(
        2.2,
        "mean earlier orders of a customer at the opening (exponential)",
        unit="orders",
        source="repeat purchase",
        ge=0.0,
    )
