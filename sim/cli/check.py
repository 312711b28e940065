"""`check`: every invariant of db/checks.sql, with the rows that break it."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TextIO

import typer

from sim.cli import formatting
from sim.cli.database import for_a_command, opened
from sim.cli.failure import FAILED, Failure, printable
from sim.cli.status import NO_RUN, refuse_other_databases

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from db.checks import CheckResult

_ROWS_SHOWN = 5
_ERASE_LINE = "\r\x1b[2K"


def check_command(named: str | None) -> None:
    """Print a line an invariant; exit code 1 when any is broken."""
    begun_s = time.monotonic()
    results = []
    with for_a_command(named) as url:
        if url is None:
            raise Failure(f"check: {NO_RUN}")
        for result in _results(url):
            typer.echo("\n".join(told(result)))
            results.append(result)
    broken = sum(not result.holds for result in results)
    took = formatting.span(time.monotonic() - begun_s)
    if _through_a_pipe():  # what is still on its way there may lack its end
        typer.echo(err=True)
    typer.echo(f"{len(results)} invariants checked in {took}: {f'{broken} BROKEN' if broken else 'all hold'}", err=True)
    if broken:
        raise typer.Exit(FAILED)


def _results(url: str) -> Iterator[CheckResult]:
    from db.checks import load_checks, run_checks
    from db.deferred_indexes import deferred
    from sim.postgres.control.status import run_status

    with opened(url) as connection:
        refuse_other_databases(connection)
        if run_status(connection) is None:
            raise Failure(f"check: {NO_RUN}")
        if missing := deferred(connection):
            what = f"{len(missing)} keys and indexes are missing, which a `run` builds at the end of it"
            raise Failure(f"check: history is being loaded: {what}", FAILED)
        checks = load_checks()
        for number, check in enumerate(checks, 1):
            _progress(f"{number} of {len(checks)}: {check.name} …")
            yield from run_checks(connection, [check])


def told(result: CheckResult) -> Sequence[str]:
    """An invariant in a line, and the first rows that break it in one each."""
    check = result.check
    if result.holds:
        return (f"ok      {check.name}",)
    rows = [
        "          " + printable(", ".join(f"{name}={value}" for name, value in zip(result.columns, row, strict=True)))
        for row in result.rows[:_ROWS_SHOWN]
    ]
    more = [f"          … and {formatting.count(result.broken - len(rows))} more"] if result.broken > len(rows) else []
    return (f"BROKEN  {check.name}: {formatting.count(result.broken)} rows. {check.sentence}", *rows, *more)


def _progress(text: str) -> None:
    """What is being looked at, for a person at a terminal; gone when its result is there."""
    if _is_terminal(sys.stderr) and _is_terminal(sys.stdout):
        typer.echo(f"{text}{_ERASE_LINE}", err=True, nl=False)


def _through_a_pipe() -> bool:
    """Whether a person sees the results by way of another program, and what we say ourselves at once."""
    return _is_terminal(sys.stderr) and not _is_terminal(sys.stdout)


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()
