"""Reviews and returns: whether texts are people's own and agree with what happened, and returns with what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.calibration.realism.figure import OUR_CHOICE, Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

REVIEWS = """
SELECT r.comment, p.category_id, extract(hour FROM r.created_at AT TIME ZONE c.timezone)::int AS hour,
       (EXISTS (SELECT FROM orders o JOIN order_items i USING (order_id)
                WHERE o.customer_id = r.customer_id AND i.product_id = r.product_id AND o.order_id <> r.order_id
                AND o.placed_at < r.created_at))::int AS had_another
FROM reviews r JOIN products p USING (product_id) JOIN customers USING (customer_id) JOIN cities c USING (city_id)
"""
RETURNS = """
SELECT t.reason, t.quantity, i.quantity AS ordered, v.rating, (t.refunded_at IS NOT NULL)::int AS came_back,
       coalesce((SELECT -sum(m.quantity) FROM stock_movements m
                 WHERE m.order_id = t.order_id AND m.product_id = t.product_id AND m.reason = 'write_off'), 0) AS lost
FROM returns t JOIN order_items i ON (i.order_id, i.product_id) = (t.order_id, t.product_id)
LEFT JOIN reviews v ON (v.order_id, v.product_id) = (t.order_id, t.product_id)
"""


def distinct_texts(reviews: pd.DataFrame) -> float:
    """Different texts of reviews, of the reviews with a text, in per cent. Needs reviews."""
    texts = reviews["comment"].dropna()
    return 100.0 * texts.nunique() / len(texts) if len(texts) else float("nan")


def texts_of_other_categories(reviews: pd.DataFrame) -> float:
    """Share of the reviews with a text that stands word for word under another category too, in per cent.

    Needs reviews and their products' categories.
    """
    with_text = reviews[reviews["comment"].notna()]
    categories = with_text.groupby("comment")["category_id"].transform("nunique")
    return 100.0 * float((categories > 1).mean())


def reviews_by_night(reviews: pd.DataFrame) -> float:
    """Share of the reviews written at 00 to 06 h local, in per cent: a quarter where the hour does not matter.

    Needs reviews and their customer's city.
    """
    return 100.0 * float((reviews["hour"] < 6).mean())


def second_ones_never_bought(reviews: pd.DataFrame) -> float:
    """Reviews that speak of "my second one" by people who had not ordered the product before. Needs reviews, orders."""
    second = reviews["comment"].str.contains("my second one", case=False, regex=False).eq(True)
    return float((second & (reviews["had_another"] == 0)).sum())


def damaged_back_on_sale(returns: pd.DataFrame) -> float:
    """Share of the units that came back damaged and were not written off, in per cent. Needs stock movements."""
    damaged = returns[(returns["reason"] == "damaged") & (returns["came_back"] == 1)]
    units = float(damaged["quantity"].sum())
    return 100.0 * (1.0 - float(damaged["lost"].sum()) / units) if units else float("nan")


def returns_in_part(returns: pd.DataFrame) -> float:
    """Share of the returns of lines with several units that leave some with the customer, in per cent.

    Needs returns.
    """
    several = returns[returns["ordered"] > 1]
    return 100.0 * float((several["quantity"] < several["ordered"]).mean()) if len(several) else float("nan")


def too_late_with_five_stars(returns: pd.DataFrame) -> float:
    """Lines returned as too late that the customer gives five stars. Needs returns and reviews."""
    return float(((returns["reason"] == "too_late") & (returns["rating"] == 5)).sum())


FIGURES: Sequence[Figure] = (
    Figure(
        "distinct_texts", "different texts, of the reviews with a text",
        90, 100, "%", OUR_CHOICE, REVIEWS, distinct_texts, held=True,
    ),
    Figure(
        "texts_of_other_categories", "reviews whose text stands under another category too",
        0, 5, "%", OUR_CHOICE, REVIEWS, texts_of_other_categories,
    ),
    Figure(
        "reviews_by_night", "reviews written at 00–06 h local",
        1, 8, "%", OUR_CHOICE, REVIEWS, reviews_by_night, held=True,
    ),
    Figure(
        "second_ones_never_bought", "reviews of a second one by people who never ordered another",
        0, 0, "", OUR_CHOICE, REVIEWS, second_ones_never_bought, held=True,
    ),
    Figure(
        "damaged_back_on_sale", "units returned damaged that are put back on sale",
        0, 0, "%", OUR_CHOICE, RETURNS, damaged_back_on_sale, held=True,
    ),
    Figure(
        "returns_in_part", "returns of several units that are in part",
        10, 70, "%", OUR_CHOICE, RETURNS, returns_in_part, days=14, held=True,
    ),
    Figure(
        "too_late_with_five_stars", "lines returned as too late that have five stars",
        0, 0, "", OUR_CHOICE, RETURNS, too_late_with_five_stars, held=True,
    ),
)  # fmt: skip
