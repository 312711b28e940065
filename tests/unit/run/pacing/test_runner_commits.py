"""What the runner hands over, when, and what it shows at the end."""

from __future__ import annotations

from datetime import timedelta
from math import inf
from typing import Any

import pytest

from sim.run.pacing import runner
from tests.configurations import EPOCH
from tests.unit.run.pacing.driven import (
    HOUR_US,
    SECOND_US,
    Run,
)


def test_what_happened_is_committed_within_a_quarter_of_a_second():
    run = Run(speed=10.0, until_us=600 * SECOND_US, catch_up=False).run()
    waited = []
    commits = list(zip(run.database.instants, run.database.written_at_s, strict=True))
    for at_us, at_s in run.happened:
        waited.append(next(written for instant, written in commits if instant >= at_us) - at_s)
    assert max(waited) <= 0.25


def test_idle_it_sleeps():
    run = Run(speed=1.0, every_us=30 * SECOND_US, until_us=600 * SECOND_US, catch_up=False).run()
    assert len(run.stop.waits) <= 600 * 50  # a glance at the clock costs a tenth of a millisecond
    assert sum(run.stop.waits) == pytest.approx(600.0, rel=0.01)


def test_a_stop_ends_the_run_where_it_is_with_everything_committed():
    run = Run(speed=10.0, until_us=HOUR_US, catch_up=False, stop_at_s=60.0).run()
    assert run.phases == ["pacing", "stopped"]
    assert run.env.now / SECOND_US == pytest.approx(600.0, abs=5.0)
    assert run.database.instants[-1] == run.env.now
    assert run.database.categories == [n for n, _ in enumerate(run.happened, start=1)]
    assert run.database.kept == 0
    assert run.seen[-1].phase == "stopped"


def test_the_end_is_exact_and_nothing_after_it_happens():
    run = Run(speed=10.0, every_us=7 * SECOND_US, until_us=700 * SECOND_US, catch_up=False).run()
    assert run.env.now == run.database.instants[-1] == run.happened[-1][0] == 700 * SECOND_US
    assert len(run.happened) == 100


def test_cuts_only_ever_move_on_and_end_where_the_world_stands():
    run = Run(speed=10.0, wall_s=600.0, until_us=HOUR_US, stop_at_s=700.0).run()
    assert run.database.instants == sorted(run.database.instants)
    assert run.database.instants[-1] == run.env.now


def test_a_batch_is_handed_over_before_it_grows_large(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(runner, "ROWS_A_BATCH", 1000)
    run = Run(speed=inf, every_us=SECOND_US, until_us=10_000 * SECOND_US).run()
    sizes = [later - earlier for earlier, later in zip(run.database.instants, run.database.instants[1:], strict=False)]
    assert max(sizes) <= (1000 + 256) * SECOND_US


def any_status_of(run: Run) -> dict[str, Any]:
    return {name: getattr(run.seen[-1], name) for name in ("phase", "sim_now", "target", "rows", "batches_behind")}


def test_the_last_status_tells_how_it_ended():
    run = Run(speed=inf, until_us=HOUR_US).run()
    assert any_status_of(run) == {
        "phase": "finished",
        "sim_now": EPOCH + timedelta(hours=1),
        "target": EPOCH + timedelta(hours=1),
        "rows": 7200,
        "batches_behind": 0,
    }
