"""Products: whether their popularity, quality and what they are bought with differ, and change as weeks go by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from sim.calibration.realism.figure import OUR_CHOICE, Figure
from sim.calibration.realism.statistics import binomial_dispersion, intraclass_correlation, per_degree_of_freedom

if TYPE_CHECKING:
    from collections.abc import Sequence

TOP = 100  # products
LEAST_VIEWS = 200  # of a product, before a rate of it says anything
LEAST_BASKETS = 20  # with a pair, before its lift says anything

VIEWS = """
WITH run AS (SELECT epoch FROM sim.current_run), prices AS (
    SELECT product_id, reason, valid_from, lead(valid_from) OVER (PARTITION BY product_id ORDER BY valid_from) AS until
    FROM product_prices
), viewed AS (
    SELECT product_id, floor(extract(epoch FROM occurred_at - (SELECT epoch FROM run)) / 86400)::int AS day,
           count(*) AS views
    FROM session_events WHERE event_type = 'product_view' GROUP BY 1, 2
)
SELECT product_id, day, views, coalesce(reason = 'promotion', false)::int AS promoted
FROM viewed v CROSS JOIN run LEFT JOIN prices p USING (product_id)
WHERE p.valid_from IS NULL OR (p.valid_from <= epoch + day * interval '1 day'
                               AND (until IS NULL OR until > epoch + day * interval '1 day'))
"""
ADDED = """
SELECT p.product_id, p.list_price::float8 AS price, count(*) FILTER (WHERE event_type = 'product_view') AS views,
       count(*) FILTER (WHERE event_type = 'add_to_cart') AS added
FROM session_events JOIN products p USING (product_id) WHERE event_type IN ('product_view', 'add_to_cart')
GROUP BY p.product_id
"""
RATINGS = "SELECT product_id, rating FROM reviews"
RETURNED = """
SELECT p.category_id, p.product_id, count(*) AS lines, count(r.return_id) AS returned
FROM orders o JOIN order_items i USING (order_id) JOIN products p USING (product_id)
LEFT JOIN returns r ON (r.order_id, r.product_id) = (i.order_id, i.product_id)
WHERE o.delivered_at <= (SELECT sim_now()) - interval '14 days' GROUP BY p.product_id
"""
PAIRS = f"""
WITH lines AS (SELECT order_id, product_id FROM order_items JOIN orders USING (order_id) WHERE paid_at IS NOT NULL),
     sold AS (SELECT product_id, count(*) AS baskets FROM lines GROUP BY product_id)
SELECT a.product_id AS first, b.product_id AS second, count(*) AS together,
       min(one.baskets) AS with_first, min(other.baskets) AS with_second,
       (SELECT count(DISTINCT order_id) FROM lines) AS baskets
FROM lines a JOIN lines b ON b.order_id = a.order_id AND b.product_id > a.product_id
JOIN sold one ON one.product_id = a.product_id JOIN sold other ON other.product_id = b.product_id
GROUP BY 1, 2 HAVING count(*) >= {LEAST_BASKETS}
"""


def views_on_rank(views: pd.DataFrame) -> float:
    """R² of ln views on ln rank, of the 100 products most looked at in a week, 0 to 1; the mean of the whole weeks.

    Needs product views. A pure power law has 1: catalogues made by a formula have it, real ones bend and jump.
    """
    found = [_on_rank(week["views"].groupby(week["product_id"]).sum()) for _, week in _weeks(views)]
    return float(np.mean(found))


def top_kept(views: pd.DataFrame) -> float:
    """Share of the 100 products most looked at in the first week that are so in the eighth, in per cent.

    Needs product views of 56 days.
    """
    tops = {week: set(_top(some)) for week, some in _weeks(views) if week in {0, 7}}
    return 100.0 * len(tops[0] & tops[7]) / len(tops[0])


def product_by_day(views: pd.DataFrame) -> float:
    """Views of the 100 products most looked at by day, chi-square over degrees of freedom against independence.

    Needs product views: it is 1 where a product's share of a day never changes but by chance.
    """
    top = views[views["product_id"].isin(_top(views))]
    whole_days = top[top["day"] < top["day"].max()]
    return per_degree_of_freedom(_table(whole_days, "product_id", "day"))


def promoted_views(views: pd.DataFrame) -> float:
    """Views of products on days of their promotion, over those expected by their share of other days' views (ratio).

    Needs product views and the history of prices; shares of a day, for a sale may bring people for everything.
    """
    share = views["views"] / views.groupby("day")["views"].transform("sum")
    usual = share.where(views["promoted"] == 0).groupby(views["product_id"]).transform("mean")
    expected = usual * (views["views"] / share)
    promoted = (views["promoted"] == 1) & usual.notna()
    return float(views["views"][promoted].sum() / expected[promoted].sum()) if promoted.any() else float("nan")


def added_on_price(added: pd.DataFrame) -> float:
    """Rank correlation (Spearman) of products' carts a view with their list price, of products with 200 views.

    Needs the steps of visits.
    """
    seen = added[added["views"] >= LEAST_VIEWS]
    return float(spearmanr(seen["added"] / seen["views"], seen["price"]).statistic)


def rating_icc(ratings: pd.DataFrame) -> float:
    """Share of the variance of ratings that lies between products, 0 to 1 (ICC). Needs reviews."""
    return intraclass_correlation(ratings["rating"], ratings["product_id"])


def returns_by_product(returned: pd.DataFrame) -> float:
    """Lines returned by product within its category, chi-square over degrees of freedom against one rate for all.

    Needs order lines delivered 14 days ago or more, and returns.
    """
    found = [binomial_dispersion(some["returned"], some["lines"]) for _, some in returned.groupby("category_id")]
    freedom = sum(one[1] for one in found)
    return sum(one[0] for one in found) / freedom if freedom else float("nan")


def largest_lift(pairs: pd.DataFrame) -> float:
    """The largest lift of a pair of products that 20 baskets or more have: n(both) n / (n(one) n(other)), a ratio.

    Needs the lines of paid orders.
    """
    enough = pairs[pairs["together"] >= LEAST_BASKETS]
    return float((enough["together"] * enough["baskets"] / (enough["with_first"] * enough["with_second"])).max())


def _on_rank(by_product: pd.Series) -> float:
    top = by_product.sort_values(ascending=False).head(TOP).to_numpy(dtype=float)
    return float(np.corrcoef(np.log(top), np.log(np.arange(1, len(top) + 1)))[0, 1] ** 2)


def _weeks(views: pd.DataFrame) -> Sequence[tuple[int, pd.DataFrame]]:
    whole = (int(views["day"].max()) + 1) // 7
    return [(week, views[views["day"] // 7 == week]) for week in range(whole)]


def _top(views: pd.DataFrame) -> list[int]:
    return list(views.groupby("product_id")["views"].sum().nlargest(TOP).index)


def _table(views: pd.DataFrame, rows: str, columns: str) -> np.ndarray:
    return views.pivot_table(values="views", index=rows, columns=columns, aggfunc="sum", fill_value=0).to_numpy()


FIGURES: Sequence[Figure] = (
    Figure(
        "views_on_rank", "views by rank, top 100 products of a week: R² of the logarithms",
        0.90, 0.995, "", OUR_CHOICE, VIEWS, views_on_rank,
    ),
    Figure(
        "top_kept", "top 100 products of the first week that are still there in the eighth",
        55, 85, "%", "RetailRocket: properties of items change weekly", VIEWS, top_kept, days=56,
    ),
    Figure(
        "product_by_day", "views of the top 100 products by day, chi-square / df",
        1.5, 100, "", "RetailRocket: properties of items change weekly", VIEWS, product_by_day,
    ),
    Figure(
        "promoted_views", "views of products in their promotions, over those in other weeks",
        1.1, 2.5, "×", OUR_CHOICE, VIEWS, promoted_views, days=14,
    ),
    Figure(
        "added_on_price", "carts a view against list price, rank correlation over products",
        -0.6, -0.1, "", OUR_CHOICE, ADDED, added_on_price,
    ),
    Figure(
        "rating_icc", "ratings, share of variance between products (ICC)",
        0.03, 0.15, "", OUR_CHOICE, RATINGS, rating_icc,
    ),
    Figure(
        "returns_by_product", "lines returned by product within its category, chi-square / df",
        1.3, 4, "", OUR_CHOICE, RETURNED, returns_by_product, days=28,
    ),
    Figure(
        "largest_lift", "pairs of products in a basket: largest lift with 20 baskets or more",
        3, 30, "×", OUR_CHOICE, PAIRS, largest_lift,
    ),
)  # fmt: skip
