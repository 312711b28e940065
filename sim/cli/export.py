"""`export`: the shop's tables and views as files, all of one instant."""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from common.called import brought_by
from sim.cli import formatting
from sim.cli.database import connect, for_a_command, reader_url
from sim.cli.failure import FAILED, INTERRUPTED, Failure, refusing
from sim.cli.signals import handed_to
from sim.cli.terminal import console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from typing import TextIO

    from sim.export import Exported, Progress, Wanted

_LINE_EVERY_S = 5.0


def export_command(named: str | None, out: Path, *, form: str, tables: str | None, since: str | None) -> None:
    """Export into a new folder, and say what of the shop it is."""
    wanted = _wanted(form, tables, since)
    begun_s = time.monotonic()
    with for_a_command(named) as url:
        if url is None:
            raise Failure("export: there is no shop here yet; `python -m sim run` (make sim) opens one")
        done = _carried_out(url if named else reader_url(url) or url, wanted, out)
    took = formatting.span(time.monotonic() - begun_s)
    for line in (f"{_told(done)} in {took}: {out}", *_remarks(done, wanted)):
        typer.echo(f"export: {line}", err=True)


def _wanted(form: str, tables: str | None, since: str | None) -> Wanted:
    try:
        from sim.export import Wanted
        from sim.export.writing import FORMATS
    except ImportError as error:
        line = f"export: {error.name} is not installed here, and it writes the files{brought_by('analysis')}"
        raise Failure(line) from error
    found = [known for known in FORMATS if known == form]
    if not found:
        raise Failure(f"format: {form!r} is none; allowed are {' and '.join(FORMATS)}")
    names = None if tables is None else list(dict.fromkeys(name.strip() for name in tables.split(",")))
    return Wanted(found[0], names, None if since is None else _instant(since))


def _instant(text: str) -> datetime:
    from sim.settings import parse_start

    try:
        return parse_start(text)
    except ValueError as error:
        raise Failure(f"since:{str(error).removeprefix('start:')}") from error


def _carried_out(url: str, wanted: Wanted, out: Path) -> Exported:
    import psycopg2

    from sim.export import Interrupted, Occupied, Unreadable, export
    from sim.postgres.connection import server_message

    stop = threading.Event()
    connection = connect(url)

    def end(_: int) -> None:
        stop.set()
        connection.cancel()

    try:
        with refusing(Occupied, Unreadable), handed_to(end), _progress_on(sys.stderr) as observe:
            return export(connection, wanted, out, observe, stop)
    except Interrupted:
        raise Failure("export: interrupted; nothing was written", INTERRUPTED) from None
    except psycopg2.Error as error:
        raise Failure(f"export: {server_message(error)}; nothing was written", FAILED) from error
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise Failure(f"export: {str(out)!r} can't be written ({why}); nothing is left of it", FAILED) from error
    finally:
        connection.close()


def _told(done: Exported) -> str:
    files = f"{done.files} file{'s' * (done.files != 1)}"
    relations = f"{done.relations} table{'s and views' if done.relations != 1 else ' or view'}"
    return f"{formatting.count(done.rows)} rows of {relations} in {files}"


def _remarks(done: Exported, wanted: Wanted) -> Iterator[str]:
    """What one should know of the rows that are there."""
    run = done.run
    if not run:
        yield "the shop has not been opened yet: its tables are empty"
        return
    yield f"all as of {run['sim_now']:%Y-%m-%d %H:%M:%S} UTC, the simulated now"
    if wanted.since is not None:
        yield (
            f"of what has a time only what happened since {wanted.since:%Y-%m-%d %H:%M:%S} UTC;"
            " what others refer to is whole"
        )
    if run["kept_since"] > run["epoch"]:
        yield f"its past is complete since {run['kept_since']:%Y-%m-%d %H:%M:%S} UTC; what was over before was dropped"
    if done.unbuilt:
        yield "the shop's history is still being loaded: this is its beginning, up to that instant"


@contextmanager
def _progress_on(stream: TextIO | None) -> Iterator[Callable[[Progress], None]]:
    """A bar on a terminal, a line every few seconds elsewhere."""
    if stream is None:
        yield lambda _: None
    elif not stream.isatty():
        yield _Lines(stream).show
    else:
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        columns = TextColumn("{task.fields[at]}"), TextColumn("{task.description}"), BarColumn()
        rows = TextColumn("{task.completed:,.0f} rows")
        with Bar(*columns, rows, TimeElapsedColumn(), console=console(stream), transient=True) as bar:
            task = bar.add_task("", total=None, at="")
            yield lambda seen: bar.update(
                task, description=seen.relation, completed=seen.rows, total=seen.rows_of, at=f"{seen.number}/{seen.of}"
            )


class _Lines:
    """Progress as lines, for logs."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._told_s = time.monotonic()

    def show(self, seen: Progress) -> None:
        """Write a line when one is due."""
        if (now_s := time.monotonic()) - self._told_s < _LINE_EVERY_S:
            return
        self._told_s = now_s
        of = "" if seen.rows_of is None else f" of {formatting.count(seen.rows_of)}"
        self._stream.write(
            f"export: {seen.number} of {seen.of}, {seen.relation}: {formatting.count(seen.rows)}{of} rows\n"
        )
        self._stream.flush()
