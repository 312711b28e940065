"""An embedded server that ends under a run is started again, and the rows are as if nothing had been."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sim.embedded import EmbeddedServer, Keeper, ports
from sim.run.status import Status
from tests.integration.test_running import RunningShop, Shop, differences, eventually
from tests.long.outages.conftest import in_database, kill, port_of
from tests.long.outages.replay import EVENING
from tests.long.outages.test_building import HISTORY
from tests.long.outages.test_disk import fill, small_folder

TIMES = 3
SLOWLY: dict[str, Any] = {**EVENING, "speed": "60x", "catch_up": False}
DISK_MIB = 160
AGAIN = "the embedded PostgreSQL had ended and was started again"


def well(status: Status) -> bool:
    """Whether the shop keeps pace, and what happens in it is written."""
    return status.phase == "pacing" and status.rows > 0 and status.trouble is None


def stop_well(running: RunningShop) -> None:
    """Stop a run that keeps pace again, and see that nothing was raised."""
    running.wait_for(well)
    running.stop.set()
    running.wait_for_the_end()
    assert not running.raised


def went_on_as_if_nothing_had_been(shop: Shop, evening: dict[str, str]) -> None:
    """Let the shop go on to its end, and compare."""
    shop.run(**EVENING)
    assert differences(shop.digests(), evening) == {}
    assert shop.broken_invariants() == {}


def starved(server: EmbeddedServer, ballast: Path, told: Told) -> bool:
    """Whether there was no room to start the server in.

    Its end makes room: what it had deleted is gone only with the last process that has it open. That is filled too, and
    a server that was quicker and found room enough is killed once more.
    """
    if told.times("No space left on device"):
        return True
    fill(ballast)
    if told and AGAIN in (told[-1] or "") and server.is_alive():
        kill(server)
    return False


class Told(list[str | None]):
    """What is said of a server."""

    def times(self, words: str) -> int:
        return sum(words in (said or "") for said in self)

    def has(self, times: int, words: str) -> bool:
        return self.times(words) == times


@pytest.fixture
def told(server: EmbeddedServer) -> Iterator[Told]:
    """What the keeper of the server says."""
    told = Told()
    with Keeper(server, say=told.append):
        yield told
    server.start()


def test_killed_while_keeping_pace(server: EmbeddedServer, told: Told, shop: Shop, evening: dict[str, str]):
    with shop.running(**SLOWLY) as running:
        for time in range(1, TIMES + 1):
            running.wait_for(well)
            kill(server)
            eventually(partial(told.has, time, AGAIN))
        stop_well(running)
    went_on_as_if_nothing_had_been(shop, evening)


def test_killed_while_several_processes_make_history(server: EmbeddedServer, undisturbed: Shop, told: Told):
    shop = in_database(server, "made_by_several")
    with shop.running(**HISTORY) as running:
        # a short history may be made before anybody sees it catch up: then that is all called the opening
        running.wait_for(lambda status: status.phase in {"opening", "catching_up"})
        kill(server)
        running.wait_for(lambda status: status.phase == "building")
        kill(server)
        running.wait_for_the_end()
    assert not running.raised
    eventually(lambda: told.times(AGAIN) == 2)
    assert differences(shop.digests(), undisturbed.digests()) == {}


def test_that_it_is_said_ends(server: EmbeddedServer, told: Told, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sim.embedded.keeper._TOLD_S", 0.1)
    kill(server)
    eventually(lambda: told[-1:] == [None])
    assert told.times(AGAIN) == 1


def test_a_port_that_somebody_takes_meanwhile_is_waited_for(
    server: EmbeddedServer, told: Told, monkeypatch: pytest.MonkeyPatch
):
    url, port = server.url(), port_of(server)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(ports, "is_free", lambda asked: asked != port)
        kill(server)
        eventually(lambda: told.times(f"another program has taken its port {port} meanwhile") > 0)
    eventually(lambda: told.times(AGAIN) == 1)
    assert server.url() == url


def test_a_full_disk(evening: dict[str, str]):
    with small_folder(DISK_MIB) as folder:
        server, told = EmbeddedServer(folder / "data", {"shared_buffers": "16MB", "fsync": "off"}), Told()
        try:
            with Keeper(server, say=told.append) as keeper:
                shop, ballast = Shop(keeper.url), folder / "ballast"
                with shop.running(**SLOWLY) as running:
                    running.wait_for(well)
                    fill(ballast)
                    kill(server)
                    eventually(partial(starved, server, ballast, told))
                    again = told.times(AGAIN)
                    ballast.unlink()
                    eventually(lambda: told.times(AGAIN) == again + 1)
                    stop_well(running)
                went_on_as_if_nothing_had_been(shop, evening)
        finally:
            server.stop(only_if_idle=False)
