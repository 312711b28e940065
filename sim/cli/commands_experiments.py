"""The commands that need no database, with their options; what each does is loaded when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import given_settings


def experiment(
    scenarios: Annotated[list[str] | None, typer.Argument(metavar="NAME|FILE", show_default=False)] = None,
    replications: Annotated[str, typer.Option(metavar="N", help="seeded runs of each, 2 or more")] = "20",
    days: Annotated[str, typer.Option(metavar="14", help="length of each, warm-up included")] = "14",
    warm_up: Annotated[str, typer.Option(metavar="3", help="days at the beginning that are left out")] = "3",
    vary: Annotated[
        str | None, typer.Option(metavar="couriers=100:200:20", help="sweep: a parameter's values, not scenarios")
    ] = None,
    find: Annotated[
        str | None, typer.Option(metavar="couriers=60:240:5", help="plan: the smallest value that keeps --until")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="'late<5'", help="what --find has to keep")] = None,
    show: Annotated[str | None, typer.Option(metavar="late,couriers", help="only these metrics")] = None,
    seed: Annotated[str | None, typer.Option(metavar="N", help="of replication 0 [SEED; 1]")] = None,
    scale: Annotated[str | None, typer.Option(metavar="0.5", help="factor on demand and capacity [SCALE; 1]")] = None,
    market: Annotated[str | None, typer.Option(metavar="NAME|FILE", help="[MARKET; international]")] = None,
    cities: Annotated[str | None, typer.Option(metavar="London,Berlin", help="only these of the market")] = None,
    start: Annotated[str, typer.Option(metavar="INSTANT", help="when each begins")] = "2026-01-05T00:00Z",
    processes: Annotated[str | None, typer.Option(metavar="N", help="at a time [one a processor]")] = None,
    on: Annotated[str | None, typer.Option(metavar="dask://host:port", help="another engine")] = None,
    out: Annotated[str | None, typer.Option(metavar="x.parquet|csv", help="every figure, in long form")] = None,
    chart: Annotated[str | None, typer.Option(metavar="x.html|png|svg", help="a picture of the result")] = None,
) -> None:
    """Replications of scenarios side by side, without a database."""
    from sim.cli.experiment import experiment_command

    given = given_settings(seed=seed, scale=scale, market=market)
    experiment_command(
        scenarios or [],
        replications=replications,
        days=days,
        warm_up=warm_up,
        vary=vary,
        find=find,
        until=until,
        show=show,
        seed=given.text("seed"),
        scale=given.text("scale"),
        market=given.text("market"),
        cities=cities,
        start=start,
        processes=processes,
        on=on,
        out=out,
        chart=chart,
    )


def lake(
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="that is made, or is there and empty")],
    duration: Annotated[str, typer.Option("--for", metavar="365d", help="how long the shop lives")],
    start: Annotated[str, typer.Option(metavar="INSTANT", help="when it opens")] = "2026-01-05T00:00Z",
    seed: Annotated[str | None, typer.Option(metavar="N", help="[SEED; 1]")] = None,
    scenario: Annotated[str | None, typer.Option(metavar="NAME|FILE", help="[SCENARIO; baseline]")] = None,
    scale: Annotated[str | None, typer.Option(metavar="2", help="factor on demand and capacity [SCALE; 1]")] = None,
    market: Annotated[str | None, typer.Option(metavar="NAME|FILE", help="[MARKET; international]")] = None,
    processes: Annotated[str | None, typer.Option(metavar="N", help="at a time [one a processor]")] = None,
    on: Annotated[str | None, typer.Option(metavar="dask://host:port", help="another engine")] = None,
) -> None:
    """Write a shop's whole life as Parquet, by city and day, without a database; called again it goes on."""
    from sim.cli.lake import lake_command

    options = {"seed": seed, "scenario": scenario, "scale": scale, "market": market, "processes": processes}
    lake_command(given_settings(start=start, duration=duration, **options), out, on=on)


def calibrate(
    seeds: Annotated[str, typer.Option(metavar="1,2,3", help="one run of each")] = "1,2,3",
    days: Annotated[str, typer.Option(metavar="56", help="length of each")] = "56",
    scale: Annotated[str, typer.Option(metavar="0.5", help="factor on demand and capacity")] = "0.5",
    scenario: Annotated[str, typer.Option(metavar="NAME|FILE", help="what is compared")] = "baseline",
    market: Annotated[str, typer.Option(metavar="NAME|FILE", help="where")] = "international",
    report: Annotated[bool, typer.Option("--report", help="print the page, in Markdown, instead of a table")] = False,
    write: Annotated[Path | None, typer.Option(metavar="FILE", help="write the page into a file too")] = None,
) -> None:
    """Eight weeks of the shop against published figures; exit 1 unless 90 % lie in their band and all that are held."""
    from sim.cli.calibrate import calibrate_command

    calibrate_command(seeds, days, scale, scenario, market, report=report, write=write)
