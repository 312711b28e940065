"""Results as tables of text."""

from __future__ import annotations

from math import isfinite, isinf
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.experiments.comparison import Comparison
    from sim.experiments.metrics import Metric
    from sim.experiments.planner import Goal
    from sim.experiments.statistics import Estimate

NOTHING = "–"


class Table(NamedTuple):
    """Cells as text; the first columns are words (`words` of them), the others numbers."""

    title: str
    headings: list[str]
    rows: list[list[str]]
    words: int = 2


def means_table(comparison: Comparison, metrics: Sequence[Metric], currency: str) -> Table:
    """One row a metric: each scenario's mean with its interval."""
    rows = [
        [m.title, m.unit_in(currency), *(_mean(comparison.mean(label, m), m) for label in comparison.labels)]
        for m in metrics
    ]
    return Table("Mean and 95 % confidence interval", ["", "unit", *comparison.labels], rows)


def differences_table(comparison: Comparison, label: str, metrics: Sequence[Metric], currency: str) -> Table:
    """One row a metric: a scenario less the reference, paired by replication."""
    rows = []
    for m in metrics:
        found, reference = comparison.difference(label, m), comparison.mean(comparison.reference, m)
        rows.append(
            [
                m.title + (" *" if found.excludes_zero else ""),
                m.unit_in(currency),
                _number(found.estimate.mean, m.decimals, "+"),
                _interval(found.estimate, m.decimals),
                _relative(found.estimate.mean, reference.mean),
                _ratio(found.variance_ratio),
            ]
        )
    headings = ["", "unit", "difference", "95 % interval", "relative", "variance saved"]
    return Table(f"{label} less {comparison.reference}, paired by replication (* excludes 0)", headings, rows)


def sweep_table(comparison: Comparison, parameter: str, metrics: Sequence[Metric], currency: str) -> Table:
    """One row a value of the parameter: the means of some metrics."""
    headings = [parameter, *(f"{m.title}, {m.unit_in(currency)}" for m in metrics)]
    rows = [
        [label.partition("=")[2], *(_mean(comparison.mean(label, m), m) for m in metrics)]
        for label in comparison.labels
    ]
    return Table("Mean and 95 % confidence interval by value", headings, rows, words=0)


def search_table(comparison: Comparison, parameter: str, goal: Goal, metrics: Sequence[Metric], currency: str) -> Table:
    """One row a value that was tried: whether the goal holds there, with confidence, and what it costs."""
    shown = [m for m in metrics if m != goal.metric]
    headings = [
        parameter, "holds", f"{goal.metric.title}, {goal.metric.unit_in(currency)}", "one-sided bound",
        *(f"{m.title}, {m.unit_in(currency)}" for m in shown),
    ]  # fmt: skip
    rows = []
    for label in comparison.labels:
        values = comparison.values(label, goal.metric)
        rows.append(
            [
                label.partition("=")[2],
                "yes" if goal.holds(values) else "no",
                _mean(comparison.mean(label, goal.metric), goal.metric),
                _number(goal.bound(values), goal.metric.decimals),
                *(_mean(comparison.mean(label, m), m) for m in shown),
            ]
        )
    return Table(f"Values that were tried for {goal}", headings, rows, words=0)


def _mean(found: Estimate, metric: Metric) -> str:
    if not isfinite(found.half_width):
        return _number(found.mean, metric.decimals)
    return f"{_number(found.mean, metric.decimals)} ±{_number(found.half_width, metric.decimals)}"


def _interval(found: Estimate, decimals: int) -> str:
    if not isfinite(found.half_width):
        return NOTHING
    return f"{_number(found.low, decimals, '+')} … {_number(found.high, decimals, '+')}"


def _number(value: float, decimals: int, sign: str = "") -> str:
    return f"{value:{sign},.{decimals}f}" if isfinite(value) else NOTHING


def _relative(difference: float, reference: float) -> str:
    return f"{100.0 * difference / reference:+.1f} %" if reference and isfinite(difference / reference) else NOTHING


def _ratio(ratio: float) -> str:
    if isinf(ratio):
        return "all"
    return f"×{ratio:.{1 if ratio < 100.0 else 0}f}" if isfinite(ratio) else NOTHING
