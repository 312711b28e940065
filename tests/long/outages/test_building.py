"""A server that goes away while keys and indexes of a loaded history are built: they are built when it is back."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

from db.deferred_indexes import Deferred
from sim.embedded import EmbeddedServer
from sim.postgres.writing import index_building
from sim.run import history_phase
from tests.integration.test_running import PATIENCE_S, Shop, differences
from tests.long.outages.conftest import in_database, kill
from tests.long.outages.test_server import restart
from tests.long.test_history import KEYS_AND_INDEXES, MISSING

HISTORY: dict[str, Any] = {"duration": "5h", "processes": "2"}
Stopping = Callable[[EmbeddedServer], None]


class Outage:
    """A server that is stopped at a certain call, and does not come back before the test says so."""

    def __init__(self, server: EmbeddedServer, stop: Stopping) -> None:
        self._server = server
        self._stop = stop
        self._one_by_one = threading.Lock()  # several threads build
        self.began = threading.Event()

    def begin(self) -> None:
        with self._one_by_one:
            if not self.began.is_set():
                self._stop(self._server)
                self.began.set()


@pytest.fixture(params=[restart, kill])
def outage(server: EmbeddedServer, request: pytest.FixtureRequest) -> Outage:
    return Outage(server, request.param)


def before_anything_is_built(outage: Outage, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(url: str, missing: Sequence[Deferred]) -> None:
        outage.begin()
        index_building.build_in_parallel(url, missing)

    monkeypatch.setattr(history_phase, "build_in_parallel", build)


def after_the_first_table(outage: Outage, monkeypatch: pytest.MonkeyPatch) -> None:
    build = index_building._build

    def build_one(url: str, name: str, of_the_table: Iterable[Deferred]) -> None:
        build(url, name, of_the_table)
        outage.begin()

    monkeypatch.setattr(index_building, "_build", build_one)


@pytest.mark.parametrize("moment", [before_anything_is_built, after_the_first_table])
def test_what_is_missing_is_built_when_it_is_back(
    server: EmbeddedServer,
    undisturbed: Shop,
    outage: Outage,
    moment: Callable[[Outage, pytest.MonkeyPatch], None],
    monkeypatch: pytest.MonkeyPatch,
):
    moment(outage, monkeypatch)
    shop = in_database(server, f"half_built_{uuid.uuid4().hex}")
    with shop.running(**HISTORY) as running:
        try:
            assert outage.began.wait(PATIENCE_S), running.raised
        finally:
            server.start()
        running.wait_for_the_end()
    assert not running.raised
    assert running.seen[-1].phase == "finished"
    assert differences(shop.digests(), undisturbed.digests()) == {}
    assert shop.rows(KEYS_AND_INDEXES) == undisturbed.rows(KEYS_AND_INDEXES)
    assert shop.rows(MISSING) == [(False,)]
    assert shop.broken_invariants() == {}


def test_told_to_stop_meanwhile_it_ends_in_a_line(
    server: EmbeddedServer, undisturbed: Shop, monkeypatch: pytest.MonkeyPatch
):
    outage = Outage(server, restart)
    before_anything_is_built(outage, monkeypatch)
    shop = in_database(server, "half_built_and_stopped")
    with shop.running(**HISTORY) as running:
        try:
            assert outage.began.wait(PATIENCE_S), running.raised
            running.stop.set()
            running.wait_for_the_end()
        finally:
            server.start()
    [refusal] = running.raised
    assert "\n" not in str(refusal)
    monkeypatch.undo()
    shop.run(**HISTORY)
    assert differences(shop.digests(), undisturbed.digests()) == {}
    assert shop.rows(KEYS_AND_INDEXES) == undisturbed.rows(KEYS_AND_INDEXES)
    assert shop.rows(MISSING) == [(False,)]
