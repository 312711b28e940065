"""The figures that an experiment is about: what each is called, measured in, and means.

Every figure is of the window: from the end of the warm-up to the end of the replication. The words are those of
db/views.sql and db/figures.sql, and a test asks the same run in PostgreSQL by SQL.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

CONTEXT = 0
"""A figure that describes the setting: neither more nor less of it is better by itself."""


class Metric(NamedTuple):
    """One figure of a replication; `better` is 1 where more is better, -1 where less is, and 0 where neither."""

    name: str
    title: str
    unit: str
    decimals: int
    better: int
    definition: str

    def unit_in(self, currency: str) -> str:
        """The unit, in the currency of a market."""
        return self.unit.replace("currency", currency)


METRICS: tuple[Metric, ...] = (
    Metric("sessions_per_day", "Sessions", "sessions/day", 0, CONTEXT, "sessions begun in the window, a day"),
    Metric(
        "conversion_pct", "Conversion", "%", 2, 1,
        "of the sessions that ended in the window, those with a paid order",
    ),
    Metric(
        "abandonment_pct", "Abandoned carts", "%", 1, -1,
        "of the carts closed in the window, those without a paid order",
    ),
    Metric("orders_per_day", "Orders paid", "orders/day", 1, 1, "orders paid in the window, a day"),
    Metric(
        "revenue_per_day", "Revenue", "currency/day", 0, 1,
        "totals of the orders paid in the window and not cancelled by its end, a day",
    ),
    Metric(
        "fill_rate_pct", "Fill rate", "%", 2, 1,
        "of the product views in the window, those that found the product in stock",
    ),
    Metric(
        "promised_median_h", "Promised, median", "h", 2, -1,
        "of the orders paid in the window, the median time from placed to promised",
    ),
    Metric(
        "late_pct", "Late", "%", 2, -1,
        "of the orders promised for an instant in the window and not cancelled by its end, those not delivered by then"
        " (under way and overdue is late)",
    ),
    Metric(
        "order_to_door_median_h", "Order to door, median", "h", 2, -1,
        "of the orders delivered in the window, the median time from placed to delivered",
    ),
    Metric(
        "order_to_door_p95_h", "Order to door, P95", "h", 2, -1,
        "of the same orders, the time that 95 % of them did not exceed",
    ),
    Metric(
        "picker_wait_mean_min", "Wait for a picker, mean", "min", 1, -1,
        "of the orders whose picking began in the window, the mean time from paid until then (closed hours included)",
    ),
    Metric("picker_wait_p95_min", "Wait for a picker, P95", "min", 1, -1, "of the same orders, the 95th percentile"),
    Metric(
        "dock_wait_mean_min", "Wait on the dock, mean", "min", 1, -1,
        "of the orders that first left in the window, the mean time from packed until then: waiting for a courier",
    ),
    Metric("dock_wait_p95_min", "Wait on the dock, P95", "min", 1, -1, "of the same orders, the 95th percentile"),
    Metric(
        "picker_utilisation_pct", "Picker utilisation", "%", 1, CONTEXT,
        "person-time at picking in the window over person-time of pickers on duty in it",
    ),
    Metric(
        "courier_utilisation_pct", "Courier utilisation", "%", 1, CONTEXT,
        "time on trips in the window over time on shift in it, overtime included in both",
    ),
    Metric("couriers", "Couriers", "people", 0, CONTEXT, "couriers employed"),
    Metric(
        "courier_hours_per_day", "Courier hours", "h/day", 1, CONTEXT,
        "time on shift in the window, a day: what a courier fleet costs, whatever an hour costs",
    ),
    Metric(
        "cancelled_pct", "Orders cancelled", "%", 2, -1,
        "of the orders paid in the window, those cancelled by its end",
    ),
    Metric(
        "returned_pct", "Lines returned", "%", 2, -1,
        "returns requested in the window over order lines delivered in it; it settles only after some two weeks",
    ),
    Metric("rating_mean", "Rating, mean", "stars", 3, 1, "mean stars of the reviews written in the window"),
    Metric(
        "satisfaction_mean", "Satisfaction, mean", "points", 2, 1,
        "mean satisfaction, at the window's end, of the customers with an order paid in the window",
    ),
)  # fmt: skip

TRADE_OFF = (
    "couriers", "courier_hours_per_day", "courier_utilisation_pct", "late_pct", "order_to_door_median_h",
    "revenue_per_day",
)  # fmt: skip
"""What a sweep is about unless asked otherwise: what it costs, and what the customers have of it."""

BY_NAME = {metric.name: metric for metric in METRICS}


def metric_named(text: str) -> Metric:
    """The metric of that name, or the only one whose name begins so; ValueError says which there are."""
    if text in BY_NAME:
        return BY_NAME[text]
    found = [metric for metric in METRICS if text and metric.name.startswith(text)]
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(f"{text!r} could be {_listed(found)}")
    close = get_close_matches(text, BY_NAME, n=3)
    meant = f"did you mean {' or '.join(close)}? " if close else ""
    raise ValueError(f"{text!r} is no metric; {meant}known are {_listed(METRICS)}")


def metrics_named(text: str) -> list[Metric]:
    """The metrics of a list with commas, each once; ValueError says which there are."""
    return list(dict.fromkeys(metric_named(one.strip()) for one in text.split(",")))


def _listed(metrics: Iterable[Metric]) -> str:
    return ", ".join(metric.name for metric in metrics)
