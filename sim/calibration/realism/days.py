"""Days: whether one differs from another as real days do, and hours of a weekday from those of a weekend."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.calibration.realism.figure import OUR_CHOICE, Figure
from sim.calibration.realism.statistics import cramers_v, cross_table, extra_poisson_cv

if TYPE_CHECKING:
    from collections.abc import Sequence

SATURDAY = 5

VISITS = """
SELECT city_id, device, t::date - date '2000-01-03' AS day, (extract(hour FROM t) * 4)::int
       + (extract(minute FROM t)::int / 15) AS quarter, count(*) AS visits
FROM (SELECT city_id, device, started_at AT TIME ZONE timezone AS t FROM sessions JOIN cities USING (city_id)) s
GROUP BY 1, 2, 3, 4
"""
ORDERS = """
SELECT city_id, (placed_at AT TIME ZONE timezone)::date - date '2000-01-03' AS day, count(*) AS orders
FROM orders JOIN warehouses USING (warehouse_id) JOIN cities USING (city_id) WHERE paid_at IS NOT NULL GROUP BY 1, 2
"""
RECEIPTS = """
SELECT extract(hour FROM t)::int AS hour, extract(isodow FROM t)::int AS weekday
FROM (SELECT received_at AT TIME ZONE timezone AS t FROM replenishments
      JOIN warehouses USING (warehouse_id) JOIN cities USING (city_id) WHERE received_at IS NOT NULL) r
"""


def days_of_sessions(visits: pd.DataFrame) -> float:
    """Coefficient of variation of a city's sessions a day about its weekday's mean, in per cent; the cities' root mean.

    Needs visits of whole weeks; with a degree of freedom less for each weekday.
    """
    about = _about_weekday(visits, "visits")
    freedom = about.notna().sum() - about.index.to_series().mod(7).nunique()
    return 100.0 * float(np.sqrt(((about**2).sum() / freedom).mean()))


def day_after_day(visits: pd.DataFrame) -> float:
    """Correlation of a city's sessions about their weekday's mean with those of the day before; mean of the cities.

    Needs visits of whole weeks.
    """
    about = _about_weekday(visits, "visits")
    return float(np.mean([about[city].autocorr(1) for city in about]))


def cities_together(visits: pd.DataFrame) -> float:
    """Correlation between two cities of sessions a day about their weekday's mean; the mean of all pairs.

    Needs visits of several cities and whole weeks.
    """
    about = _about_weekday(visits, "visits")
    pairs = [about[one].corr(about[other]) for one, other in combinations(about, 2)]
    return float(np.mean(pairs)) if pairs else float("nan")


def days_of_orders(orders: pd.DataFrame) -> float:
    """Coefficient of variation of the shop's orders a day about their weekday's mean, beyond Poisson, in per cent.

    Needs paid orders of whole weeks.
    """
    daily = _daily(orders, "orders").sum(axis=1)
    return 100.0 * extra_poisson_cv(daily, daily.index % 7)


def weekday_against_weekend(visits: pd.DataFrame) -> float:
    """The largest difference of an hour's share of the sessions, weekday against weekend, in per cent of 1/24.

    Needs visits by local hour.
    """
    by_hour = visits.groupby([visits["day"] % 7 >= SATURDAY, visits["quarter"] // 4])["visits"].sum().unstack()
    shares = by_hour.fillna(0).div(by_hour.sum(axis=1), axis=0)
    apart = np.abs(shares.to_numpy()[0] - shares.to_numpy()[-1])
    return 100.0 * 24.0 * float(apart.max())


def small_hours(visits: pd.DataFrame) -> float:
    """Share of the sessions that begin at 02 to 06 h local, in per cent. Needs visits by local hour."""
    return 100.0 * float(visits.loc[visits["quarter"].between(8, 23), "visits"].sum() / visits["visits"].sum())


def steps_at_full_hours(visits: pd.DataFrame) -> float:
    """Mean change of sessions from quarter to quarter of an hour over full hours, over that within hours (a ratio).

    Needs visits by local time: it is 1 where demand rises and falls all the time, and large where at full hours only.
    """
    quarters = visits.groupby("quarter")["visits"].sum().reindex(range(96), fill_value=0).to_numpy(dtype=float)
    change = np.abs(np.roll(quarters, -1) - quarters)
    over_the_hour = np.arange(96) % 4 == 3
    return float(change[over_the_hour].mean() / change[~over_the_hour].mean())


def hours_by_device(visits: pd.DataFrame) -> float:
    """How the hour of a visit hangs together with the device, 0 to 1 (Cramér's V). Needs visits by local hour."""
    return _hours_by(visits, "device")


def hours_by_city(visits: pd.DataFrame) -> float:
    """How the local hour of a visit hangs together with the city, 0 to 1 (Cramér's V). Needs visits by local hour."""
    return _hours_by(visits, "city_id")


def receipts_out_of_hours(receipts: pd.DataFrame) -> float:
    """Share of the replenishments received at 22 to 06 h local or on a Sunday, in per cent. Needs replenishments."""
    asleep = (receipts["hour"] >= 22) | (receipts["hour"] < 6) | (receipts["weekday"] == 7)
    return 100.0 * float(asleep.mean())


def _hours_by(visits: pd.DataFrame, other: str) -> float:
    return cramers_v(cross_table(visits["quarter"] // 4, visits[other], visits["visits"]))


def _daily(counts: pd.DataFrame, what: str) -> pd.DataFrame:
    """Counts by local day (rows) and city, of days that all cities have whole: none has its first and last so."""
    daily = counts.groupby(["day", "city_id"])[what].sum().unstack(fill_value=0)
    had = counts.groupby("city_id")["day"].agg(["min", "max"])
    return daily.reindex(range(had["min"].max() + 1, had["max"].min()), fill_value=0)


def _about_weekday(counts: pd.DataFrame, what: str) -> pd.DataFrame:
    """Each city's day over the mean of its weekday, less one."""
    daily = _daily(counts, what)
    return daily / daily.groupby(daily.index % 7).transform("mean") - 1.0


FIGURES: Sequence[Figure] = (
    Figure(
        "days_of_sessions", "sessions a day about their weekday's mean, in a city: coefficient of variation",
        5, 12, "%", OUR_CHOICE, VISITS, days_of_sessions, days=28,
    ),
    Figure(
        "day_after_day", "the same, correlation with the day before",
        0.2, 0.6, "", "orders: Olist 0.26, CDNOW 0.46", VISITS, day_after_day, days=28,
    ),
    Figure(
        "cities_together", "the same, correlation between cities",
        0.15, 0.6, "", OUR_CHOICE, VISITS, cities_together, days=28,
    ),
    Figure(
        "weekday_against_weekend", "sessions by hour, weekday against weekend: largest difference of a share, of 1/24",
        5, 15, "%", "orders: Olist 9.3 %", VISITS, weekday_against_weekend,
    ),
    Figure(
        "small_hours", "sessions at 02–06 h local",
        1, 4, "%", "orders: Olist 1.2 %", VISITS, small_hours,
    ),
    Figure(
        "steps_at_full_hours", "change of sessions at full hours, over that within hours",
        0.5, 2, "×", OUR_CHOICE, VISITS, steps_at_full_hours,
    ),
    Figure(
        "hours_by_device", "local hour × device, sessions: Cramér's V",
        0.03, 0.3, "", OUR_CHOICE, VISITS, hours_by_device,
    ),
    Figure(
        "hours_by_city", "local hour × city, sessions: Cramér's V",
        0.02, 0.3, "", OUR_CHOICE, VISITS, hours_by_city,
    ),
    Figure(
        "days_of_orders", "orders a day about their weekday's mean: coefficient of variation beyond Poisson",
        8, 22, "%", "Olist 16 %, Online Retail 18 %, CDNOW 20 %", ORDERS, days_of_orders, days=28,
    ),
    Figure(
        "receipts_out_of_hours", "replenishments received at 22–06 h local or on a Sunday",
        0, 3, "%", OUR_CHOICE, RECEIPTS, receipts_out_of_hours,
    ),
)  # fmt: skip
