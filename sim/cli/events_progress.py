"""How far a stream of events has come: a bar for a person at a terminal, a line every five seconds for a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from pipeline.alive import sign_of_life
from sim.cli import formatting
from sim.cli.logline import logfmt
from sim.cli.terminal import console

if TYPE_CHECKING:
    from datetime import timedelta

    from pipeline.events.copying import Progress

_LINE_EVERY_S = 5.0


@contextmanager
def shown(to: str) -> Iterator[Callable[[Progress], None]]:
    """What takes the steps of a copy and shows them on stderr."""
    if sys.stderr is not None and sys.stderr.isatty() and not (to == "-" and sys.stdout.isatty()):
        with _bar() as tell:
            yield tell
    else:
        yield _Lines().take


@contextmanager
def _bar() -> Iterator[Callable[[Progress], None]]:
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[said]}"),
        TimeRemainingColumn(),
    )
    rate = _Rate()
    with Bar(*columns, console=console(sys.stderr), transient=True) as bar:
        task = bar.add_task("events", total=None, said="")

        def tell(step: Progress) -> None:
            total, completed = _of_the_way(step)
            bar.update(task, total=total, completed=completed, said=step.waiting or _said(step, rate.of(step.events)))

        yield tell


class _Lines:
    """One line in logfmt every five seconds at most; a wait is said when it begins."""

    def __init__(self) -> None:
        self._rate = _Rate()
        self._next_s = time.monotonic() + _LINE_EVERY_S
        self._waiting = False

    def take(self, step: Progress) -> None:
        sign_of_life()
        begins_to_wait = step.waiting is not None and not self._waiting
        self._waiting = step.waiting is not None
        if not begins_to_wait and time.monotonic() < self._next_s:
            return
        self._next_s = time.monotonic() + _LINE_EVERY_S
        lag = _lag(step)
        typer.echo(
            logfmt(
                {
                    "time": datetime.now(UTC),
                    "event": "events",
                    "events": step.events,
                    "events_per_s": round(self._rate.of(step.events)),
                    "position": step.position,
                    "lag_s": None if lag is None else round(lag.total_seconds(), 3),
                    "waiting": step.waiting,
                }
            ),
            err=True,
        )


class _Rate:
    """Events a second since the beginning."""

    def __init__(self) -> None:
        self._began_s = time.monotonic()

    def of(self, events: int) -> float:
        return events / max(time.monotonic() - self._began_s, 1e-3)


def _said(step: Progress, rate: float) -> str:
    lag = _lag(step)
    behind = "" if lag is None else f", {formatting.span(lag.total_seconds())} behind"
    return f"{formatting.count(step.events)}, {formatting.count(rate)}/s{behind}"


def _lag(step: Progress) -> timedelta | None:
    """Simulated time from where the stream stands to where it goes."""
    return None if step.position is None or step.end is None else step.end - step.position


def _of_the_way(step: Progress) -> tuple[float | None, float]:
    if step.began is None or step.end is None or step.position is None or step.end <= step.began:
        return None, 0.0
    whole = (step.end - step.began).total_seconds()
    return whole, min(whole, max(0.0, (step.position - step.began).total_seconds()))
