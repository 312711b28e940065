"""A shop that was begun anew while a consumer is at work: its topics are made again, and so is what has landed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from pipeline.events.contract import TOPICS
from tests.integration.test_running import Shop
from tests.system.broker import Broker
from tests.system.compose import NEEDS_DAEMON, ROOT, clean_environment, eventually
from tests.system.test_kafka_kills import PATIENCE_S, Program, landed, rows, tables

pytestmark = NEEDS_DAEMON
__all__ = ["tables"]  # a fixture


def produced(shop: Shop, broker: Broker) -> int:
    """Send some of a shop's events; how many there are."""
    command = [sys.executable, "-m", "sim", "events", "--database-url", shop.url, "--to", broker.url]
    done = subprocess.run(
        [*command, "--types", "order.*,session.started"], env=clean_environment(), cwd=ROOT, check=False,
        timeout=PATIENCE_S, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return sum(1 for _ in broker.records(*TOPICS))


def test_topics_made_anew_for_another_shop_are_landed_from_their_beginning(
    day: Shop, broker: Broker, tables: str, database_url: str, tmp_path: Path
):
    other = Shop(database_url)
    other.run(duration="20h", seed="2")
    arguments = ("pipeline.consumer", "run", "--kafka", broker.url, "--database-url", tables)
    with closing(Program(tmp_path / "consumer.log", *arguments)) as consumer:
        for shop, seed in ((day, 1), (other, 2)):
            expected, source = produced(shop, broker), f"bazaar://international/{seed}/2026-01-05T00:00:00Z"
            eventually(lands(tables, [(source,)], expected), PATIENCE_S, f"{expected} events of {source} are landed")
            orders = shop.rows("SELECT order_id FROM orders")
            found = rows(tables, "SELECT (data->>'order_id')::bigint FROM landing.events WHERE type = 'order.placed'")
            assert sorted(found) == sorted(orders)
            assert rows(tables, "SELECT count(*) FROM landing.dead_letters") == [(0,)]
            broker.emptied()
        consumer.kill()


def lands(tables: str, source: list[tuple[object, ...]], expected: int) -> Callable[[], bool]:
    """Whether so many events have landed, and of whom."""
    return lambda: landed(tables) == expected and rows(tables, "SELECT source FROM landing.shop") == source
