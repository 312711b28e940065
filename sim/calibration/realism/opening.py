"""The opening: whether the shop that was there before it is the one that goes on, or begins with a cliff."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.calibration.realism.figure import OUR_CHOICE, Figure
from sim.calibration.realism.returning import KNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

ACCOUNTS = """
SELECT floor(extract(epoch FROM registered_at - epoch) / 86400)::int AS day, count(*) AS accounts,
       count(*) FILTER (WHERE NOT EXISTS (SELECT FROM orders o WHERE o.customer_id = c.customer_id)) AS without_order,
       extract(epoch FROM sim_now - epoch)::float8 / 86400 AS until
FROM customers c CROSS JOIN sim.current_run GROUP BY 1, 4
"""
OPENING_POINTS = "SELECT points FROM loyalty_transactions WHERE reason = 'opening' AND points > 0"


def orders_by_age(known: pd.DataFrame) -> float:
    """Orders a customer of the newest quarter of the accounts there were at the opening, over the oldest (a ratio).

    Needs customers' dates of registration, and paid orders: old accounts have been left by many.
    """
    quarter = pd.qcut(known["age"].rank(method="first"), 4, labels=False)
    mean = known["orders"].groupby(quarter).mean()
    return float(mean.loc[0] / mean.loc[3]) if mean.loc[3] else float("nan")


def registrations_after_over_before(accounts: pd.DataFrame) -> float:
    """Accounts made in the four weeks after the opening, over those in the four weeks before (a ratio).

    Needs customers' dates of registration.
    """
    before = accounts["accounts"][accounts["day"].between(-28, -1)].sum()
    return float(accounts["accounts"][accounts["day"].between(0, 27)].sum() / before) if before else float("nan")


def accounts_without_order(accounts: pd.DataFrame) -> float:
    """Share of the accounts made since the opening, and 14 days ago or more, that have no order yet, in per cent.

    Needs customers' dates of registration, and orders.
    """
    old = accounts[(accounts["day"] >= 0) & (accounts["day"] <= accounts["until"] - 14.0)]
    return 100.0 * float(old["without_order"].sum() / old["accounts"].sum()) if len(old) else float("nan")


def divisor_of_points(opening: pd.DataFrame) -> float:
    """Greatest common divisor of the points that customers had at the opening: 1 where they come of amounts spent.

    Needs loyalty transactions.
    """
    return float(np.gcd.reduce(opening["points"].to_numpy(dtype=np.int64)))


FIGURES: Sequence[Figure] = (
    Figure(
        "orders_by_age", "orders a customer, newest quarter of the accounts at the opening over the oldest",
        1.1, 4, "×", OUR_CHOICE, KNOWN, orders_by_age, days=28,
    ),
    Figure(
        "registrations_after_over_before", "registrations in four weeks after the opening, over four weeks before",
        0.8, 1.25, "×", OUR_CHOICE, ACCOUNTS, registrations_after_over_before, days=28,
    ),
    Figure(
        "accounts_without_order", "accounts made since the opening that have no order after 14 days",
        5, 45, "%", OUR_CHOICE, ACCOUNTS, accounts_without_order, days=28,
    ),
    Figure(
        "divisor_of_points", "greatest common divisor of the loyalty points at the opening",
        1, 1, "", OUR_CHOICE, OPENING_POINTS, divisor_of_points, days=1,
    ),
)  # fmt: skip
