"""A run stopped at any instant and gone on with from its rows is the run that was never stopped."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sim.clock.units import DAY_US, HOUR_US, MINUTE_US
from sim.processes import build
from sim.run.pacing import runner
from sim.run.start import Refused
from tests.integration.test_running import Shop, differences

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
WHOLE: dict[str, Any] = {"duration": "44h", "seed": "7"}
AFTERNOON: dict[str, Any] = {"start": "2026-01-05T14:00Z", "duration": "6h"}
# Microseconds since the epoch.
STOPS = (1, 37 * MINUTE_US, 8 * HOUR_US + 500_000, 15 * HOUR_US, 19 * HOUR_US, DAY_US - 1, DAY_US, DAY_US + 7 * HOUR_US)

# Instants at which something is recorded, of each kind the latest before the end.
INSTANTS = {
    "an abandoned cart": "SELECT max(closed_at) FROM carts WHERE status = 'abandoned'",
    "a pick": "SELECT max(picked_at) FROM orders",
    "a parcel": "SELECT max(packed_at) FROM orders",
    "a departure": "SELECT max(started_at) FROM trips",
    "a failed attempt": "SELECT max(attempted_at) FROM delivery_attempts WHERE outcome <> 'delivered'",
    "a delivery": "SELECT max(delivered_at) FROM orders",
    "a return to the warehouse": "SELECT max(ended_at) FROM trips",
    "a receipt": "SELECT max(received_at) FROM replenishments",
    "a cancellation": "SELECT max(cancelled_at) FROM orders",
    "a review": "SELECT max(created_at) FROM reviews",
}


class StopWhenAsked(threading.Event):
    """A stop that comes when the run has looked for it so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self._times = times

    def is_set(self) -> bool:
        self._times -= 1
        if self._times <= 0:
            self.set()
        return super().is_set()


@pytest.fixture(scope="module")
def whole(postgres_url: str) -> Iterator[Shop]:
    """Nearly two days in one go; not to be changed."""
    with Shop.in_new_database(postgres_url) as shop:
        shop.run(**WHOLE)
        assert shop.broken_invariants() == {}
        yield shop


@pytest.fixture(scope="module")
def finished(whole: Shop) -> dict[str, str]:
    return whole.digests()


@pytest.fixture
def shop(database_url: str) -> Shop:
    return Shop(database_url)


def test_stopped_at_any_instants_and_at_those_of_each_kind_of_fact(shop: Shop, whole: Shop, finished: dict[str, str]):
    found = {kind: whole.rows(sql)[0][0] for kind, sql in INSTANTS.items()}
    assert None not in found.values(), found
    for stop in sorted([*STOPS, *((instant - EPOCH) // timedelta(microseconds=1) for instant in found.values())]):
        shop.run(**{**WHOLE, "duration": f"{stop // 1_000_000}.{stop % 1_000_000:06}s"})
        assert shop.rows("SELECT sim_now FROM sim.runs") == [(EPOCH + timedelta(microseconds=stop),)]
        assert shop.broken_invariants() == {}, stop
    shop.run(**WHOLE)
    assert differences(shop.digests(), finished) == {}


def test_stopped_by_hand_while_catching_up(shop: Shop, finished: dict[str, str]):
    stood = [EPOCH]
    for times in (2, 3, 12, 7, 16):
        shop.run(stop=StopWhenAsked(times), **WHOLE)
        stood.append(shop.rows("SELECT sim_now FROM sim.runs")[0][0])
        assert shop.rows("SELECT status FROM sim.runs") == [("stopped",)]
        assert shop.broken_invariants() == {}
    assert stood == sorted(set(stood)), "every start went on a little"
    shop.go_on(speed="max", duration="44h")
    assert differences(shop.digests(), finished) == {}


def test_stopped_by_hand_while_pacing(shop: Shop, postgres_url: str):
    for times in (3, 40, 25):
        shop.run(stop=StopWhenAsked(times), speed="8000x", catch_up=False, **AFTERNOON)
        assert shop.broken_invariants() == {}
    shop.run(**AFTERNOON)
    with Shop.in_new_database(postgres_url) as other:
        other.run(**AFTERNOON)
        assert differences(shop.digests(), other.digests()) == {}


def test_begun_again_after_a_crash_before_the_opening_was_committed(
    shop: Shop, finished: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    def crash(_: object) -> None:
        raise SystemError("as if killed")

    with monkeypatch.context() as patch:
        patch.setattr(build, "open_shop", crash)
        with pytest.raises(SystemError):
            shop.run(**WHOLE)
    assert shop.rows("SELECT batches FROM sim.runs") == [(0,)]
    assert shop.rows("SELECT count(*) FROM cities") == [(0,)]
    shop.run(**WHOLE)
    assert differences(shop.digests(), finished) == {}


def test_in_batches_of_any_size(shop: Shop, finished: dict[str, str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(runner, "ROWS_A_BATCH", 700)
    shop.run(**WHOLE)
    [(batches,)] = shop.rows("SELECT batches FROM sim.runs")
    assert batches > 15
    assert differences(shop.digests(), finished) == {}


def test_a_finished_run_repeated_changes_nothing_and_a_longer_one_extends_it(shop: Shop, postgres_url: str):
    shop.run(duration="10h")
    before = shop.all_there_is()
    shop.run(duration="10h")
    shop.run(duration="9h")
    shop.go_on(duration="10h", speed="10x")
    assert shop.is_as_it_was(before)
    shop.run(duration="11h")
    with Shop.in_new_database(postgres_url) as other:
        other.run(duration="11h")
        assert differences(shop.digests(), other.digests()) == {}


@pytest.mark.parametrize(
    "other",
    [{"seed": "2"}, {"market": "russian"}, {"start": "2026-01-05T00:00:01Z"}, {"scenario": "no_such_scenario"}],
    ids=lambda other: next(iter(other)),
)
def test_another_seed_market_or_start_is_refused_and_nothing_changes(shop: Shop, other: dict[str, Any]):
    shop.run(duration="1h")
    before = shop.all_there_is()
    with pytest.raises(Refused, match=rf"^{next(iter(other))}: ") as refused:
        shop.run(**{"duration": "2h", **other})
    assert "\n" not in str(refused.value)
    assert shop.is_as_it_was(before)


def test_what_is_not_given_is_taken_from_the_run_that_is_there(shop: Shop, postgres_url: str):
    own: dict[str, Any] = {"seed": "7", "market": "russian", "scale": "0.03", "start": "2026-01-05T08:00+05:00"}
    shop.run(**own, duration="4h")
    shop.go_on(speed="max", duration="9h", history="3d")
    with Shop.in_new_database(postgres_url) as other:
        other.run(**own, duration="9h")
        assert differences(shop.digests(), other.digests()) == {}
    [row] = shop.rows("SELECT seed, market, scale, scenario FROM sim.runs")
    assert row == (7, "russian", 0.03, "baseline")


def test_the_same_start_written_in_another_zone_is_the_same_start(shop: Shop):
    shop.run(duration="1h")
    shop.run(duration="2h", start="2026-01-05T03:00+03:00")
    assert shop.rows("SELECT sim_now - epoch FROM sim.runs") == [(timedelta(hours=2),)]


def test_it_may_go_on_with_another_scenario_and_scale_which_then_stay(shop: Shop):
    shop.run(duration="16h")
    shop.run(duration="18h", scenario="courier_shortage", scale="0.08")
    segments = [("baseline", 0.05), ("courier_shortage", 0.08)]
    assert shop.rows("SELECT scenario, scale FROM sim.runs ORDER BY run_id") == segments
    shop.go_on(speed="max", duration="20h")
    assert shop.rows("SELECT scenario, scale FROM sim.runs ORDER BY run_id") == segments
    assert shop.broken_invariants() == {}


# Of each trip that brought something back untried, an instant on the way back.
ON_THE_WAY_BACK = """
SELECT t.ended_at - (t.ended_at - coalesce(max(a.attempted_at), t.started_at)) / 2
FROM trips t LEFT JOIN delivery_attempts a USING (trip_id)
WHERE t.brought_back > 0 GROUP BY t.trip_id ORDER BY 1 LIMIT 6
"""


def test_stopped_while_parcels_are_brought_back_for_the_night(shop: Shop, postgres_url: str, tmp_path: Path):
    scenario = tmp_path / "slow.yaml"  # nobody knows how long a way takes, and people go to bed early
    scenario.write_text("{delivery: {travel_sigma: 1.6}, slots: {until_hour: 18}}", encoding="utf-8")
    slow: dict[str, Any] = {"duration": "44h", "scenario": str(scenario)}
    with Shop.in_new_database(postgres_url) as other:
        other.run(**slow)
        assert other.broken_invariants() == {}
        instants = [at for (at,) in other.rows(ON_THE_WAY_BACK)]
        assert len(instants) > 1
        expected = other.digests()
    for at in instants:
        stop = (at - EPOCH) // timedelta(microseconds=1)
        shop.run(**{**slow, "duration": f"{stop // 1_000_000}.{stop % 1_000_000:06}s"})
        assert shop.broken_invariants() == {}
    shop.run(**slow)
    assert differences(shop.digests(), expected) == {}
