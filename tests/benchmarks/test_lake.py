"""The benchmark of lakes compares like with like."""

from __future__ import annotations

import pytest

from benchmarks import lake
from benchmarks.apart import apart

SIZE = {"rows": 1e5, "cpu_s": 1.0, "bytes": 2e6, "rss_mb": 200.0}
FOUND = {
    "rows": 80_000.0, "alone_cpu_s": 0.8, "cpu_s": 1.0, "one_s": 18.5, "two_s": 10.0,
    "growth": {"1": SIZE, "10": {**SIZE, "rows": 1e6, "cpu_s": 10.0}},
    "many": {"rows": 1e6, "s": 10.0, "cpu_s": 20.0, "files": 100.0, "bytes": 1e7},
}  # fmt: skip


def test_what_is_wanted_is_met_just_so():
    assert [line.met for line in lake.lines(FOUND) if line.met is not None] == [True] * 5


@pytest.mark.parametrize(
    ("worse", "what"),
    [
        ({"cpu_s": 1.01}, "of the simulation alone"),
        ({"two_s": 10.1}, "by two processes"),
        ({"growth": {"1": SIZE, "10": {**SIZE, "rss_mb": 501.0}}}, "memory"),
        ({"growth": {"1": SIZE, "10": {**SIZE, "cpu_s": 1.2}}}, "of the longest"),
    ],
)
def test_what_is_missed_is_said(worse: dict[str, object], what: str):
    [missed] = [line.what for line in lake.lines({**FOUND, **worse}) if line.met is False]
    assert what in missed


def test_the_same_is_simulated_with_files_and_without():
    alone, written = apart(lake.live_through, 1), apart(lake.make_city, 1)
    assert 0.9 * alone["rows"] < written["rows"] <= alone["rows"]  # there, what is changed later counts again
