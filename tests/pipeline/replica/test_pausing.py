"""A shop that runs is held and goes on again; one that stands still is left alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pipeline.replica import pausing
from pipeline.replica import shop as shops
from pipeline.replica.pausing import let_go_on, paused
from pipeline.replica.problems import NotPossible
from tests.integration.test_running import Shop
from tests.pipeline.replica.fake_ends import FakeEnds
from tests.pipeline.replica.settings import settings

PATIENCE_S = 30
MYSQL: Any = None  # its place is taken by a fake


@pytest.fixture(autouse=True)
def ends(monkeypatch: pytest.MonkeyPatch) -> FakeEnds:
    made = FakeEnds()
    made.put(monkeypatch)
    return made


@pytest.fixture
def running(database_url: str) -> Iterator[Shop]:
    """A shop that lives at 60x while the test lasts."""
    shop, stop = Shop(database_url), threading.Event()
    thread = threading.Thread(target=shop.run, kwargs={"stop": stop, "speed": "60x", "catch_up": False})
    thread.start()
    try:
        eventually(lambda: state(shop)[0] == "pacing")
        yield shop
    finally:
        stop.set()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def state(shop: Shop) -> tuple[str, bool]:
    """What the simulator says it does, and whether it is asked to pause."""
    try:
        [row] = shop.rows("SELECT status, paused FROM sim.current_run JOIN sim.controls USING (run_id)")
    except (ValueError, LookupError):
        return "", False
    except Exception as error:
        if "does not exist" in str(error):
            return "", False
        raise
    return row[0], row[1]


def eventually(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_its_clock_stands_still_meanwhile_and_goes_on_afterwards(running: Shop):
    with paused(settings(DATABASE_URL=running.url)):
        assert state(running) == ("paused", True)
        before = running.rows("SELECT sim_now FROM sim.current_run")
        time.sleep(1.5)  # a simulated minute and a half, were it to go on
        assert running.rows("SELECT sim_now FROM sim.current_run") == before
    eventually(lambda: state(running) == ("pacing", False))


def test_it_goes_on_when_something_went_wrong_meanwhile(running: Shop):
    with pytest.raises(RuntimeError), paused(settings(DATABASE_URL=running.url)):
        raise RuntimeError
    eventually(lambda: state(running) == ("pacing", False))


def test_one_that_somebody_else_has_paused_stays_so(running: Shop):
    running.rows("UPDATE sim.controls SET paused = true RETURNING 1")
    with running.connected() as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE sim.controls SET paused = true; NOTIFY bazaar_control")
        connection.commit()
    eventually(lambda: state(running) == ("paused", True))
    with paused(settings(DATABASE_URL=running.url)):
        pass
    assert state(running) == ("paused", True)


def test_one_that_has_ended_is_left_alone(database_url: str):
    shop = Shop(database_url)
    shop.run(duration="1h")
    with paused(settings(DATABASE_URL=database_url)):
        assert state(shop) == ("finished", False)
    assert state(shop) == ("finished", False)


@pytest.fixture
def killed(running: Shop, ends: FakeEnds, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop that was held by a comparison of which nothing ran any more once it stood still."""
    with monkeypatch.context() as patch:
        patch.setattr(pausing, "_resume", lambda _: None)
        with paused(settings(DATABASE_URL=running.url)):
            assert ends.held is not None
    assert state(running) == ("paused", True)
    return running


def test_after_a_sigkill_whoever_comes_next_lets_it_go_on(killed: Shop, ends: FakeEnds):
    with shops.connected(settings(DATABASE_URL=killed.url)) as here:
        assert let_go_on(here, MYSQL)
        assert not let_go_on(here, MYSQL)
    assert ends.held is None
    eventually(lambda: state(killed) == ("pacing", False))


def test_the_next_comparison_takes_it_over_and_lets_it_go_on(killed: Shop):
    with paused(settings(DATABASE_URL=killed.url)):
        assert state(killed) == ("paused", True)
    eventually(lambda: state(killed) == ("pacing", False))


def test_one_that_somebody_has_paused_since_then_stays_so(killed: Shop, ends: FakeEnds):
    with killed.connected() as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE sim.controls SET paused = true, asked_at = clock_timestamp()")
        connection.commit()
    with shops.connected(settings(DATABASE_URL=killed.url)) as here:
        assert not let_go_on(here, MYSQL)
    assert state(killed) == ("paused", True)
    assert ends.held is None


def test_one_that_a_comparison_holds_is_left_to_it(running: Shop, ends: FakeEnds):
    asked = settings(DATABASE_URL=running.url)
    with paused(asked):
        with shops.connected(asked) as here:
            assert not let_go_on(here, MYSQL)
        assert ends.held is not None
        assert state(running) == ("paused", True)
    assert ends.held is None


def test_two_comparisons_do_not_hold_it_at_once(running: Shop, monkeypatch: pytest.MonkeyPatch):
    asked = settings(DATABASE_URL=running.url)

    def second(_: object) -> None:
        with pytest.raises(NotPossible, match="another comparison holds the shop just now"), paused(asked):
            raise AssertionError

    with monkeypatch.context() as patch:
        patch.setattr(pausing, "_wait_until_it_stands", second)
        with paused(asked):
            pass
    eventually(lambda: state(running) == ("pacing", False))
