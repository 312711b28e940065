"""An older shop full of rows is upgraded by the command, goes on, and ends as one that never was older."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from sqlalchemy import Connection, NullPool, create_engine, make_url, text

from db.apply import Older, apply_schema, schema_state
from db.upgrade import FIRST
from models import SCHEMA_VERSION
from sim.cli.main import main
from sim.embedded.clients import connect
from sim.postgres.writer_lock import ONE_SIMULATOR
from sim.run.start import Refused
from sim.settings import VARIABLES
from tests.contract.catalogue import catalogue
from tests.contract.first_schema import make_first_schema, move_rows
from tests.integration.test_running import Shop, differences

BEFORE_RULES = 5
"""The newest schema whose chapters do not say which rules their rows keep."""
AFTERNOON: dict[str, Any] = {"start": "2026-01-05T09:00Z", "duration": "12h", "seed": "2"}
HALF: dict[str, Any] = {**AFTERNOON, "duration": "9h"}
IN_FLIGHT = """
SELECT (SELECT count(*) FROM sessions WHERE ended_at IS NULL), (SELECT count(*) FROM trips WHERE ended_at IS NULL),
       (SELECT count(*) FROM orders WHERE delivered_at IS NULL AND cancelled_at IS NULL),
       (SELECT count(*) FROM replenishments WHERE received_at IS NULL),
       (SELECT count(*) FROM loyalty_transactions WHERE reason = 'purchase'),
       (SELECT count(*) FROM loyalty_transactions WHERE reason = 'redemption')
"""
AS_BEFORE = """
identity:
  {signed_in_at_opening: 1, cookie_life_days: 100000, cookie_life_sigma: 0, private_window: 0,
   sign_in_on_arrival: 0, sign_up_on_arrival: 0, guest_checkout: 1}
"""
"""Who had registered was always known, and nobody was asked to sign in: the first schema has no word for it."""
FORGET = """
UPDATE sessions SET visitor_id = NULL;
DELETE FROM customer_devices;
UPDATE customers SET registered_by = 'sign_up' WHERE registered_at < (SELECT epoch FROM sim.current_run);
DELETE FROM truth.product_traits;
DELETE FROM truth.courier_traits;
UPDATE truth.customer_traits SET activity = NULL, active_hour = NULL, usual_device = NULL, usual_channel = NULL,
    usual_payment_method = NULL, favourite_category_id = NULL, absence = NULL, price_taste = NULL, basket = NULL,
    units = NULL, pace = NULL
"""
"""What the first program did not keep."""
A_RUN = """
INSERT INTO sim.runs (run_id, seed, scenario, scenario_config, scenario_digest, market, scale, version, epoch, sim_now,
                      speed, status, started_at, heartbeat_at, pid, host, rows_written, batches)
VALUES (1, 1, 'baseline', '{}', 'x', 'international', 1, '0', now(), now(),
        'max', 'pacing', now(), now(), 4711, 'elsewhere', 0, 0)
"""


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    """An empty working directory, and no settings around."""
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)


@contextmanager
def opened(url: str) -> Iterator[Connection]:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


@pytest.fixture
def shop(database_url: str) -> Shop:
    return Shop(database_url)


@pytest.fixture
def old(shop: Shop) -> Shop:
    """A shop of the first schema before its opening."""
    with opened(shop.url) as connection:
        make_first_schema(connection)
    return shop


def upgrade(url: str, capsys: pytest.CaptureFixture[str], exit_code: int = 0) -> str:
    """What the command says on stderr; nothing on stdout."""
    assert main(["upgrade", "--database-url", url]) == exit_code
    out, err = capsys.readouterr()
    assert out == ""
    return str(err)


def test_an_old_shop_is_upgraded_and_goes_on_as_if_it_never_was_old(
    postgres_url: str, old: Shop, capsys, tmp_path: Path
):
    (tmp_path / "as_before.yaml").write_text(AS_BEFORE)
    with Shop.in_new_database(postgres_url) as never_old:
        never_old.run(**HALF, scenario=str(tmp_path / "as_before.yaml"))
        assert never_old.rows("SELECT count(*) FROM session_events WHERE event_type IN ('sign_in', 'sign_up')") == [
            (0,)
        ]
        with opened(never_old.url) as source:
            source.exec_driver_sql(FORGET)
            source.commit()
        half, in_flight = never_old.digests(), never_old.rows(IN_FLIGHT)
        slots = never_old.rows("SELECT slot_starts_at, order_id FROM orders")
        assert all(in_flight[0]), in_flight
        with opened(never_old.url) as source, opened(old.url) as target:
            move_rows(source, target)
            target.commit()
        never_old.run(**AFTERNOON)
        whole = never_old.digests()

    with pytest.raises(Refused, match="python -m sim upgrade") as refused:
        old.run(**AFTERNOON)
    assert "\n" not in str(refused.value)

    said = upgrade(old.url, capsys)
    assert "0002 Customers have their lifetime points" in said
    assert old.rows("SELECT count(slot_starts_at) FROM orders") == [(0,)]
    with old.connected() as connection, connection.cursor() as cursor:  # the older program knew no slots
        cursor.executemany("UPDATE orders SET slot_starts_at = %s WHERE order_id = %s", slots)
    assert differences(old.digests(), half) == {}
    assert old.broken_invariants() == {}

    old.run(**AFTERNOON)
    assert differences(old.digests(), whole) == {}
    assert old.broken_invariants() == {}
    assert old.rows("SELECT began_at = epoch, schema_version FROM sim.runs ORDER BY run_id") == [
        (True, BEFORE_RULES),  # what the older program wrote need not keep newer rules
        (False, SCHEMA_VERSION),
    ]


@pytest.mark.parametrize("command", ["run", "status", "check"])
def test_an_older_schema_is_refused_with_the_command_that_upgrades_it(command: str, old: Shop, capsys):
    assert main([command, "--database-url", old.url]) == 2
    _, err = map(str, capsys.readouterr())
    assert err.count("\n") == 1
    older = f"an older Bazaar's schema ({FIRST}; this program's is {SCHEMA_VERSION})"
    assert f"{older}, which `python -m sim upgrade` upgrades" in err
    with opened(old.url) as connection:
        assert schema_state(connection) == Older(FIRST)


def test_a_second_time_there_is_nothing_to_do(old: Shop, capsys):
    assert upgrade(old.url, capsys).count("\n") == SCHEMA_VERSION - FIRST + 1
    said = upgrade(old.url, capsys)
    assert said.count("\n") == 1
    assert "already" in said


def test_a_shop_that_begins_with_this_program_needs_no_upgrade_even_while_it_runs(shop: Shop, capsys):
    with opened(shop.url) as connection:
        apply_schema(connection)
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({ONE_SIMULATOR})")
        assert "already" in upgrade(shop.url, capsys)


def test_an_empty_database_is_for_run(shop: Shop, capsys):
    assert "there is no shop here yet; `python -m sim run`" in upgrade(shop.url, capsys, exit_code=2)
    assert shop.rows("SELECT to_regnamespace('sim')") == [(None,)]


def test_without_any_database_no_server_is_made(tmp_path, capsys):
    assert main(["upgrade"]) == 2
    assert "there is no shop here yet" in capsys.readouterr().err
    assert not (tmp_path / ".data").exists()


@pytest.mark.parametrize(
    ("made", "named"),
    [
        ("CREATE TABLE orders (id int)", "of others under names that a shop needs: orders"),
        (
            "CREATE SCHEMA sim; CREATE TABLE sim.alembic_version AS SELECT '0999' AS version_num",
            "newer Bazaar's schema",
        ),
    ],
    ids=["another program's", "newer"],
)
def test_what_is_not_an_older_shop_is_left_alone(made: str, named: str, shop: Shop, capsys):
    with connect(shop.url) as connection:
        connection.execute(text(made))
    with opened(shop.url) as connection:
        before = catalogue(connection)
    said = upgrade(shop.url, capsys, exit_code=2)
    assert named in said
    assert said.count("\n") == 1
    with opened(shop.url) as connection:
        assert catalogue(connection) == before


@contextmanager
def old_simulator(url: str) -> Iterator[None]:
    """What another process sees of a simulator of the first schema: its lock, its name and its heartbeat."""
    stop = threading.Event()
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("SELECT pg_advisory_lock(%s)", (ONE_SIMULATOR,))
        cursor.execute(A_RUN)
        heart = threading.Thread(target=_beat, args=(cursor, stop))
        heart.start()
        try:
            yield
        finally:
            stop.set()
            heart.join()


def _beat(cursor: psycopg2.extensions.cursor, stop: threading.Event) -> None:
    while not stop.wait(0.05):
        cursor.execute("UPDATE sim.runs SET heartbeat_at = clock_timestamp()")


def test_a_running_simulator_is_named_and_left_alone(old: Shop, capsys):
    with old_simulator(old.url):
        said = upgrade(old.url, capsys, exit_code=2)
    assert said.count("\n") == 1
    assert "a simulator is running on this database (process 4711 on elsewhere)" in said
    with opened(old.url) as connection:
        assert schema_state(connection) == Older(FIRST)
    upgrade(old.url, capsys)


def test_a_new_table_whose_name_is_somebody_elses_is_told_in_one_line(old: Shop, capsys):
    with connect(old.url) as connection:
        connection.execute(text("CREATE TABLE sim.controls (mine int)"))
    with opened(old.url) as connection:
        before = catalogue(connection)
    said = upgrade(old.url, capsys, exit_code=2)
    assert said.count("\n") == 1
    assert f"has names that schema {SCHEMA_VERSION} needs, and nothing was changed: sim.controls; rename it" in said
    with opened(old.url) as connection:
        assert catalogue(connection) == before


def test_an_old_shop_can_be_dropped_without_upgrading_it(old: Shop, capsys):
    assert main(("reset", "--yes", "--database-url", old.url)) == 0
    capsys.readouterr()
    assert old.rows("SELECT to_regnamespace('sim'), to_regclass('orders')") == [(None, None)]
