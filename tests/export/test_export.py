"""What is exported is what the database holds: every table and view, row by row and type by type, at one instant."""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg2
import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from pyarrow import csv, parquet

from db.apply import apply_schema
from db.deferred_indexes import defer
from sim.cli import database
from sim.cli import export as command
from sim.cli.export import _progress_on
from sim.cli.main import main
from sim.export import Progress, Wanted
from sim.export import export as export_into
from sim.export.catalogue import TIMES
from tests.contract.conftest import engine_of
from tests.export.reading import manifest_of, read_back, rows_in, rows_of
from tests.integration.test_running import Shop

Export = Callable[..., str]
UTC_US = pa.timestamp("us", "UTC")


def columns(table: pa.Table) -> dict[str, Any]:
    return dict(zip(table.schema.names, table.schema.types, strict=True))


# --- all of it -------------------------------------------------------------------------------------------------------


def test_every_table_and_view_has_its_time_or_none(shop: Shop):
    there = shop.rows(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')"
    )
    assert set(TIMES) == {name for (name,) in there}


def test_parquet_holds_what_the_database_holds(shop: Shop, export: Export):
    said = export("--out", "all")
    manifest = manifest_of(Path("all"))
    assert set(manifest["tables"]) == set(TIMES)
    with shop.connected() as connection:
        for name, told in manifest["tables"].items():
            found, expected = rows_of(read_back(Path("all"), name)), rows_in(connection, name)
            assert found == expected, name
            assert told["rows"] == len(expected)
    rows = sum(told["rows"] for told in manifest["tables"].values())
    assert f"{rows:,} rows of {len(TIMES)} tables and views in " in said
    assert "all as of 2026-01-06 15:00:00 UTC, the simulated now" in said


def test_csv_holds_the_same(shop: Shop, export: Export):
    export("--out", "parquet")
    export("--out", "csv", "--format", "csv")
    with shop.connected() as connection:
        for name in TIMES:
            schema = read_back(Path("parquet"), name).schema
            assert rows_of(read_back(Path("csv"), name, schema)) == rows_in(connection, name), name


def test_types_are_kept(export: Export):
    export("--out", "all", "--tables", "orders,session_events,order_lines,cart_abandonment,addresses,funnel_daily")
    orders = columns(read_back(Path("all"), "orders"))
    assert orders["order_id"] == pa.int64()
    assert orders["warehouse_id"] == pa.int16()
    assert orders["placed_at"] == orders["cancelled_at"] == UTC_US
    assert orders["total"] == pa.decimal128(12, 2)
    assert orders["status"] == pa.string()
    assert columns(read_back(Path("all"), "session_events"))["in_stock"] == pa.bool_()
    lines = columns(read_back(Path("all"), "order_lines"))
    assert lines["ordered_at_local"] == pa.timestamp("us")
    assert lines["amount"] == pa.decimal128(38, 6)
    assert columns(read_back(Path("all"), "addresses"))["latitude"] == pa.float64()
    assert columns(read_back(Path("all"), "funnel_daily"))["day"] == pa.date32()
    assert not read_back(Path("all"), "orders").schema.field("placed_at").nullable
    assert read_back(Path("all"), "orders").schema.field("cancelled_at").nullable


def test_csv_writes_instants_with_their_zone_and_tells_nothing_from_an_empty_text(shop: Shop, export: Export):
    export("--out", "csv", "--format", "csv", "--tables", "reviews,orders")
    text = Path("csv/reviews.csv").read_bytes().decode()
    by_comment = dict(shop.rows("SELECT coalesce(comment, '-'), max(review_id) FROM reviews GROUP BY 1"))
    line = {int(line.partition(",")[0]): line for line in text.splitlines()[1:]}
    assert re.search(r',"",2026-01-\d\d [0-9:.]+Z,', line[by_comment[""]])
    assert re.search(r",,2026-01-\d\d [0-9:.]+Z,", line[by_comment["-"]])


def test_a_large_table_is_divided_by_utc_days(shop: Shop, export: Export):
    export("--out", "all", "--tables", "sessions,order_items,cities")
    manifest = manifest_of(Path("all"))
    for name, column in (("sessions", "started_at"), ("order_items", None)):
        told = manifest["tables"][name]
        assert told["partitioned_by"] == "day"
        assert told["files"] == [f"{name}/day=2026-01-{day}/data.parquet" for day in ("05", "06")]
        assert column is None or all(
            row[column].astimezone(UTC).date().isoformat() in file
            for file in told["files"]
            for row in parquet.ParquetFile(Path("all") / file).read().to_pylist()
        )
    per_day = "SELECT count(*) FROM order_items JOIN orders USING (order_id) WHERE placed_at < '2026-01-06T00:00Z'"
    [(first_day,)] = shop.rows(per_day)
    assert parquet.ParquetFile("all/order_items/day=2026-01-05/data.parquet").metadata.num_rows == first_day > 0
    assert manifest["tables"]["cities"]["partitioned_by"] is None
    assert Path("all/cities.parquet").is_file()


def test_the_manifest_says_of_what_it_is(export: Export):
    export("--out", "all", "--tables", "orders,customers", "--since", "2026-01-06T00:00Z")
    manifest = manifest_of(Path("all"))
    assert (manifest["seed"], manifest["scenario"], manifest["market"]) == (1, "baseline", "international")
    assert datetime.fromisoformat(manifest["sim_now"]) == datetime(2026, 1, 6, 15, tzinfo=UTC)
    assert datetime.fromisoformat(manifest["since"]) == datetime(2026, 1, 6, tzinfo=UTC)
    assert manifest["history_is_loading"] is False
    orders, customers = manifest["tables"]["orders"], manifest["tables"]["customers"]
    assert (orders["time"], orders["cut"], customers["time"], customers["cut"]) == ("placed_at", True, None, False)
    assert orders["columns"][0] == {"name": "order_id", "type": "bigint", "arrow": "int64", "nullable": False}
    assert orders["kind"] == "table"


# --- a part of it ----------------------------------------------------------------------------------------------------


def test_since_cuts_what_has_a_time(shop: Shop, export: Export):
    said = export("--out", "late", "--since", "2026-01-06T02:00+02:00")
    assert "of what has a time only what happened since 2026-01-06 00:00:00 UTC; what others refer to is whole" in said
    midnight = "'2026-01-06T00:00Z'"
    wheres = {
        "orders": f"WHERE placed_at >= {midnight}",
        "order_items": f"WHERE order_id IN (SELECT order_id FROM orders WHERE placed_at >= {midnight})",
        "session_events": f"WHERE occurred_at >= {midnight}",
        "order_lines": f"WHERE ordered_at >= {midnight}",
        "funnel_daily": "WHERE day >= '2026-01-06'",
        "customers": "",
        "product_prices": "",
        "customer_cohorts": "",
    }
    with shop.connected() as connection:
        for name, where in wheres.items():
            found = rows_of(read_back(Path("late"), name))
            assert found == rows_in(connection, name, where), name
            assert found


def test_of_a_view_the_time_may_be_a_day(shop: Shop, export: Export):
    export("--out", "late", "--tables", "funnel_daily", "--since", "2026-01-06T10:00Z")
    with shop.connected() as connection:
        expected = rows_in(connection, "funnel_daily", "WHERE day >= '2026-01-06'")
    assert rows_of(read_back(Path("late"), "funnel_daily")) == expected != []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--tables", "orders,nope"], "tables: 'nope' is none; allowed are addresses, cart_abandonment"),
        (["--tables", "sim.runs"], "tables: 'sim.runs' is none; allowed are"),
        (["--tables", ""], "tables: '' is none; allowed are"),
        (["--format", "xlsx"], "format: 'xlsx' is none; allowed are parquet and csv"),
        (["--since", "yesterday"], "since: 'yesterday' is not an instant; allowed is ISO 8601 such as"),
        (["--since", "2026-01-06"], "since: '2026-01-06' has no time zone"),
        (["--since", "2026-02-01T00:00Z"], "since: 2026-02-01 00:00:00 is later than sim_now"),
    ],
)
def test_bad_input_is_one_line(export: Export, arguments: list[str], says: str):
    line = export("--out", "x", *arguments, exit_code=2)
    assert says in line
    assert line.count("\n") == 1
    assert list(Path().iterdir()) == []


# --- one instant -----------------------------------------------------------------------------------------------------


def test_all_is_of_one_instant_while_the_shop_goes_on(postgres_url: str, tmp_path: Path):
    with Shop.in_new_database(postgres_url) as shop:
        shop.run(duration="2h")
        before = {name: shop.rows(f"SELECT count(*) FROM {name}")[0][0] for name in ("sessions", "order_lines")}

        def observe(seen: Progress) -> None:
            if (seen.number, seen.rows) == (1, 0):
                shop.run(duration="5h")

        export_into(psycopg2.connect(shop.url), Wanted("parquet"), tmp_path / "x", observe, threading.Event())
        manifest = manifest_of(tmp_path / "x")
        assert {name: manifest["tables"][name]["rows"] for name in before} == before
        assert datetime.fromisoformat(manifest["sim_now"]) == datetime(2026, 1, 5, 2, tzinfo=UTC)
        assert shop.rows("SELECT count(*) FROM sessions")[0][0] > before["sessions"]


# --- other shops -----------------------------------------------------------------------------------------------------


def test_a_russian_shop(postgres_url: str, export: Export):
    with Shop.in_new_database(postgres_url) as shop:
        shop.run(duration="2h", market="russian")
        export("--out", "x", "--format", "csv", url=shop.url)
        export("--out", "y", url=shop.url)
        with shop.connected() as connection:
            for name in ("cities", "products", "customers", "addresses", "orders"):
                assert rows_of(read_back(Path("y"), name)) == rows_in(connection, name)
        assert "Москва" in Path("x/cities.csv").read_text(encoding="utf-8")


def test_a_shop_that_was_never_opened(database_url: str, export: Export):
    engine = engine_of(database_url)
    with engine.connect() as connection:
        apply_schema(connection)
    engine.dispose()
    said = export("--out", "x", url=database_url)
    assert "the shop has not been opened yet: its tables are empty" in said
    manifest = manifest_of(Path("x"))
    assert manifest["sim_now"] is None
    assert {told["rows"] for told in manifest["tables"].values()} == {0}
    assert columns(read_back(Path("x"), "orders"))["total"] == pa.decimal128(12, 2)
    export("--out", "y", "--format", "csv", url=database_url)
    assert csv.read_csv("y/orders.csv").column_names == read_back(Path("x"), "orders").schema.names


def test_where_the_shop_is_an_older_programs(database_url: str, export: Export):
    with closing(psycopg2.connect(database_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA sim CREATE TABLE runs (run_id bigint); CREATE TABLE orders (order_id bigint)")
    line = export("--out", "x", exit_code=2, url=database_url)
    assert line == "bazaar: the shop here is an older program's; `python -m sim upgrade` (make upgrade) renews it\n"


def test_where_there_is_no_shop(database_url: str, export: Export):
    line = export("--out", "x", exit_code=2, url=database_url)
    assert line == "bazaar: there is no shop here yet; `python -m sim run` (make sim) opens one\n"
    assert main(["export", "--out", "x"]) == 2  # nor an embedded one
    assert list(Path().iterdir()) == []


def test_a_history_under_way_and_a_past_cut_off_are_said(postgres_url: str, export: Export):
    with Shop.in_new_database(postgres_url) as shop:
        shop.run(duration="3h")
        with shop.connected() as connection, connection.cursor() as cursor:
            cursor.execute("INSERT INTO sim.retention VALUES (true, '2026-01-05T01:00Z')")
        engine = engine_of(shop.url)
        with engine.connect() as owner:
            defer(owner)
            owner.commit()
        engine.dispose()
        said = export("--out", "x", "--tables", "cities", url=shop.url)
    assert "its past is complete since 2026-01-05 01:00:00 UTC; what was over before was dropped" in said
    assert "the shop's history is still being loaded" in said
    manifest = manifest_of(Path("x"))
    assert manifest["history_is_loading"] is True
    assert datetime.fromisoformat(manifest["kept_since"]) == datetime(2026, 1, 5, 1, tzinfo=UTC)


def test_the_embedded_shop_is_read_by_the_role_that_only_reads(monkeypatch, capsys: pytest.CaptureFixture[str]):
    assert main(["run", "--speed", "max", "--start", "2026-01-05T00:00Z", "--for", "1h", "--scale", "0.05"]) == 0
    urls: list[str] = []

    def connect(url: str) -> Any:
        urls.append(url)
        return database.connect(url)

    monkeypatch.setattr(command, "connect", connect)
    assert main(["export", "--out", "x"]) == 0, capsys.readouterr().err
    assert urls[0].startswith("postgresql://bazaar_reader:")
    assert manifest_of(Path("x"))["tables"]["cities"]["rows"] == 5
    assert len(urls) == 1


def test_amounts_add_up_to_the_cent(shop: Shop, export: Export):
    export("--out", "x", "--tables", "orders")
    totals = [row["total"] for row in read_back(Path("x"), "orders").to_pylist()]
    assert [(sum(totals, Decimal(0)),)] == shop.rows("SELECT sum(total) FROM orders")


# --- how far it is ---------------------------------------------------------------------------------------------------


def test_in_a_log_there_is_a_line_every_few_seconds(monkeypatch, capsys: pytest.CaptureFixture[str]):
    clock = iter([0.0, 1.0, 6.0, 7.0, 20.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    with _progress_on(sys.stderr) as observe:
        for rows in (0, 1200, 1500, 3000):
            observe(Progress("orders", 3, 36, rows, 3000))
    assert capsys.readouterr().err.splitlines() == [
        "export: 3 of 36, orders: 1,200 of 3,000 rows",
        "export: 3 of 36, orders: 3,000 of 3,000 rows",
    ]
