"""`status`: what the database knows of its run, whoever runs it and wherever."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from sim.cli import formatting
from sim.cli.database import for_a_command, opened
from sim.cli.failure import FAILED, Failure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

NO_RUN = "there is no run here yet; `python -m sim run` (make sim) begins one"
ALIVE_S = 10.0
_TO_BUILD = "is being loaded: {count} keys and indexes are built when it is there"
_RUN = """
SELECT run_id, scenario, market, seed, scale, version, epoch, sim_now, speed, kept_speed, lag_s, status, started_at,
       heartbeat_at, pid, host, rows_written, batches,
       kept_since(), extract(epoch FROM clock_timestamp() - heartbeat_at)::double precision AS silent_s
FROM sim.current_run
"""
_ORDERS = "SELECT status, count(*) FROM orders GROUP BY status"
_ON_THE_WAY = ("placed", "paid", "picked", "packed", "dispatched", "delivered", "cancelled")
_OPEN = """
SELECT (SELECT count(*) FROM sessions WHERE ended_at IS NULL) AS sessions_open,
       (SELECT count(*) FROM carts WHERE status = 'open') AS carts_open,
       (SELECT count(*) FROM promises_due WHERE is_overdue) AS orders_overdue,
       (SELECT count(*) FROM trips WHERE ended_at IS NULL) AS couriers_out,
       (SELECT count(*) FROM courier_shifts WHERE ended_at IS NULL) AS couriers_on_shift
"""

_OPEN_WORDS = {"sessions_open": "sessions", "carts_open": "carts", "orders_overdue": "orders overdue"}


@dataclass(frozen=True, slots=True)
class RunStatus:
    """The newest run's row, and counts of the shop at its newest commit."""

    run: Mapping[str, Any]
    orders: Mapping[str, int]  # by status, in the order of an order's life
    open: Mapping[str, int]
    to_build: int = 0  # keys and indexes that are missing while history is loaded
    locked: bool = False  # whether somebody has the lock of the one who writes

    @property
    def running(self) -> bool:
        """Whether a simulator has not said that it ends, and has lately given a sign of life or is waiting for one.

        While it builds a large key, or waits for who reads a table, it gives none; but it has its lock.
        """
        return self.run["status"] not in {"stopped", "finished"} and (self.locked or not self.is_silent)

    @property
    def is_silent(self) -> bool:
        """Whether the last sign of life was long ago, or by a clock that has been set back since."""
        return bool(abs(self.run["silent_s"]) >= ALIVE_S)


def status_command(named: str | None, *, as_json: bool) -> None:
    """Print the status for people or for programs; exit code 1 when there is no run."""
    with for_a_command(named) as url:
        found = None if url is None else _ask(url)
    if found is None:
        raise Failure(f"status: {NO_RUN}", FAILED)
    typer.echo(json.dumps(for_programs(found), indent=2) if as_json else for_people(found))


def _ask(url: str) -> RunStatus | None:
    with opened(url) as connection:
        refuse_other_databases(connection)
        return run_status(connection)


def refuse_other_databases(connection: Connection) -> None:
    """Say so when the database holds something else than this program's schema (or nothing)."""
    from db.apply import Current, Empty, SchemaError, described, schema_state

    try:
        state = schema_state(connection)
    except SchemaError as error:
        raise Failure(f"database: {error}") from error
    if not isinstance(state, Current | Empty):
        raise Failure(f"database: it holds {described(state)}; this program works on its own schema only")


def run_status(connection: Connection) -> RunStatus | None:
    """The newest run in a database, or None where there is none."""
    from db.deferred_indexes import deferred
    from sim.postgres.writer_lock import IS_LOCKED

    if connection.exec_driver_sql("SELECT to_regclass('sim.runs')").scalar_one() is None:
        return None
    run = connection.exec_driver_sql(_RUN).mappings().one_or_none()
    if run is None:
        return None
    to_build = len(deferred(connection))
    counted = {str(status): int(number) for status, number in connection.exec_driver_sql(_ORDERS)}
    orders = {status: counted.get(status, 0) for status in _ON_THE_WAY}
    locked = bool(connection.exec_driver_sql(IS_LOCKED).scalar_one())
    return RunStatus(dict(run), orders, dict(connection.exec_driver_sql(_OPEN).mappings().one()), to_build, locked)


def for_programs(found: RunStatus) -> dict[str, Any]:
    """The status as JSON has it: instants in ISO 8601, UTC."""
    run = {
        key: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for key, value in found.run.items()
    }
    return {"running": found.running, **run, "orders": dict(found.orders), **found.open, "to_build": found.to_build}


def for_people(found: RunStatus) -> str:
    """The status as a few aligned lines."""
    run, orders = found.run, found.orders
    in_life = " · ".join(f"{formatting.count(number)} {status}" for status, number in orders.items() if number)
    lines = [
        ("run", f"{run['scenario']} · {run['market']} · seed {run['seed']} · scale {run['scale']:g}"),
        ("state", _state(found)),
        ("simulated", f"{_instant(run['sim_now'])}, {formatting.span(_lived_s(run))} since {_instant(run['epoch'])}"),
        *([("kept", f"since {_instant(run['kept_since'])}")] if run["kept_since"] > run["epoch"] else []),
        *([("history", _TO_BUILD.format(count=found.to_build))] if found.to_build else []),
        ("speed", _speed(run, running=found.running)),
        ("rows", f"{formatting.count(run['rows_written'])} written in {formatting.count(run['batches'])} batches"),
        ("orders", f"{formatting.count(sum(orders.values()))}" + (f": {in_life}" if in_life else "")),
        ("open", " · ".join(f"{formatting.count(found.open[name])} {words}" for name, words in _OPEN_WORDS.items())),
        ("couriers", f"{found.open['couriers_out']} out · {found.open['couriers_on_shift']} on shift"),
    ]
    return "\n".join(f"{label:<11}{text}" for label, text in lines)


def _state(found: RunStatus) -> str:
    run = found.run
    if found.running:
        silent = f", silent for {formatting.span(run['silent_s'])}" if found.is_silent else ""
        return f"{run['status'].replace('_', ' ')} (process {run['pid']} on {run['host']}{silent})"
    if run["status"] in {"stopped", "finished"}:
        return f"{run['status']}, not running"
    return (
        f"not running (was {run['status'].replace('_', ' ')}; last sign of life {formatting.span(run['silent_s'])} ago)"
    )


def _speed(run: Mapping[str, Any], *, running: bool) -> str:
    asked = f"asked {run['speed']}"
    if not running or run["kept_speed"] is None:
        return asked
    if run["status"] == "catching_up" and run["speed"] != "max":
        return f"{asked}, catching up at {formatting.factor(run['kept_speed'])}"
    behind = "" if run["lag_s"] is None else f", lag {formatting.span(run['lag_s'])}"
    return f"{asked}, kept {formatting.factor(run['kept_speed'])}{behind}"


def _lived_s(run: Mapping[str, Any]) -> float:
    return float((run["sim_now"] - run["epoch"]).total_seconds())


def _instant(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%a %Y-%m-%d %H:%M:%S} UTC"
