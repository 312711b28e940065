"""A wall clock that is set forward is caught up with, and one that is set otherwise changes nothing."""

from __future__ import annotations

import pytest

from sim.clock.pacer import Speed
from sim.run.pacing.commands import ClockCommand
from tests.unit.run.pacing.driven import (
    SECOND_US,
    Run,
    setting,
)


@pytest.mark.parametrize("speed", [1.0, 10.0])
def test_a_wall_clock_set_forward_is_caught_up_with(speed: float):
    run = Run(speed=speed, wall_s=600.0, stop_at_s=700.0)
    run.on_event = setting(run, {20.0: 3600.0})
    run.run()
    assert run.turns == ["catching_up", "pacing", "catching_up", "pacing", "stopped"]
    calendar_s = run.wall.now_s + 3600.0
    ahead_s = 80.0 * (speed - 1)  # since it caught up, a moment after the step
    assert run.env.now / SECOND_US == pytest.approx(calendar_s + ahead_s, abs=0.1 * speed)


@pytest.mark.parametrize(
    ("speed", "by_s"),
    [
        (1.0, {20.0: -3600.0}),
        (1.0, {20.0: -3600.0, 50.0: 3600.0}),  # and corrected
        (1.0, {20.0: 0.5}),  # a correction that nobody sees
        (0.5, {20.0: 3600.0}),  # it falls behind on purpose
        (10.0, {20.0: 100.0}),  # it is further ahead than that
    ],
)
def test_a_wall_clock_set_otherwise_changes_nothing(speed: float, by_s: dict[float, float]):
    run = Run(speed=speed, wall_s=600.0, stop_at_s=700.0)
    run.on_event = setting(run, by_s)
    run.run()
    assert run.turns == ["catching_up", "pacing", "stopped"]
    assert run.env.now / SECOND_US == pytest.approx(600.0 + 100.0 * speed, abs=0.1 * speed)


def test_nobody_sets_the_clock_of_who_asked_for_another_speed():
    run = Run(speed=1.0, wall_s=600.0, stop_at_s=700.0)
    set_it, commands = setting(run, {50.0: 3600.0}), [ClockCommand(Speed(2.0), paused=False)]

    def happens(at_us: int) -> None:
        if commands and run.wall.elapsed_s > 20.0:
            run.commands.post(commands.pop())
        set_it(at_us)

    run.on_event = happens
    run.run()
    assert run.turns == ["catching_up", "pacing", "stopped"]
    assert run.env.now / SECOND_US == pytest.approx(600.0 + 20.0 + 2 * 80.0, abs=1.0)


def test_a_machine_that_slept_is_not_one_whose_clock_was_set():
    run = Run(speed=1.0, wall_s=600.0, stop_at_s=4300.0)
    sleeps = [3600.0]
    run.on_event = lambda _: run.wall.pass_by(sleeps.pop()) if sleeps and run.wall.elapsed_s > 20.0 else None
    run.run()
    assert run.turns == ["catching_up", "pacing", "stopped"]
    assert run.env.now / SECOND_US == pytest.approx(4300.0, abs=0.1)
