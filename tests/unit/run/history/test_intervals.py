"""Which history several processes make."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sim.clock.units import DAY_US, HOUR_US
from sim.run.history import Interval, history_intervals
from tests.configurations import configuration


@pytest.mark.parametrize(
    ("now_us", "asked", "expected"),
    [
        (None, {}, [(None, 7 * DAY_US)]),  # up to the wall clock
        (DAY_US, {}, [(DAY_US, 7 * DAY_US)]),
        (8 * DAY_US, {}, []),  # it is ahead of the wall clock already
        (None, {"catch_up": False}, []),
        (None, {"until_us": 2 * DAY_US}, [(None, 2 * DAY_US)]),
        (None, {"speed": "max", "until_us": 9 * DAY_US}, [(None, 9 * DAY_US)]),
        (7 * DAY_US - HOUR_US, {}, []),  # too little to begin processes for
        (None, {"keep": timedelta(days=3)}, [(None, 3 * DAY_US), (3 * DAY_US, 7 * DAY_US)]),
        (DAY_US, {"keep": timedelta(days=3)}, [(DAY_US, 3 * DAY_US), (3 * DAY_US, 7 * DAY_US)]),
        (4 * DAY_US, {"keep": timedelta(days=3)}, [(4 * DAY_US, 7 * DAY_US)]),
        (None, {"keep": timedelta(days=30)}, [(None, 7 * DAY_US)]),
    ],
)
def test_the_history_to_be_made(now_us: int | None, asked: dict[str, Any], expected: list[tuple[int | None, int]]):
    found = history_intervals(configuration(**asked), now_us, 7 * DAY_US, deferring=True)
    assert [tuple(interval) for interval in found] == expected


def test_with_its_keys_a_shop_needs_no_pause_to_build_them():
    config = configuration(keep=timedelta(days=3))
    assert history_intervals(config, DAY_US, 7 * DAY_US, deferring=False) == [Interval(DAY_US, 7 * DAY_US)]


def test_however_little_is_made_together_when_asked_for():
    config = configuration(until_us=HOUR_US, scale=0.001)
    assert history_intervals(config, None, DAY_US, deferring=True) == []
    assert history_intervals(replace(config, processes=1), None, DAY_US, deferring=True) == [Interval(None, HOUR_US)]
