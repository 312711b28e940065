"""Outcomes put together: by scenario and metric in the order of the replications, as means and as differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.experiments.statistics import Difference, Estimate, estimate, paired_difference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sim.experiments.metrics import Metric
    from sim.experiments.replication import Outcome


class Comparison:
    """All outcomes of an experiment, in an order that does not depend on which came first."""

    def __init__(self, labels: Iterable[str], outcomes: Iterable[Outcome]) -> None:
        """`labels` are the scenarios in order; the first is what the others are compared with."""
        self.labels = list(labels)
        place = {label: number for number, label in enumerate(self.labels)}
        self.outcomes = sorted(outcomes, key=lambda outcome: (place[outcome.label], outcome.replication))
        self._by_label = {label: [one for one in self.outcomes if one.label == label] for label in self.labels}

    @property
    def reference(self) -> str:
        """The scenario that the others are compared with."""
        return self.labels[0]

    @property
    def others(self) -> list[str]:
        """The scenarios that are compared with it."""
        return self.labels[1:]

    def values(self, label: str, metric: Metric) -> list[float]:
        """A scenario's figures, one a replication."""
        return [outcome.figures[metric.name] for outcome in self._by_label[label]]

    def of(self, label: str) -> list[Outcome]:
        """A scenario's outcomes, one a replication."""
        return self._by_label[label]

    def mean(self, label: str, metric: Metric) -> Estimate:
        """A scenario's mean with its interval."""
        return estimate(self.values(label, metric))

    def difference(self, label: str, metric: Metric) -> Difference:
        """A scenario less the reference, paired by replication."""
        return paired_difference(self.values(label, metric), self.values(self.reference, metric))
