"""Customers: whether a person's device, channel, payment, basket, hour and taste stay that person's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.calibration.realism.figure import OUR_CHOICE, Figure
from sim.calibration.realism.statistics import (
    circular_intraclass_correlation,
    intraclass_correlation,
    persistence,
    shared_over_chance,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

VISITS = """
SELECT customer_id, device, channel FROM sessions WHERE customer_id IS NOT NULL
ORDER BY customer_id, started_at, session_id
"""
PURCHASES = """
SELECT o.customer_id, w.city_id, o.subtotal, p.method,
       mod(extract(epoch FROM o.placed_at AT TIME ZONE c.timezone) / 3600, 24)::float8 AS local_hour
FROM orders o JOIN warehouses w USING (warehouse_id) JOIN cities c USING (city_id)
JOIN (SELECT DISTINCT ON (order_id) order_id, method FROM payments WHERE status <> 'refunded'
      ORDER BY order_id, attempted_at, payment_id) p USING (order_id)
WHERE o.paid_at IS NOT NULL
ORDER BY o.customer_id, o.placed_at, o.order_id
"""
BASKETS = """
SELECT DISTINCT o.customer_id, o.placed_at, o.order_id, p.category_id
FROM orders o JOIN order_items USING (order_id) JOIN products p USING (product_id) WHERE o.paid_at IS NOT NULL
ORDER BY o.customer_id, o.placed_at, o.order_id
"""


def same_device(visits: pd.DataFrame) -> float:
    """Share of a known customer's consecutive visits on the same device, in per cent.

    Needs sessions with their customer. By chance it is the sum of the devices' squared shares.
    """
    return 100.0 * persistence(visits["device"], visits["customer_id"])


def same_channel(visits: pd.DataFrame) -> float:
    """Share of a known customer's consecutive visits by the same channel, in per cent. Needs the same."""
    return 100.0 * persistence(visits["channel"], visits["customer_id"])


def same_payment_method(purchases: pd.DataFrame) -> float:
    """Share of a customer's consecutive paid orders whose first attempt is by the same method, in per cent.

    Needs payments; the first attempt, for what is tried after a decline is no habit.
    """
    return 100.0 * persistence(purchases["method"], purchases["customer_id"])


def order_value_icc(purchases: pd.DataFrame) -> float:
    """Share of the variance of ln subtotal that lies between customers of a city, 0 to 1 (ICC).

    Needs paid orders; each city's mean is taken away first, since prices may differ between countries.
    """
    ln_value = pd.Series(np.log(purchases["subtotal"].to_numpy(dtype=float)), index=purchases.index)
    about_city = ln_value - ln_value.groupby(purchases["city_id"]).transform("mean")
    return intraclass_correlation(about_city, purchases["customer_id"])


def order_hour_icc(purchases: pd.DataFrame) -> float:
    """Share of the variance of the local hour of ordering that lies between customers, 0 to 1 (circular ICC).

    Needs paid orders and their city's time zone.
    """
    return circular_intraclass_correlation(purchases["local_hour"], purchases["customer_id"])


def category_taste(baskets: pd.DataFrame) -> float:
    """How often a customer's next paid order shares a category with the last, over chance (a ratio; 1 is none).

    Needs order lines and their products' categories; chance is that of the same orders of other people.
    """
    has = pd.crosstab(baskets["order_id"], baskets["category_id"]).clip(upper=1)
    owner = baskets.drop_duplicates("order_id").set_index("order_id")["customer_id"]
    of_owner, has_category = owner.to_numpy(), has.reindex(owner.index).to_numpy()
    pairs = of_owner[1:] == of_owner[:-1]
    return shared_over_chance(has_category[:-1][pairs], has_category[1:][pairs])


FIGURES: Sequence[Figure] = (
    Figure(
        "same_device", "consecutive visits of a known customer on the same device",
        75, 92, "%", OUR_CHOICE, VISITS, same_device, held=True,
    ),
    Figure(
        "same_channel", "consecutive visits of a known customer by the same channel",
        35, 60, "%", OUR_CHOICE, VISITS, same_channel, held=True,
    ),
    Figure(
        "same_payment_method", "consecutive orders of a customer by the same payment method",
        80, 95, "%", OUR_CHOICE, PURCHASES, same_payment_method, held=True,
    ),
    Figure(
        "order_value_icc", "order value (ln), share of variance between customers (ICC)",
        0.25, 0.50, "", "CDNOW: 0.40", PURCHASES, order_value_icc,
    ),
    Figure(
        "order_hour_icc", "local hour of ordering, share of variance between customers (circular ICC)",
        0.10, 0.30, "", "Online Retail: 0.19", PURCHASES, order_hour_icc,
    ),
    Figure(
        "category_taste", "the next order shares a category with the last, over chance",
        1.5, 3, "×", OUR_CHOICE, BASKETS, category_taste,
    ),
)  # fmt: skip
