"""A network that breaks: at once, in silence, or in the middle of a COMMIT, when nobody knows what has become of it."""

from __future__ import annotations

import socket
import time
from contextlib import closing
from typing import Literal

import pytest
from sqlalchemy import make_url

from sim.journal.batch import Batch
from sim.journal.port import SinkError
from sim.postgres.connection import rows
from sim.postgres.writing.session import open_session
from tests.integration.test_running import Shop, differences, eventually
from tests.long.outages.conftest import Replaying, as_worker
from tests.long.outages.replay import HOLDS_THE_LOCK, QUICK, Replay, replaying
from tests.long.outages.wire import Wire

ATTENTIVE = QUICK._replace(silence_s=0.2)
COMMITS_SLOWLY = """
CREATE TABLE public.slow ();
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF to_regclass('public.slow') IS NOT NULL THEN PERFORM pg_sleep(5); END IF; RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER slow_commit AFTER UPDATE OF batches ON sim.runs DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION dawdle();
"""


def caught_up(replay: Replay) -> None:
    eventually(lambda: replay.sink.behind == 0)


def assert_undisturbed(replay: Replay, evening: dict[str, str]) -> None:
    replay.finish()
    assert replay.sink.batches == len(replay.batches)
    assert differences(replay.shop.digests(), evening) == {}
    assert replay.shop.broken_invariants() == {}


def test_cut_and_forwarding_again(replaying_by_wire: Replaying, wire: Wire, evening: dict[str, str]):
    with replaying_by_wire() as replay:
        for _ in range(3):
            replay.give(5)
            wire.cut()
        assert_undisturbed(replay, evening)


@pytest.mark.parametrize("when", ["before", "after"])
def test_cut_at_commit_again_and_again(
    replaying_by_wire: Replaying, shop: Shop, wire: Wire, evening: dict[str, str], when: Literal["before", "after"]
):
    counted_before = rows_counted(shop)
    with replaying_by_wire() as replay:
        for times in range(1, 4):
            replay.give(4)
            caught_up(replay)
            committed = replay.batches_committed
            wire.cut_at_commit(when)
            replay.give(1)
            eventually(lambda times=times: wire.cut_at_commits == times)  # type: ignore[misc]
            caught_up(replay)
            assert replay.batches_committed == committed + 1
        assert_undisturbed(replay, evening)
        assert rows_counted(shop) == counted_before + sum(batch.rows for batch in replay.batches)


def rows_counted(shop: Shop) -> int:
    [(rows,)] = shop.rows("SELECT rows_written FROM sim.runs")
    return int(rows)


def test_cut_while_the_server_is_committing(replaying_by_wire: Replaying, wire: Wire, evening: dict[str, str]):
    """The old server process may be in the middle of it: its fate must be known before anything is sent again."""
    with replaying_by_wire() as replay:
        replay.give(4)
        caught_up(replay)
        replay.execute(COMMITS_SLOWLY)
        replay.give(1)
        eventually(lambda: bool(replay.shop.rows(f"SELECT {HOLDS_THE_LOCK} AND query = 'COMMIT' AND state = 'active'")))
        wire.cut()
        replay.execute("DROP TABLE public.slow")
        caught_up(replay)
        replay.execute("DROP FUNCTION dawdle CASCADE")
        assert_undisturbed(replay, evening)


def test_a_silence_that_tcp_does_not_notice(replaying_by_wire: Replaying, wire: Wire, evening: dict[str, str]):
    """Somebody in between still acknowledges our bytes: only the server itself can say that it has not got them."""
    with replaying_by_wire(ATTENTIVE) as replay:
        replay.give(5)
        caught_up(replay)
        wire.go_silent()
        replay.give(5)
        caught_up(replay)
        assert_undisturbed(replay, evening)


def test_a_silence_of_everything(replaying_by_wire: Replaying, wire: Wire, evening: dict[str, str]):
    with replaying_by_wire(ATTENTIVE) as replay:
        replay.give(5)
        caught_up(replay)
        wire.go_silent(for_new_ones=True)
        replay.give(5)
        assert "5 batches kept" in replay.wait_for_trouble("no answer for")
        wire.let_new_ones_through()
        assert_undisturbed(replay, evening)


def test_both_kernels_are_told_not_to_wait_for_long(shop: Shop):
    """Where nothing acknowledges our bytes it is for TCP to notice, on our side and on the server's."""
    with closing(open_session(as_worker(shop.url))) as session:
        settings = dict(rows(session.connection, "SELECT name, setting FROM pg_settings WHERE name LIKE 'tcp%'"))
        ours = socket.fromfd(session.connection.fileno(), socket.AF_INET, socket.SOCK_STREAM)
    with ours:
        assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        silent_s = sum(
            ours.getsockopt(socket.IPPROTO_TCP, option) for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL)
        )
        assert 0 < silent_s < 15
        assert 0 < ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) <= 15_000
    assert 0 < int(settings["tcp_user_timeout"]) <= 10_000
    assert 0 < int(settings["tcp_keepalives_idle"]) < 10


@pytest.mark.parametrize("silent", [False, True], ids=["cut", "silent"])
def test_giving_up_waits_for_nobody(shop: Shop, batches: list[Batch], wire: Wire, *, silent: bool):
    url = make_url(as_worker(shop.url)).set(port=wire.port).update_query_dict({"connect_timeout": "60"})
    with replaying(shop, url.render_as_string(hide_password=False), batches) as replay:
        replay.give(5)
        caught_up(replay)
        committed = replay.batches_committed
        wire.go_silent(for_new_ones=True)
        if not silent:
            wire.cut()
        replay.give(7)
        began_s = time.monotonic()
        assert replay.sink.give_up() == 7
        replay.sink.close()
        assert time.monotonic() - began_s < 12  # less than it takes TCP or a connection to be given up
        with pytest.raises(SinkError):
            replay.sink.wait_for_room(0)
    assert replay.batches_committed == committed
    wire.cut()  # as the server's kernel would, in the end
    wire.let_new_ones_through()
    eventually(lambda: replay.shop.rows(f"SELECT {HOLDS_THE_LOCK}") == [])
    assert replay.batches_committed == committed


def test_closing_gives_up_when_nothing_can_be_committed(replaying_by_wire: Replaying, wire: Wire):
    with replaying_by_wire(QUICK._replace(close_s=0.3)) as replay:
        replay.give(5)
        caught_up(replay)
        wire.go_silent(for_new_ones=True)
        wire.cut()
        replay.give(2)
        with pytest.raises(SinkError, match="2 batches could not be written"):
            replay.sink.close()
