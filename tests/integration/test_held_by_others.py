"""Tables of others that refer to the past: what they hold stays with what it belongs to, all else is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from sim.postgres.connection import open_connection
from sim.postgres.retention import purge
from sim.postgres.retention.external_references import external_references
from tests.databases import new_database
from tests.integration.test_running import Shop, differences

SINCE = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=2)
# So that in three days much comes to its end.
SCENARIO = """
demand: {cart_return_within_h: 24}
review: {delay_median_h: 4, within_days: 1, answered_by_stars: [0, 0, 0, 0, 0]}
returns: {delay_median_days: 0.2, within_days: 1, processing_days: 0.2, processing_most_days: 1}
survey: {answer: 0.5, asked_after_h: 2, delay_median_h: 2, within_days: 1}
"""
# One of the earliest of each that would go, by its key.
HELD = {
    "sessions": "session_id FROM sessions WHERE outcome = 'bounced' ORDER BY started_at",
    "session_events": "session_id, seq FROM session_events WHERE event_type = 'product_view' ORDER BY occurred_at",
    "carts": "cart_id FROM carts WHERE status = 'abandoned' ORDER BY closed_at",
    "cart_items": "cart_id, product_id FROM cart_items WHERE removed_at IS NOT NULL ORDER BY added_at",
    "orders": "order_id FROM orders WHERE delivered_at IS NOT NULL ORDER BY delivered_at",
    "order_items": "order_id, line_no FROM order_items JOIN orders USING (order_id) ORDER BY placed_at OFFSET 3",
    "order_status_changes": "order_id, seq FROM order_status_changes ORDER BY changed_at OFFSET 20",
    "payments": "payment_id FROM payments WHERE status = 'declined' ORDER BY attempted_at",
    "deliveries": "delivery_id FROM deliveries WHERE delivered_at IS NOT NULL ORDER BY delivered_at OFFSET 9",
    "delivery_attempts": "delivery_id, attempt_no FROM delivery_attempts ORDER BY attempted_at OFFSET 12",
    "reviews": "review_id FROM reviews ORDER BY created_at",
    "survey_answers": "order_id FROM survey_answers ORDER BY answered_at",
    "returns": "return_id FROM returns WHERE refunded_at IS NOT NULL ORDER BY refunded_at",
    "stock_movements": "movement_id FROM stock_movements WHERE reason = 'opening' ORDER BY movement_id",
    "replenishments": "replenishment_id FROM replenishments WHERE received_at IS NOT NULL ORDER BY received_at",
    "trips": "trip_id FROM trips WHERE ended_at IS NOT NULL ORDER BY ended_at",
    "courier_shifts": "shift_id FROM courier_shifts WHERE ended_at IS NOT NULL ORDER BY ended_at OFFSET 5",
    "loyalty_transactions": "customer_id, seq FROM loyalty_transactions WHERE reason = 'purchase' ORDER BY occurred_at",
    "truth.satisfaction_changes": "customer_id, seq FROM truth.satisfaction_changes WHERE order_id > 0 ORDER BY seq",
    "truth.exit_reasons": "session_id FROM truth.exit_reasons ORDER BY session_id",
}


@pytest.fixture(scope="module")
def whole(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop that keeps everything; not to be changed."""
    scenario: Path = tmp_path_factory.mktemp("scenario") / "hasty.yaml"
    scenario.write_text(SCENARIO, encoding="utf-8")
    with Shop.in_new_database(postgres_url) as shop:
        shop.run(scenario=str(scenario), duration="3d")
        yield shop


@pytest.fixture
def copy(postgres_url: str, whole: Shop) -> Iterator[Shop]:
    with new_database(postgres_url, str(make_url(whole.url).database)) as url:
        yield Shop(url)


def cut(shop: Shop) -> None:
    with closing(open_connection(shop.url)) as connection:
        for _ in purge.purge(connection, SINCE):
            pass


def hold(shop: Shop, table: str) -> None:
    """Make a table of others with a foreign key to the row."""
    key = HELD[table].split(" FROM ")[0]
    with shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute(
            f"CREATE SCHEMA IF NOT EXISTS theirs; CREATE TABLE {theirs(table)} AS SELECT {HELD[table]} LIMIT 1"
        )
        cursor.execute(f"ALTER TABLE {theirs(table)} ADD FOREIGN KEY ({key}) REFERENCES {table} ({key})")


def theirs(table: str) -> str:
    return f"theirs.{table.rpartition('.')[2]}"


def held(shop: Shop, table: str) -> int:
    key = HELD[table].split(" FROM ")[0]
    [(count,)] = shop.rows(f"SELECT count(*) FROM {theirs(table)} JOIN {table} USING ({key})")
    return int(count)


def test_each_row_that_would_go_stays_while_others_refer_to_it(copy: Shop, postgres_url: str, whole: Shop):
    with new_database(postgres_url, str(make_url(whole.url).database)) as url:
        unheld = Shop(url)
        cut(unheld)
        forgotten = unheld.digests()
        for table, found in HELD.items():
            key = found.split(" FROM ")[0]
            [row] = whole.rows(f"SELECT {found} LIMIT 1")
            listed = ", ".join(map(str, row))
            assert unheld.rows(f"SELECT FROM {table} WHERE ({key}) = ({listed})") == [], (
                f"{table}: it would stay anyhow"
            )
    for table in HELD:
        hold(copy, table)
    cut(copy)
    assert {table: held(copy, table) for table in HELD} == dict.fromkeys(HELD, 1)
    assert copy.broken_invariants() == {}
    there, gone = (
        "SELECT count(*) FROM sessions",
        whole.rows("SELECT count(*) FROM sessions WHERE ended_at < %s", SINCE),
    )
    assert copy.rows(there)[0][0] < whole.rows(there)[0][0] - 0.9 * gone[0][0]
    with copy.connected() as connection, connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA theirs CASCADE")
    cut(copy)
    assert differences(copy.digests(), forgotten) == {}
    assert copy.broken_invariants() == {}


def test_a_key_that_cascades_holds_nothing(copy: Shop):
    with copy.connected() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE mine (order_id bigint REFERENCES orders ON DELETE CASCADE)")
        cursor.execute("CREATE INDEX ON mine (order_id)")
        cursor.execute("INSERT INTO mine SELECT order_id FROM orders")
    with closing(open_connection(copy.url)) as connection:
        assert external_references(connection).by == []
    cut(copy)
    assert copy.rows("SELECT count(*) FROM mine") == copy.rows("SELECT count(*) FROM orders")


def test_a_run_that_keeps_two_days_says_who_holds_the_rest(
    copy: Shop, caplog: pytest.LogCaptureFixture, tmp_path: Path
):
    for table in ("orders", "reviews"):
        hold(copy, table)
    scenario = tmp_path / "hasty.yaml"
    scenario.write_text(SCENARIO, encoding="utf-8")
    copy.run(scenario=str(scenario), duration="3d2h", keep="2d")
    assert {table: held(copy, table) for table in ("orders", "reviews")} == {"orders": 1, "reviews": 1}
    assert [message for message in caplog.messages if message.startswith("keep:")] == [
        "keep: what theirs.orders, theirs.reviews refers to stays, and what that belongs to"
    ]
    assert copy.broken_invariants() == {}
