"""Calibration: simulates the baseline's 28 days in a scratch database and compares its rows with published figures.

python tools/calibration.py [--seed 1] [--days 28] [--scale 1] [--write docs/calibration.md]
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scipy.stats import chi2
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.pool import NullPool

from models.figures import load_figures, run_figure
from sim.bootstrap import run_shop
from sim.clock.pacer import Speed
from sim.embedded import EmbeddedServer
from sim.scenario import load_scenario
from sim.settings import Settings
from sim.status import Status

SCRATCH = "bazaar_calibration"
START = datetime(2026, 1, 5, tzinfo=UTC)
_ARRIVALS = """
SELECT city_id, (extract(isodow FROM t)::int - 1) * 24 + extract(hour FROM t)::int AS hour, count(*)
FROM (SELECT city_id, started_at AT TIME ZONE timezone AS t FROM sessions JOIN cities USING (city_id)) s GROUP BY 1, 2
"""


class Line(NamedTuple):
    """One row of the table."""

    what: str
    band: str
    value: str
    holds: bool


def main() -> int:
    """Simulate, compare, print (and write) the table; 0 when every figure is in its band."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=float, default=28.0)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--scenario", default="baseline")
    parser.add_argument("--write", type=Path, help="also write the table as a page")
    options = parser.parse_args()
    began = time.monotonic()
    with _scratch_database() as url:
        _simulate(url, options)
        print(f"simulated {options.days:g} days in {time.monotonic() - began:.0f} s", file=sys.stderr)
        lines = _compare(url, options.scenario)
    table = _table(lines)
    print(table)
    if options.write:
        options.write.write_text(_page(options, table, lines), encoding="utf-8")
    return 0 if all(line.holds for line in lines) else 1


@contextmanager
def _scratch_database() -> Iterator[str]:
    """Make a database of its own on the embedded server, and drop it afterwards."""
    server = EmbeddedServer(Path(".data"))
    owner = make_url(server.start())
    engine = create_engine(
        owner.set(drivername="postgresql+psycopg2"), isolation_level="AUTOCOMMIT", poolclass=NullPool
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {SCRATCH} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {SCRATCH}")
    try:
        yield owner.set(database=SCRATCH).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {SCRATCH} WITH (FORCE)")
        server.stop()


def _simulate(url: str, options: argparse.Namespace) -> None:
    settings = Settings(
        speed=Speed.parse("max"),
        seed=options.seed,
        scenario=options.scenario,
        market="international",
        scale=options.scale,
        history=timedelta(0),
        start=START,
        duration=timedelta(days=options.days),
        catch_up=False,
        given=frozenset({"seed", "scenario", "scale", "start"}),
    )
    shown = 0.0

    def show(status: Status) -> None:
        nonlocal shown
        if time.monotonic() - shown > 10.0:
            shown = time.monotonic()
            print(f"{status.sim_now:%Y-%m-%d %H:%M} {status.rows:,} rows", file=sys.stderr)

    run_shop(settings, url, show, threading.Event())


def _compare(url: str, scenario: str) -> list[Line]:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        lines = []
        for figure in load_figures():
            value = run_figure(connection, figure)
            unit = f" {figure.unit}" if figure.unit else ""
            shown = "–" if value is None else f"{value:.2f}{unit}"
            lines.append(Line(figure.sentence, f"{figure.low:g}–{figure.high:g}{unit}", shown, figure.holds(value)))
        return lines + _arrival_lines(connection, scenario)


def _arrival_lines(connection: Connection, scenario: str) -> list[Line]:
    """Compare sessions by local hour of the week with the scenario's own profile, city by city (whole weeks only)."""
    demand = load_scenario(scenario)[1].demand
    profile = [day * hour for day in demand.day_of_week_factor for hour in demand.hour_of_day_share]
    counts: dict[int, dict[int, int]] = {}
    for city_id, hour, sessions in connection.exec_driver_sql(_ARRIVALS):
        counts.setdefault(city_id, {})[hour] = sessions
    lines = []
    for city_id, by_hour in sorted(counts.items()):
        total = sum(by_hour.values())
        expected = [total * weight / sum(profile) for weight in profile]
        statistic = sum((by_hour.get(hour, 0) - e) ** 2 / e for hour, e in enumerate(expected))
        p = float(chi2.sf(statistic, df=len(profile) - 1))
        what = f"sessions by hour of week against the profile, chi-square p, city {city_id}"
        lines.append(Line(what, "> 0.001", f"{p:.3f}", p > 0.001))
    return lines


def _table(lines: list[Line]) -> str:
    rows = ["| figure | band | simulated | in band |", "|---|---|---|---|"]
    rows += [f"| {line.what} | {line.band} | {line.value} | {'yes' if line.holds else '**no**'} |" for line in lines]
    return "\n".join(rows)


def _page(options: argparse.Namespace, table: str, lines: list[Line]) -> str:
    held = sum(line.holds for line in lines)
    return f"""# How true is it? The baseline against published figures

Made by `make calibration` ({options.days:g} simulated days from the opening, scale {options.scale:g},
seed {options.seed}, market international): {held} of {len(lines)} figures lie in their band. The queries are in
`db/figures.sql`; where the bands come from is told in [published-figures.md](published-figures.md). A scenario sets
rates, capacities, service times and policies; what is in this table is a result of the simulation.

{table}
"""


if __name__ == "__main__":
    sys.exit(main())
