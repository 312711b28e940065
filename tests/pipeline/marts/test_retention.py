"""Marts of a shop whose older past was dropped: whatever of it is still there, they begin where it is complete."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb
import psycopg2
import pytest
from sqlalchemy import make_url

from pipeline.marts.catalogue import marts
from pipeline.marts.cuts import Cut
from pipeline.marts.engines import duckdb as engine
from pipeline.marts.engines.from_postgres import from_postgres
from pipeline.marts.engines.source import Source
from pipeline.marts.head import Mart
from sim.postgres.retention.purge import purge
from tests.databases import new_database
from tests.integration.test_running import Shop
from tests.pipeline.marts.shops import AS_OF, Seen, built, plain_rows, rows_of

KEPT_SINCE = AS_OF - timedelta(hours=50)


class Forgetting(NamedTuple):
    """A shop that says that it forgets and has not yet, and the same one when it has."""

    before: Path
    after: Path
    shop: Shop


@pytest.fixture(scope="module")
def forgetting(seen: Seen, postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forgetting]:
    folder = tmp_path_factory.mktemp("forgetting")
    with (
        new_database(postgres_url, str(make_url(seen.shop.url).database)) as url,
        closing(psycopg2.connect(url)) as here,
    ):
        shop = Shop(url)
        with here, here.cursor() as cursor:
            cursor.execute("INSERT INTO sim.retention VALUES (true, %s)", (KEPT_SINCE,))
        before = built(shop, folder / "before.duckdb", AS_OF)
        [(orders,)] = shop.rows("SELECT count(*) FROM orders")
        for _ in purge(here, KEPT_SINCE):
            pass
        assert 0 < shop.rows("SELECT count(*) FROM orders")[0][0] < orders
        yield Forgetting(before, built(shop, folder / "after.duckdb", AS_OF), shop)


@pytest.mark.parametrize("mart", marts(), ids=lambda mart: mart.name)
def test_what_is_dropped_and_what_is_still_there_of_the_past_makes_no_difference(forgetting: Forgetting, mart: Mart):
    assert rows_of(mart, forgetting.before) == rows_of(mart, forgetting.after)
    assert rows_of(mart, forgetting.after) == plain_rows(mart, forgetting.shop, AS_OF)


@pytest.mark.parametrize("name", ["average_check", "funnel_daily", "delivery_service", "product_rating"])
def test_it_differs_from_that_of_a_shop_that_forgets_nothing(seen: Seen, forgetting: Forgetting, name: str):
    [mart] = [each for each in marts() if each.name == name]
    assert rows_of(mart, forgetting.after) != rows_of(mart, seen.marts_later)


class Forgotten:
    """A source whose past is cut off when the first of its tables has been read."""

    def __init__(self, source: Source, forget: Callable[[], None]) -> None:
        self._source = source
        self._forget = forget
        self.moment = source.moment

    def offer(self, engine: duckdb.DuckDBPyConnection, cut: Cut, columns: Sequence[str], as_of: datetime) -> None:
        self._source.offer(engine, cut, columns, as_of)
        self._forget()


def test_a_past_that_is_cut_off_under_a_build_is_all_there_in_it(seen: Seen, postgres_url: str, tmp_path: Path):
    with (
        new_database(postgres_url, str(make_url(seen.shop.url).database)) as url,
        closing(psycopg2.connect(url)) as here,
        from_postgres(url) as source,
    ):
        orders = "SELECT count(*) FROM orders"
        before = Shop(url).rows(orders)

        def forget() -> None:
            for _ in purge(here, KEPT_SINCE):
                pass

        out = tmp_path / "marts.duckdb"
        results = engine.build(marts(), Forgotten(source, forget), out, AS_OF, lambda _: None)
        assert Shop(url).rows(orders) < before
    assert [each.wrong for each in results] == [()] * len(marts())
    for mart in marts():
        assert rows_of(mart, out) == rows_of(mart, seen.marts_later), mart.name


def test_an_instant_before_it_is_refused(forgetting: Forgetting, tmp_path: Path):
    with from_postgres(forgetting.shop.url) as source, pytest.raises(engine.BadInstant) as raised:
        engine.build(marts(), source, tmp_path / "marts.duckdb", KEPT_SINCE, lambda _: None)
    assert str(raised.value) == (
        "as-of: '2026-01-06T12:00:00.000000Z': allowed is after 2026-01-06T12:00:00Z up to 2026-01-09T14:00:00.000000Z"
    )


def test_a_mart_of_before_the_cut_is_compared_with_nothing(seen: Seen, forgetting: Forgetting, tmp_path: Path):
    told: list[str] = []
    out = tmp_path / "marts.duckdb"
    shutil.copy(seen.marts_later, out)
    with from_postgres(forgetting.shop.url) as source:
        assert engine.check(marts()[:1], source, out, told.append) == []
    assert told == ["average_check: the past was cut off since it was built: there is nothing to compare it with"]
