"""Asked for another speed or a pause while it runs: from there and then on."""

from __future__ import annotations

from itertools import pairwise
from math import inf

import pytest

from sim.clock.pacer import Speed
from sim.run.pacing.commands import ClockCommand
from tests.unit.run.pacing.driven import (
    HOUR_US,
    SECOND_US,
    WITHIN_S,
    Run,
    ask,
    wall_between,
)


def test_another_speed_holds_from_where_the_clock_stands():
    run = Run(speed=10.0, until_us=2000 * SECOND_US, catch_up=False)
    ask(run, 1000, 100.0)
    run.run()
    assert wall_between(run, 0 + 10, 1000) == pytest.approx(99.0, abs=WITHIN_S)
    assert wall_between(run, 1010, 1990) == pytest.approx(9.8, abs=WITHIN_S)
    assert wall_between(run, 990, 1010) <= 2.0, "a freeze"
    assert [status.speed_asked for status in run.seen][-1] == "100x"
    assert run.database.categories == list(range(1, 4001))


def test_slowed_down_it_does_not_wait_for_the_wall_to_catch_up():
    run = Run(speed=100.0, wall_s=3600.0, sim_now_us=HOUR_US, until_us=2 * HOUR_US)
    ask(run, 3600 + 1800, 1.0)
    ask(run, 3600 + 1860, 1000.0)
    run.run()
    assert wall_between(run, 5400, 5460) == pytest.approx(60.0, abs=2.5)  # a slice at 100x is 2.5 s


def test_from_max_to_a_pace_it_begins_where_it_stands_though_behind_the_wall_clock():
    run = Run(speed=inf, every_us=SECOND_US, wall_s=1e6, until_us=2000 * SECOND_US)
    ask(run, 1000, 10.0)
    run.run()
    [slowed] = [at for at, report in zip(run.database.instants, run.database.reported, strict=True)
                if report["speed"] == "10x"][:1]  # fmt: skip
    assert run.wall.elapsed_s == pytest.approx((2000 * SECOND_US - slowed) / SECOND_US / 10.0, abs=1.0)


def test_from_a_pace_to_max_it_does_not_rest_any_more():
    run = Run(speed=1.0, until_us=10_000 * SECOND_US, catch_up=False)
    ask(run, 100, inf)
    run.run()
    assert run.wall.elapsed_s == pytest.approx(100.0, abs=5.0)


def test_paused_the_clock_stands_and_says_so_and_resumed_it_does_not_make_up_for_it():
    run = Run(speed=10.0, until_us=200 * SECOND_US, catch_up=False)
    ask(run, 100, 10.0, paused=True)
    stood: list[int] = []
    wait = run.stop.wait

    def rest(timeout: float | None = None) -> bool:
        if run.seen and run.seen[-1].phase == "paused":
            stood.append(run.env.now)
            if run.wall.now_s > 60.0:
                run.commands.post(ClockCommand(Speed(10.0), paused=False))
        return wait(timeout)

    run.stop.wait = rest  # type: ignore[method-assign]
    run.run()
    assert len(set(stood)) == 1
    assert run.phases == ["pacing", "paused", "finished"]
    assert wall_between(run, 110, 190) == pytest.approx(8.0, abs=WITHIN_S), "a sprint"
    paused = [at for at, report in zip(run.database.written_at_s, run.database.reported, strict=True)
              if report["status"] == "paused"]  # fmt: skip
    assert max(later - earlier for earlier, later in pairwise(paused)) <= 1.1, "no sign of life"


def test_a_stop_ends_a_pause():
    run = Run(speed=10.0, until_us=HOUR_US, catch_up=False, stop_at_s=30.0)
    ask(run, 100, 10.0, paused=True)
    run.run()
    assert run.phases == ["pacing", "paused", "stopped"]
    assert run.database.instants[-1] == run.env.now


def test_another_speed_while_catching_up_is_that_of_the_pace_to_come():
    run = Run(speed=1.0, every_us=SECOND_US, wall_s=7200.0, until_us=7300 * SECOND_US)
    run.on_event = lambda _: run.wall.pass_by(0.001)
    ask(run, 1000, 5.0)
    run.run()
    assert run.phases == ["catching_up", "pacing", "finished"]
    assert run.seen[-1].speed_asked == "5x"
    paced_from = next(at for at, report in zip(run.database.instants, run.database.reported, strict=True)
                      if report["status"] == "pacing")  # fmt: skip
    assert paced_from / SECOND_US == pytest.approx(7207.2, abs=2.0)
