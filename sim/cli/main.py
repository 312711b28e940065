"""The commands and their options; what each does lies in the module of its name, loaded when it is called."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim import __version__
from sim.cli.events_app import DatabaseUrl, events_app
from sim.cli.failure import FAILED, INTERRUPTED, NOTHING_DONE, REFUSED, Failure, interrupted, printable, refusing
from sim.cli.terminal import spell_what_it_can

if TYPE_CHECKING:
    from sim.settings import Given

PROGRAM = "python -m sim"
app = typer.Typer(
    name=PROGRAM,
    help="Bazaar: a living online shop in your PostgreSQL.",
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Drop = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="of what others have built on the shop, drop this too (again for more; 'dbt.*')"),
]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code; what people got wrong is one line on stderr."""
    for stream in (sys.stdout, sys.stderr):
        spell_what_it_can(stream)
    command = typer.main.get_command(app)
    try:
        code = command.main(args=arguments, prog_name=PROGRAM, standalone_mode=False)
        if sys.stdout is not None:  # closed before we began
            sys.stdout.flush()
    except Failure as failure:
        return _ended(str(failure), failure.exit_code)
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else PROGRAM
        return _ended(f"{printable(error.format_message())} (see: {path} --help)", REFUSED)
    except typer.Abort:  # Ctrl-C or Ctrl-D at a question
        return _ended(NOTHING_DONE, FAILED)
    except BrokenPipeError:
        _let_go_of_stdout()
        return FAILED
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EIO, errno.EBADF}:
            raise
        _let_go_of_stdout()
        return _ended(f"what there is to say cannot be written ({error.strerror})", FAILED)
    if code == INTERRUPTED:
        return interrupted()
    return code if isinstance(code, int) else 0


def _let_go_of_stdout() -> None:
    """Write to nowhere from now on, or the interpreter's last flush would complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _ended(line: str, exit_code: int) -> int:
    typer.echo(f"bazaar: {line}", err=True)
    return exit_code


def _given(**options: str | None) -> Given:
    from sim.cli.environment import environment
    from sim.settings import BadSetting, Given

    with refusing(BadSetting):
        return Given(options, environment())


def _database(given: Given) -> str | None:
    """The URL of the database named by option or environment; None means the embedded server."""
    from sim.cli.urls import libpq_url
    from sim.settings import BadSetting

    with refusing(BadSetting):
        return given.read("database_url", libpq_url)


@app.callback(invoke_without_command=True)
def bazaar(
    context: typer.Context,
    say_version: Annotated[bool, typer.Option("--version", help="Say the version and end.")] = False,
) -> None:
    """Bazaar: a living online shop in your PostgreSQL."""
    if say_version:
        version()
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
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

    given = _given(
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
    run_command(settings, _database(given))


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False, database_url: DatabaseUrl = None
) -> None:
    """Speed, lag, rows, orders, where the simulated clock stands."""
    from sim.cli.status import status_command

    status_command(_database(_given(database_url=database_url)), as_json=as_json)


@app.command()
def speed(
    wanted: Annotated[str, typer.Argument(metavar="10x|0.5x|max", help="simulated seconds a real second")],
    database_url: DatabaseUrl = None,
) -> None:
    """Change the speed of the running simulator, from where it stands."""
    from sim.cli.control import speed_command

    speed_command(_database(_given(database_url=database_url)), wanted)


@app.command()
def pause(database_url: DatabaseUrl = None) -> None:
    """Stop the running simulator's clock until `resume`."""
    from sim.cli.control import pause_command

    pause_command(_database(_given(database_url=database_url)))


@app.command()
def resume(database_url: DatabaseUrl = None) -> None:
    """Let a paused simulator go on from where it stands."""
    from sim.cli.control import resume_command

    resume_command(_database(_given(database_url=database_url)))


@app.command()
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
        _database(_given(database_url=database_url)),
        kind,
        city=city,
        warehouse=warehouse,
        duration=duration,
        strength=strength,
        end=end,
        listing=listing,
    )


@app.command()
def dsn(
    sqlalchemy: Annotated[bool, typer.Option("--sqlalchemy", help="with the driver's name")] = False,
    reader: Annotated[bool, typer.Option("--reader", help="the role that only reads")] = False,
    only_named: Annotated[
        bool, typer.Option("--named", help="only of a database that is named; nothing for the embedded one")
    ] = False,
    database_url: DatabaseUrl = None,
) -> None:
    """The database's URL, as psql and other clients take it."""
    from sim.cli.dsn import dsn_command

    named = _database(_given(database_url=database_url))
    if named is not None or not only_named:
        dsn_command(named, sqlalchemy=sqlalchemy, reader=reader)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(context: typer.Context, database_url: DatabaseUrl = None) -> None:
    """Become psql on the database, with further options of psql's own."""
    from sim.cli.dsn import psql_command

    psql_command(_database(_given(database_url=database_url)), context.args)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="a new file, in pg_restore's custom format")],
    database_url: DatabaseUrl = None,
) -> None:
    """Write the shop into a file, with further options of pg_dump's own."""
    from sim.cli.backup import backup_command

    backup_command(_database(_given(database_url=database_url)), file, context.args)


@app.command()
def check(database_url: DatabaseUrl = None) -> None:
    """Look for rows that break an invariant; exit 1 if any do."""
    from sim.cli.check import check_command

    check_command(_database(_given(database_url=database_url)))


@app.command()
def upgrade(drop: Drop = None, database_url: DatabaseUrl = None) -> None:
    """Bring an older shop's tables to this program's, rows and all."""
    from sim.cli.upgrade import upgrade_command

    upgrade_command(_database(_given(database_url=database_url)), drop or ())


@app.command()
def export(
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="that is made, or is there and empty")],
    form: Annotated[str, typer.Option("--format", metavar="parquet|csv", help="of the files")] = "parquet",
    tables: Annotated[
        str | None, typer.Option(metavar="orders,order_lines", help="only these tables and views")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="2026-01-05T00:00Z", help="only what happened since, where rows have a time")
    ] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Write the tables and views into files, all as of one instant."""
    from sim.cli.export import export_command

    export_command(_database(_given(database_url=database_url)), out, form=form, tables=tables, since=since)


@app.command()
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

    given = _given(seed=seed, scale=scale, market=market)
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


@app.command()
def calibrate(
    seeds: Annotated[str, typer.Option(metavar="1,2,3", help="one run of each")] = "1,2,3",
    days: Annotated[str, typer.Option(metavar="28", help="length of each")] = "28",
    scale: Annotated[str, typer.Option(metavar="1", help="factor on demand and capacity")] = "1",
    scenario: Annotated[str, typer.Option(metavar="NAME|FILE", help="what is compared")] = "baseline",
    market: Annotated[str, typer.Option(metavar="NAME|FILE", help="where")] = "international",
    report: Annotated[bool, typer.Option("--report", help="print the page, in Markdown, instead of a table")] = False,
    write: Annotated[Path | None, typer.Option(metavar="FILE", help="write the page into a file too")] = None,
) -> None:
    """Some weeks of the shop against published figures; exit 1 unless 90 % lie in their band."""
    from sim.cli.calibrate import calibrate_command

    calibrate_command(seeds, days, scale, scenario, market, report=report, write=write)


app.add_typer(events_app(lambda url: _database(_given(database_url=url))), name="events")


@app.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
    drop: Drop = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Drop the shop: its rows, tables and history."""
    from sim.cli.reset import reset_command

    reset_command(_database(_given(database_url=database_url)), yes=yes, drop=drop or ())


@app.command()
def version() -> None:
    """The program's version."""
    typer.echo(f"Bazaar {__version__}")
