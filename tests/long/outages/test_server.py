"""A server that goes away under a running shop: it stands still, says why, and ends as if nothing had been."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from sim.embedded import EmbeddedServer
from sim.postgres.writing.sink import PostgresSink
from sim.postgres.writing.writer import Bound
from sim.run import lifecycle
from sim.run.start import Refused
from tests.integration.test_running import RunningShop, Shop, differences
from tests.long.outages.conftest import kill
from tests.long.outages.replay import EVENING

PACED: dict[str, Any] = {**EVENING, "speed": "7200x", "catch_up": False}


def restart(server: EmbeddedServer) -> None:
    assert server.stop(only_if_idle=False)


def well_under_way(running: RunningShop) -> None:
    running.wait_for(lambda status: status.phase == "pacing" and status.sim_now.hour >= 17 and status.rows > 0)


@pytest.mark.parametrize("stop", [restart, kill])
def test_a_restart_while_pacing(
    server: EmbeddedServer, shop: Shop, evening: dict[str, str], stop: Callable[[EmbeddedServer], None]
):
    with shop.running(**PACED) as running:
        well_under_way(running)
        stop(server)
        try:
            status = running.wait_for(lambda status: status.trouble is not None and status.batches_behind > 0)
            assert "kept" in (status.trouble or "")
            with pytest.raises(Refused, match=r"^database: .*can't connect") as refused:
                shop.run(**EVENING)
            assert "\n" not in str(refused.value)
        finally:
            server.start()
        running.wait_for_the_end()
    assert not running.raised
    assert running.seen[-1].phase == "finished"
    assert running.seen[-1].trouble is None
    assert differences(shop.digests(), evening) == {}
    assert shop.broken_invariants() == {}


def test_when_as_much_is_kept_as_may_be_the_clock_stands_still(
    server: EmbeddedServer, shop: Shop, evening: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(lifecycle, "PostgresSink", partial(PostgresSink, bound=Bound(batches=4)))
    with shop.running(**PACED) as running:
        well_under_way(running)
        assert server.stop(only_if_idle=False)
        try:
            running.wait_for(lambda status: status.batches_behind == 4)
            shown = len(running.seen)
            running.wait_for(lambda _: len(running.seen) > shown + 4)
            assert len({status.sim_now for status in running.seen[-3:]}) == 1
        finally:
            server.start()
        running.wait_for_the_end()
    assert not running.raised
    assert max(status.batches_behind for status in running.seen) == 4
    assert differences(shop.digests(), evening) == {}
