"""A shop as it was at an instant, and the same one when it has gone on for a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from pipeline.marts.catalogue import marts
from pipeline.marts.cuts import cuts
from pipeline.marts.engines import duckdb as engine
from pipeline.marts.engines.from_postgres import from_postgres
from pipeline.marts.head import Mart
from tests.integration.test_running import Shop

AS_OF = datetime(2026, 1, 8, 14, tzinfo=UTC)
"""An afternoon, three days after the opening: much is under way."""
PLAIN = Path(__file__).parent / "plain"
Rows = list[tuple[Any, ...]]


class Digest(NamedTuple):
    """How many rows a cut has, and a digest of them."""

    rows: int
    digest: str | None


class Seen(NamedTuple):
    """What was to be seen as of one instant then, the marts also a day later, and the shop as it is a day later."""

    then: dict[str, Digest]
    marts_then: Path
    marts_later: Path
    shop: Shop


def cut_rows(shop: Shop, name: str, as_of: datetime, since: datetime | None = None) -> Rows:
    """The rows of a cut in PostgreSQL."""
    return sorted(shop.rows(cuts()[name].sql("postgresql", as_of, since)), key=repr)


def digest(shop: Shop, name: str) -> Digest:
    """What tells a cut's rows from others."""
    cut = cuts()[name].sql("postgresql", AS_OF)
    [found] = shop.rows(f"SELECT count(*), md5(string_agg(c::text, ' ' ORDER BY c::text)) FROM ({cut}) c")
    return Digest(*found)


def built(shop: Shop, out: Path, as_of: datetime | None = None) -> Path:
    """The file with all marts of a shop, of which nothing is wrong."""
    with from_postgres(shop.url) as source:
        results = engine.build(marts(), source, out, as_of, lambda _: None)
    assert {each.mart: each.wrong for each in results} == {mart.name: () for mart in marts()}
    return out


def rows_of(mart: Mart, file: Path) -> Rows:
    """A mart's rows in the order of its keys, columns in the order of its head."""
    with duckdb.connect(str(file), read_only=True) as connection:
        named = ", ".join(each.name for each in mart.columns)
        return connection.execute(f"SELECT {named} FROM {mart.name} ORDER BY {', '.join(mart.keys)}").fetchall()


def plain_rows(mart: Mart, shop: Shop, as_of: datetime, otherwise: Mapping[str, str] | None = None) -> Rows:
    """The same question asked of PostgreSQL in words of its own; `otherwise` says what to put for some of them."""
    sql = (PLAIN / f"{mart.name}.sql").read_text(encoding="utf-8")
    for words, others in (otherwise or {}).items():
        assert words in sql
        sql = sql.replace(words, others)
    with shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute(sql, {"as_of": as_of})
        return cursor.fetchall()
