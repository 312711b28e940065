"""`incident`: asks the running simulator for an incident, or to end one, and waits until it does; lists them too."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import typer

from common.called import as_called
from sim.cli.control import running_simulator
from sim.cli.database import for_a_command, opened
from sim.cli.failure import FAILED, Failure, refusing
from sim.cli.status import NO_RUN, refuse_other_databases

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from sim.postgres.control.incidents import Shown

_PATIENCE_S = 15.0
_LOOK_EVERY_S = 0.02


def incident_command(
    named: str | None,
    kind: str | None,
    *,
    city: str | None = None,
    warehouse: str | None = None,
    duration: str | None = None,
    strength: str | None = None,
    end: str | None = None,
    listing: bool = False,
) -> None:
    """Do the one of three things that was asked."""
    from sim.scenario.incidents import KINDS

    if (kind is not None) + (end is not None) + listing != 1:
        raise Failure(f"incident: give a kind, or --end, or --list; kinds are {', '.join(KINDS)}")
    if kind is not None:
        _begin(named, kind, city, warehouse, duration, strength)
    elif (city, warehouse, duration, strength) != (None,) * 4:
        raise Failure("incident: --city, --warehouse, --for and --strength go with a kind, not with --end or --list")
    elif end is not None:
        _end(named, end)
    else:
        _list(named)


def _begin(
    named: str | None, kind: str, city: str | None, warehouse: str | None, duration: str | None, strength: str | None
) -> None:
    """Ask for an incident from now on, and say from when to when it lasts."""
    from sim.postgres.control.incidents import ask_for
    from sim.scenario.incidents import usual_strength

    given, hours = _strength(kind, city, warehouse, strength), _hours(duration)
    with running_simulator("incident", named) as (connection, run):
        city_id, warehouse_id = _place(connection, city, warehouse)
        id_ = ask_for(connection, kind, city_id, warehouse_id, usual_strength(kind, given), hours)
        one = _answer(connection, id_, run, lambda one: one.began_at is not None)
    typer.echo(f"incident {id_}: {_what(one)}, {_span(one)}")
    numbers = "those asked for by hand have even numbers, a scenario's odd ones"
    typer.echo(as_called(f"bazaar: `python -m sim incident --end {id_}` ends it sooner ({numbers})"), err=True)


def _end(named: str | None, text: str) -> None:
    """Ask for an incident to end now, and say when it did."""
    from sim.postgres.control.incidents import ask_to_end, shown

    id_ = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    with running_simulator("incident", named) as (connection, run):
        if not (found := shown(connection, id_)):
            raise Failure(
                f"incident: {text!r} is no incident here; `python -m sim incident --list` shows their numbers"
            )
        if not ask_to_end(connection, id_):
            raise Failure(f"incident: {id_} is over already: {_what(found[0])}, {_span(found[0])}")
        one = _answer(connection, id_, run, lambda one: one.ends_at is not None and one.ends_at <= one.sim_now)
    typer.echo(f"incident {id_}: {_what(one)}, ended; {_span(one)}")


def _list(named: str | None) -> None:
    """Print every incident that has begun or was asked for, the oldest first."""
    from sim.postgres.control.incidents import shown
    from sim.postgres.control.status import run_status

    with for_a_command(named) as url:
        if url is None:
            raise Failure(f"incident: {NO_RUN}")
        with opened(url) as connection:
            refuse_other_databases(connection)
            if run_status(connection) is None:
                raise Failure(f"incident: {NO_RUN}")
            found = shown(connection)
    lines = [(str(one.incident_id), _what(one), _state(one), _span(one), f"by {one.origin}") for one in found]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    if not lines:
        typer.echo("no incidents yet")


def _strength(kind: str, city: str | None, warehouse: str | None, strength: str | None) -> float | None:
    """The strength as a number; refuses, before anybody is asked, what no such incident can be."""
    from sim.scenario.incidents import KINDS, misjudged, misplaced

    if kind not in KINDS:
        raise Failure(f"incident: {kind!r} is not a kind; allowed are {', '.join(KINDS)}")
    try:
        given = None if strength is None else float(strength)
    except ValueError:
        raise Failure(f"incident: strength: {strength!r} is not a number; allowed is {KINDS[kind].allowed}") from None
    complaint = misplaced(kind, city, warehouse) or misjudged(kind, given)
    if complaint:
        raise Failure(f"incident: {complaint}")
    return given


def _hours(duration: str | None) -> float:
    from sim.settings import parse_for

    if duration is None:
        raise Failure("incident: for: --for is missing; allowed are durations above 0 such as 6h, 90m, 1d12h")
    with refusing(ValueError, about="incident: "):
        return parse_for(duration) / timedelta(hours=1)


def _place(connection: Connection, city: str | None, warehouse: str | None) -> tuple[int | None, int | None]:
    from sim.postgres.control.incidents import places_there
    from sim.shop.places import Place, ids_of

    with refusing(ValueError, about="incident: "):
        return ids_of([Place(*row) for row in places_there(connection)], city, warehouse)


def _answer(connection: Connection, id_: int, run: Mapping[str, Any], done: Callable[[Shown], bool]) -> Shown:
    """Wait until the incident is as it was asked to be."""
    from sim.postgres.control.incidents import shown

    deadline_s = time.monotonic() + _PATIENCE_S
    while not done(one := shown(connection, id_)[0]):
        if time.monotonic() > deadline_s:
            raise Failure(
                f"incident: {id_} is asked for, but process {run['pid']} on {run['host']} has not answered within "
                f"{_PATIENCE_S:g} s; it will do so as soon as it can",
                FAILED,
            )
        time.sleep(_LOOK_EVERY_S)
    return one


def _what(one: Shown) -> str:
    """Kind, place and strength: `courier_strike in London, strength 0.5`."""
    where = one.city or "all cities"
    if one.warehouse is not None:
        where = f"{one.warehouse}, {where}"
    return f"{one.kind} in {where}" + ("" if one.strength is None else f", strength {one.strength:g}")


def _span(one: Shown) -> str:
    if one.began_at is None or one.ends_at is None:
        return f"for {one.hours:g} h"
    return f"from {_instant(one.began_at)} to {_instant(one.ends_at)} UTC"


def _state(one: Shown) -> str:
    if one.ends_at is None:
        return "asked for"
    return "under way" if one.ends_at > one.sim_now else "over"


def _instant(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%a %Y-%m-%d %H:%M:%S}"
