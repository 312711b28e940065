"""`speed`, `pause` and `resume`: ask the running simulator through the database, and wait until it does so."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC
from typing import TYPE_CHECKING, Any

import typer

from common.called import as_called
from sim.cli.database import opened, url_if_running
from sim.cli.failure import FAILED, Failure, refusing
from sim.cli.status import refuse_other_databases

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection

_PATIENCE_S = 5.0
_LOOK_EVERY_S = 0.02


def speed_command(named: str | None, speed: str) -> None:
    """Let the clock go at another speed from now on."""
    from sim.clock.pacer import Speed

    with refusing(ValueError):
        wanted = str(Speed.parse(speed))
    before, after = _change("speed", named, speed=wanted)
    still = ", still paused" if after["status"] == "paused" else ""
    typer.echo(f"speed: {after['speed']} (was {before['speed']}){still}")


def pause_command(named: str | None) -> None:
    """Let the simulated clock stand."""
    _, after = _change("pause", named, paused=True)
    paused_at = f"{after['sim_now'].astimezone(UTC):%a %Y-%m-%d %H:%M:%S} UTC"
    typer.echo(as_called(f"paused at {paused_at}; `python -m sim resume` goes on"))


def resume_command(named: str | None) -> None:
    """Let a paused clock go on from where it stands."""
    _, after = _change("resume", named, paused=False)
    typer.echo(f"going on at {after['speed']}")


def _change(
    command: str, named: str | None, *, speed: str | None = None, paused: bool | None = None
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Ask, wait, and return the run's row before and after."""
    from sim.postgres.control.controls import ask

    with running_simulator(command, named) as (connection, before):
        asked = ask(connection, speed=speed, paused=paused)
        if asked is None:
            raise _nobody_runs(command)
        return before, _answer(command, connection, asked.speed, paused=asked.paused)


@contextmanager
def running_simulator(command: str, named: str | None) -> Iterator[tuple[Connection, Mapping[str, Any]]]:
    """A connection to the database of a running simulator, with its row in sim.runs; a Failure when none runs."""
    from sim.postgres.control.status import run_status

    url = named or url_if_running()
    if url is None:
        raise _nobody_runs(command)
    with opened(url) as connection:
        refuse_other_databases(connection)
        found = run_status(connection)
        if found is None or not found.running:
            raise _nobody_runs(command)
        yield connection, found.run


def _answer(command: str, connection: Connection, speed: str, *, paused: bool) -> Mapping[str, Any]:
    from sim.postgres.control.controls import run_state

    deadline_s = time.monotonic() + _PATIENCE_S
    while True:
        run = run_state(connection)
        if run["speed"] == speed and (run["status"] == "paused") == paused:
            return run
        if time.monotonic() > deadline_s:
            raise Failure(
                f"{command}: it is asked for, but process {run['pid']} on {run['host']} has not answered within "
                f"{_PATIENCE_S:g} s; it will do so as soon as it can",
                FAILED,
            )
        time.sleep(_LOOK_EVERY_S)


def _nobody_runs(command: str) -> Failure:
    return Failure(f"{command}: no simulator is running on this database; `python -m sim run` (make sim) starts one")
