"""A run killed with SIGKILL at any moment goes on from its last commit as if nothing had been.

A handful of kills; tests/system/test_kills.py has many more, and `make torture` as many as you like.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.test_running import Shop, differences, eventually
from tools.torture.aims import LONG_COMMIT, LONG_COPY, LONG_READING, NEW_SHOP, OUTAGE, in_phase
from tools.torture.campaign import Torturer
from tools.torture.oracle import differences as told_differences
from tools.torture.oracle import digests
from tools.torture.pauses import Pauses, dawdling
from tools.torture.servers import Server
from tools.torture.simulator import Simulator, Start
from tools.torture.terms import Terms

SCHEMA, OPENING = NEW_SHOP[0], NEW_SHOP[2]._replace(within_s=0.0)
OPENING_COPY = LONG_COPY._replace(batches=(0,))
PACING = OUTAGE._replace(name="first batches", batches=(-1, 0), paced=True)  # two batches on, so surely at work
AIMS = (SCHEMA, OPENING, OPENING_COPY, PACING, LONG_READING, LONG_COMMIT)
SETTINGS = ("--seed", "1", "--start", "2026-01-05T00:00Z", "--scale", "0.05")


@pytest.fixture
def shop(database_url: str) -> Shop:
    return Shop(database_url)


def test_killed_in_every_phase_of_its_life(postgres_url: str, tmp_path: Path):
    terms = Terms(kills=len(AIMS), scale=0.05, days=1.0, check_every=3)
    [shop] = Torturer(Server(postgres_url), terms, tmp_path / "log", aims=lambda _: iter(AIMS)).shops()
    assert shop.wrong == ()
    assert [(kill.aim, kill.reached) for kill in shop.kills] == [(aim.name, True) for aim in AIMS]


def test_killed_while_the_server_is_still_committing(shop: Shop, postgres_url: str, tmp_path: Path):
    """The dead simulator's last commit may still come through: who goes on must not begin before it has."""
    shop.run(duration="1h")
    with dawdling(shop.url, Pauses(commit_s=0.6)):
        simulator = Simulator(shop.url, Start((*SETTINGS, "--for", "20h")), tmp_path / "log")
        eventually(lambda: bool(shop.rows("SELECT FROM pg_stat_activity WHERE query = 'COMMIT' AND state = 'active'")))
        assert simulator.kill(), simulator.last_line()
    shop.go_on(speed="max", duration="1h1m")
    with dawdling(shop.url, Pauses()):
        shop.go_on(speed="max", duration="20h")
    with Shop.in_new_database(postgres_url) as other:
        other.run(duration="20h")
        assert differences(shop.digests(), other.digests()) == {}


def test_the_oracle_tells_a_row_that_differs_in_one_column(shop: Shop, postgres_url: str):
    shop.run(duration="1h")
    with Shop.in_new_database(postgres_url) as other:
        other.run(duration="1h")
        whole = digests(other.url)
        assert told_differences(shop.url, whole, other.url) == []
        with shop.connected() as connection, connection.cursor() as cursor:
            cursor.execute("UPDATE sessions SET device = 'tablet' WHERE session_id = 101")
            cursor.execute("UPDATE sessions SET device = 'desktop' WHERE session_id = 102")
            cursor.execute("DELETE FROM session_events WHERE session_id = 101 AND seq = 1")
        told = told_differences(shop.url, whole, other.url)
        assert [line.split(":")[0] for line in told if not line.startswith(" ")] == ["session_events", "sessions"]
        assert sum("missing" in line for line in told) == 1
        assert any("(101,)" in line and ",tablet," in line for line in told)


def test_a_simulator_that_fails_by_itself_is_told_of(postgres_url: str, tmp_path: Path):
    """Else a torture in which nothing runs would find no difference either."""
    aims = (SCHEMA._replace(reached=in_phase("never")),)
    terms = Terms(kills=1, scale=-1.0)
    [shop] = Torturer(Server(postgres_url), terms, tmp_path / "log", aims=lambda _: iter(aims)).shops()
    assert shop.kills == ()
    [told] = shop.wrong
    assert "exit code 2" in told
    assert "scale" in told
