"""`events`: the shop as a stream of CloudEvents, to standard output, into a file or into Kafka."""

from __future__ import annotations

import gc
import threading
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from sim.cli import formatting
from sim.cli.database import for_a_command
from sim.cli.events_progress import shown
from sim.cli.failure import FAILED, Failure, refusing
from sim.cli.signals import handed_to
from sim.cli.status import NO_RUN

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.events.source import Begin


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted, as it was typed."""

    to: str
    types: str | None
    since: str | None
    until: str | None
    noise: str


def events_command(named: str | None, asked: Asked, *, follow: bool) -> None:
    """Copy what is selected, and say how much it was. Ctrl-C ends it between two blocks, with exit code 0."""
    from pipeline.events.noise.profile import BadProfile, load_profile
    from pipeline.events.selection import BadSelection, selection
    from pipeline.events.source import clean, noisy

    with refusing(BadSelection, BadProfile):
        selected = selection(asked.types, asked.since, asked.until)
        profile = load_profile(asked.noise)
    begin = clean(selected) if profile is None else noisy(selected, profile)
    stop = threading.Event()
    with handed_to(lambda _: stop.set()), for_a_command(named) as url:
        if url is None:
            raise Failure(f"events: {NO_RUN}")
        _copied(url, asked.to, begin, selected.until, stop, follow=follow)


def _copied(url: str, to: str, begin: Begin, until: datetime | None, stop: threading.Event, *, follow: bool) -> None:
    import psycopg2

    from pipeline.events.copying import Copying
    from pipeline.events.envelope import BadEvent
    from pipeline.events.noise.feed import OtherNoise
    from pipeline.events.outputs.opening import opened
    from pipeline.events.outputs.port import NotOurs
    from pipeline.events.stream import Forgotten
    from pipeline.kafka.cluster import shown as without_password
    from pipeline.shop import NoShop

    name = without_password(to)
    with refusing(NotOurs, BadEvent, OtherNoise, NoShop, Forgotten, about="events: "):
        try:
            with closing(opened(to)) as output, shown(to) as tell:
                gc.freeze()  # looking through all that was imported, again and again, is a tenth of what copying costs
                copying = Copying(url, begin, until, output, tell, stop)
                count = copying.follow() if follow else copying.once()
        except psycopg2.Error as error:
            raise Failure(f"database: {error}", FAILED) from error
        except BrokenPipeError:
            raise
        except OSError as error:
            raise Failure(f"events: to: {name!r} can't be written: {error.strerror}", FAILED) from error
    typer.echo(f"events: {formatting.count(count)} written to {'standard output' if to == '-' else name}", err=True)
