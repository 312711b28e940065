"""What the parts say of their figures, failures among them."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks import growth, marts, reading
from benchmarks.peers import measuring as peers

SHOP = {
    "rows_stored": 1000, "rows_per_order": 20.0, "rows_per_s_after_first": 100.0, "bytes_per_order": 5.0,
    "customers": 10, "rss_mb": 300.0, "resumed_rss_mb": 100.0, "resume_s": 1.0,
}  # fmt: skip
MADE = {"writes": "files", "rows_per_s": 10.0, "rows_per_cpu_s": 20.0}


def shop(**others: float) -> dict[str, Any]:
    return {**SHOP, **others}


@pytest.mark.parametrize(("rate", "met"), [(85.0, True), (84.0, False)])
def test_growth_compares_the_largest_with_the_smallest(rate: float, met: bool):
    lines = list(growth.lines({"1 k": shop(), "10 k": shop(), "100 k": shop(rows_per_s_after_first=rate)}))
    assert [line.met for line in lines if line.what.startswith("Rows/s at 100 k orders of those at 1 k")] == [met]


def test_growth_of_one_size_is_compared_with_nothing():
    assert not [line for line in growth.lines({"1 M": shop()}) if line.what.startswith("Rows/s")]


def test_growth_wants_both_memories_within_bounds():
    lines = [*growth.lines({"1 k": shop()}), *growth.lines({"1 M": shop(resumed_rss_mb=401.0)})]
    assert [line.met for line in lines if "memory" in line.what] == [True, False]


def test_reading_names_the_slowest_query():
    queries = {"funnel": {"p50": 10.0, "p95": 301.0}, "cities": {"p50": 1.0, "p95": 2.0}}
    found = {"rows": 1, "orders": 1, "rounds": 2, "window_days": 30.0, "worst": "funnel", "queries": queries}
    slowest, within = reading.lines(found)
    assert (slowest.measured, slowest.met, within.measured) == ("301 ms (funnel)", False, "1 of 2")


def test_a_peer_that_fails_is_a_line_and_is_compared_with_nothing():
    lines = list(peers.lines({"bazaar": {**MADE, "rows_per_s": 50.0}, "jafgen": {"writes": "CSV", "failed": "hung"}}))
    assert [(line.what, line.measured) for line in lines][1:] == [("jafgen, whole", "hung")]


def test_a_peer_is_compared_by_real_and_by_processor_time():
    *_, line = peers.lines({"bazaar": {**MADE, "rows_per_s": 50.0, "rows_per_cpu_s": 10.0}, "jafgen": MADE})
    assert (line.measured, line.met) == ("5.0 × its rows/s, 0.5 × a CPU-second", True)


@pytest.mark.parametrize(("cpu_s", "met"), [(20.0, True), (20.5, False)])
def test_marts_may_cost_as_many_times_more_as_there_are_more_orders(cpu_s: float, met: bool):
    figures = {"s": 3.0, "computing_s": 1.0, "rss_mb": 300.0, "marts": 7.0, "bytes": 1e6}
    found = {
        "10 k": {**figures, "orders": 10_000, "cpu_s": 2.0},
        "100 k": {**figures, "orders": 100_000, "cpu_s": cpu_s},
    }
    *_, ratio = marts.lines(found)
    assert (ratio.what, ratio.met) == ("Processor time of marts at 100 k orders of that at 10 k", met)


def test_marts_of_each_larger_shop_are_compared_with_those_of_the_smallest():
    figures = {"s": 3.0, "computing_s": 1.0, "rss_mb": 300.0, "marts": 7.0, "bytes": 1e6}
    sizes = {"10 k": (10_000, 2.0), "100 k": (100_000, 21.0), "500 k": (500_000, 100.0)}
    found = {name: {**figures, "orders": orders, "cpu_s": cpu_s} for name, (orders, cpu_s) in sizes.items()}
    assert [(line.wanted, line.met) for line in marts.lines(found) if line.wanted] == [("≤ 10", False), ("≤ 50", True)]
