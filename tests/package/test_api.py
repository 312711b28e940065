"""Shops for programs: lent as copies of one that is made once, changed by their borrower, and gone afterwards."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest

import bazaar
from bazaar.api import lender
from bazaar.place import ROOMS

SMALL: dict[str, Any] = {"seed": 5, "days": 0.5, "scale": 0.05}
BEGIN = datetime(2026, 1, 5, 12, tzinfo=UTC)


def databases(dsn: str) -> list[str]:
    connection = psycopg2.connect(dsn)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname ~ '_' ORDER BY 1")
            return [name for (name,) in cursor.fetchall()]
    finally:
        connection.close()


@pytest.mark.usefixtures("cache")
def test_each_borrower_has_a_copy_of_one_shop():
    with bazaar.shop(**SMALL) as mine, bazaar.shop(**SMALL) as theirs:
        assert mine.now == theirs.now == BEGIN
        before = theirs.frame("SELECT * FROM orders ORDER BY order_id")
        assert len(before) > 10
        with mine.engine().begin() as connection:
            connection.exec_driver_sql("CREATE SCHEMA mine; CREATE TABLE mine.orders AS TABLE public.orders")
            connection.exec_driver_sql("DELETE FROM reviews")
        assert theirs.frame("SELECT * FROM orders ORDER BY order_id").equals(before)
        assert len(mine.frame("mine.orders")) == len(before)
        kept = [name for name in databases(mine.dsn) if name.startswith("shop_")]
        assert len(kept) == 1
        name = theirs.name
        theirs.close()
        assert name not in databases(mine.dsn)


@pytest.mark.usefixtures("cache")
def test_readers_only_read_and_analysts_write_beside_the_shop():
    with bazaar.shop(**SMALL) as shop:
        connection = psycopg2.connect(shop.analyst_dsn)
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA mine")
            cursor.execute("CREATE TABLE mine.orders AS TABLE orders")
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute("DELETE FROM reviews")
        connection.close()
        connection = psycopg2.connect(shop.reader_dsn)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) > 10 FROM orders")
            assert cursor.fetchone() == (True,)
            with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
                cursor.execute("DELETE FROM reviews")
        connection.close()


@pytest.mark.usefixtures("cache")
def test_time_passes_when_asked_and_an_incident_with_it():
    with bazaar.shop(**SMALL) as shop:
        shop.incident("courier_strike", city="London", hours=3)
        assert shop.frame("incidents").empty
        shop.advance(minutes=90)
        assert shop.now == BEGIN + timedelta(minutes=90)
        (struck,) = shop.frame("incidents").itertuples()
        assert (struck.kind, struck.city, struck.began_at) == ("courier_strike", "London", BEGIN)
        shop.go_live(speed=600)
        with pytest.raises(bazaar.ShopError, match=r"^advance: the shop lives already; `stop` lets its clock stand$"):
            shop.advance(hours=1)
        shop.incident("traffic_jam", hours=1)
        shop.stop()
        assert shop.now > BEGIN + timedelta(minutes=90)
        assert set(shop.frame("incidents").kind) == {"courier_strike", "traffic_jam"}


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"scale": -1}, "scale: '-1.0' is not a scale; allowed are finite numbers above 0"),
        ({"days": 0}, "for: '0.000000s' is no time at all"),
        ({"scenario": "strike"}, "scenario: 'strike' is neither a YAML file nor one of baseline"),
        (
            {"scenario": {"demand": {"nonsense": 1}}},
            "scenario: unknown parameter demand.nonsense; known here: sessions_per_day",
        ),
        ({"market": "moon"}, "unknown market 'moon'"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(wish: dict[str, object], said: str):
    with pytest.raises(bazaar.ShopError) as refused:
        bazaar.shop(**SMALL | wish)
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)


@pytest.mark.usefixtures("cache")
def test_what_a_shop_cannot_do_is_said_in_one_line():
    with bazaar.shop(**SMALL) as shop:
        with pytest.raises(bazaar.ShopError, match=r"^incident: 'rain' is not a kind; allowed are courier_strike"):
            shop.incident("rain", hours=1)
        with pytest.raises(bazaar.ShopError, match=r"^advance: 0 s is no time at all"):
            shop.advance()
    with pytest.raises(bazaar.ShopError, match=r"^advance: the shop was given back already$"):
        shop.advance(hours=1)


@pytest.mark.usefixtures("cache")
def test_what_nobody_thought_of_ends_no_shop():
    with bazaar.shop(**SMALL) as shop:
        with pytest.raises(bazaar.ShopError, match=r"^TypeError: .*unexpected keyword argument 'days'$"):
            shop._ask("advance", days=1)
        with pytest.raises(bazaar.ShopError, match=r"^AttributeError: .*'rewind'$"):
            shop._ask("rewind")
        assert shop.now == BEGIN


@pytest.mark.usefixtures("cache")
def test_after_an_interruption_each_question_has_its_own_answer(monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt  # as Ctrl-C does while the answer is awaited

    with bazaar.shop(**SMALL) as shop:
        before = databases(shop.dsn)
        with monkeypatch.context() as patched:
            patched.setattr(lender.Lender, "_answer_to", interrupted)
            for ask in (lambda: shop.advance(minutes=5), lambda: bazaar.shop(**SMALL)):
                with pytest.raises(KeyboardInterrupt):
                    ask()
        assert shop.now == BEGIN + timedelta(minutes=5)
        assert shop.now > BEGIN  # whatever was asked before has been answered
        assert databases(shop.dsn) == before, "what nobody has got is given back"


def test_nothing_of_the_program_is_imported_by_who_uses_it():
    """The plugin of pytest is loaded wherever the package is installed."""
    tried = (
        "import sys, bazaar.pytest_plugin; print(sorted({n.partition('.')[0] for n in sys.modules} & {*sys.argv[1:]}))"
    )
    rooms = [path.name for path in ROOMS.iterdir() if (path / "__init__.py").exists() and path.name != "bazaar"]
    assert {"sim", "models", "common"} <= set(rooms)
    done = subprocess.run(
        [sys.executable, "-c", tried, *rooms, "typer", "sqlalchemy"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == "[]\n"


def test_where_no_server_can_be_one_line_says_so(tmp_path: Path):
    (tmp_path / "file").touch()
    tried = "import bazaar\ntry: bazaar.shop()\nexcept bazaar.ShopError as error: print(error)"
    done = subprocess.run(
        [sys.executable, "-c", tried],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"BAZAAR_CACHE": str(tmp_path / "file")},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert re.fullmatch(r"\[Errno \d+\] .*\n", done.stdout)
