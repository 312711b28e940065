"""The runner by a clock of our own: it catches up, keeps pace, and tells the truth about both."""

from __future__ import annotations

from math import inf

import pytest

from tests.unit.run.pacing.driven import (
    HOUR_US,
    SECOND_US,
    WITHIN_S,
    Run,
)


def test_it_catches_up_with_the_wall_clock_and_then_keeps_pace():
    run = Run(speed=10.0, wall_s=7200.0, until_us=3 * HOUR_US).run()
    assert run.phases == ["catching_up", "pacing", "finished"]
    paced_from = next(at for at, report in zip(run.database.instants, run.database.reported, strict=True)
                      if report["status"] == "pacing")  # fmt: skip
    assert paced_from / SECOND_US == pytest.approx(7200.0, abs=2.0)
    assert run.wall.elapsed_s == pytest.approx((3 * HOUR_US - paced_from) / SECOND_US / 10.0, abs=2.0)


def test_what_happens_while_the_history_is_made_is_caught_up_too():
    run = Run(speed=1.0, wall_s=3600.0, until_us=2 * HOUR_US, stop_at_s=3700.0)
    run.on_event = lambda _: run.wall.pass_by(0.01)  # 7200 events of a hundredth of a second: another 72 s
    run.run()
    assert run.env.now / SECOND_US == pytest.approx(3700.0, abs=1.0)
    assert run.phases == ["catching_up", "pacing", "stopped"]


def test_ahead_of_the_wall_clock_it_paces_at_once_from_where_it_stands():
    run = Run(speed=5.0, sim_now_us=10 * HOUR_US, wall_s=3600.0, until_us=11 * HOUR_US).run()
    assert run.phases == ["pacing", "finished"]
    assert run.wall.elapsed_s == pytest.approx(3600 / 5.0, abs=0.1)


def test_without_catching_up_it_paces_from_where_it_stands():
    run = Run(speed=60.0, wall_s=1e6, until_us=HOUR_US, catch_up=False).run()
    assert run.phases == ["pacing", "finished"]
    assert run.wall.elapsed_s == pytest.approx(60.0, abs=0.1)


@pytest.mark.parametrize("wall_s", [0.0, 1e6], ids=["ahead of the wall clock", "behind it"])
def test_max_never_paces(wall_s: float):
    run = Run(speed=inf, wall_s=wall_s, until_us=30 * HOUR_US, every_us=60 * SECOND_US).run()
    assert "pacing" not in run.phases
    assert run.phases[-1] == "finished"
    assert run.stop.waits == []
    assert run.env.now == 30 * HOUR_US


@pytest.mark.parametrize("speed", [1.0, 10.0, 100.0])
def test_it_does_not_drift_in_an_hour_and_nothing_comes_early(speed: float):
    run = Run(speed=speed, until_us=HOUR_US, catch_up=False).run()
    lateness = run.lateness_s(0, 0.0)
    assert len(lateness) == 7200
    assert min(lateness) >= 0.0
    assert max(lateness) <= WITHIN_S
    assert abs(max(lateness[:100]) - max(lateness[-100:])) <= 0.01  # as punctual at the end as at the beginning


def test_a_stall_is_caught_up_and_shown():
    run = Run(speed=10.0, until_us=600 * SECOND_US, catch_up=False)
    run.on_event = lambda at: run.wall.pass_by(5.0) if at == 300 * SECOND_US else None
    run.run()
    lateness = run.lateness_s(0, 0.0)
    late = [how for how in lateness if how > WITHIN_S]
    assert len(late) == pytest.approx(100, abs=3)  # the fifty seconds of the stall, two events each
    assert max(late) <= 5.0 + WITHIN_S
    assert max(lateness[-100:]) <= WITHIN_S
    assert run.wall.elapsed_s == pytest.approx(60.0, abs=0.1)
    assert max(status.lag_s or 0.0 for status in run.seen) > 1.0, "nobody was told"


def test_a_slow_commit_is_caught_up():
    run = Run(speed=10.0, until_us=600 * SECOND_US, catch_up=False)
    run.on_event = lambda at: setattr(run.database, "write_s", 3.0 if at == 300 * SECOND_US else 0.0)
    run.run()
    assert max(run.lateness_s(0, 0.0)) > 2.0
    assert max(run.lateness_s(0, 0.0)[-100:]) <= WITHIN_S
    assert run.database.categories == list(range(1, 1201))


def test_more_speed_than_there_is_is_told_as_kept_below_asked_and_nothing_is_dropped():
    run = Run(speed=1000.0, every_us=SECOND_US, until_us=2 * HOUR_US, catch_up=False)
    run.on_event = lambda _: run.wall.pass_by(0.0025)  # 400 simulated seconds a real one at best
    run.run()
    in_the_middle = [status for status in run.seen if status.phase == "pacing"][len(run.seen) // 2]
    assert in_the_middle.speed_asked == "1000x"
    assert in_the_middle.speed_kept == pytest.approx(400, rel=0.1)
    assert in_the_middle.lag_s is not None
    assert in_the_middle.lag_s > 1.0
    assert run.database.categories == list(range(1, 7201))
    kept = [report["kept_speed"] for report in run.database.reported if report["kept_speed"]]
    assert kept[-1] == pytest.approx(400, rel=0.1)


def test_a_speed_a_little_too_high_is_not_told_as_kept():
    """Slices get longer and longer then; the lag must be that of now and not of before the slice."""
    run = Run(speed=100.0, every_us=SECOND_US, until_us=HOUR_US, catch_up=False)
    run.on_event = lambda _: run.wall.pass_by(0.0125)  # 80 at best
    run.run()
    last = [status for status in run.seen if status.phase == "pacing"][-1]
    true_lag_s = run.wall.elapsed_s - 36.0
    assert true_lag_s == pytest.approx(9.0, abs=1.0)
    assert last.lag_s == pytest.approx(true_lag_s, abs=2.5)
