"""Identity: how many visits a cookie has, how often it is lost, and what came before somebody was known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.calibration.realism.figure import OUR_CHOICE, Figure
from sim.calibration.realism.statistics import per_cent

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

VISITORS = """
SELECT visits, count(*) AS visitors FROM (
    SELECT count(*) AS visits FROM sessions
    WHERE visitor_id IS NOT NULL GROUP BY visitor_id HAVING count(customer_id) = 0
) nobody GROUP BY 1
"""
COOKIES = """
SELECT (visitor_id <> before)::int AS other, count(*) AS visits FROM (
    SELECT visitor_id, started_at, lag(visitor_id) OVER visits AS before, lag(started_at) OVER visits AS before_at
    FROM sessions WHERE customer_id IS NOT NULL AND visitor_id IS NOT NULL
    WINDOW visits AS (PARTITION BY customer_id, device ORDER BY started_at)
) v WHERE started_at - before_at BETWEEN interval '20 days' AND interval '40 days' GROUP BY 1
"""
ORDERS = """
SELECT (s.identified_at > s.started_at)::int AS later, count(*) AS orders
FROM orders o JOIN carts c USING (cart_id) JOIN sessions s USING (session_id) GROUP BY 1
"""
FIRST_ORDERS = """
WITH newcomers AS (
    SELECT o.customer_id, min(o.placed_at) AS first_at
    FROM sim.current_run CROSS JOIN orders o JOIN customers c USING (customer_id)
    WHERE c.registered_at >= epoch + interval '14 days' GROUP BY 1
), cookies AS (
    SELECT DISTINCT customer_id, visitor_id FROM sessions WHERE customer_id IS NOT NULL
)
SELECT n.customer_id, count(*) AS visits
FROM newcomers n JOIN cookies k USING (customer_id)
JOIN sessions s ON s.visitor_id = k.visitor_id AND s.started_at < n.first_at GROUP BY 1
"""


def visits_a_visitor(visitors: pd.DataFrame) -> float:
    """Visits of a cookie that nobody signed in with, on average. Needs sessions with their visitor."""
    return float((visitors["visits"] * visitors["visitors"]).sum() / visitors["visitors"].sum())


def other_cookie(cookies: pd.DataFrame) -> float:
    """Share of a customer's visits with another cookie than the last with that device, if a month ago, in per cent.

    A month is 20 to 40 days. Needs sessions with their visitor and customer: those with a new cookie in which nobody
    signs in are not seen.
    """
    return per_cent(cookies["other"], cookies["visits"])


def orders_of_the_unknown(orders: pd.DataFrame) -> float:
    """Share of the orders whose visit began without the shop knowing whose it was, in per cent.

    Needs orders with their session.
    """
    return per_cent(orders["later"], orders["orders"])


def visits_to_first_order(first_orders: pd.DataFrame) -> float:
    """Visits with a new customer's cookies until the first order, that with it included, on average.

    Needs sessions with their visitor, and orders of customers who registered two weeks after the opening or later.
    """
    return float(first_orders["visits"].mean())


FIGURES: Sequence[Figure] = (
    Figure(
        "visits_a_visitor", "visits of a cookie that nobody signed in with, mean",
        1.1, 1.5, "", "RetailRocket: 1,407,580 visitors", VISITORS, visits_a_visitor, days=28,
    ),
    Figure(
        "other_cookie", "a customer's visits with another cookie than a month before on that device",
        5, 40, "%", "comScore: 31 % of computers lost theirs", COOKIES, other_cookie, days=42,
    ),
    Figure(
        "orders_of_the_unknown", "orders whose visit began with nobody known",
        20, 70, "%", OUR_CHOICE, ORDERS, orders_of_the_unknown,
    ),
    Figure(
        "visits_to_first_order", "visits up to a new customer's first order, mean",
        1.05, 3, "", OUR_CHOICE, FIRST_ORDERS, visits_to_first_order, days=28,
    ),
)  # fmt: skip
