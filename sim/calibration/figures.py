"""What a calibration measures in one shop: every figure of db/figures.sql, and the arrivals against their profile."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from scipy.stats import chi2

from db.figures import load_figures, run_figure
from sim.postgres.control.runs import newest_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from db.figures import Figure

LEAST_P = 0.001  # as rarely as once in a thousand cities, were the arrivals drawn by their profile
_QUARTER = timedelta(minutes=15)  # clocks differ by whole quarters of an hour
_CITIES = "SELECT city_id, name, timezone FROM cities ORDER BY city_id"
_ARRIVALS = """
SELECT (extract(isodow FROM t)::int - 1) * 24 + extract(hour FROM t)::int, count(*)
FROM (SELECT started_at AT TIME ZONE timezone AS t FROM sessions JOIN cities USING (city_id) WHERE city_id = {}) s
GROUP BY 1
"""


class Measured(NamedTuple):
    """One figure in one shop, for people: what it is, its band, its value; `published` are rows that it goes by."""

    what: str
    band: str
    value: str
    holds: bool
    published: tuple[str, ...]


def measure(connection: Connection) -> Iterator[Measured]:
    """Yield the figures of a shop, one query after the other."""
    connection.exec_driver_sql("ANALYZE")
    for figure in load_figures():
        yield _measured(figure, run_figure(connection, figure))
    yield from _arrivals(connection)


def share_held(measured: Sequence[Measured]) -> float:
    """The share of the figures that lie in their band."""
    return sum(one.holds for one in measured) / len(measured)


def _measured(figure: Figure, value: float | None) -> Measured:
    unit = f" {figure.unit}" if figure.unit else ""
    shown = "–" if value is None else f"{value:.2f}{unit}"
    return Measured(
        figure.sentence, f"{figure.low:g}–{figure.high:g}{unit}", shown, figure.holds(value), figure.published
    )


def _arrivals(connection: Connection) -> Iterator[Measured]:
    """Test each city's sessions by hour of the local week against the profile that the scenario asks for."""
    run = newest_run(connection)
    assert run is not None, "it was simulated just now"
    for city_id, name, timezone in connection.exec_driver_sql(_CITIES).all():
        expected = _profile(run.scenario_config["demand"], run.epoch, run.sim_now, ZoneInfo(timezone))
        counted: dict[int, int] = dict(connection.exec_driver_sql(_ARRIVALS.format(city_id)).all())
        p = float(chi2.sf(_distance(counted, expected), df=len(expected) - 1)) if counted else 0.0
        what = f"sessions by hour of week against the profile, chi-square p, {name}"
        yield Measured(what, f"> {LEAST_P:g}", f"{p:.3f}", p > LEAST_P, ("hour-of-day", "day-of-week"))


def _profile(demand: Mapping[str, Any], epoch: datetime, until: datetime, zone: ZoneInfo) -> dict[int, float]:
    """What to expect in each hour of the local week, by its weight and by how often the run has met it."""
    expected: dict[int, float] = {}
    for quarter in range((until - epoch) // _QUARTER):
        local = (epoch + quarter * _QUARTER).astimezone(zone)
        weight = demand["day_of_week_factor"][local.weekday()] * demand["hour_of_day_share"][local.hour]
        hour = local.weekday() * 24 + local.hour
        expected[hour] = expected.get(hour, 0.0) + weight
    return {hour: weight for hour, weight in expected.items() if weight > 0.0}


def _distance(counted: Mapping[int, int], weights: Mapping[int, float]) -> float:
    """Chi-square: the squared differences from what is expected, each over its expectation, summed."""
    sessions, whole = sum(counted.values()), sum(weights.values())
    expected = {hour: sessions * weight / whole for hour, weight in weights.items()}
    if counted.keys() - expected.keys():
        return float("inf")  # somebody came when nobody should
    return float(sum((counted.get(hour, 0) - e) ** 2 / e for hour, e in expected.items()))
