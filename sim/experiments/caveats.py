"""What should be said beside a result, so that nobody concludes from it what it does not say."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from sim.experiments.statistics import paired_difference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sim.experiments.comparison import Comparison
    from sim.experiments.metrics import Metric
    from sim.experiments.planner import Goal
    from sim.experiments.replication import Conditions, Variant


def about_small_fleets(variants: Iterable[Variant], conditions: Conditions) -> Iterator[str]:
    """Which variants have more couriers than their share, because a warehouse has some at least."""
    shares = [
        city.demand_share * warehouse.share
        for city in conditions.market.cities
        if not conditions.cities or city.name in conditions.cities
        for warehouse in city.warehouses
    ]
    raised = [
        variant.label
        for variant in variants
        if any(_wanted(variant, conditions, share) < variant.scenario.delivery.couriers_at_least for share in shares)
    ]
    if raised:
        yield (
            f"{', '.join(raised)}: some warehouses have their minimum of couriers (delivery.couriers_at_least), more"
            f" than their share at scale {conditions.scale:g}; one city at scale 1 (--cities) is as quick"
        )


def _wanted(variant: Variant, conditions: Conditions, share: float) -> int:
    return round(variant.scenario.delivery.couriers * conditions.scale * share)


def about_gaps(comparison: Comparison, metrics: Iterable[Metric]) -> Iterator[str]:
    """Which figures could not be made in some replications."""
    for label in comparison.labels:
        wanted = len(comparison.of(label))
        gaps = [metric.name for metric in metrics if comparison.mean(label, metric).n < wanted]
        if gaps:
            yield f"{label}: in some replications nothing happened to make {', '.join(gaps)} of; the others count"


def about_wrong_way(comparison: Comparison, goal: Goal) -> Iterator[str]:
    """Whether a larger value of the parameter led away from the goal somewhere, by more than chance."""
    figures = [comparison.values(label, goal.metric) for label in comparison.labels]
    steps = [paired_difference(after, before) for before, after in pairwise(figures)]
    if any(step.excludes_zero and (step.estimate.mean > 0.0) == goal.below for step in steps):
        yield (
            f"{goal.metric.name} does not go one way with the parameter all along: bisection may have passed over a"
            " smaller value; a sweep (--vary) shows the whole curve"
        )
