"""What dashboards choose from, in the small world: opened on Monday the 5th, and it is Tuesday the 6th, 20:00 UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

OPENED, NOW = datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 6, 20, tzinfo=UTC)
HOUR, SIX_HOURS, DAY = timedelta(hours=1), timedelta(hours=6), timedelta(days=1)


def value(connection: Connection, sql: str, *arguments: object) -> object:
    return connection.exec_driver_sql(sql, arguments).scalar_one()


def move_epoch(connection: Connection, back: timedelta) -> None:
    connection.exec_driver_sql("UPDATE sim.runs SET epoch = epoch - %s", (back,))


@pytest.mark.parametrize(
    ("name", "ids"),
    [("All cities", [1, 2]), ("Berlin", [1]), ("New York", [2]), ("Atlantis", []), ("berlin", []), (None, [])],
)
def test_cities_named(shop: Connection, name: str | None, ids: list[int]):
    assert value(shop, "SELECT cities_named(%s)", name) == ids


def test_cities_named_is_an_array_of_the_cities_own_type(shop: Connection):
    assert value(shop, "SELECT pg_typeof(cities_named('Berlin'))::text") == "smallint[]"


@pytest.mark.parametrize(
    ("period", "since"),
    [
        ("Today", datetime(2026, 1, 6, tzinfo=UTC)),
        ("Last 24 hours", NOW - timedelta(hours=24)),
        ("Last 7 days", OPENED),  # the run is younger than that
        ("Last 28 days", OPENED),
        ("Everything", OPENED),
        ("Last year", None),
    ],
)
def test_period_start(shop: Connection, period: str, since: datetime | None):
    assert value(shop, "SELECT period_start(%s)", period) == since


@pytest.mark.parametrize(("period", "days"), [("Last 7 days", 7), ("Last 28 days", 28), ("Everything", 101)])
def test_a_period_of_an_older_run(shop: Connection, period: str, days: int):
    move_epoch(shop, timedelta(days=100))
    since = OPENED - timedelta(days=100) if period == "Everything" else NOW - timedelta(days=days)
    assert value(shop, "SELECT period_start(%s)", period) == since


def test_no_period_begins_before_what_is_kept(shop: Connection):
    assert value(shop, "SELECT kept_since()") == OPENED
    kept = NOW - timedelta(hours=30)
    shop.exec_driver_sql("INSERT INTO sim.retention VALUES (true, %s)", (kept,))
    assert value(shop, "SELECT kept_since()") == kept
    for period in ("Last 7 days", "Last 28 days", "Everything"):
        assert value(shop, "SELECT period_start(%s)", period) == kept
    assert value(shop, "SELECT period_start('Last 24 hours')") == NOW - timedelta(hours=24)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"])
def test_a_session_of_another_zone_sees_the_same_period(shop: Connection, zone: str):
    move_epoch(shop, timedelta(days=300))
    shop.exec_driver_sql("UPDATE sim.runs SET sim_now = '2026-03-10T02:00Z'")  # New York's clocks changed on the 8th
    shop.exec_driver_sql(f"SET LOCAL TIME ZONE '{zone}'")
    now = datetime(2026, 3, 10, 2, tzinfo=UTC)
    assert value(shop, "SELECT period_start('Today')") == datetime(2026, 3, 10, tzinfo=UTC)
    assert value(shop, "SELECT period_start('Last 7 days')") == now - timedelta(days=7)
    steps = shop.exec_driver_sql("SELECT starts_at, ends_at FROM period_steps('Last 28 days')").all()
    assert {(end - start, start.astimezone(UTC).hour) for start, end in steps} == {(DAY, 0)}


@pytest.mark.parametrize(
    ("period", "older_by_days", "width"),
    [
        ("Today", 0, HOUR),
        ("Last 24 hours", 0, HOUR),
        ("Everything", 0, SIX_HOURS),  # 44 hours
        ("Last 7 days", 100, SIX_HOURS),
        ("Last 28 days", 100, DAY),
        ("Everything", 100, DAY),
        ("Last year", 0, None),
    ],
)
def test_period_step(shop: Connection, period: str, older_by_days: int, width: timedelta | None):
    move_epoch(shop, timedelta(days=older_by_days))
    assert value(shop, "SELECT period_step(%s)", period) == width


def test_period_steps_are_full_ones(shop: Connection):
    shop.exec_driver_sql("UPDATE sim.runs SET sim_now = '2026-01-06T03:30Z'")
    found = shop.exec_driver_sql("SELECT starts_at, ends_at FROM period_steps('Today')").all()
    midnight = datetime(2026, 1, 6, tzinfo=UTC)
    assert [tuple(row) for row in found] == [(midnight + n * HOUR, midnight + (n + 1) * HOUR) for n in range(3)]


def test_a_step_cut_off_by_the_periods_beginning_is_left_out(shop: Connection):
    shop.exec_driver_sql(
        "UPDATE sim.runs SET epoch = '2026-01-05T23:59:59.999999Z', began_at = '2026-01-06T00:00Z', "
        "sim_now = '2026-01-06T02:00Z'"
    )
    first = shop.exec_driver_sql("SELECT min(starts_at) FROM period_steps('Everything')").scalar_one()
    assert first == datetime(2026, 1, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "call",
    ["cities_named('All cities')", "kept_since()", "period_start('Today')", "period_step('Today')", "currency()"],
)
def test_without_a_run_nothing_fails(shop: Connection, call: str):
    shop.exec_driver_sql("DELETE FROM sim.controls; DELETE FROM sim.runs")
    assert value(shop, f"SELECT {call}") in (None, [1, 2])
    assert shop.exec_driver_sql("SELECT * FROM period_steps('Today')").all() == []


@pytest.mark.parametrize(
    ("city", "since", "until", "told"),
    [
        ("Berlin", 11, 13, None),  # the strike of Monday, 13:00 to 15:00, has not begun
        ("Berlin", 12, 14, "Courier strike, Berlin"),
        ("Berlin", 14, 24, "Courier strike, Berlin"),
        ("Berlin", 15, 24, None),
        ("New York", 12, 24, None),
        ("All cities", 12, 24, "Courier strike, Berlin"),
        ("Atlantis", 12, 24, None),
        ("All cities", 12, 41, "Courier strike, Berlin; Payment outage, Berlin; Warehouse outage, New York 1"),
    ],
)
def test_incidents_during(city: str, since: int, until: int, told: str | None, shop: Connection):
    span = OPENED + since * HOUR, OPENED + until * HOUR
    assert value(shop, "SELECT incidents_during(%s, %s, %s)", city, *span) == told


def test_an_incident_of_all_cities_is_one_of_each(shop: Connection):
    shop.exec_driver_sql(
        "UPDATE sim.incidents SET began_at = '2026-01-06T10:00Z', ends_at = '2026-01-06T16:00Z' WHERE incident_id = 4"
    )
    call = "SELECT incidents_during('New York', '2026-01-06T11:00Z', '2026-01-06T12:00Z')"
    assert value(shop, call) == "Traffic jam, all cities"


def test_the_newest_chapter_says_the_currency(shop: Connection):
    assert value(shop, "SELECT currency()") == "USD"
    shop.exec_driver_sql("UPDATE sim.runs SET currency = 'RUB' WHERE run_id = 2")
    assert value(shop, "SELECT currency()") == "RUB"
    shop.exec_driver_sql("UPDATE sim.runs SET currency = NULL")
    assert value(shop, "SELECT currency()") == "¤"


def test_readers_may_call_them(shop: Connection):
    shop.exec_driver_sql("SET LOCAL ROLE bazaar_reader")
    assert value(shop, "SELECT currency()") == "USD"
    assert value(shop, "SELECT incidents_during('Berlin', '2026-01-05T12:00Z', '2026-01-05T14:00Z')") is not None
    assert value(shop, "SELECT cities_named('Berlin')") == [1]
    assert value(shop, "SELECT kept_since()") == OPENED
    assert value(shop, "SELECT count(*) FROM period_steps('Today')") == 20
    assert value(shop, "SELECT period_start('Today') + period_step('Today')") == datetime(2026, 1, 6, 1, tzinfo=UTC)
