"""Doors: when parcels come, and whether people are at home by the hour and by who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.calibration.realism.figure import OUR_CHOICE, Figure
from sim.calibration.realism.statistics import binomial_dispersion

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

PARTS = {"morning": (6, 12), "afternoon": (12, 17), "evening": (17, 22)}  # local hours

ATTEMPTS = """
SELECT o.customer_id, a.attempt_no, a.outcome, (a.attempted_at <= o.promised_at)::int AS on_time,
       extract(hour FROM a.attempted_at AT TIME ZONE c.timezone)::int AS hour
FROM delivery_attempts a JOIN deliveries d USING (delivery_id) JOIN orders o USING (order_id)
JOIN warehouses w USING (warehouse_id) JOIN cities c USING (city_id)
"""


def night_deliveries(attempts: pd.DataFrame) -> float:
    """Share of the deliveries that are made at 22 to 07 h local, in per cent. Needs delivery attempts."""
    return _delivered_between(attempts, 22, 7)


def early_deliveries(attempts: pd.DataFrame) -> float:
    """Share of the deliveries that are made at 05 to 08 h local, in per cent. Needs delivery attempts."""
    return _delivered_between(attempts, 5, 8)


def not_at_home_by_hour(attempts: pd.DataFrame) -> float:
    """First attempts at which nobody is at home: the part of the day with most over that with least (a ratio).

    Needs delivery attempts: of those in time, in the morning (6 h), afternoon (12 h) and evening (17 to 22 h), where
    each has a hundredth of them.
    """
    first = _first_in_time(attempts)
    parts = [first[first["hour"].between(begin, end - 1)] for begin, end in PARTS.values()]
    rates = [float(_nobody(part).mean()) for part in parts if len(part) >= len(first) / 100 and len(part)]
    return max(rates) / min(rates) if rates and min(rates) > 0.0 else float("nan")


def not_at_home_by_customer(attempts: pd.DataFrame) -> float:
    """First attempts at which nobody is at home, by customer: chi-square over degrees of freedom against one rate.

    Needs delivery attempts in time, of customers with two or more.
    """
    first = _first_in_time(attempts)
    by_customer = _nobody(first).groupby(first["customer_id"]).agg(["sum", "size"])
    several = by_customer[by_customer["size"] >= 2]
    chi_square, freedom = binomial_dispersion(several["sum"], several["size"])
    return chi_square / freedom if freedom else float("nan")


def _delivered_between(attempts: pd.DataFrame, begin: int, end: int) -> float:
    hour = attempts["hour"][attempts["outcome"] == "delivered"]
    inside = (hour >= begin) & (hour < end) if begin < end else (hour >= begin) | (hour < end)
    return 100.0 * float(inside.mean())


def _first_in_time(attempts: pd.DataFrame) -> pd.DataFrame:
    return attempts[(attempts["attempt_no"] == 1) & (attempts["on_time"] == 1)]


def _nobody(attempts: pd.DataFrame) -> pd.Series:
    return attempts["outcome"] == "nobody_home"


FIGURES: Sequence[Figure] = (
    Figure(
        "night_deliveries", "deliveries at 22–07 h local",
        0, 3, "%", OUR_CHOICE, ATTEMPTS, night_deliveries,
    ),
    Figure(
        "early_deliveries", "deliveries at 05–08 h local",
        0, 6, "%", "Olist: 0.8 %", ATTEMPTS, early_deliveries,
    ),
    Figure(
        "not_at_home_by_hour", "nobody at home at the first attempt: worst part of the day over best",
        1.5, 4, "×", OUR_CHOICE, ATTEMPTS, not_at_home_by_hour,
    ),
    Figure(
        "not_at_home_by_customer", "nobody at home at the first attempt, by customer: chi-square / df",
        1.05, 2, "", OUR_CHOICE, ATTEMPTS, not_at_home_by_customer,
    ),
)  # fmt: skip
