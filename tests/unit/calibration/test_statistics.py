"""The measures behind the figures of realism, on rows whose answer is known by arithmetic or by theory."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from sim.calibration.realism.statistics import (
    binomial_dispersion,
    circular_intraclass_correlation,
    cramers_v,
    effects_over_chance,
    extra_poisson_cv,
    intraclass_correlation,
    per_degree_of_freedom,
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


def test_chi_square_over_degrees_of_freedom_by_hand():
    # Expected 15, 15 / 15, 15: four times 5² / 15 on one degree of freedom; a row of nothing is none.
    table = np.array([[20, 10], [10, 20], [0, 0]])
    assert per_degree_of_freedom(table) == pytest.approx(4 * 25 / 15)
    assert isnan(per_degree_of_freedom(table[:1]))


def test_chi_square_of_rows_drawn_from_one_distribution_is_one():
    table = np.random.default_rng(7).multinomial(5_000, np.arange(1, 51) / 1275, size=100)
    assert per_degree_of_freedom(table) == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(("table", "v"), [([[50, 0], [0, 50]], 1.0), ([[25, 25], [25, 25]], 0.0)])
def test_v_of_all_and_of_nothing(table, v):
    assert cramers_v(np.array(table)) == pytest.approx(v, abs=0.01)


def test_v_of_a_table_of_two_by_two_is_phi():
    # phi² = chi² / n = (20 · 20 - 10 · 10)² / 30⁴ = 1/9, with many rows free of bias.
    assert cramers_v(1_000 * np.array([[20, 10], [10, 20]])) == pytest.approx(1 / 3, abs=0.001)


def test_v_of_independent_rows_is_nothing_however_small_the_table():
    luck = np.random.default_rng(8)
    tables = [luck.multinomial(300, np.full(24, 1 / 24)).reshape(6, 4) for _ in range(200)]
    uncorrected = np.sqrt(15 / 300 / 3)  # what chance alone brings without the correction
    assert np.mean([cramers_v(table) for table in tables]) < 0.5 * uncorrected


def test_dispersion_of_hits_by_hand():
    # One rate of 1/2: (4 - 2)² / 1 + (0 - 2)² / 1 on one degree of freedom.
    assert binomial_dispersion([4, 0], [4, 4]) == pytest.approx((8.0, 1))
    assert binomial_dispersion([0, 0], [4, 4]) == (0.0, 0)
    assert binomial_dispersion([], []) == (0.0, 0)


@pytest.mark.parametrize(("cv", "rate"), [(0.0, 500.0), (0.15, 500.0), (0.15, 50.0)])
def test_extra_poisson_is_what_the_rates_vary_by_whatever_their_level(cv, rate):
    luck = np.random.default_rng(9)
    kinds = np.arange(7_000) % 7
    rates = rate * (1 + kinds / 7) * (luck.gamma(1 / cv**2, cv**2, len(kinds)) if cv else 1.0)
    assert extra_poisson_cv(luck.poisson(rates), kinds) == pytest.approx(cv, abs=0.012)


@pytest.mark.parametrize("own", [0.0, 0.3])
def test_effects_over_chance_are_the_root_of_what_they_add(own):
    luck = np.random.default_rng(10)
    members = np.repeat(np.arange(400), 100)
    teams = members // 10
    effects = luck.normal(0.0, own, 400)[members] + luck.normal(0.0, 5.0, 40)[teams]  # teams apart, which is no matter
    ratio = effects_over_chance(effects + luck.normal(0.0, 1.0, len(members)), members, teams)
    assert ratio == pytest.approx((1.0 + own**2 * 100) ** 0.5, rel=0.1)


def test_effects_want_members_to_compare_and_values_to_repeat():
    assert isnan(effects_over_chance([1.0, 2.0], [1, 1], [1, 1]))
    assert isnan(effects_over_chance([1.0, 2.0], [1, 2], [1, 1]))
