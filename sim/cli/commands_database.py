"""The commands on the shop's database, with their options; what each does is loaded when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import DatabaseUrl, Drop, named_database


def dsn(
    sqlalchemy: Annotated[bool, typer.Option("--sqlalchemy", help="with the driver's name")] = False,
    reader: Annotated[bool, typer.Option("--reader", help="the role that only reads")] = False,
    analyst: Annotated[bool, typer.Option("--analyst", help="the role that makes schemas of its own")] = False,
    teacher: Annotated[bool, typer.Option("--teacher", help="the role that reads schema truth too")] = False,
    only_named: Annotated[
        bool, typer.Option("--named", help="only of a database that is named; nothing for the embedded one")
    ] = False,
    database_url: DatabaseUrl = None,
) -> None:
    """The database's URL, as psql and other clients take it."""
    from sim.cli.dsn import dsn_command

    named = named_database(database_url)
    if named is not None or not only_named:
        dsn_command(named, sqlalchemy=sqlalchemy, reader=reader, analyst=analyst, teacher=teacher)


def psql(context: typer.Context, database_url: DatabaseUrl = None) -> None:
    """Become psql on the database, with further options of psql's own."""
    from sim.cli.dsn import psql_command

    psql_command(named_database(database_url), context.args)


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="a new file, in pg_restore's custom format")],
    database_url: DatabaseUrl = None,
) -> None:
    """Write the shop into a file, with further options of pg_dump's own."""
    from sim.cli.backup import backup_command

    backup_command(named_database(database_url), file, context.args)


def check(database_url: DatabaseUrl = None) -> None:
    """Look for rows that break an invariant; exit 1 if any do."""
    from sim.cli.check import check_command

    check_command(named_database(database_url))


def upgrade(drop: Drop = None, database_url: DatabaseUrl = None) -> None:
    """Bring an older shop's tables to this program's, rows and all."""
    from sim.cli.upgrade import upgrade_command

    upgrade_command(named_database(database_url), drop or ())


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

    export_command(named_database(database_url), out, form=form, tables=tables, since=since)


def reset(
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
    drop: Drop = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Drop the shop: its rows, tables and history."""
    from sim.cli.reset import reset_command

    reset_command(named_database(database_url), yes=yes, drop=drop or ())
