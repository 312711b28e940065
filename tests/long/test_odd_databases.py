"""Databases and roles whose defaults are not the usual ones: the shop there is the same, or refused in one line."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import make_url

from sim.cli.main import main
from sim.journal.port import SinkError
from sim.postgres import pooler
from sim.postgres.connection import connect
from sim.postgres.writer_lock import take_lock
from sim.postgres.writing.session import Session
from sim.postgres.writing.sink import PostgresSink
from sim.run import lifecycle
from sim.run.start import Refused
from tests.integration.test_running import PATIENCE_S, Shop, differences, eventually

OURS = """
SELECT CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, oid::regclass::text FROM pg_class
WHERE relkind IN ('r', 'v') AND relnamespace::regnamespace::text IN ('public', 'sim', 'truth')
"""
HALF_A_DAY: dict[str, Any] = {"duration": "12h", "processes": "2"}


@pytest.fixture(scope="module")
def usual(postgres_url: str) -> Iterator[dict[str, str]]:
    with Shop.in_new_database(postgres_url) as shop:
        shop.run(**HALF_A_DAY)
        yield shop.digests()


@pytest.fixture
def owner(postgres_url: str, database_url: str) -> Iterator[str]:
    """The name of a role that owns the test's database, and is nothing special otherwise."""
    name, database = f"owner_{uuid.uuid4().hex}", make_url(database_url).database
    with Shop(postgres_url).connected() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{name}'")
        cursor.execute(f"GRANT {name} TO CURRENT_USER")
        cursor.execute(f"ALTER DATABASE {database} OWNER TO {name}")
        yield name
        cursor.execute(f"DROP DATABASE {database} WITH (FORCE)")
        cursor.execute(f"DROP ROLE {name}")


@pytest.mark.parametrize(
    "default",
    [
        "search_path = elsewhere",
        "client_encoding = 'LATIN1'",
        "default_transaction_isolation = 'serializable'",
        "TimeZone = 'America/St_Johns'",
        "statement_timeout = '100ms'",
    ],
)
def test_what_is_usual_for_its_role_changes_nothing(
    default: str, owner: str, database_url: str, usual: dict[str, str], capsys: pytest.CaptureFixture[str]
):
    with Shop(database_url).connected() as connection, connection.cursor() as cursor:
        cursor.execute(f"ALTER ROLE {owner} SET {default}")
    shop = Shop(make_url(database_url).set(username=owner, password=owner).render_as_string(hide_password=False))
    shop.run(duration="11h", processes="2")
    shop.run(**HALF_A_DAY)
    assert differences(Shop(database_url).digests(), usual) == {}
    for command in ("status", "check"):
        assert main([command, "--database-url", shop.url]) == 0, capsys.readouterr().err


@pytest.mark.parametrize("command", [["status"], ["check"], ["incident", "--list"], ["upgrade"], ["reset", "--yes"]])
def test_commands_wait_for_a_lock_whatever_time_outs_are_usual(
    command: list[str], owner: str, database_url: str, capsys: pytest.CaptureFixture[str]
):
    shop = Shop(make_url(database_url).set(username=owner, password=owner).render_as_string(hide_password=False))
    shop.run(duration="1h")
    with shop.connected() as other, other.cursor() as cursor:
        for setting in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(f"ALTER ROLE {owner} SET {setting} = '100ms'")
        cursor.execute("BEGIN; LOCK TABLE sim.runs, orders, cities, sim.alembic_version, sim.retention")
        codes: list[int] = []
        thread = threading.Thread(target=lambda: codes.append(main([*command, "--database-url", shop.url])))
        thread.start()
        waits = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND now() - query_start > interval '0.3 s'"
        eventually(lambda: bool(Shop(database_url).rows(f"{waits} AND usename = %s", owner)) or bool(codes))
        cursor.execute("ROLLBACK")
        thread.join(PATIENCE_S)
    assert codes == [0], capsys.readouterr().err


def test_names_are_written_as_they_are_whatever_the_client_is_used_to(
    database_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    shop = Shop(database_url)
    shop.run(duration="1h")
    monkeypatch.undo()
    assert shop.rows("SELECT length(name) FROM cities WHERE name = 'São Paulo'") == [(9,)]


def test_a_database_that_cannot_hold_every_name_is_refused(postgres_url: str):
    name = f"bazaar_test_{uuid.uuid4().hex}"
    with Shop(postgres_url).connected() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
        try:
            shop = Shop(make_url(postgres_url).set(database=name).render_as_string(hide_password=False))
            with pytest.raises(Refused, match=r"^database: the database's encoding is LATIN1.*UTF8") as refused:
                shop.run(duration="1h")
            assert "\n" not in str(refused.value)
            assert shop.rows("SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'sim', 'truth')") == [(0,)]
        finally:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_rights_that_are_gone_are_named_before_anything_is_written(owner: str, database_url: str, postgres_url: str):
    shop, database = Shop(database_url), make_url(database_url).database
    shop.run(duration="1h")
    before = shop.all_there_is()
    others = Shop(make_url(database_url).set(username=owner, password=owner).render_as_string(hide_password=False))
    with shop.connected() as connection, connection.cursor() as cursor:
        with pytest.raises(Refused, match=r"^database: .*sim.*"):
            others.run(duration="2h")
        for what in ("SCHEMA", "ALL TABLES IN SCHEMA"):
            cursor.execute(f"GRANT ALL ON {what} sim, truth, public TO {owner}")
        with pytest.raises(Refused, match=rf"^database: user {owner} does not own .* GRANT .* TO \"{owner}\"$"):
            others.run(duration="2h")
        for kind, name in shop.rows(OURS):
            cursor.execute(f"ALTER {kind} {name} OWNER TO {owner}")
        cursor.execute(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, {owner}")
        with pytest.raises(Refused, match=rf'^database: .*GRANT TEMPORARY ON DATABASE "{database}" TO "{owner}"$'):
            others.run(duration="2h")
        assert shop.is_as_it_was(before)
        cursor.execute(f"GRANT TEMPORARY ON DATABASE {database} TO {owner}")
    others.run(duration="2h")


def test_who_is_silent_but_has_the_lock_is_running(database_url: str, capsys: pytest.CaptureFixture[str]):
    shop = Shop(database_url)
    shop.run(duration="1h")
    with shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE sim.runs SET status = 'catching_up', heartbeat_at = now() - interval '1 hour'")
    assert main(["status", "--database-url", database_url]) == 0
    assert "not running (was catching up; last sign of life" in capsys.readouterr().out
    writer = connect(database_url)
    try:
        writer.autocommit = True
        assert take_lock(writer) is None
        assert main(["status", "--database-url", database_url]) == 0
        said = capsys.readouterr().out
        assert "catching up (process" in said
        assert ", silent for " in said
    finally:
        writer.close()


def test_a_connection_that_nobody_pools_costs_no_second_one(database_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pooler, "_compare", lambda *_: pytest.fail("nobody pools here"))
    connect(database_url).close()


def test_a_server_that_goes_before_the_first_batch_is_one_line(database_url: str, monkeypatch: pytest.MonkeyPatch):
    def cut(session: Session, *arguments: Any) -> PostgresSink:
        session.cut()
        return PostgresSink(session, *arguments)

    monkeypatch.setattr(lifecycle, "PostgresSink", cut)
    with pytest.raises(SinkError) as lost:
        Shop(database_url).run(duration="1h")
    assert "\n" not in str(lost.value)
