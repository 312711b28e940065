"""`reset`: drops the shop, and nothing that is not the shop's."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from sim.cli.database import for_a_command, opened
from sim.cli.failure import FAILED, Failure
from sim.cli.urls import place

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection

    from db.dependents import Dependent

_NOTHING = "there is nothing to drop"


def reset_command(named: str | None, *, yes: bool, drop: Collection[str] = ()) -> None:
    """Ask, then drop everything of ours in one transaction; refused while a simulator runs.

    Of others that goes which `drop` names, and what leans on the shop without being named is in the way.
    """
    with for_a_command(named) as url:
        if url is None or not _is_ours(url):
            typer.echo(f"bazaar: {_NOTHING}", err=True)
            return
        with opened(url) as connection:
            going = _leaning(connection, drop)
        if not yes:
            _ask(place(url), going)
        with opened(url) as connection:
            dropped = drop_shop(connection, drop)
    typer.echo(f"bazaar: the shop was dropped{_and_with_it(dropped)}", err=True)
    tell_what_makes_them(dropped)


def _leaning(connection: Connection, drop: Collection[str]) -> list[Dependent]:
    """What of others goes with the shop. A Failure unless it is what was named."""
    from db.dependents import dependents, is_named, told

    found = dependents(connection)
    refuse_unknown("reset", found, drop)
    if unnamed := [dependent for dependent in found if not is_named(dependent, drop)]:
        raise Failure(
            f"reset: something that is not the shop's leans on it, and nothing was dropped: {told(unnamed)}; save what"
            " you need of that (pg_dump), and name it: --drop NAME for each, or 'SCHEMA.*', drops it with the shop"
        )
    return found


def refuse_unknown(command: str, found: Sequence[Dependent], drop: Collection[str]) -> None:
    """A Failure when something is named that does not lean on the shop: it is none of our business."""
    from db.dependents import told, unknown

    if strangers := unknown(found, drop):
        there = told(found) or "nothing does"
        raise Failure(f"{command}: drop: {strangers[0]!r} does not lean on the shop; allowed is what does: {there}")


def tell_what_makes_them(dropped: Sequence[Dependent]) -> None:
    """What makes again what went, as SQL on stdout, for who wants it there again."""
    for dependent in reversed(dropped):
        if dependent.made_by is not None:
            typer.echo(dependent.made_by)


def _and_with_it(dropped: Sequence[Dependent]) -> str:
    from db.dependents import told

    return f", and with it {told(dropped)}" if dropped else ""


def _ask(where: str, going: Sequence[Dependent]) -> None:
    if sys.stdin is None or not sys.stdin.isatty():
        raise Failure("reset: nobody can be asked here; --yes drops the shop without asking")
    if not typer.confirm(f"Drop the shop in {where}, all its rows and history{_and_with_it(going)}?", err=True):
        raise Failure("reset: nothing was dropped", FAILED)


def _is_ours(url: str) -> bool:
    from db.apply import Empty, Foreign, Newer, SchemaError, described, schema_state

    with opened(url) as connection:
        try:
            state = schema_state(connection)
        except SchemaError:  # ours, but damaged: all the more reason to begin anew
            return True
    if isinstance(state, Foreign | Newer):
        raise Failure(f"reset: the database holds {described(state)}; only a shop of this program is dropped")
    return not isinstance(state, Empty)


def drop_shop(connection: Connection, named: Collection[str] = ()) -> list[Dependent]:
    """Drop all of ours, and of others what is `named`; commit, or drop nothing when anything else is in the way."""
    from psycopg2 import errors
    from sqlalchemy.exc import DBAPIError

    from db.drop import drop_schema, limit_waiting

    _refuse_while_running(connection)
    try:
        limit_waiting(connection)
        going = _leaning(connection, named)
        drop_schema(connection, going)
    except DBAPIError as error:
        if isinstance(error.orig, errors.LockNotAvailable):
            raise Failure("reset: others are reading the tables; nothing was dropped", FAILED) from error
        if isinstance(error.orig, errors.DependentObjectsStillExist):
            detail = error.orig.diag.message_detail
            raise Failure(
                f"reset: something that is not ours depends on the shop, nothing was dropped: {detail}"
            ) from error
        raise
    return going


def _refuse_while_running(connection: Connection) -> None:
    from sim.postgres.writer_lock import lock_for_a_transaction

    if not lock_for_a_transaction(connection):
        raise Failure("reset: a simulator is running on this database; stop it first")
