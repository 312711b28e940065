"""A shop's batches, recorded once in memory and handed to databases that are disturbed meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import make_url

from sim.clock.units import HOUR_US, MINUTE_US
from sim.journal.batch import Batch
from sim.journal.journal import Journal
from sim.postgres.transient_errors import RetryPolicy
from sim.postgres.writing.sink import PostgresSink
from sim.postgres.writing.writer import Bound
from sim.run.files import RunFiles
from sim.run.resolution import new_config
from sim.run.world import world_of
from tests.integration.test_running import Shop, eventually, settings_of

EVENING: dict[str, Any] = {"start": "2026-01-05T16:00Z", "duration": "6h", "scale": "0.02"}
EPOCH = datetime(2026, 1, 5, 16, tzinfo=UTC)
END_US = 6 * HOUR_US
CUT_EVERY_US = 10 * MINUTE_US
QUICK = RetryPolicy(first_s=0.02, longest_s=0.1, silence_s=60.0)
WORKER = "worker"  # the role that writes: none that may do everything
HOLDS_THE_LOCK = """
FROM pg_stat_activity WHERE pid = (
    SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""


def record() -> list[Batch]:
    """What happens in `EVENING` after the opening, a batch every ten simulated minutes."""
    batches: list[Batch] = []

    class Keeping:
        def write(self, batch: Batch) -> None:
            batches.append(batch)

        def flush(self) -> None: ...

        def close(self) -> None: ...

    journal = Journal(Keeping())
    world = world_of(new_config(settings_of(**EVENING), RunFiles(), datetime.now(UTC)), journal.record)
    world.env.run_through(0, lambda: False)
    journal.commit(0)
    for until in range(CUT_EVERY_US, END_US + 1, CUT_EVERY_US):
        world.env.run_through(until, lambda: False)
        journal.commit(until)
    return batches[1:]


class Replay:
    """A database in which the shop has been opened, and a sink that is given the rest batch by batch."""

    def __init__(self, shop: Shop, url: str, batches: list[Batch], retry_policy: RetryPolicy, bound: Bound) -> None:
        self.shop = shop
        self.batches = batches
        self.sink = PostgresSink(url, EPOCH, 1, bound=bound, retry_policy=retry_policy)
        self._given = 0

    def give(self, count: int | None = None) -> None:
        """Hand over so many more batches, by default all that are left, as a runner does: only when there is room."""
        until = len(self.batches) if count is None else self._given + count
        while self._given < until:
            eventually(lambda: self.sink.wait_for_room(0.1))
            self.sink.write(self.batches[self._given])
            self._given += 1

    def finish(self) -> None:
        """Hand over the rest and wait until it is committed."""
        self.give()
        eventually(lambda: self.sink.wait_until_written(0.1))

    def wait_for_trouble(self, words: str) -> str:
        """Wait until the sink says that something is wrong, with these words in it."""
        eventually(lambda: words in (self.sink.trouble or ""))
        return self.sink.trouble or ""

    @property
    def batches_committed(self) -> int:
        [(batches,)] = self.shop.rows("SELECT batches FROM sim.runs")
        return int(batches)

    def terminate_writer(self) -> None:
        assert self.shop.rows(f"SELECT pg_terminate_backend(pid) {HOLDS_THE_LOCK}") == [(True,)]

    def writer_pid(self) -> int:
        [(pid,)] = self.shop.rows(f"SELECT pid {HOLDS_THE_LOCK}")
        return int(pid)

    def execute(self, sql: str) -> None:
        """Run statements as the server's owner, each committed by itself."""
        with self.shop.connected() as connection, connection.cursor() as cursor:
            cursor.execute(sql)

    def alter(self, setting: str) -> None:
        """Change this database's settings, for sessions to come: `SET name = value` or `RESET name`."""
        with self.shop.connected() as connection, connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off; SET statement_timeout = 0")
            cursor.execute(f"ALTER DATABASE {make_url(self.shop.url).database} {setting}")


@contextmanager
def replaying(
    shop: Shop, url: str, batches: list[Batch], retry_policy: RetryPolicy = QUICK, bound: Bound | None = None
) -> Iterator[Replay]:
    """A replay whose sink is given up at the end if it is not through."""
    replay = Replay(shop, url, batches, retry_policy, bound or Bound())
    with closing(replay.sink):
        try:
            yield replay
        finally:
            if replay.sink.behind:
                replay.sink.give_up()


def opened_shop(shop: Shop) -> None:
    """Open the shop of `EVENING` and stop."""
    stop = threading.Event()
    stop.set()
    shop.run(stop=stop, **EVENING)
