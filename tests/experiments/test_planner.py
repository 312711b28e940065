"""Bisection, and what it is told to look for."""

from __future__ import annotations

from math import log2, nan

import pytest

from sim.experiments.planner import Goal, smallest_that_holds
from sim.experiments.statistics import estimate


@pytest.mark.parametrize("count", [1, 2, 3, 7, 64, 100])
def test_the_smallest_that_holds_is_found_wherever_it_is(count):
    for first in range(count + 1):
        asked: list[int] = []

        def holds(number: int, first: int = first, asked: list[int] = asked) -> bool:
            asked.append(number)
            return number >= first

        assert smallest_that_holds(count, holds) == (first if first < count else None)
        assert len(asked) == len(set(asked))
        assert len(asked) <= 3 + log2(count)
        assert 0 < first < count or len(asked) <= 2


def test_the_value_below_the_answer_was_tried():
    asked: list[int] = []

    def holds(number: int) -> bool:
        asked.append(number)
        return number >= 17

    smallest_that_holds(50, holds)
    assert {16, 17} <= set(asked)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("late<5", "late_pct < 5 %"),
        (" late_pct <= 5 % ", "late_pct < 5 %"),
        ("rating>4.1", "rating_mean > 4.1 stars"),
        ("courier_u<80", "courier_utilisation_pct < 80 %"),
    ],
)
def test_a_goal_is_read(text, told):
    assert str(Goal.parse(text)) == told


@pytest.mark.parametrize("text", ["late", "late=5", "<5", "late<", "late<five", "late<5<6", "doom<5", "order<5"])
def test_a_goal_that_is_none(text):
    with pytest.raises(ValueError, match=r"allowed|known|could be"):
        Goal.parse(text)


def test_a_goal_holds_when_the_bound_keeps_it_and_not_the_mean_alone():
    figures = [4.0, 5.0, 3.0, 4.4]
    mean = estimate(figures).mean
    assert mean < 4.5
    assert not Goal.parse("late<4.5").holds(figures)  # 4.1 and 0.42 of standard error: the bound is at 5.1
    assert Goal.parse("late<5.2").holds(figures)
    assert Goal.parse("rating>3").holds(figures)
    assert not Goal.parse("rating>3.9").holds(figures)


def test_figures_that_could_not_be_made_show_nothing():
    assert not Goal.parse("late<100").holds([nan, nan])
    assert not Goal.parse("late<100").holds([1.0])
