"""`events`: the shop as a stream of CloudEvents, to standard output or into a file."""

from __future__ import annotations

import threading
from contextlib import closing
from typing import TYPE_CHECKING

import typer

from sim.cli import figures
from sim.cli.database import for_a_command
from sim.cli.events_progress import shown
from sim.cli.failure import FAILED, Failure, refusing
from sim.cli.signals import handed_to
from sim.cli.status import NO_RUN

if TYPE_CHECKING:
    from pipeline.events.selection import Selection


def events_command(
    named: str | None, *, to: str, types: str | None, since: str | None, until: str | None, follow: bool
) -> None:
    """Copy what is selected, and say how much it was. Ctrl-C ends it between two blocks, with exit code 0."""
    from pipeline.events.selection import BadSelection, selection

    with refusing(BadSelection):
        selected = selection(types, since, until)
    stop = threading.Event()
    with handed_to(lambda _: stop.set()), for_a_command(named) as url:
        if url is None:
            raise Failure(f"events: {NO_RUN}")
        _copied(url, to, selected, stop, follow=follow)


def _copied(url: str, to: str, selected: Selection, stop: threading.Event, *, follow: bool) -> None:
    import psycopg2

    from pipeline.events.copying import Copying
    from pipeline.events.envelope import BadEvent
    from pipeline.events.outputs.opening import opened
    from pipeline.events.outputs.port import NotOurs
    from pipeline.events.shop import NoShop
    from pipeline.events.stream import Forgotten

    with refusing(NotOurs, BadEvent, NoShop, Forgotten, about="events: "):
        try:
            with closing(opened(to)) as output, shown(to) as tell:
                copying = Copying(url, output, selected, tell, stop)
                count = copying.follow() if follow else copying.once()
        except psycopg2.Error as error:
            raise Failure(f"database: {error}", FAILED) from error
        except BrokenPipeError:
            raise
        except OSError as error:
            raise Failure(f"events: to: {to!r} can't be written: {error.strerror}", FAILED) from error
    typer.echo(f"events: {figures.count(count)} written to {'standard output' if to == '-' else to}", err=True)
