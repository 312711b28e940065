"""Speeds as they are written, and a pace that neither drifts nor forgets a stall."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import inf

import pytest

from sim.clock.pacer import Pacer, Speed, WallClock
from sim.clock.units import SECOND_US


class HandClock:
    """A wall clock whose hands a test moves."""

    def __init__(self, steady_s: float = 1000.0) -> None:
        self.steady_s = steady_s
        self.calendar = datetime(2026, 1, 5, tzinfo=UTC)
        self.wall = WallClock(lambda: self.steady_s, lambda: self.calendar)


@pytest.mark.parametrize(
    ("text", "factor"),
    [("10x", 10.0), ("0.5x", 0.5), (".5", 0.5), ("1", 1.0), (" 2x ", 2.0), ("1000000000", 1e9), ("max", inf)],
)
def test_a_speed_is_read(text, factor):
    assert Speed.parse(text).factor == factor


@pytest.mark.parametrize(
    "text", ["", "x", "fast", "0x", "0", "-1x", "1e3", "1x2", "10 x", "nan", "inf", "2000000000x", "MAX"]
)
def test_what_is_no_speed_is_refused_with_what_is_allowed(text):
    with pytest.raises(ValueError, match="allowed are 'max' and a number above 0") as refused:
        Speed.parse(text)
    assert repr(text) in str(refused.value)


@pytest.mark.parametrize("text", ["10x", "0.5x", "max", "1000x"])
def test_a_speed_is_written_as_it_is_read(text):
    assert str(Speed.parse(text)) == text


def test_max_is_not_paced():
    assert not Speed.parse("max").paced
    with pytest.raises(ValueError, match="finite"):
        Pacer(Speed.parse("max"), 0, HandClock().wall)


def test_the_target_moves_at_speed_from_its_anchor():
    clock = HandClock()
    pacer = Pacer(Speed(10.0), 500 * SECOND_US, clock.wall)
    assert pacer.target_us() == 500 * SECOND_US
    clock.steady_s += 2.5
    assert pacer.target_us() == 525 * SECOND_US


def test_asking_often_does_not_make_it_drift():
    clock = HandClock(0.0)
    often, seldom = Pacer(Speed(0.3), 0, clock.wall), Pacer(Speed(0.3), 0, clock.wall)
    for tick in range(1, 100_001):
        clock.steady_s = tick * 0.0012345678  # 370.37 µs of simulated time
        often.target_us()
    assert often.target_us() == seldom.target_us() == 37_037_034


def test_after_a_stall_the_target_is_simply_further_on():
    clock = HandClock()
    pacer = Pacer(Speed(10.0), 0, clock.wall)
    clock.steady_s += 3600.0
    assert pacer.target_us() == 36_000 * SECOND_US


def test_a_jump_of_the_calendar_does_not_move_the_target():
    clock = HandClock()
    pacer = Pacer(Speed(1.0), 0, clock.wall)
    clock.calendar += timedelta(hours=1)
    clock.steady_s += 1.0
    assert pacer.target_us() == SECOND_US


def test_the_wall_clock_is_measured_from_the_epoch():
    clock = HandClock()
    clock.calendar += timedelta(days=1, microseconds=7)
    assert clock.wall.since_us(datetime(2026, 1, 5, tzinfo=UTC)) == 86_400 * SECOND_US + 7
    assert clock.wall.since_us(datetime(2026, 1, 7, tzinfo=UTC)) == -86_400 * SECOND_US + 7


def test_the_real_clocks_run():
    wall = WallClock()
    before = wall.steady_s()
    assert wall.steady_s() >= before
    assert wall.utc_now().tzinfo is UTC


@pytest.mark.parametrize("text", ["1234567x", "1000000x", "1000000000x"])
def test_a_speed_of_seven_digits_is_written_as_it_is_read(text):
    assert str(Speed.parse(text)) == text
    assert Speed.parse(str(Speed.parse(text))) == Speed.parse(text)
