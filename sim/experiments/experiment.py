"""An experiment carried out: all replications of its design, or as many as a search asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.experiments.comparison import Comparison
from sim.experiments.planner import smallest_that_holds
from sim.experiments.replication import jobs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sim.engines.job import Engine
    from sim.experiments.design import Design
    from sim.experiments.planner import Goal
    from sim.experiments.replication import Outcome, Variant


class Progress(NamedTuple):
    """How far it has come."""

    what: str
    done: int
    of: int


class Found(NamedTuple):
    """What a search came to: the smallest value that keeps the goal, if any, and the next smaller one tried."""

    variant: Variant | None
    below: Variant | None
    tried: int


def compare(design: Design, engine: Engine, observe: Callable[[Progress], None]) -> Comparison:
    """Replicate every variant."""
    outcomes = _replicated(design, engine, design.variants, "replications", observe)
    return Comparison([variant.label for variant in design.variants], outcomes)


def search(design: Design, goal: Goal, engine: Engine, observe: Callable[[Progress], None]) -> tuple[Comparison, Found]:
    """Replicate the variants that bisection asks about; they are in rising order of the parameter's value."""
    tried: dict[int, list[Outcome]] = {}

    def holds(number: int) -> bool:
        variant = design.variants[number]
        tried[number] = _replicated(design, engine, [variant], variant.label, observe)
        values = [one.figures[goal.metric.name] for one in sorted(tried[number], key=lambda one: one.replication)]
        return goal.holds(values)

    at = smallest_that_holds(len(design.variants), holds)
    numbers = sorted(tried)
    comparison = Comparison(
        [design.variants[number].label for number in numbers], [one for number in numbers for one in tried[number]]
    )
    below = None if at is None or at - 1 not in tried else design.variants[at - 1]
    return comparison, Found(None if at is None else design.variants[at], below, len(tried))


def _replicated(
    design: Design, engine: Engine, variants: Sequence[Variant], what: str, observe: Callable[[Progress], None]
) -> list[Outcome]:
    jobs = jobs_of(variants, design.replications, design.seed, design.conditions)
    outcomes: list[Outcome] = []
    observe(Progress(what, 0, len(jobs)))
    for outcome in engine.outcomes(jobs):
        outcomes.append(outcome)
        observe(Progress(what, len(outcomes), len(jobs)))
    return outcomes
