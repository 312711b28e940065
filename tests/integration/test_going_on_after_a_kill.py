"""A run killed with SIGKILL at any moment goes on from its last commit as if nothing had been."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.integration.test_running import Shop, differences, eventually

REPOSITORY = Path(__file__).parents[2]
DAY: dict[str, Any] = {"duration": "30h"}
# Small batches: many commits to be killed between, and in the middle of.
PROGRAM = """
import sys, threading
from sim import running
from sim.bootstrap import run_shop
from sim.settings import Given, resolve
running.ROWS_A_BATCH = 300
options = {"seed": "1", "start": "2026-01-05T00:00Z", "scale": "0.05", "speed": "max", "duration": "30h"}
run_shop(resolve(Given(options, {})), sys.argv[1], lambda _: None, threading.Event())
"""
SLOW_COMMIT = """
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.6); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER slow_commit AFTER UPDATE OF batches ON sim.runs DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION dawdle();
"""


@pytest.fixture(scope="module")
def day(postgres_url: str) -> Iterator[dict[str, str]]:
    with Shop.in_new_database(postgres_url) as shop:
        shop.run(**DAY)
        yield shop.digests()


@pytest.fixture
def shop(database_url: str) -> Shop:
    return Shop(database_url)


@contextmanager
def killed_at_the_end(shop: Shop) -> Iterator[subprocess.Popen[bytes]]:
    """A simulator in a process of its own; it and nothing else gets SIGKILL."""
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, shop.url], cwd=REPOSITORY)
    try:
        yield process
        assert process.poll() is None, "it was through before it could be killed"
    finally:
        process.kill()
        process.wait()
    assert process.returncode == -signal.SIGKILL


def batches(shop: Shop) -> int:
    return int(shop.rows("SELECT coalesce(max(batches), 0) FROM sim.runs")[0][0])


def test_killed_again_and_again_while_catching_up(shop: Shop, day: dict[str, str]):
    shop.run(duration="1s")
    committed = [batches(shop)]
    for more in (2, 12):
        with killed_at_the_end(shop):
            eventually(lambda: batches(shop) >= committed[-1] + more)  # noqa: B023 - called at once
        committed.append(batches(shop))
        assert shop.broken_invariants() == {}
    shop.go_on(speed="max", **DAY)
    assert differences(shop.digests(), day) == {}


def test_killed_while_the_server_is_still_committing(shop: Shop, day: dict[str, str]):
    """The dead simulator's last commit may still come through: who goes on must not begin before it has."""
    shop.run(duration="1h")
    with shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute(SLOW_COMMIT)
    with killed_at_the_end(shop):
        eventually(lambda: bool(shop.rows("SELECT FROM pg_stat_activity WHERE query = 'COMMIT' AND state = 'active'")))
    shop.go_on(speed="max", duration="1h1m")
    with shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION dawdle CASCADE")
    shop.go_on(speed="max", **DAY)
    assert differences(shop.digests(), day) == {}
