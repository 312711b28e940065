"""`calibrate`: some weeks of the shop, for several seeds, against published figures."""

from __future__ import annotations

import gc
import re
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import typer

from sim.cli import formatting
from sim.cli.database import connect, for_a_run, opened
from sim.cli.failure import FAILED, INTERRUPTED, Failure, refusing
from sim.cli.signals import handed_to
from sim.settings import LONGEST, BadSetting, Given, parse_scale, parse_seed, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sim.calibration.figures import Measured
    from sim.run.files import RunFiles

ENOUGH = 0.9  # of the figures, with every seed
START = "2026-01-05T00:00Z"  # a Monday
_NUMBER = re.compile(r"\d+\.?\d*|\.\d+", re.ASCII)


class Plan(NamedTuple):
    """What is simulated: the same weeks once for each seed."""

    seeds: tuple[int, ...]
    days: float
    scale: float
    scenario: str
    market: str
    files: RunFiles

    def told(self) -> str:
        """The plan in words."""
        seeds = f"seed{'s' * (len(self.seeds) > 1)} {', '.join(map(str, self.seeds))}"
        return (
            f"{self.days:g} simulated days from the opening, scale {self.scale:g}, scenario {self.scenario},"
            f" market {self.market}, {seeds}"
        )


def calibrate_command(
    seeds: str, days: str, scale: str, scenario: str, market: str, *, report: bool, write: Path | None
) -> None:
    """Simulate, compare, and print a table or a page; exit code 1 unless enough figures lie in their band."""
    plan = _plan(seeds, days, scale, scenario, market)
    _refuse_unwritable(write)
    stop = threading.Event()
    by_seed: dict[int, list[Measured]] = {}
    with handed_to(lambda _: stop.set()), for_a_run(None) as server:
        for seed in plan.seeds:
            by_seed[seed] = _calibrated(plan, seed, server, stop)
    _show(plan, by_seed, report=report, write=write)
    _judge(by_seed)


def _plan(seeds: str, days: str, scale: str, scenario: str, market: str) -> Plan:
    from sim.markets import MarketError
    from sim.run.files import RunFiles
    from sim.scenario import ScenarioError

    files = RunFiles()
    with refusing(BadSetting, ScenarioError, MarketError, ValueError):
        files.scenario(scenario)
        files.market(market)
        return Plan(_seeds(seeds), _days(days), parse_scale(scale), scenario, market, files)


def _seeds(text: str) -> tuple[int, ...]:
    try:
        found = tuple(parse_seed(part.strip()) for part in text.split(","))
    except ValueError as error:
        raise BadSetting(f"seeds: {text!r}: {error}") from error
    if len(set(found)) < len(found):
        raise BadSetting(f"seeds: {text!r} has one twice; allowed are different seeds such as 1,2,3")
    return found


def _days(text: str) -> float:
    days = float(text) if _NUMBER.fullmatch(text) else 0.0
    if not 1.0 <= days <= LONGEST.days:
        raise BadSetting(f"days: {text!r} is not allowed; allowed are numbers of days from 1 to {LONGEST.days}")
    return days


def _refuse_unwritable(file: Path | None) -> None:
    if file is not None and (file.is_dir() or not file.absolute().parent.is_dir()):
        raise Failure(f"write: {str(file)!r} can't be written; allowed is a file in a folder that is there")


def _calibrated(plan: Plan, seed: int, server: str, stop: threading.Event) -> list[Measured]:
    """Simulate with one seed in a database of its own, which is dropped again, and measure."""
    from sim.calibration.figures import measure, share_held

    began_s = time.monotonic()
    measured = []
    with _scratch_database(server) as url:
        _simulate(plan, seed, url, stop)
        simulated_s = time.monotonic() - began_s
        if not stop.is_set():
            with opened(url) as connection:
                for one in measure(connection):
                    measured.append(one)
                    if stop.is_set():
                        break
    if stop.is_set():
        raise Failure("calibrate: interrupted; nothing was written", INTERRUPTED)
    typer.echo(
        f"seed {seed}: simulated in {formatting.span(simulated_s)}, {len(measured)} figures asked in"
        f" {formatting.span(time.monotonic() - began_s - simulated_s)},"
        f" {100 * share_held(measured):.0f} % in their band",
        err=True,
    )
    return measured


@contextmanager
def _scratch_database(server: str) -> Iterator[str]:
    from sim.calibration.scratch import InUseError, scratch_database

    try:
        with scratch_database(server, connect) as url:
            yield url
    except InUseError as error:
        raise Failure("calibrate: another calibration is at work on this server; let it end first") from error


def _simulate(plan: Plan, seed: int, url: str, stop: threading.Event) -> None:
    from sim.journal.port import SinkError
    from sim.run.start import Refused, run_shop

    asked = {
        "speed": "max",
        "seed": str(seed),
        "scenario": plan.scenario,
        "market": plan.market,
        "scale": repr(plan.scale),
        "start": START,
        "duration": f"{plan.days:f}d",
    }
    try:
        with refusing(Refused):
            run_shop(resolve(Given(asked, {})), url, lambda _: None, stop, plan.files)
    except SinkError as error:
        raise Failure(f"database: {error}", FAILED) from error
    finally:
        gc.unfreeze()  # a run keeps its world from the collector; the next one needs the room


def _show(plan: Plan, by_seed: dict[int, list[Measured]], *, report: bool, write: Path | None) -> None:
    from common.files import write_whole
    from sim.cli.calibrate_page import page, table
    from sim.cli.experiment_output import print_table

    try:
        if write is not None:
            write_whole(write, page(by_seed, plan.told()))
    except OSError as error:
        raise Failure(f"write: {write} can't be written: {error.strerror}", FAILED) from error
    finally:  # neither may take the other along
        if report:
            typer.echo(page(by_seed, plan.told()), nl=False)
        elif sys.stdout is not None:
            print_table(table(by_seed), sys.stdout)
            typer.echo(plan.told())


def _judge(by_seed: dict[int, list[Measured]]) -> None:
    from sim.calibration.figures import share_held

    seed, worst = min(((seed, share_held(measured)) for seed, measured in by_seed.items()), key=lambda one: one[1])
    if worst < ENOUGH:
        raise Failure(
            f"calibrate: with seed {seed} only {100 * worst:.0f} % of the figures lie in their band;"
            f" {100 * ENOUGH:.0f} % are asked for",
            FAILED,
        )
