"""The commands that open a shop and steer it, with their options; what each does is loaded when it is called."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.failure import refusing
from sim.cli.options import DatabaseUrl, database_of, given_settings, named_database


def run(
    speed: Annotated[
        str | None, typer.Option(metavar="10x|0.5x|max", help="simulated seconds a real second [SPEED; 1x]")
    ] = None,
    seed: Annotated[str | None, typer.Option(metavar="N", help="0 to 2^63-1 [SEED; 1]")] = None,
    scenario: Annotated[str | None, typer.Option(metavar="NAME|FILE", help="[SCENARIO; baseline]")] = None,
    history: Annotated[str | None, typer.Option(metavar="7d", help="how long ago it begins [HISTORY; 7d]")] = None,
    start: Annotated[
        str | None, typer.Option(metavar="2026-01-05T00:00Z", help="when it begins, instead of --history")
    ] = None,
    duration: Annotated[str | None, typer.Option("--for", metavar="2d", help="end so long after the beginning")] = None,
    no_catch_up: Annotated[bool, typer.Option("--no-catch-up", help="keep pace from where it stands")] = False,
    scale: Annotated[str | None, typer.Option(metavar="0.5", help="factor on demand and capacity [SCALE; 1]")] = None,
    market: Annotated[str | None, typer.Option(metavar="NAME|FILE", help="[MARKET; international]")] = None,
    keep: Annotated[
        str | None, typer.Option(metavar="90d|all", help="drop what was over longer ago than that [KEEP; all]")
    ] = None,
    processes: Annotated[
        str | None, typer.Option(metavar="N", help="that make history together [as many as there are processors]")
    ] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Open the shop or go on with it: catch up, then keep pace."""
    from sim.cli.run import run_command
    from sim.settings import BadSetting, resolve

    given = given_settings(
        speed=speed,
        seed=seed,
        scenario=scenario,
        history=history,
        start=start,
        duration=duration,
        scale=scale,
        market=market,
        keep=keep,
        processes=processes,
        database_url=database_url,
    )
    with refusing(BadSetting):
        settings = resolve(given, catch_up=not no_catch_up)
    run_command(settings, database_of(given))


def status(
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False, database_url: DatabaseUrl = None
) -> None:
    """Speed, lag, rows, orders, where the simulated clock stands."""
    from sim.cli.status import status_command

    status_command(named_database(database_url), as_json=as_json)


def speed(
    wanted: Annotated[str, typer.Argument(metavar="10x|0.5x|max", help="simulated seconds a real second")],
    database_url: DatabaseUrl = None,
) -> None:
    """Change the speed of the running simulator, from where it stands."""
    from sim.cli.control import speed_command

    speed_command(named_database(database_url), wanted)


def pause(database_url: DatabaseUrl = None) -> None:
    """Stop the running simulator's clock until `resume`."""
    from sim.cli.control import pause_command

    pause_command(named_database(database_url))


def resume(database_url: DatabaseUrl = None) -> None:
    """Let a paused simulator go on from where it stands."""
    from sim.cli.control import resume_command

    resume_command(named_database(database_url))


def incident(
    kind: Annotated[
        str | None, typer.Argument(metavar="KIND", show_default=False, help="courier_strike, traffic_jam …")
    ] = None,
    city: Annotated[str | None, typer.Option(metavar="NAME", help="only there; everywhere unless given")] = None,
    warehouse: Annotated[str | None, typer.Option(metavar="NAME", help="only there")] = None,
    duration: Annotated[str | None, typer.Option("--for", metavar="6h", help="simulated time that it lasts")] = None,
    strength: Annotated[
        str | None, typer.Option(metavar="0.5", help="a share, or a factor on travel time or arrivals")
    ] = None,
    end: Annotated[str | None, typer.Option(metavar="ID", help="end that one now")] = None,
    listing: Annotated[bool, typer.Option("--list", help="show all that have begun")] = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Let something go wrong in the running shop, from now on."""
    from sim.cli.incident import incident_command

    incident_command(
        named_database(database_url),
        kind,
        city=city,
        warehouse=warehouse,
        duration=duration,
        strength=strength,
        end=end,
        listing=listing,
    )
