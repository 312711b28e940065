"""The planner: the smallest value of a parameter that keeps a promise with confidence, found by bisection."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sim.experiments.metrics import Metric, metric_named
from sim.experiments.statistics import CONFIDENCE, lower_bound, upper_bound

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_GOAL = re.compile(r"\s*(?P<metric>[a-z0-9_]+)\s*(?P<sense>[<>])=?\s*(?P<limit>-?\d+(\.\d+)?)\s*%?\s*", re.ASCII)


class Goal(NamedTuple):
    """What a metric's true mean is to be below (or above)."""

    metric: Metric
    below: bool
    limit: float

    @classmethod
    def parse(cls, text: str) -> Goal:
        """Read `late<5`; ValueError says what is allowed."""
        match = _GOAL.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not understood; allowed is metric<number or metric>number, such as 'late<5'")
        return cls(metric_named(match["metric"]), match["sense"] == "<", float(match["limit"]))

    def __str__(self) -> str:
        return f"{self.metric.name} {'<' if self.below else '>'} {self.limit:g} {self.metric.unit}"

    def bound(self, values: Sequence[float]) -> float:
        """How bad the true mean may be, with one-sided confidence: the bound that has to be on the right side."""
        return upper_bound(values, CONFIDENCE) if self.below else lower_bound(values, CONFIDENCE)

    def holds(self, values: Sequence[float]) -> bool:
        """Whether these replications show, with confidence, that the mean is on the right side. NaN show nothing."""
        bound = self.bound(values)
        return bound < self.limit if self.below else bound > self.limit


def smallest_that_holds(count: int, holds: Callable[[int], bool]) -> int | None:
    """The smallest of `count` steps at which `holds`, provided that it goes on holding above it; None if at none.

    It asks at the top, at the bottom, and then about log2(count) times in between.
    """
    low, high = 0, count - 1
    if not holds(high):
        return None
    if high == low or holds(low):
        return low
    while high - low > 1:  # it holds at high and not at low
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return high
