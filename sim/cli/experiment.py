"""`experiment`: replications of scenarios side by side, what their differences are worth, and what a value does."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import typer

from common.called import brought_by
from sim import __version__
from sim.cli import formatting
from sim.cli.experiment_output import print_table, progress_on
from sim.cli.failure import FAILED, INTERRUPTED, Failure, refusing
from sim.cli.signals import ended_by_sigterm_too

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sim.experiments.comparison import Comparison
    from sim.experiments.design import Design
    from sim.experiments.experiment import Found
    from sim.experiments.metrics import Metric
    from sim.experiments.planner import Goal
    from sim.experiments.tables import Table


def experiment_command(scenarios: Sequence[str], **options: str | None) -> None:
    """Carry out an experiment (options as in `Asked`), write what was asked for, and print its tables."""
    design = _design(scenarios, {name: value for name, value in options.items() if value is not None})
    began_s = time.monotonic()
    comparison, found, where = _carried_out(design)
    took_s = time.monotonic() - began_s
    try:
        _write(design, comparison)
    finally:  # a file that cannot be written must not take the figures along
        _print(design, comparison, found)
    done = len(comparison.outcomes)
    typer.echo(
        f"{done} replications in {formatting.span(took_s)}, {60.0 * done / took_s:.1f} a minute, on {where}", err=True
    )
    if found is not None and found.variant is None:
        raise Failure(f"find: not even {design.variants[-1].label} keeps {design.goal}; try larger values", FAILED)


def _print(design: Design, comparison: Comparison, found: Found | None) -> None:
    if sys.stdout is not None:
        for table in _tables(design, comparison):
            print_table(table, sys.stdout)
    for line in (design.told(), *_remarks(design, comparison, found)):
        typer.echo(line)


def _design(scenarios: Sequence[str], options: dict[str, str]) -> Design:
    from sim.markets import MarketError
    from sim.scenario import ScenarioError
    from sim.settings import BadSetting

    try:
        from sim.experiments.design import Asked, design_of
    except ImportError as error:
        raise Failure(f"experiment: {_absent(error, 'and intervals need it')}") from error
    with refusing(BadSetting, ScenarioError, MarketError):
        design = design_of(Asked(scenarios=scenarios, **options))
    if design.chart is not None:
        try:
            import sim.experiments.pictures  # noqa: F401  an hour later would be late to find out
        except ImportError as error:
            raise Failure(f"chart: {_absent(error, 'so no picture can be drawn')}") from error
    return design


def _absent(error: ImportError, hence: str) -> str:
    package = (error.name or "a package").partition(".")[0]
    return f"{package} is not installed here, {hence}{brought_by('experiments')}"


def _carried_out(design: Design) -> tuple[Comparison, Found | None, str]:
    from sim.children import usable_processors
    from sim.engines.choice import engine_of
    from sim.engines.job import EngineError
    from sim.experiments.experiment import compare, search

    processes = design.processes or usable_processors()
    at_once = design.replications * (1 if design.goal else len(design.variants))
    try:
        with ExitStack() as stack:
            engine = stack.enter_context(engine_of(design.on, processes, at_once, _notice))
            observe = stack.enter_context(progress_on(sys.stderr))
            stack.enter_context(ended_by_sigterm_too())
            if design.goal is None:
                return compare(design, engine, observe), None, engine.title
            return *search(design, design.goal, engine, observe), engine.title
    except EngineError as error:
        raise Failure(f"experiment: {error}", FAILED) from error
    except KeyboardInterrupt:
        raise Failure("experiment: interrupted; nothing was written", INTERRUPTED) from None


def _notice(text: str) -> None:
    typer.echo(f"experiment: {text}", err=True)


def _write(design: Design, comparison: Comparison) -> None:
    currency = design.conditions.market.currency
    try:
        if design.out is not None:
            from sim.experiments.results import write_results

            write_results(design.out, comparison.outcomes, currency, _about(design))
        if design.chart is not None:
            from sim.experiments.pictures import picture_of_differences, picture_of_sweep, save

            if design.parameter is None:
                picture = picture_of_differences(comparison, design.metrics, currency, design.told())
            else:
                metrics = [*design.metrics, *_goals_metric(design)]
                picture = picture_of_sweep(comparison, design.parameter, metrics, currency, design.told(), design.goal)
            save(picture, design.chart)
    except OSError as error:
        raise Failure(f"experiment: {error.filename} can't be written: {error.strerror}", FAILED) from error


def _about(design: Design) -> dict[str, str]:
    """What the file should know of where it came from."""
    digests = {f"digest {variant.label}": variant.scenario.digest() for variant in design.variants}
    return {"version": __version__, "experiment": design.told(), "parameter": design.parameter or "", **digests}


def _goals_metric(design: Design) -> list[Metric]:
    return [design.goal.metric] if design.goal and design.goal.metric not in design.metrics else []


def _tables(design: Design, comparison: Comparison) -> Iterator[Table]:
    from sim.experiments.tables import differences_table, means_table, search_table, sweep_table

    metrics, currency = design.metrics, design.conditions.market.currency
    if design.parameter is None:
        yield means_table(comparison, metrics, currency)
        for label in comparison.others:
            yield differences_table(comparison, label, metrics, currency)
    elif design.goal is None:
        yield sweep_table(comparison, design.parameter, metrics, currency)
    else:
        yield search_table(comparison, design.parameter, design.goal, metrics, currency)


def _remarks(design: Design, comparison: Comparison, found: Found | None) -> Iterator[str]:
    """What the tables are of, and what should not be concluded from them."""
    from sim.experiments.caveats import about_gaps, about_small_fleets, about_wrong_way
    from sim.experiments.statistics import CONFIDENCE

    freedom = design.replications - 1
    yield f"intervals: Student's t (degrees of freedom: {freedom}), each {100 * CONFIDENCE:g} % by itself"
    if found is not None and design.goal is not None:
        yield from _answer(comparison, design.goal, found, len(design.variants))
        yield from about_wrong_way(comparison, design.goal)
    shown = [variant for variant in design.variants if variant.label in comparison.labels]
    yield from about_small_fleets(shown, design.conditions)
    yield from about_gaps(comparison, design.metrics)


def _answer(comparison: Comparison, goal: Goal, found: Found, values: int) -> Iterator[str]:
    """What the search came to, with what certainty, and what it took."""
    from sim.experiments.statistics import CONFIDENCE

    def bound(label: str) -> str:
        return f"{goal.bound(comparison.values(label, goal.metric)):.{goal.metric.decimals}f} {goal.metric.unit}"

    if found.variant is not None:
        below = f"; at {found.below.label} it is {bound(found.below.label)}" if found.below else ""
        yield (
            f"answer: {found.variant.label} is the smallest of {values} values that keeps {goal}"
            f" with {100 * CONFIDENCE:g} % confidence (one-sided bound {bound(found.variant.label)}{below})"
        )
    yield (
        f"bisection tried {found.tried} values, {len(comparison.outcomes)} replications;"
        " the confidence is that of each value by itself"
    )
