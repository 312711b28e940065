"""Intervals against scipy, and against the truth that they are to cover."""

from __future__ import annotations

from math import inf, isnan, nan

import numpy as np
import pytest
from scipy import stats

from sim.experiments.statistics import estimate, lower_bound, paired_difference, upper_bound

RNG = np.random.default_rng(20260105)
FIGURES = RNG.normal(10.0, 3.0, 12).tolist()
OTHERS = (np.array(FIGURES) + RNG.normal(0.5, 0.4, 12)).tolist()


def test_an_interval_is_students():
    found = estimate(FIGURES)
    wanted = stats.ttest_1samp(FIGURES, 0.0).confidence_interval(0.95)
    assert found.n == 12
    assert (found.mean, found.low, found.high) == pytest.approx((np.mean(FIGURES), wanted.low, wanted.high))


def test_one_sided_bounds_are_students():
    below = stats.ttest_1samp(FIGURES, 0.0, alternative="less").confidence_interval(0.95)
    above = stats.ttest_1samp(FIGURES, 0.0, alternative="greater").confidence_interval(0.95)
    assert upper_bound(FIGURES) == pytest.approx(below.high)
    assert lower_bound(FIGURES) == pytest.approx(above.low)


def test_a_paired_difference_is_the_paired_t_tests():
    found = paired_difference(OTHERS, FIGURES)
    test = stats.ttest_rel(OTHERS, FIGURES)
    wanted = test.confidence_interval(0.95)
    assert (found.estimate.low, found.estimate.high) == pytest.approx((wanted.low, wanted.high))
    assert found.excludes_zero == (test.pvalue < 0.05)


def test_the_variance_saved_is_that_of_the_difference_without_and_with_pairs():
    apart = np.var(OTHERS, ddof=1) + np.var(FIGURES, ddof=1)
    together = np.var(np.subtract(OTHERS, FIGURES), ddof=1)
    assert paired_difference(OTHERS, FIGURES).variance_ratio == pytest.approx(apart / together)


def test_pairing_what_has_nothing_in_common_saves_nothing_and_what_has_all_saves_all():
    sample = RNG.normal(0.0, 1.0, (2, 4000))
    assert paired_difference(*sample.tolist()).variance_ratio == pytest.approx(1.0, abs=0.1)  # 6 standard errors
    shifted = [value + 0.1 for value in FIGURES]
    assert paired_difference(shifted, FIGURES).variance_ratio == inf
    assert isnan(paired_difference([3.0, 3.0], [1.0, 1.0]).variance_ratio)


@pytest.mark.parametrize("replications", [3, 20])
def test_nineteen_of_twenty_intervals_cover_the_truth(replications):
    samples = RNG.normal(7.0, 2.0, (4000, replications))
    covered = sum(found.low <= 7.0 <= found.high for found in map(estimate, samples.tolist()))
    bounded = sum(upper_bound(sample) >= 7.0 for sample in samples.tolist())
    # A share of 4,000 has a standard error of 0.34 points.
    assert covered / 4000 == pytest.approx(0.95, abs=0.014)
    assert bounded / 4000 == pytest.approx(0.95, abs=0.014)


def test_figures_that_could_not_be_made_are_left_out_with_their_pair():
    assert estimate([1.0, nan, 3.0]) == estimate([1.0, 3.0])
    assert paired_difference([2.0, nan, 5.0, 9.0], [1.0, 1.0, nan, 6.0]) == paired_difference([2.0, 9.0], [1.0, 6.0])


def test_one_figure_has_a_mean_and_no_interval():
    alone = estimate([4.0, nan])
    assert (alone.mean, alone.n) == (4.0, 1)
    assert isnan(alone.half_width)
    assert isnan(estimate([nan]).mean)
    assert isnan(upper_bound([4.0]))
    assert not paired_difference([4.0], [1.0]).excludes_zero
