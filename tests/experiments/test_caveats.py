"""What is said beside a result, and what is not."""

from __future__ import annotations

from math import nan

import pytest

from sim.experiments.caveats import about_gaps, about_small_fleets, about_wrong_way
from sim.experiments.comparison import Comparison
from sim.experiments.metrics import metrics_named
from sim.experiments.planner import Goal
from sim.experiments.replication import Conditions, Outcome, Variant
from sim.markets import load_market
from sim.scenario import Scenario
from tests.experiments.small import EPOCH

MARKET = load_market("international")


def comparison(*lateness: list[float]) -> Comparison:
    labels = [f"couriers={number}" for number in range(len(lateness))]
    outcomes = [
        Outcome(label, None, n, n, {"late_pct": late, "rating_mean": 4.0})
        for label, found in zip(labels, lateness, strict=True)
        for n, late in enumerate(found)
    ]
    return Comparison(labels, outcomes)


@pytest.mark.parametrize(
    ("lateness", "said"),
    [
        ([[9.0, 9.5, 9.2], [7.0, 7.4, 7.3], [5.0, 5.5, 5.1]], False),
        ([[9.0, 9.5, 9.2], [5.0, 5.5, 5.1], [5.4, 5.3, 5.2]], False),  # up by chance
        ([[5.0, 5.5, 5.1], [9.0, 9.5, 9.2], [4.0, 4.5, 4.1]], True),
    ],
)
def test_a_response_that_turns_is_told_and_chance_is_not(lateness, said):
    assert bool(list(about_wrong_way(comparison(*lateness), Goal.parse("late<5")))) == said


def test_a_figure_that_could_not_be_made_is_named():
    late = metrics_named("late,rating")
    assert list(about_gaps(comparison([1.0, 2.0]), late)) == []
    (line,) = about_gaps(comparison([1.0, 2.0], [nan, 2.0]), late)
    assert line.startswith("couriers=1: ")
    assert "late_pct" in line
    assert "rating_mean" not in line


@pytest.mark.parametrize(
    ("couriers", "scale", "cities", "said"),
    [
        (180, 1.0, (), False),
        (180, 0.2, (), False),  # the smallest share is New York's second warehouse, 0.26 x 0.42: 3.93, which is 4
        (160, 0.2, (), True),  # 3.49, which is 3
        (160, 0.2, ("Sydney",), False),  # 0.13: 4.16
        (90, 0.2, ("Sydney",), True),  # 2.34
    ],
)
def test_a_minimum_that_outweighs_the_share_is_told(couriers, scale, cities, said):
    variant = Variant("x", Scenario.model_validate({"delivery": {"couriers": couriers}}))
    conditions = Conditions(EPOCH, 2.0, 1.0, MARKET, scale, cities=cities)
    assert bool(list(about_small_fleets([variant], conditions))) == said
