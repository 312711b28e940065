"""`run`: the shop, its display and the signals that end it."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING

import typer

from common.called import called
from sim.cli.database import for_a_run, opened, reader_url
from sim.cli.display import SHOW_CURSOR, Display, screen_for
from sim.cli.failure import FAILED, Failure, refusing
from sim.cli.signals import Stopper, handed_to
from sim.cli.urls import place
from sim.cli.view_model import Title

if TYPE_CHECKING:
    from sim.run.files import RunFiles
    from sim.settings import Settings


def run_command(settings: Settings, named: str | None) -> None:
    """Run until a signal comes or `--for` is over; everything is committed then."""
    stop = threading.Event()
    display = Display(screen_for(sys.stderr), hint=_hint(named))
    with handed_to(Stopper(stop, display.notify, _quit_hard).take):
        files = _read_files(settings)
        with display, for_a_run(named, stop, display.warn) as url:
            display.ask_title(lambda: _welcome(url, embedded=named is None))
            _run(settings, url, display, stop, files)
            again = "; the same command goes on from here" if stop.is_set() else ""
            display.notify(f"everything is committed{again}")
    if not display.saw_anything and not stop.is_set():
        typer.echo("bazaar: this run has reached its end already; a larger --for extends it", err=True)


def _run(settings: Settings, url: str, display: Display, stop: threading.Event, files: RunFiles) -> None:
    from sim.journal.port import SinkError
    from sim.run.start import Refused, run_shop

    try:
        with refusing(Refused):
            run_shop(settings, url, display.observe, stop, files)
    except SinkError as error:
        raise Failure(f"database: {error}", FAILED) from error


def _read_files(settings: Settings) -> RunFiles:
    """Read scenario and market, and say what is wrong with them before any server is started."""
    from sim.markets import MarketError
    from sim.run.files import RunFiles
    from sim.scenario import ScenarioError

    files = RunFiles()
    with refusing(ScenarioError, MarketError):
        files.scenario(settings.scenario)
        files.market(settings.market)
    return files


def _welcome(url: str, *, embedded: bool) -> Title | None:
    """Let readers in, now that the schema is there, and say which run it is. Nothing here may end a run."""
    from sim.postgres.control.runs import newest_run

    try:
        if embedded:
            reader_url(url)
        with opened(url) as connection:
            run = newest_run(connection)
    except Failure:
        return None
    return None if run is None else Title(run.scenario, run.market, run.seed, run.scale)


def _hint(named: str | None) -> str:
    where = f"{called('make psql')} connects" if named is None else f"in {place(named)}"
    return f"{where} · Ctrl-C stops"


def _quit_hard(exit_code: int) -> None:
    if sys.stderr is not None and sys.stderr.isatty():
        os.write(sys.stderr.fileno(), SHOW_CURSOR.encode() + b"\n")
    os._exit(exit_code)
