"""Percentiles and medians, as anyone would work them out by hand."""

from __future__ import annotations

import pytest

from benchmarks.figures import medians, milliseconds, percentiles


def test_nothing_has_no_percentiles():
    assert percentiles([]) == {}


def test_one_value_is_all_of_them():
    assert set(percentiles([7.0]).values()) == {7.0}


def test_percentiles_are_values_that_occurred_in_any_order():
    assert percentiles(float(n) for n in range(100, 0, -1)) == {"p50": 50.0, "p95": 95.0, "p99": 99.0, "max": 100.0}


@pytest.mark.parametrize("rounds", [20, 30])
def test_one_outlier_in_twenty_rounds_is_not_the_95th_percentile(rounds: int):
    found = percentiles([1.0] * (rounds - 1) + [50.0])
    assert (found["p95"], found["max"]) == (1.0, 50.0)


def test_milliseconds():
    assert milliseconds({"p50": 0.0123456}) == {"p50": 12.35}


def test_medians_are_of_the_figures_that_all_runs_have():
    runs = [{"rows": 1.0, "cpu_s": 9.0}, {"rows": 3.0}, {"rows": 2.0, "cpu_s": 1.0}]
    assert medians(runs) == {"rows": 2.0}
