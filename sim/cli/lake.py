"""`lake`: a shop's whole life as Parquet, by tasks that know nothing of each other."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from common.called import brought_by
from sim.cli import formatting
from sim.cli.failure import FAILED, INTERRUPTED, Failure, refusing
from sim.cli.signals import ended_by_sigterm_too
from sim.cli.terminal import console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import TextIO

    from sim.lake.making import Lake, Made, Progress
    from sim.run.configuration import RunConfig
    from sim.settings import Given

_GOES_ON = "the same command goes on with what is there"


def lake_command(given: Given, out: Path, *, on: str | None) -> None:
    """Make a lake, or go on with one, and say what it is."""
    begun_s = time.monotonic()
    config = _config(given, on)
    lake = _lake(config, out)
    made, where = _made(lake, config, on, out)
    took_s = time.monotonic() - begun_s
    what = f"{formatting.count(made.rows)} rows of {made.tables} tables in {made.files} files, {_megabytes(made.bytes)}"
    how = "is there already" if made.was_there else f"in {formatting.span(took_s)}, on {where}"
    typer.echo(f"lake: {what}, {how}: {out}", err=True)


def _config(given: Given, on: str | None) -> RunConfig:
    from sim.markets import MarketError
    from sim.run.files import RunFiles
    from sim.run.resolution import Refused, new_config
    from sim.scenario import ScenarioError
    from sim.settings import BadSetting, resolve

    with refusing(BadSetting, Refused, ScenarioError, MarketError):
        settings = replace(resolve(given, catch_up=False), keep=None)
        if on is not None:
            _refuse_engine(on, settings.processes)
        return new_config(settings, RunFiles(), datetime.now(UTC))


def _refuse_engine(on: str, processes: int | None) -> None:
    from sim.engines.dask_engine import scheduler_address

    try:
        scheduler_address(on)
    except ValueError as error:
        raise Failure(f"on: {error}") from error
    if processes is not None:
        raise Failure("processes: how many there are is the other engine's; allowed without --on")


def _lake(config: RunConfig, out: Path) -> Lake:
    try:
        from sim.lake.making import Lake
    except ImportError as error:
        line = f"lake: {error.name} is not installed here, and it writes the files{brought_by('analysis')}"
        raise Failure(line) from error
    return Lake(config, out)


def _made(lake: Lake, config: RunConfig, on: str | None, out: Path) -> tuple[Made, str]:
    from sim.children import usable_processors
    from sim.engines.choice import engine_of
    from sim.engines.job import EngineError
    from sim.export.folder import Occupied
    from sim.journal.port import SinkError

    try:
        with ExitStack() as stack:
            stack.enter_context(refusing(Occupied))
            if (found := lake.found()) is not None:
                return found, ""
            engine = stack.enter_context(engine_of(on, config.processes or usable_processors(), lake.tasks, _notice))
            observe = stack.enter_context(_progress_on(sys.stderr))
            stack.enter_context(ended_by_sigterm_too())
            return lake.make(engine, observe), engine.title
    except (EngineError, SinkError) as error:
        raise Failure(f"lake: {error}; {_GOES_ON}", FAILED) from error
    except KeyboardInterrupt:
        raise Failure(f"lake: interrupted; {_GOES_ON}", INTERRUPTED) from None
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise Failure(f"lake: {str(out)!r} can't be written ({why}); {_GOES_ON}", FAILED) from error


def _notice(text: str) -> None:
    typer.echo(f"lake: {text}", err=True)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


@contextmanager
def _progress_on(stream: TextIO | None) -> Iterator[Callable[[Progress], None]]:
    """A bar on a terminal, a line a task elsewhere."""
    if stream is None:
        yield lambda _: None
    elif not stream.isatty():
        yield lambda seen: _notice(f"{seen.done} of {seen.of} tasks, {formatting.count(seen.rows)} rows")
    else:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        rows = TextColumn("{task.fields[rows]:,} rows")
        with Bar(BarColumn(), MofNCompleteColumn(), rows, TimeElapsedColumn(), console=console(stream)) as bar:
            task = bar.add_task("", total=None, rows=0)
            yield lambda seen: bar.update(task, completed=seen.done, total=seen.of, rows=seen.rows)
