"""The tables: whether a price list begins at the beginning, and a shop's rows hold what no shop can see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.calibration.realism.figure import OUR_CHOICE, Figure
from sim.calibration.realism.statistics import per_cent

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

HIDDEN = ("persona", "satisfaction")
"""What a person is like inside: the answer beside the question."""

PRICED = """
SELECT EXISTS (SELECT FROM product_prices r WHERE r.product_id = p.product_id AND r.reason = 'opening')::int AS opened
FROM products p
"""
COLUMNS = """
SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t
USING (table_schema, table_name) WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
"""
WHIMS = """
SELECT (exit_reason = 'whim')::int AS whim, count(*) AS visits FROM sessions WHERE exit_reason IS NOT NULL GROUP BY 1
"""


def without_opening_price(priced: pd.DataFrame) -> float:
    """Products whose history of prices has no opening one. Needs products and prices."""
    return float((priced["opened"] == 0).sum())


def columns_of_the_mind(columns: pd.DataFrame) -> float:
    """Public columns that hold what a person is like inside, which a shop never sees (persona, satisfaction).

    Needs the database's catalogue.
    """
    return float(columns["column_name"].isin(HIDDEN).sum())


def exits_by_whim(whims: pd.DataFrame) -> float:
    """Share of the reasons for leaving that say "whim", which nobody tells a shop, in per cent. Needs sessions."""
    return per_cent(whims["whim"], whims["visits"])


FIGURES: Sequence[Figure] = (
    Figure(
        "without_opening_price", "products without an opening price",
        0, 0, "", OUR_CHOICE, PRICED, without_opening_price, days=1, held=True,
    ),
    Figure(
        "columns_of_the_mind", "public columns with what a shop cannot see (persona, satisfaction)",
        0, 0, "", OUR_CHOICE, COLUMNS, columns_of_the_mind, days=1, held=True,
    ),
    Figure(
        "exits_by_whim", "reasons for leaving that say “whim”",
        0, 0, "%", OUR_CHOICE, WHIMS, exits_by_whim, days=1, held=True,
    ),
)  # fmt: skip
