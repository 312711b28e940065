"""The same seed, scenario and start give the same rows: at any speed, in any database, on any day."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.test_running import Shop, differences

# From one afternoon to the next evening: every kind of row comes about, except perhaps the rare
# returns, and answers to a survey that is sent later.
NIGHT: dict[str, Any] = {"start": "2026-01-05T14:00Z", "duration": "30h"}
RARE = {"returns", "survey_answers"}
ALIKE_IN_ALL_RUNS = {"cities", "warehouses", "categories"}  # the market's, whatever the seed


@pytest.fixture(scope="module")
def night(postgres_url: str) -> dict[str, str]:
    with Shop.in_new_database(postgres_url) as shop:
        shop.run(**NIGHT)
        digests = shop.digests()
    empty = {name for name, digest in digests.items() if digest.startswith("0:")}
    assert empty <= RARE, "a night in which too little happens proves little"
    return digests


@pytest.fixture
def shop(database_url: str) -> Shop:
    return Shop(database_url)


def test_paced_as_fast_as_possible(shop: Shop, night: dict[str, str]):
    shop.run(speed="30000x", catch_up=False, **NIGHT)
    assert shop.rows("SELECT status, speed FROM sim.runs") == [("finished", "30000x")]
    assert differences(shop.digests(), night) == {}


def test_russian_and_larger_paced_as_fast_as_possible(shop: Shop, postgres_url: str, night: dict[str, str]):
    russian = {**NIGHT, "market": "russian", "scale": "0.1", "duration": "8h"}
    shop.run(speed="12000x", catch_up=False, **russian)
    with Shop.in_new_database(postgres_url) as other:
        other.run(**russian)
        assert differences(shop.digests(), other.digests()) == {}
    assert "customers" in differences(shop.digests(), night)


def test_another_seed_gives_another_shop_in_the_same_places(shop: Shop, night: dict[str, str]):
    shop.run(seed="2", **NIGHT)
    assert differences(shop.digests(), night).keys() | RARE == night.keys() - ALIKE_IN_ALL_RUNS


def test_another_start_gives_other_rows(shop: Shop, night: dict[str, str]):
    shop.run(**{**NIGHT, "start": "2026-01-06T14:00Z"})
    assert "orders" in differences(shop.digests(), night)


def test_a_database_with_settings_of_its_own_and_a_run_in_two_halves(shop: Shop, night: dict[str, str]):
    with shop.connected() as connection, connection.cursor() as cursor:
        for setting in (
            "timezone = 'Asia/Kathmandu'",
            "datestyle = 'SQL, DMY'",
            "intervalstyle = 'sql_standard'",
            "extra_float_digits = -3",
            "default_transaction_isolation = 'serializable'",
        ):
            cursor.execute(
                f"DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || $s$ SET {setting}$s$; END $$"
            )
    shop.run(**{**NIGHT, "duration": "9h7m"})
    shop.run(**NIGHT)
    assert differences(shop.digests(), night) == {}
