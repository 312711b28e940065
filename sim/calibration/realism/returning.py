"""Coming back: how often customers visit, who buys again and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.calibration.realism.figure import OUR_CHOICE, Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

KNOWN = """
SELECT c.customer_id, coalesce(s.visits, 0) AS visits, coalesce(o.orders, 0) AS orders,
       ((s.first_at < epoch + interval '42 days') IS TRUE)::int AS seen_by_42,
       extract(epoch FROM epoch - c.registered_at)::float8 / 86400 AS age,
       extract(epoch FROM sim_now - epoch)::float8 / 604800 AS weeks
FROM sim.current_run CROSS JOIN customers c
LEFT JOIN (SELECT customer_id, count(*) AS visits, min(started_at) AS first_at FROM sessions
           WHERE customer_id IS NOT NULL GROUP BY 1) s USING (customer_id)
LEFT JOIN (SELECT customer_id, count(*) AS orders FROM orders WHERE paid_at IS NOT NULL GROUP BY 1) o
     USING (customer_id)
WHERE c.registered_at < epoch
"""
BUYERS = """
SELECT o.customer_id, extract(epoch FROM o.placed_at - epoch)::float8 / 86400 AS day,
       extract(epoch FROM sim_now - epoch)::float8 / 86400 AS until
FROM sim.current_run CROSS JOIN orders o JOIN customers c USING (customer_id)
WHERE o.paid_at IS NOT NULL AND c.registered_at >= epoch ORDER BY o.customer_id, o.placed_at
"""


def visits_a_week(known: pd.DataFrame) -> float:
    """Visits a week of a customer registered before the opening, the median, of those too who never came.

    Needs sessions with their customer.
    """
    return float((known["visits"] / known["weeks"]).median())


def seen_again(known: pd.DataFrame) -> float:
    """Share of the customers registered before the opening who visit within 42 days of it, in per cent.

    Needs sessions with their customer.
    """
    return 100.0 * float(known["seen_by_42"].mean())


def buy_again(buyers: pd.DataFrame) -> float:
    """Share of new buyers who buy again within 35 days of their first order, in per cent.

    Needs paid orders of customers registered since the opening, whose first order is 35 days old.
    """
    after = _after_first(buyers)
    watched = after[after["first"] <= after["until"] - 35.0]
    again = watched["customer_id"][(watched["since"] > 0.0) & (watched["since"] <= 35.0)].nunique()
    cohort = watched["customer_id"].nunique()
    return 100.0 * again / cohort if cohort else float("nan")


def first_week_over_fourth(buyers: pd.DataFrame) -> float:
    """New buyers who buy again in the first week after their first order, over those in the fourth (a ratio).

    Needs paid orders of customers registered since the opening, watched for four weeks.
    """
    return _week_over_week(buyers, 1, 4)


def fourth_week_over_seventh(buyers: pd.DataFrame) -> float:
    """New buyers who buy again in the fourth week after their first order, over those in the seventh (a ratio).

    Needs paid orders of customers registered since the opening, watched for seven weeks: the last that 56 days have.
    """
    return _week_over_week(buyers, 4, 7)


def _after_first(buyers: pd.DataFrame) -> pd.DataFrame:
    first = buyers.groupby("customer_id")["day"].transform("min")
    return buyers.assign(first=first, since=buyers["day"] - first)


def _week_over_week(buyers: pd.DataFrame, one: int, other: int) -> float:
    after = _after_first(buyers)
    watched = after[after["first"] <= after["until"] - 7.0 * max(one, other)]
    week = np.ceil(watched["since"] / 7.0)  # 1: up to seven days after; the first order itself is 0
    came = [watched["customer_id"][week == number].nunique() for number in (one, other)]
    return came[0] / came[1] if came[1] else float("nan")


FIGURES: Sequence[Figure] = (
    Figure(
        "visits_a_week", "visits a week of a known customer, median",
        0.1, 1.0, "", OUR_CHOICE, KNOWN, visits_a_week, days=28,
    ),
    Figure(
        "seen_again", "known customers seen again within 42 days",
        35, 70, "%", OUR_CHOICE, KNOWN, seen_again, days=42,
    ),
    Figure(
        "buy_again", "new buyers who buy again within 35 days",
        14, 30, "%", "CDNOW: 19.3 %", BUYERS, buy_again, days=42,
    ),
    Figure(
        "first_week_over_fourth", "new buyers who buy again in their first week, over those in their fourth",
        1.1, 2.5, "×", OUR_CHOICE, BUYERS, first_week_over_fourth, days=35,
    ),
    Figure(
        "fourth_week_over_seventh", "new buyers who buy again in their fourth week, over those in their seventh",
        1.05, 2, "×", "CDNOW: 5.9 % fall to 3.4 % in week 8", BUYERS, fourth_week_over_seventh, days=56,
    ),
)  # fmt: skip
