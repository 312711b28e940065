"""The database goes away: the clock stands when it must, and all is written or said to be missing."""

from __future__ import annotations

from math import inf

import pytest

from sim.journal.port import SinkError
from tests.unit.run.pacing.driven import (
    HOUR_US,
    SECOND_US,
    WITHIN_S,
    Run,
    wall_between,
)


def test_an_outage_within_the_bound_is_not_noticed_by_the_clock():
    run = Run(speed=10.0, until_us=600 * SECOND_US, catch_up=False)
    run.database.room = 100
    run.database.away = (20.0, 30.0)
    run.run()
    assert max(run.lateness_s(0, 0.0)) <= WITHIN_S
    assert any(status.trouble == "it is away" for status in run.seen)
    assert run.seen[-1].trouble is None


def test_beyond_the_bound_the_clock_stands_and_goes_on_without_a_sprint():
    run = Run(speed=10.0, sim_now_us=HOUR_US, until_us=HOUR_US + 600 * SECOND_US)
    run.database.away = (20.0, 80.0)
    run.run()
    before, after = 3600 + 190, 3600 + 590
    assert wall_between(run, 3600 + 10, before) == pytest.approx(18.0, abs=WITHIN_S)
    assert run.wall.elapsed_s == pytest.approx(60.0 + 60.0, abs=2.0)
    assert wall_between(run, 3600 + 230, after) == pytest.approx(36.0, abs=WITHIN_S)
    assert run.database.categories == list(range(7201, 8401))


def test_abreast_of_the_wall_clock_it_catches_up_with_it_after_an_outage():
    run = Run(speed=1.0, wall_s=60.0, until_us=600 * SECOND_US)
    run.database.away = (100.0, 200.0)
    run.run()
    assert run.phases == ["catching_up", "pacing", "finished"]
    assert run.wall.now_s == pytest.approx(600.0, abs=1.0)


def test_told_to_stop_while_the_database_is_away_it_leaves_after_a_moment_and_says_what_is_missing():
    run = Run(speed=10.0, until_us=HOUR_US, catch_up=False, stop_at_s=60.0)
    run.database.away = (20.0, inf)
    with pytest.raises(SinkError, match=r"4 batches could not be written \(it is away\); going on will simulate them"):
        run.run()
    assert run.database.forgotten == 3
    assert run.wall.now_s == pytest.approx(65.0, abs=1.0)


def test_told_to_stop_it_waits_for_a_database_that_is_only_slow():
    run = Run(speed=10.0, until_us=HOUR_US, catch_up=False, stop_at_s=60.0)
    run.database.away = (59.0, 62.0)
    run.run()
    assert run.phases == ["pacing", "stopped"]
    assert (run.database.forgotten, run.database.kept) == (0, 0)
    assert run.database.instants[-1] == run.env.now
