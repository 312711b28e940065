"""What the part `replica` says, and how it reckons. No daemon is needed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from benchmarks.replica import lateness, measuring, rig

OPENED = datetime(2026, 1, 5, tzinfo=UTC)
PAIR = [{"speed": 300.0, "cpu_s": 1.0, "per_cpu_s": 100.0}]
FOUND: dict[str, Any] = {
    "snapshot": {"rows": 1_000_000, "in_all_s": 110.0, "s": 100.0},
    "late": {"p50": 0.2, "p95": 2.0, "p99": 2.1, "max": 3.0},
    "pairs": {"alone": PAIR, "replicated": PAIR},
    "idle": {
        "percent": {"mysql": 20.0, "connect": 15.0, "postgres": 9.0, "sim": 3.0},
        "memory_mb": {"mysql": 500.0, "connect": 900.0, "postgres": 300.0},
    },
}  # fmt: skip


def test_at_its_limits_all_that_is_wanted_is_met():
    assert [line.met for line in measuring.lines(FOUND) if line.wanted] == [True] * 4


@pytest.mark.parametrize(
    "worse",
    [
        {"snapshot": FOUND["snapshot"] | {"s": 101.0}},
        {"late": FOUND["late"] | {"p95": 2.01}},
        {"pairs": {"alone": PAIR, "replicated": [{**PAIR[0], "speed": 284.0}]}},
        {"idle": FOUND["idle"] | {"percent": FOUND["idle"]["percent"] | {"kafka": 0.1}}},
    ],
    ids=lambda worse: next(iter(worse)),
)
def test_beyond_a_limit_one_is_not(worse: dict[str, Any]):
    assert [line.met for line in measuring.lines(FOUND | worse) if line.wanted].count(False) == 1


def test_until_when_it_follows_is_told_where_that_was_measured():
    known = {"snapshot": FOUND["snapshot"] | {"follows_s": 125.0}}
    told = [next(iter(measuring.lines(found))).against for found in (FOUND, FOUND | known)]
    assert [line.partition(";")[0] for line in told] == [
        "1,000,000 rows, 110 s from `ensure` to the last",
        "1,000,000 rows, 110 s from `ensure` to the last, 125 s until it follows",
    ]


def test_what_is_not_the_pipelines_is_named_and_not_counted():
    *_, processor, memory = measuring.lines(FOUND)
    assert (processor.measured, processor.against) == ("35", "mysql 20.0, connect 15.0; beside it postgres 9, sim 3")
    assert (memory.measured, memory.against) == ("1.4 GB", "connect 0.90, mysql 0.50")


def test_a_commit_is_there_with_the_first_sight_of_it_or_of_a_later_one():
    shop = [(OPENED + timedelta(seconds=number), float(number)) for number in range(4)]
    there = [(OPENED, 0.5), (OPENED + timedelta(seconds=2), 2.5)]
    assert lateness.late(shop, there) == [1.5, 0.5]  # the first was there before; the last has not come


@pytest.mark.parametrize(
    ("said", "megabytes"), [("512MiB", 536.9), ("1.25GiB", 1342.2), ("300kB", 0.3), ("0B", 0.0), ("2GB", 2000.0)]
)
def test_sizes_as_docker_writes_them(said: str, megabytes: float):
    assert rig.megabytes(said) == megabytes
