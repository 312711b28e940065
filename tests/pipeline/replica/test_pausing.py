"""A shop that runs is held and goes on again; one that stands still is left alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from pipeline.replica.pausing import paused
from tests.integration.test_running import Shop
from tests.pipeline.replica.settings import settings

PATIENCE_S = 30


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
