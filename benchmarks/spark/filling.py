"""The replica's tables filled from a shop in PostgreSQL at once: what its connectors would take an hour for.

What PostgreSQL's COPY writes MySQL's LOAD DATA reads, once times are in UTC and truth is a digit.
"""

from __future__ import annotations

import re
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2
from pymysql.connections import Connection
from sqlalchemy import TIMESTAMP, Boolean, Column, Table

from benchmarks.databases import ask as ask_shop
from pipeline.marts.catalogue import marts
from pipeline.marts.cuts import cuts
from pipeline.replica import chosen, mysql_tables, state
from pipeline.replica.mysql import ask

_STANDS = "SELECT sim_now FROM sim.current_run"
_HERE = "benchmark"


def fill(shop_url: str, replica: Connection[Any]) -> int:
    """Make all tables, fill those that marts are made of, and say that it is a replica; how many rows it has.

    The connection is that of its owner, and may load a file.
    """
    state.begin_rebuilding(replica, _HERE)
    wanted, rows = tables(), 0
    for table, there in zip(chosen.tables(), mysql_tables.of_models(), strict=True):
        ask(replica, mysql_tables.create(there))
        if table.name in wanted:
            rows += _filled(shop_url, replica, table)
            ask(replica, f"ANALYZE TABLE `{table.name}`")  # how large tables are decides how they are read
    [(now,)] = ask_shop(shop_url, _STANDS)
    state.follow(replica, _HERE, _HERE)
    state.caught_up(replica, _HERE, now.astimezone(UTC))
    return rows


def tables() -> set[str]:
    """The names of the tables of which some mart's cuts are made."""
    known, any_time = cuts(), datetime(2026, 1, 1, tzinfo=UTC)
    asked = (known[name].sql("mysql", any_time, any_time) for mart in marts() for name in mart.reads)
    return {name for sql in asked for name in re.findall(r"FROM `(\w+)`", sql)}


def copied(table: Table) -> str:
    """The query for a table's rows in MySQL's words, in the order of its key."""
    values = ", ".join(map(_value, chosen.columns(table)))
    key = ", ".join(f'"{name}"' for name in chosen.key(table))
    return f'SELECT {values} FROM "{table.schema or "public"}"."{table.name}" ORDER BY {key}'


def _value(column: Column[Any]) -> str:
    match column.type:
        case TIMESTAMP() as instant if instant.timezone:
            return f"\"{column.name}\" AT TIME ZONE 'UTC'"
        case Boolean():
            return f'"{column.name}"::int'
    return f'"{column.name}"'


def _filled(shop_url: str, replica: Connection[Any], table: Table) -> int:
    named = ", ".join(f"`{each.name}`" for each in chosen.columns(table))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / table.name
        with closing(psycopg2.connect(shop_url)) as shop, shop.cursor() as cursor, file.open("wb") as out:
            cursor.copy_expert(f"COPY ({copied(table)}) TO STDOUT", out)
            rows = cursor.rowcount
        with replica.cursor() as cursor:
            loading = f"LOAD DATA LOCAL INFILE %s INTO TABLE `{table.name}` CHARACTER SET utf8mb4 ({named})"
            loaded = cursor.execute(loading, (str(file),))
    wrong = ask(replica, "SHOW WARNINGS LIMIT 1")  # what a file has wrong is no error there
    if wrong or loaded != rows:
        raise RuntimeError(f"spark: {table.name}: {loaded} of {rows} rows are in MySQL: {wrong}")
    return rows
