"""Who comes, when, and through which door."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.scenario.parameter import OURS, Section, parameter, share

Weight = Annotated[float, Field(ge=0.0)]


class Campaign(Section):
    """A stretch of days with other demand, counted from the run's epoch."""

    from_day: float = parameter(0.0, "first day, from the epoch", unit="days", ge=0.0)
    days: float = parameter(7.0, "how long it lasts", unit="days", gt=0.0)
    factor: float = parameter(2.5, "demand against normal", unit="ratio", source="campaign week", ge=0.0, le=100.0)


class Demand(Section):
    """Sessions arrive as a non-homogeneous Poisson process: rate x hour of week x campaign x growth."""

    sessions_per_day: float = parameter(
        60_000.0,
        "mean sessions a day of all cities together at scale 1",
        unit="sessions/day",
        source=OURS,
        ge=0.0,
        le=5e7,
    )
    hour_of_day_share: tuple[Weight, ...] = parameter(
        (3.6, 3.0, 2.4, 2.0, 1.8, 1.7, 1.7, 1.8, 2.0, 2.2, 2.7, 3.4,
         4.0, 4.6, 5.0, 5.7, 6.4, 7.2, 7.5, 7.8, 7.5, 6.2, 5.2, 4.5),
        "relative demand by local hour, 0-23 h", unit="weight", source="hour of day", min_length=24, max_length=24,
    )  # fmt: skip
    day_of_week_factor: tuple[Weight, ...] = parameter(
        (1.12, 1.00, 1.00, 1.02, 0.88, 0.85, 1.15), "relative demand by local weekday, Monday first",
        unit="weight", source="day of week", min_length=7, max_length=7,
    )  # fmt: skip
    growth_percent_per_week: float = parameter(0.0, "compound growth of demand", unit="%/week", ge=-50.0, le=100.0)
    campaigns: tuple[Campaign, ...] = parameter((), "stretches of other demand", unit="list")
    customers_at_opening: int = parameter(
        40_000, "registered customers on the first day at scale 1", unit="customers", ge=1, le=20_000_000
    )
    registered_share: float = share(0.58, "sessions of customers who are registered, signed in or not")
    cart_return_share: float = share(0.02, "sessions that return to an abandoned cart, while there is one to return to")
    cart_return_by_email: float = share(0.6, "returns to a cart that follow a reminder by e-mail")
    cart_return_within_h: float = parameter(
        72.0, "how long an abandoned cart can be returned to", unit="hours", gt=0.0, le=720.0
    )
    channel_weight: dict[str, Weight] = parameter(
        {"direct": 26.0, "search": 34.0, "social": 14.0, "email": 8.0, "ads": 13.0, "referral": 5.0},
        "where sessions come from; e-mail brings only who is known, strangers among these come another way",
        unit="weight", source="general knowledge",
    )  # fmt: skip
    device_weight: dict[str, Weight] = parameter(
        {"mobile": 63.0, "desktop": 33.0, "tablet": 4.0},
        "what they come with",
        unit="weight",
        source="general knowledge",
    )
    activity_sigma: float = parameter(
        0.9,
        "spread of customers' visiting rates (sigma of a lognormal)",
        unit="log",
        source="repeat purchase",
        ge=0.0,
        le=3.0,
    )
    recency_half_life_days: float = parameter(
        45.0, "after how long without an order a customer comes half as often", unit="days",
        source="repeat purchase", gt=0.0, le=3650.0,
    )  # fmt: skip
    recency_floor: float = share(0.35, "what remains of the visiting rate of a long-absent customer")
    rest_after_order_days: float = parameter(
        3.0, "mean pause before a customer who just ordered is in the mood again", unit="days", ge=0.0, le=365.0
    )
    satisfaction_pull: float = parameter(
        1.0,
        "visiting rate at satisfaction 100 against 50 is 1 + this; at 0 it is 1 - this",
        unit="ratio",
        ge=0.0,
        le=1.0,
    )
