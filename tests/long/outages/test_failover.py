"""Failover to a standby: with every commit there the shop goes on; where commits were lost it ends, and starts anew."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from sim.embedded import EmbeddedServer, privileges
from sim.embedded.binaries import program
from sim.journal.batch import Batch
from sim.journal.port import SinkError
from tests.integration.test_running import Shop, differences, eventually
from tests.long.outages.conftest import SETTINGS, kill, url_of
from tests.long.outages.replay import EVENING, opened_shop, replaying


class Pair:
    """A primary with an opened shop, and a standby of it on this machine."""

    def __init__(self, folder: Path) -> None:
        self.primary = EmbeddedServer(folder / "primary", SETTINGS)
        self.standby = EmbeddedServer(folder / "standby", SETTINGS)
        self.shop = Shop(self.primary.start())
        opened_shop(self.shop)
        self._copy()
        self.shop_of_standby = Shop(self.standby.start())
        eventually(self.streams)

    @property
    def url(self) -> str:
        """Both hosts, the primary first."""
        ports = [make_url(shop.url).port for shop in (self.shop, self.shop_of_standby)]
        address, database = self.shop.url.rsplit(":", 1)[0], make_url(self.shop.url).database
        return f"{address}:{ports[0]},127.0.0.1:{ports[1]}/{database}"

    def streams(self) -> bool:
        return self.shop.rows("SELECT state FROM pg_stat_replication") == [("streaming",)]

    def has_all(self) -> bool:
        """Whether the standby has all that was committed."""
        [(all_of_it,)] = self.shop.rows("SELECT replay_lsn = pg_current_wal_lsn() FROM pg_stat_replication")
        return bool(all_of_it)

    def promote(self) -> None:
        assert self.shop_of_standby.rows("SELECT pg_promote()") == [(True,)]

    def _copy(self) -> None:
        source, target = self.primary.data_root, self.standby.data_root
        target.mkdir()
        shutil.copy2(source / "postgres.password", target)
        account = privileges.choose(source, source / "postgres", program("postgres"))
        account.own(target)
        url = url_of(self.primary, "postgres")
        command = (program("pg_basebackup"), "-d", url, "-D", target / "postgres", "-R", "--no-sync", "-c", "fast")
        assert account.run(command, subprocess.DEVNULL) == 0


@pytest.fixture
def pair() -> Iterator[Pair]:
    folder = Path(tempfile.mkdtemp(prefix="bazaar-failover-"))
    folder.chmod(0o755)
    try:
        yield Pair(folder)
    finally:
        for name in ("standby", "primary"):
            EmbeddedServer(folder / name).stop(only_if_idle=False)
        shutil.rmtree(folder)


def test_a_failover_that_loses_nothing(pair: Pair, batches: list[Batch], evening: dict[str, str]):
    with pair.shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        cursor.execute("SELECT pg_reload_conf()")
    with replaying(pair.shop_of_standby, pair.url, batches) as replay:
        replay.give(12)
        eventually(lambda: replay.sink.batches > 3)
        kill(pair.primary)
        replay.give(12)
        replay.wait_for_trouble("kept")
        pair.promote()
        with pair.shop_of_standby.connected() as connection, connection.cursor() as cursor:
            cursor.execute("ALTER SYSTEM RESET synchronous_standby_names")
            cursor.execute("SELECT pg_reload_conf()")
        replay.finish()
        assert replay.sink.batches == len(batches)
    assert differences(pair.shop_of_standby.digests(), evening) == {}
    assert pair.shop_of_standby.broken_invariants() == {}


def test_a_failover_that_loses_commits(pair: Pair, batches: list[Batch], evening: dict[str, str]):
    with replaying(pair.shop_of_standby, f"{pair.url}?target_session_attrs=any", batches) as replay:
        replay.give(12)
        eventually(lambda: replay.sink.behind == 0 and pair.has_all())
        with pair.shop_of_standby.connected() as connection, connection.cursor() as cursor:
            cursor.execute("ALTER SYSTEM SET primary_conninfo = ''")
            cursor.execute("SELECT pg_reload_conf()")
        eventually(lambda: not pair.streams())
        replay.give(3)
        eventually(lambda: replay.sink.behind == 0)
        kill(pair.primary)
        replay.give(1)
        replay.wait_for_trouble("the server is a standby")
        pair.promote()
        with pytest.raises(SinkError, match=r"has lost 3 batches .* start again") as raised:
            replay.finish()
        assert "\n" not in str(raised.value)
    Shop(pair.url).run(**EVENING)  # which finds the one host of the two
    assert differences(pair.shop_of_standby.digests(), evening) == {}
    assert pair.shop_of_standby.broken_invariants() == {}
