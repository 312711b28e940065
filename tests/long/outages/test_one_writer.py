"""One simulator a database: a second one is refused by the living and not by the dead, and nobody writes unnoticed."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg2
import psycopg2.extensions
import pytest

from sim.journal.port import SinkError
from sim.postgres import writer_lock
from sim.postgres.writing.session import open_session
from sim.run.start import Refused
from tests.integration.test_running import PATIENCE_S, Shop, differences, eventually
from tests.long.outages.conftest import Replaying, as_worker
from tests.long.outages.replay import EVENING
from tests.long.outages.wire import Wire

LIVES = "UPDATE sim.runs SET heartbeat_at = clock_timestamp(), pid = 4711, host = 'elsewhere'"
NOBODY = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'bazaar'"


@pytest.fixture
def holder(shop: Shop) -> Iterator[psycopg2.extensions.connection]:
    """Somebody who has the lock and has just said that they live."""
    with Shop(as_worker(shop.url)).connected() as connection, connection.cursor() as cursor:
        cursor.execute(LIVES)
        cursor.execute("SELECT pg_advisory_lock(%s)", (writer_lock.ONE_SIMULATOR,))
        yield connection


class Asking:
    """Another simulator, which wants to write."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self.answers: list[str] = []
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()

    def _ask(self) -> None:
        try:
            open_session(as_worker(self._shop.url)).close()
            self.answers.append("welcome")
        except SinkError as error:
            self.answers.append(str(error))

    def wait_until_it_looks_on(self) -> None:
        looking = f"{NOBODY} AND query LIKE '%heartbeat_at%'"
        eventually(lambda: bool(self.answers) or bool(self._shop.rows(looking)))
        assert not self.answers

    @property
    def answer(self) -> str:
        self._thread.join(PATIENCE_S)
        [answer] = self.answers
        return answer


def test_a_heartbeat_while_we_look_is_a_sign_of_life(
    shop: Shop, holder: psycopg2.extensions.connection, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(writer_lock, "_PATIENCE_S", 3 * PATIENCE_S)
    asking = Asking(shop)
    asking.wait_until_it_looks_on()
    holder.cursor().execute(LIVES)
    assert "another simulator is running on it (process 4711 on elsewhere)" in asking.answer


def test_two_statements_while_we_look_are_a_sign_of_life(
    shop: Shop, holder: psycopg2.extensions.connection, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(writer_lock, "_PATIENCE_S", 3 * PATIENCE_S)
    asking = Asking(shop)
    asking.wait_until_it_looks_on()
    with holder.cursor() as cursor:

        def live() -> bool:
            cursor.execute("SELECT 1")
            return bool(asking.answers)

        eventually(live)
    assert "process 4711 on elsewhere" in asking.answer


def test_a_fresh_heartbeat_alone_is_none(shop: Shop, holder: psycopg2.extensions.connection):
    asking = Asking(shop)
    asking.wait_until_it_looks_on()
    holder.close()
    assert asking.answer == "welcome"


def test_the_last_commit_of_the_dead_is_none(shop: Shop, holder: psycopg2.extensions.connection):
    """The server still does what it was told before its client died: here it ends a statement and commits."""
    with holder.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(LIVES)
        asking = Asking(shop)
        asking.wait_until_it_looks_on()
        cursor.execute("COMMIT")
        asking.wait_until_it_looks_on()
    holder.close()
    assert asking.answer == "welcome"


def test_whoever_has_the_lock_for_long_has_it(
    shop: Shop, holder: psycopg2.extensions.connection, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(writer_lock, "_PATIENCE_S", 0.3)
    answer = Asking(shop).answer
    assert f"server process {holder.info.backend_pid}, without a sign of life" in answer
    assert "\n" not in answer


@pytest.mark.parametrize("paused", [False, True], ids=["pacing", "paused"])
def test_a_second_simulator_is_refused_by_the_first_ones_life(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, *, paused: bool
):
    monkeypatch.setattr(writer_lock, "_PATIENCE_S", 3 * PATIENCE_S)
    with shop.running(**{**EVENING, "speed": "1x", "catch_up": False}) as first:
        first.wait_for(lambda status: status.phase == "pacing")
        if paused:
            shop.rows("UPDATE sim.controls SET paused = true; NOTIFY bazaar_control; SELECT 1")
            first.wait_for(lambda status: status.phase == "paused")
        refusals: list[str] = []

        def second() -> None:
            with pytest.raises(Refused) as refused:
                shop.run(**EVENING)
            refusals.append(str(refused.value))

        thread = threading.Thread(target=second)
        thread.start()
        thread.join(PATIENCE_S)
        assert "another simulator is running on it (process " in refusals[0]
    assert not first.raised


def test_another_simulator_that_went_on_during_an_outage_keeps_the_shop(
    shop: Shop, replaying_by_wire: Replaying, wire: Wire, evening: dict[str, str]
):
    with replaying_by_wire() as replay:
        replay.give(12)
        eventually(lambda: replay.sink.behind == 0)
        wire.go_silent(for_new_ones=True)
        wire.cut()
        replay.give(3)
        shop.run(**EVENING)
        wire.let_new_ones_through()
        with pytest.raises(SinkError, match=r"another simulator \(process \d+ on .+\) has gone on") as raised:
            replay.finish()
    assert "\n" not in str(raised.value)
    assert differences(shop.digests(), evening) == {}


def test_another_simulator_that_has_the_lock_after_an_outage_keeps_it(
    shop: Shop, replaying_by_wire: Replaying, wire: Wire, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(writer_lock, "_PATIENCE_S", 0.3)
    with replaying_by_wire() as replay:
        replay.give(12)
        eventually(lambda: replay.sink.behind == 0)
        wire.go_silent(for_new_ones=True)
        wire.cut()
        replay.give(3)
        eventually(lambda: shop.rows(NOBODY) == [])
        with shop.connected() as other:
            other.cursor().execute("SELECT pg_advisory_lock(%s)", (writer_lock.ONE_SIMULATOR,))
            wire.let_new_ones_through()
            with pytest.raises(SinkError, match=rf"server process {other.info.backend_pid}\) is running"):
                replay.finish()
