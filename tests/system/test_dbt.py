"""`dbt build` of the project that `bazaar dbt init` writes: green on a living shop, twice, with time between."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

import bazaar
from bazaar.place import command
from tests.package.conftest import cache

__all__ = ["cache"]  # a fixture

ROOT = Path(__file__).parents[2]
DBT = ROOT / ".cache" / "dbt" / "bin" / "dbt"
WITHIN_S = 300


@pytest.fixture(scope="module")
def dbt() -> Path:
    subprocess.run(["make", ".cache/dbt/complete"], cwd=ROOT, check=True, timeout=WITHIN_S)
    return DBT


def ran(arguments: list[str], folder: Path, around: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        arguments, cwd=folder, env=os.environ | around, capture_output=True, text=True, check=False, timeout=WITHIN_S
    )


def asked(shop: bazaar.Shop, question: str) -> int:
    connection = psycopg2.connect(shop.analyst_dsn)
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            (figure,) = cursor.fetchone() or (0,)
            return int(figure)
    finally:
        connection.close()


@contextmanager
def raised_tier(shop: bazaar.Shop) -> Iterator[None]:
    """Somebody's tier is another for a while: in hours of so small a shop nobody may earn a higher one."""
    whose = "WHERE customer_id = (SELECT min(customer_id) FROM customers WHERE loyalty_tier = 'bronze')"
    with shop.engine().begin() as connection:
        raised = f"UPDATE customers SET loyalty_tier = 'platinum' {whose} RETURNING customer_id"
        customer = connection.exec_driver_sql(raised).scalar_one()
    yield
    with shop.engine().begin() as connection:
        connection.exec_driver_sql(f"UPDATE customers SET loyalty_tier = 'bronze' WHERE customer_id = {customer}")


@pytest.mark.usefixtures("cache")
def test_it_builds_on_a_living_shop_twice_and_is_left_alone(dbt: Path, tmp_path: Path):
    with bazaar.shop(seed=2, days=2, scale=0.05) as shop:
        where = psycopg2.extensions.parse_dsn(shop.analyst_dsn)
        around = {
            "SHOP_HOST": where["host"], "SHOP_PORT": where["port"], "SHOP_DATABASE": where["dbname"],
            "SHOP_PASSWORD": where["password"], "DATABASE_URL": shop.dsn, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }  # fmt: skip
        made = ran(command("dbt", "init", "project"), tmp_path, around)
        assert made.returncode == 0, made.stderr
        project = tmp_path / "project"
        first = ran([str(dbt), "build"], project, around)
        assert first.returncode == 0, first.stdout
        orders = asked(shop, "SELECT count(*) FROM analytics.orders_so_far")
        shop.advance(hours=6)
        shop.go_live(speed=300)
        with raised_tier(shop):
            second = ran([str(dbt), "build"], project, around)
        assert second.returncode == 0, second.stdout
        assert "ERROR=0" in second.stdout
        assert asked(shop, "SELECT count(*) FROM analytics.orders_so_far") > orders > 20
        assert asked(shop, "SELECT count(*) FROM analytics.customer_tiers WHERE dbt_valid_to IS NOT NULL") > 0
        fresh = ran([str(dbt), "source", "freshness", "--select", "source:bazaar.orders"], project, around)
        assert fresh.returncode == 0, fresh.stdout
        shop.stop()
        assert ran(command("check"), tmp_path, around).returncode == 0
        refused = ran(command("reset", "--yes"), tmp_path, around)
        assert refused.returncode == 2
        assert "view analytics.stg_" in refused.stderr
        assert ran(command("reset", "--yes", "--drop", "analytics.*"), tmp_path, around).returncode == 0
        assert asked(shop, "SELECT count(*) FROM analytics.orders_so_far") > orders  # leans on nothing of the shop
