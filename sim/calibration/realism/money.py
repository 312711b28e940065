"""Money: when payments come in and why they fail, what a threshold attracts, whether cities pay alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.calibration.realism.figure import OUR_CHOICE, Figure
from sim.calibration.realism.statistics import intraclass_correlation

if TYPE_CHECKING:
    from collections.abc import Sequence

NEAR = 0.1  # of the threshold of free delivery
LATE_H = 12.0

PAYMENTS = """
SELECT p.order_id, p.method, p.status, p.decline_reason, p.amount::float8 AS amount,
       extract(epoch FROM o.paid_at - o.placed_at)::float8 / 3600 AS paid_after_h
FROM payments p JOIN orders o USING (order_id) WHERE p.status <> 'refunded'
ORDER BY p.order_id, p.attempted_at, p.payment_id
"""
BASKETS = """
SELECT w.city_id, o.subtotal::float8 AS subtotal, o.delivery_fee::float8 AS fee
FROM orders o JOIN warehouses w USING (warehouse_id)
"""


def transfers_after_hours(payments: pd.DataFrame) -> float:
    """Share of the orders paid by bank transfer that are paid 12 hours after they were placed, or later, in per cent.

    Needs payments and orders.
    """
    transfers = payments[(payments["method"] == "bank_transfer") & (payments["status"] == "captured")]
    return 100.0 * float((transfers["paid_after_h"] >= LATE_H).mean())


def retries_by_another_method(payments: pd.DataFrame) -> float:
    """Share of the attempts after a declined one that are by another method, in per cent. Needs payments."""
    again = payments["order_id"].eq(payments["order_id"].shift())
    return 100.0 * float(payments["method"].ne(payments["method"].shift())[again].mean())


def declines_by_amount(payments: pd.DataFrame) -> float:
    """Attempts declined in the tenth with the largest amounts, over those in the tenth with the smallest (a ratio).

    Needs payments.
    """
    tenth = pd.qcut(payments["amount"].rank(method="first"), 10, labels=False)
    declined = payments["status"].eq("declined").groupby(tenth).mean()
    return float(declined.loc[9] / declined.loc[0]) if declined.loc[0] else float("nan")


def vouchers_refused_by_bank(payments: pd.DataFrame) -> float:
    """Vouchers declined for a reason that only a bank has (refused, authentication failed). Needs payments."""
    reasons = payments["decline_reason"][payments["method"] == "voucher"]
    return float(reasons.isin(["refused_by_bank", "authentication_failed"]).sum())


def above_free_delivery(baskets: pd.DataFrame) -> float:
    """Orders within a tenth above the subtotal from which delivery is free, over those within a tenth below (a ratio).

    Needs orders with their fee; the threshold is found for each city, where it parts orders with a fee best.
    """
    above = below = 0
    for _, city in baskets.groupby("city_id"):
        threshold = _threshold(city["subtotal"].to_numpy(), (city["fee"] == 0.0).to_numpy())
        above += int(city["subtotal"].between(threshold, (1.0 + NEAR) * threshold, inclusive="left").sum())
        below += int(city["subtotal"].between((1.0 - NEAR) * threshold, threshold, inclusive="left").sum())
    return above / below if below else float("nan")


def delivery_fees(baskets: pd.DataFrame) -> float:
    """How many different delivery fees above nothing there are. Needs orders."""
    return float(baskets["fee"][baskets["fee"] > 0.0].nunique())


def order_value_by_city(baskets: pd.DataFrame) -> float:
    """Share of the variance of ln subtotal that lies between cities, 0 to 1 (ICC). Needs orders of several cities."""
    return intraclass_correlation(np.log(baskets["subtotal"].to_numpy(dtype=float)), baskets["city_id"])


def _threshold(subtotals: np.ndarray, is_free: np.ndarray) -> float:
    """The subtotal from which on delivery is free, with the fewest orders on the wrong side."""
    order = np.argsort(subtotals, kind="stable")
    subtotal, free = subtotals[order], is_free[order]
    wrong = np.concatenate([[0], np.cumsum(free)]) + np.concatenate([np.cumsum(~free[::-1])[::-1], [0]])
    best = int(np.argmin(wrong))
    return float(subtotal[best]) if best < len(subtotal) else float("inf")


FIGURES: Sequence[Figure] = (
    Figure(
        "transfers_after_hours", "bank transfers captured after 12 hours or more",
        60, 100, "%", "Olist: 27 % of all approvals", PAYMENTS, transfers_after_hours,
    ),
    Figure(
        "retries_by_another_method", "payment attempts after a declined one that are by another method",
        10, 50, "%", OUR_CHOICE, PAYMENTS, retries_by_another_method,
    ),
    Figure(
        "declines_by_amount", "attempts declined, tenth with the largest amounts over the smallest",
        1.3, 4, "×", OUR_CHOICE, PAYMENTS, declines_by_amount,
    ),
    Figure(
        "vouchers_refused_by_bank", "vouchers declined for a bank's reason",
        0, 0, "", OUR_CHOICE, PAYMENTS, vouchers_refused_by_bank, days=1,
    ),
    Figure(
        "above_free_delivery", "orders within 10 % above the threshold of free delivery, over within 10 % below",
        1.3, 4, "×", OUR_CHOICE, BASKETS, above_free_delivery,
    ),
    Figure(
        "delivery_fees", "different delivery fees",
        5, 5000, "", "Olist: 2,618 freight values", BASKETS, delivery_fees,
    ),
    Figure(
        "order_value_by_city", "order value (ln), share of variance between cities (ICC)",
        0.01, 0.5, "", OUR_CHOICE, BASKETS, order_value_by_city,
    ),
)  # fmt: skip
