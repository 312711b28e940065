"""`status`: what the database knows of its run, whoever runs it and wherever."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from sim.cli import formatting
from sim.cli.database import for_a_command, opened
from sim.cli.failure import FAILED, Failure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from sim.postgres.control.status import RunStatus

NO_RUN = "there is no run here yet; `python -m sim run` (make sim) begins one"
_TO_BUILD = "is being loaded: {count} keys and indexes are built when it is there"
_OPEN_WORDS = {"sessions_open": "sessions", "carts_open": "carts", "orders_overdue": "orders overdue"}


def status_command(named: str | None, *, as_json: bool) -> None:
    """Print the status for people or for programs; exit code 1 when there is no run."""
    with for_a_command(named) as url:
        found = None if url is None else _ask(url)
    if found is None:
        raise Failure(f"status: {NO_RUN}", FAILED)
    typer.echo(json.dumps(for_programs(found), indent=2) if as_json else for_people(found))


def _ask(url: str) -> RunStatus | None:
    from sim.postgres.control.status import run_status

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
