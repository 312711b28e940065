"""`calibrate`: some weeks of the shop, for several seeds, against published figures."""

from __future__ import annotations

import gc
import re
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import typer

from sim.cli import formatting
from sim.cli.database import connect, for_a_run, opened
from sim.cli.failure import FAILED, INTERRUPTED, Failure, refusing
from sim.cli.signals import handed_to
from sim.settings import LONGEST, BadSetting, Given, parse_scale, parse_seed, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sim.calibration.figures import Measured
    from sim.calibration.realism.figure import Found
    from sim.run.files import RunFiles

ENOUGH = 0.9  # of the figures, with every seed
T = TypeVar("T")
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


class Calibrated(NamedTuple):
    """What one seed's shop measured: the figures of averages, and those of realism."""

    averages: list[Measured]
    realism: list[Found]


def calibrate_command(
    seeds: str, days: str, scale: str, scenario: str, market: str, *, report: bool, write: Path | None
) -> None:
    """Simulate, compare, and print tables or a page; exit code 1 unless enough lies in its band, and all that must."""
    plan = _plan(seeds, days, scale, scenario, market)
    _refuse_unwritable(write)
    stop = threading.Event()
    by_seed: dict[int, Calibrated] = {}
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


def _calibrated(plan: Plan, seed: int, server: str, stop: threading.Event) -> Calibrated:
    """Simulate with one seed in a database of its own, which is dropped again, and measure."""
    from sim.calibration.figures import measure, share_held
    from sim.calibration.realism.measuring import measure_realism

    began_s = time.monotonic()
    measured = Calibrated([], [])
    with _scratch_database(server) as url:
        _simulate(plan, seed, url, stop)
        simulated_s = time.monotonic() - began_s
        if not stop.is_set():
            with opened(url) as connection:
                _take(measure(connection), measured.averages, stop)
                _take(measure_realism(connection), measured.realism, stop)
    if stop.is_set():
        raise Failure("calibrate: interrupted; nothing was written", INTERRUPTED)
    asked_s, asked = time.monotonic() - began_s - simulated_s, len(measured.averages) + len(measured.realism)
    typer.echo(
        f"seed {seed}: simulated in {formatting.span(simulated_s)}, {asked} figures asked in {formatting.span(asked_s)}"
        f", {100 * share_held(measured.averages):.0f} % of the averages in their band",
        err=True,
    )
    return measured


def _take(figures: Iterable[T], into: list[T], stop: threading.Event) -> None:
    """Measure one figure after the other, until somebody wants it to end."""
    if not stop.is_set():
        for one in figures:
            into.append(one)
            if stop.is_set():
                return


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


def _show(plan: Plan, by_seed: dict[int, Calibrated], *, report: bool, write: Path | None) -> None:
    from common.files import write_whole
    from sim.cli import calibrate_page, calibrate_realism
    from sim.cli.experiment_output import print_table

    averages = {seed: one.averages for seed, one in by_seed.items()}
    realism = {seed: one.realism for seed, one in by_seed.items()}
    page = calibrate_page.page(averages, plan.told()) + "\n" + calibrate_realism.section(realism)
    try:
        if write is not None:
            write_whole(write, page)
    except OSError as error:
        raise Failure(f"write: {write} can't be written: {error.strerror}", FAILED) from error
    finally:  # neither may take the other along
        if report:
            typer.echo(page, nl=False)
        elif sys.stdout is not None:
            print_table(calibrate_page.table(averages), sys.stdout)
            print_table(calibrate_realism.table(realism), sys.stdout)
            typer.echo(plan.told())


def _judge(by_seed: dict[int, Calibrated]) -> None:
    """Raise a Failure unless enough averages lie in their band, and all figures of realism that are held to theirs."""
    from sim.calibration.figures import share_held

    for seed, one in by_seed.items():
        for found in one.realism:
            if found.misses:
                raise Failure(
                    f"calibrate: with seed {seed}: {found.figure.sentence}: {found.shown}; {found.figure.band} is held",
                    FAILED,
                )
    shares = {seed: share_held(one.averages) for seed, one in by_seed.items()}
    seed, worst = min(shares.items(), key=lambda one: one[1])
    if worst < ENOUGH:
        raise Failure(
            f"calibrate: with seed {seed} only {100 * worst:.0f} % of the figures lie in their band;"
            f" {100 * ENOUGH:.0f} % are asked for",
            FAILED,
        )
