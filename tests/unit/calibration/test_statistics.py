"""The measures behind the figures of realism, on rows whose answer is known by arithmetic or by theory."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from sim.calibration.realism.statistics import (
    circular_intraclass_correlation,
    intraclass_correlation,
    persistence,
    shared_over_chance,
)

GROUPS, EACH = 2_000, 5


def of_components(between: float, within: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Values of groups whose variance has two known parts, and their groups."""
    luck = np.random.default_rng(seed)
    groups = np.repeat(np.arange(GROUPS), EACH)
    return luck.normal(0.0, between**0.5, GROUPS)[groups] + luck.normal(0.0, within**0.5, len(groups)), groups


def test_icc_of_a_table_by_hand():
    # Means 2 and 6 of two each, squares within 2 + 2: MSB = 16 / 1, MSW = 4 / 2, n0 = 2.
    assert intraclass_correlation([1.0, 3.0, 5.0, 7.0], [1, 1, 2, 2]) == pytest.approx((16 - 2) / (16 + 2))


def test_icc_of_unequal_groups_by_hand():
    # Group means 2, 6, 4 of sizes 2, 2, 1 about 4: MSB = 16 / 2, MSW = 4 / 2, n0 = (5 - 9/5) / 2.
    n0 = (5 - 9 / 5) / 2
    expected = (8 - 2) / (8 + (n0 - 1) * 2)
    assert intraclass_correlation([1.0, 3.0, 5.0, 7.0, 4.0], [1, 1, 2, 2, 3]) == pytest.approx(expected)


@pytest.mark.parametrize("between", [0.0, 0.1, 0.4, 0.9])
def test_icc_finds_the_components_of_variance(between):
    assert intraclass_correlation(*of_components(between, 1.0 - between)) == pytest.approx(between, abs=0.03)


def test_icc_is_nothing_without_groups_to_compare_or_rows_within():
    assert isnan(intraclass_correlation([1.0, 2.0], [1, 1]))
    assert isnan(intraclass_correlation([1.0, 2.0], [1, 2]))


def test_circular_icc_knows_that_midnight_is_near_midnight():
    night_owls = [23.5, 0.5, 23.75, 0.25]  # 13 hours apart as numbers, half an hour as times
    hours, people = [*night_owls, 11.5, 12.5, 11.75, 12.25], [1] * 4 + [2] * 4
    assert circular_intraclass_correlation(hours, people) > 0.95
    assert intraclass_correlation(hours, people) < 0.2


def test_circular_icc_of_hours_that_belong_to_nobody_is_nothing():
    luck = np.random.default_rng(2)
    people = np.repeat(np.arange(GROUPS), EACH)
    assert circular_intraclass_correlation(luck.uniform(0.0, 24.0, len(people)), people) == pytest.approx(0.0, abs=0.02)


def test_circular_icc_finds_the_components_of_the_points_on_the_face():
    # Everybody has an hour of their own; half of what they do is at it, half at any hour. So a person's mean is half
    # the vector of that hour, whose square is 1/4, and the square of every point is 1.
    luck = np.random.default_rng(3)
    people = np.repeat(np.arange(GROUPS), EACH)
    own = luck.uniform(0.0, 24.0, GROUPS)[people]
    hours = np.where(luck.random(len(people)) < 0.5, own, luck.uniform(0.0, 24.0, len(people)))
    assert circular_intraclass_correlation(hours, people) == pytest.approx(0.25, abs=0.03)


def test_persistence_counts_pairs_within_owners_only():
    assert persistence(list("aabbb"), [1, 1, 1, 2, 2]) == pytest.approx(2 / 3)  # aa, ab; bb
    assert isnan(persistence(list("ab"), [1, 2]))


def test_persistence_of_values_drawn_anew_is_chance():
    luck = np.random.default_rng(4)
    owners = np.repeat(np.arange(GROUPS), EACH)
    values = luck.choice(["x", "y", "z"], size=len(owners), p=[0.6, 0.3, 0.1])
    assert persistence(values, owners) == pytest.approx(0.36 + 0.09 + 0.01, abs=0.02)


def test_persistence_of_values_that_are_kept_nine_times_in_ten():
    luck = np.random.default_rng(5)
    owners = np.repeat(np.arange(GROUPS), EACH)
    own = luck.integers(0, 4, GROUPS)[owners]
    values = np.where(luck.random(len(owners)) < 0.9, own, 9)  # 9: away from the habit
    assert persistence(values, owners) == pytest.approx(0.81 + 0.01, abs=0.02)


def test_shared_over_chance_by_hand():
    first = np.array([[1, 0], [0, 1]])
    assert shared_over_chance(first, first) == pytest.approx(2.0)  # always, where strangers do in half of the cases
    assert shared_over_chance(first, first[::-1]) == 0.0
    assert isnan(shared_over_chance(first[:0], first[:0]))


def test_shared_over_chance_is_one_where_nobody_has_a_taste():
    luck = np.random.default_rng(6)
    first, second = (luck.random((20_000, 12)) < 0.1 for _ in range(2))
    assert shared_over_chance(first, second) == pytest.approx(1.0, abs=0.02)
