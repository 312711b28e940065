"""Behind a real PgBouncer: what pools by session serves a shop, what does not is refused before anything is made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import psycopg2
import pytest

from sim.cli.main import main
from sim.postgres import pooler as noticing
from sim.postgres.writer_lock import IS_LOCKED, ONE_SIMULATOR
from sim.settings import VARIABLES
from tests.integration.test_running import Shop, differences, eventually
from tests.pooler.conftest import Pooler

RUN = ["run", "--speed", "max", "--scale", "0.05", "--start", "2026-01-05T00:00Z", "--for", "6h"]
HALF_A_DAY: dict[str, Any] = {"duration": "12h", "processes": "2"}
RELATIONS = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch) -> None:
    """An empty working directory, no settings around, and nothing known of poolers."""
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(noticing, "_lasting", set())


@pytest.fixture(scope="module")
def usual(postgres_url: str) -> Iterator[dict[str, str]]:
    with Shop.in_new_database(postgres_url) as shop:
        shop.run(**HALF_A_DAY)
        yield shop.digests()


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command that is refused says, on one line."""
    assert main(list(arguments)) == 2
    out, err = map(str, capsys.readouterr())
    assert out == ""
    assert err.count("\n") == 1, err
    return err


SHARING = [
    {"pool_mode": "transaction"},
    {"pool_mode": "transaction", "server_round_robin": "1"},
    {"pool_mode": "transaction", "default_pool_size": "1"},
    {"pool_mode": "statement"},
    {"pool_mode": "statement", "server_round_robin": "1"},
]


@pytest.mark.parametrize("settings", SHARING, ids=lambda settings: " ".join(settings.values()))
def test_what_lends_processes_is_refused_before_anything_is_made(
    settings: dict[str, str], pooler: Pooler, database_url: str, capsys
):
    url, shop = pooler(**settings), Shop(database_url)
    said = refusal(capsys, *RUN, "--database-url", url)
    assert "pool_mode=session" in said
    assert "PostgreSQL's own port" in said
    assert shop.rows(RELATIONS) == [(0,)]
    assert shop.rows(IS_LOCKED) == [(False,)]
    with closing(psycopg2.connect(url)) as another, another.cursor() as cursor:  # a process that we were lent
        another.autocommit = True
        cursor.execute("SELECT current_setting('search_path'), current_setting('statement_timeout')")
        assert cursor.fetchone() == ('"$user", public', "0")
        cursor.execute("SHOW timezone")
        assert cursor.fetchone() == shop.rows("SHOW timezone")[0]


def test_others_that_use_the_pooler_do_not_hide_it(pooler: Pooler, capsys):
    url = pooler(pool_mode="transaction", server_round_robin="1")
    with ExitStack() as stack:
        others = [stack.enter_context(closing(psycopg2.connect(url))) for _ in range(5)]
        for other in others:  # five processes, of which three are given back
            other.cursor().execute("SELECT 1")
        for other in others[:3]:
            other.rollback()
        assert "pool_mode=session" in refusal(capsys, *RUN, "--database-url", url)


def test_every_command_says_so_and_the_shop_goes_on_without_it(pooler: Pooler, database_url: str, usual, capsys):
    shop = Shop(database_url)
    shop.run(duration="6h", processes="2")
    before = shop.all_there_is()
    url = pooler(pool_mode="transaction")
    for command in (
        RUN, ["status"], ["check"], ["upgrade"], ["reset", "--yes"], ["speed", "2x"], ["pause"], ["resume"],
        ["incident", "--list"],
    ):  # fmt: skip
        assert "pool_mode=session" in refusal(capsys, *command, "--database-url", url)
    assert shop.is_as_it_was(before)
    shop.run(**HALF_A_DAY)
    assert differences(shop.digests(), usual) == {}


def test_by_session_it_is_as_good_as_the_server(pooler: Pooler, database_url: str, usual, capsys):
    shop = Shop(pooler(pool_mode="session", default_pool_size="8"))
    shop.run(duration="11h", processes="2")
    shop.run(**HALF_A_DAY)
    assert differences(Shop(database_url).digests(), usual) == {}
    for command in (["status"], ["check"], ["upgrade"], ["incident", "--list"], ["reset", "--yes"]):
        assert main([*command, "--database-url", shop.url]) == 0, capsys.readouterr().err


def test_by_session_a_second_simulator_is_refused_and_the_first_is_steered(pooler: Pooler, database_url: str, capsys):
    url = pooler(pool_mode="session")
    with Shop(url).running(speed="1x", catch_up=False) as first:
        first.wait_for(lambda status: status.phase == "pacing")
        assert "another simulator is running" in refusal(capsys, *RUN, "--database-url", url)
        assert main(["speed", "5x", "--database-url", url]) == 0
    assert not first.raised
    assert Shop(database_url).rows(IS_LOCKED) == [(False,)]


def test_nothing_is_left_behind_where_the_pooler_does_not_clean_up(pooler: Pooler, database_url: str):
    url = pooler(pool_mode="session", server_reset_query="")
    for duration in ("1h", "2h"):
        Shop(url).run(duration=duration)
        assert Shop(database_url).rows(IS_LOCKED) == [(False,)]


def test_too_few_processes_are_said_to_be_too_few(pooler: Pooler, capsys, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(noticing, "_PATIENCE_S", 0.5)
    said = refusal(capsys, *RUN, "--database-url", pooler(pool_mode="session", default_pool_size="1"))
    assert "no server process for a second connection" in said
    assert "pool_size" in said


def test_a_lock_that_was_left_behind_is_told_with_what_ends_it(pooler: Pooler, database_url: str, capsys, monkeypatch):
    """As an earlier program of ours left it when it ended behind such a pooler."""
    monkeypatch.setattr("sim.postgres.writer_lock._PATIENCE_S", 0.3)
    with closing(psycopg2.connect(pooler(pool_mode="transaction"))) as lender, lender.cursor() as cursor:
        lender.autocommit = True
        cursor.execute("SELECT pg_advisory_lock(%s), pg_backend_pid()", (ONE_SIMULATOR,))
        [(_, process)] = cursor.fetchall()
    assert f"SELECT pg_terminate_backend({process})" in refusal(capsys, *RUN, "--database-url", database_url)


def test_a_pooler_that_is_started_again_is_an_outage(pooler: Pooler, database_url: str):
    """Its clients are cut; what they were about goes on."""
    url = pooler(pool_mode="session")
    with Shop(url).running(speed="600x", catch_up=False, duration="6h") as first:
        first.wait_for(lambda status: status.phase == "pacing")
        batches = "SELECT batches FROM sim.runs"
        [(before,)] = Shop(database_url).rows(batches)
        Shop(database_url).rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name LIKE 'bazaar%' AND datname = current_database() AND pid <> pg_backend_pid()"
        )
        eventually(lambda: Shop(database_url).rows(batches)[0][0] > before + 3)
    assert not first.raised
