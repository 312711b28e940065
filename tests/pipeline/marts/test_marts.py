"""Each mart by DuckDB against a plain question to PostgreSQL, now and later, from the database and from files."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.marts.catalogue import marts, named
from pipeline.marts.engines import duckdb as engine
from pipeline.marts.engines.from_files import FromFiles
from pipeline.marts.engines.from_postgres import from_postgres
from pipeline.marts.head import Mart
from sim.export import Wanted, export
from sim.export.writing import FORMATS, Format
from tests.pipeline.marts.shops import AS_OF, Seen, plain_rows, rows_of

READ = sorted({table for mart in marts() for table in mart.reads} - {"runs", "retention"})
EACH = pytest.mark.parametrize("mart", marts(), ids=lambda mart: mart.name)


@EACH
def test_it_says_what_a_plain_question_says_to_the_cent(seen: Seen, mart: Mart):
    rows = rows_of(mart, seen.marts_later)
    assert rows == plain_rows(mart, seen.shop, AS_OF)
    assert rows or mart.may_be_empty


def test_pairs_are_counted_though_so_small_a_shop_has_none_that_are_seen_often(seen: Seen, tmp_path: Path):
    [pairs] = named(["basket_pairs"])
    seldom = replace(pairs, sql=pairs.sql.replace(">= 5", ">= 1"), checks=())
    with from_postgres(seen.shop.url) as source:
        engine.build([seldom], source, tmp_path / "marts.duckdb", AS_OF, lambda _: None)
    rows = rows_of(seldom, tmp_path / "marts.duckdb")
    assert rows == plain_rows(pairs, seen.shop, AS_OF, {">= 5": ">= 1"})
    assert len(rows) > 3


@EACH
def test_the_same_instant_gives_the_same_mart_a_day_later(seen: Seen, mart: Mart):
    assert rows_of(mart, seen.marts_then) == rows_of(mart, seen.marts_later)


@pytest.mark.parametrize("form", FORMATS)
def test_files_of_an_export_say_the_same(seen: Seen, tmp_path: Path, form: Format):
    with seen.shop.connected() as connection:
        connection.autocommit = False
        export(connection, Wanted(form, READ), tmp_path / "export", lambda _: None, threading.Event())
    out = tmp_path / "marts.duckdb"
    engine.build(marts(), FromFiles(tmp_path / "export"), out, AS_OF, lambda _: None)
    for mart in marts():
        assert rows_of(mart, out) == rows_of(mart, seen.marts_later), mart.name
