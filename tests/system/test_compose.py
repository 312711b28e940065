"""The system in containers, for real: from clean to nothing left. Needs a Docker daemon."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.system.compose import BUILD_S, Compose, docker, eventually, logs
from tools.env import EXAMPLE, read, renewed

RAISED = ["preflight", "postgres", "sim", "jupyter"]
UP = ["up", "--detach", "--wait", "--wait-timeout", "180", "sim", "jupyter"]
SMALL = {"SCALE": "0.05", "HISTORY": "3h", "SPEED": "60x", "SEED": "7"}


def settings() -> dict[str, str]:
    """Secrets of the test's own, and a small shop."""
    return read(renewed(EXAMPLE.read_text(encoding="utf-8"), None, renew=False)[0]) | SMALL


@pytest.fixture(scope="module")
def system(tmp_path_factory) -> Iterator[Compose]:
    """Everything of ours, raised from clean with secrets of its own."""
    made = Compose.of(f"bazaar-test-{uuid.uuid4().hex[:8]}", tmp_path_factory.mktemp("system"), settings())
    try:
        made.run("build", "sim", "jupyter", "redash-publish", within_s=BUILD_S)
        raised = made.run(*UP, within_s=240, check=False)
        assert raised.returncode == 0, raised.stderr + logs(made, RAISED)
        yield made
    finally:
        made.down("--rmi", "local")


def connect(system: Compose, role: str, database: str, password: str | None = None) -> psycopg2.extensions.connection:
    """A connection from outside, through the published port, with the role's own password unless another is given."""
    names = {"bazaar": "BAZAAR_PASSWORD", "bazaar_reader": "BAZAAR_READER_PASSWORD", "redash": "REDASH_DB_PASSWORD"}
    host, port = system.address("postgres", 5432)
    password = password or read(system.settings.read_text(encoding="utf-8"))[names[role]]
    connection = psycopg2.connect(
        host=host, port=port, user=role, password=password, dbname=database, connect_timeout=10
    )
    connection.autocommit = True
    return connection


def ask(system: Compose, sql: str, role: str = "bazaar_reader") -> tuple[Any, ...]:
    """The one row that a question has for an answer."""
    connection = connect(system, role, "bazaar")
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            row = cursor.fetchone()
    finally:
        connection.close()
    assert row is not None
    return tuple(row)


def sim_now(system: Compose) -> datetime:
    instant: datetime = ask(system, "SELECT sim_now()")[0]
    return instant


def test_what_was_raised_is_healthy(system: Compose):
    for service in ("postgres", "sim", "jupyter"):
        state = system.container(service)["State"]
        assert (state["Status"], state["Health"]["Status"]) == ("running", "healthy"), service
    assert system.container("preflight")["State"]["ExitCode"] == 0


def test_nobody_is_root_and_nothing_is_writable(system: Compose):
    for service in RAISED:
        container = system.container(service)
        assert container["Config"]["User"].split(":")[0] not in {"", "0", "root"}, service
        assert container["HostConfig"]["ReadonlyRootfs"], service
        assert container["HostConfig"]["CapDrop"] == ["ALL"], service
        assert container["HostConfig"]["Memory"] > 0, service


def test_rows_grow_and_the_simulated_clock_moves(system: Compose):
    counts = "SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM session_events), rows_written FROM sim.runs"
    before, then = ask(system, counts), sim_now(system)
    eventually(lambda: sim_now(system) > then, 15, "the simulated clock moves")
    eventually(
        lambda: all(now > was for now, was in zip(ask(system, counts), before, strict=True)),
        60,
        f"more rows than {before}",
    )


def test_the_settings_reached_the_run(system: Compose):
    run = "SELECT seed, scale, speed, market, scenario FROM sim.runs"
    assert ask(system, run) == (7, 0.05, "60x", "international", "baseline")


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM orders",
        "SET default_transaction_read_only = off; DELETE FROM orders",
        "SET default_transaction_read_only = off; CREATE TABLE public.mine (x int)",
        "SET default_transaction_read_only = off; CREATE TEMPORARY TABLE mine (x int)",
        "SET default_transaction_read_only = off; UPDATE sim.runs SET seed = 0",
        "SET ROLE bazaar",
        "SELECT pg_read_file('/etc/passwd')",
    ],
)
def test_the_reader_cannot_write(system: Compose, sql: str):
    connection = connect(system, "bazaar_reader", "bazaar")
    try:
        with connection.cursor() as cursor, pytest.raises(psycopg2.Error, match=r"read-only|permission denied"):
            cursor.execute(sql)
    finally:
        connection.close()


def held_s(system: Compose, before: str) -> float:
    """For how long the reader, after saying that, held a query that would take two minutes."""
    connection = connect(system, "bazaar_reader", "bazaar")
    begun = time.monotonic()
    try:
        with connection.cursor() as cursor, pytest.raises(psycopg2.Error, match="canceling statement"):
            cursor.execute(f"{before}; SELECT pg_sleep(120)")
    finally:
        connection.close()
    return time.monotonic() - begun


def test_the_reader_cannot_hold_a_query_not_even_by_lifting_the_time_out(system: Compose):
    with ThreadPoolExecutor() as both:
        as_it_is, lifted = both.map(lambda before: held_s(system, before), ["SELECT 1", "SET statement_timeout = 0"])
    assert 29 < as_it_is < 35
    assert 34 < lifted < 60
    assert ask(system, "SHOW idle_in_transaction_session_timeout") == ("10min",)


@pytest.mark.parametrize(
    ("role", "database"),
    [("bazaar_reader", "redash"), ("redash", "bazaar"), ("bazaar", "redash"), ("bazaar_reader", "postgres")],
)
def test_nobody_enters_another_ones_database(system: Compose, role: str, database: str):
    with pytest.raises(psycopg2.OperationalError, match=f'permission denied for database "{database}"'):
        connect(system, role, database)


def test_redash_may_make_tables_in_its_own_database(system: Compose):
    connection = connect(system, "redash", "redash")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE public.probe (x int); DROP TABLE public.probe")
    connection.close()


def test_a_wrong_password_is_refused(system: Compose):
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        connect(system, "bazaar_reader", "bazaar", "dev-reader")


def get(system: Compose, path: str, token: str | None) -> tuple[int, bytes]:
    host, port = system.address("jupyter", 8888)
    headers = {"Authorization": f"token {token}"} if token else {}
    try:
        with urllib.request.urlopen(
            urllib.request.Request(f"http://{host}:{port}{path}", headers=headers), timeout=20
        ) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, b""


def test_jupyter_lets_in_who_has_the_token(system: Compose):
    token = read(system.settings.read_text(encoding="utf-8"))["JUPYTER_TOKEN"]
    assert get(system, "/api/contents", None)[0] == 403
    assert get(system, "/api/contents", "dev-token")[0] == 403
    status, body = get(system, "/api/contents", token)
    assert status == 200
    assert "01_first_look.ipynb" in {entry["name"] for entry in json.loads(body)["content"]}
    assert get(system, "/lab", token)[0] == 200


def test_the_first_notebook_runs_there_and_shows_the_shop(system: Compose):
    command = ["jupyter", "nbconvert", "--to", "notebook", "--execute", "--stdout", "--log-level=ERROR"]
    notebook = json.loads(system.run("exec", "-T", "jupyter", *command, "01_first_look.ipynb").stdout)
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    shown = {kind for output in outputs for kind in output.get("data", {})}
    assert {"text/html", "image/svg+xml"} <= shown
    assert "read-only transaction" in json.dumps(outputs)
    assert "60x" in json.dumps(outputs)


def test_stopped_it_has_committed_and_started_again_it_goes_on(system: Compose):
    name = system.container("sim")["Name"]
    running, orders = sim_now(system), ask(system, "SELECT count(*) FROM orders")
    docker("stop", "-t", "10", name)
    assert system.container("sim")["State"]["ExitCode"] == 0
    stopped = sim_now(system)
    assert stopped >= running
    assert ask(system, "SELECT status FROM sim.runs") == ("stopped",)
    docker("start", name)
    eventually(lambda: sim_now(system) > stopped, 30, "the shop goes on")
    assert ask(system, "SELECT count(*), min(seed) FROM sim.runs") == (1, 7)
    assert ask(system, "SELECT count(*) FROM orders") >= orders
    eventually(lambda: system.container("sim")["State"]["Health"]["Status"] == "healthy", 60, "sim is healthy again")
    checked = system.run("exec", "-T", "sim", "python", "-m", "sim", "check", check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_password_changed_takes_effect_in_a_database_that_is_there(system: Compose, tmp_path: Path):
    orders = ask(system, "SELECT count(*) FROM orders")
    before = read(system.settings.read_text(encoding="utf-8"))
    changed = Compose.of(
        system.project, tmp_path, before | {"BAZAAR_READER_PASSWORD": "another-one", "POSTGRES_PORT": "0"}
    )
    changed.run(*UP, within_s=240)
    assert ask(changed, "SELECT count(*) FROM orders") >= orders
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        connect(changed, "bazaar_reader", "bazaar", before["BAZAAR_READER_PASSWORD"])


def test_taken_down_it_leaves_nothing(system: Compose):
    mounts = [mount for service in RAISED for mount in system.container(service)["Mounts"]]
    volumes = {mount["Name"] for mount in mounts if mount["Type"] == "volume"}
    assert volumes == {f"{system.project}_postgres"}  # none without a name, which nobody would find again
    assert len(system.left()) == len(RAISED) + 2  # the volume and a network
    system.down()
    assert system.left() == []
    assert volumes.isdisjoint(docker("volume", "ls", "--quiet").split())


def test_an_open_address_with_known_secrets_does_not_start(tmp_path: Path):
    careless = Compose.of(f"bazaar-careless-{uuid.uuid4().hex[:8]}", tmp_path, {"BIND_ADDRESS": "0.0.0.0"})
    try:
        assert careless.run("up", "--detach", "postgres", check=False).returncode != 0
        said = logs(careless, ["preflight"])
        assert "make env" in said
        assert all(name in said for name, value in read(EXAMPLE.read_text()).items() if value.startswith("dev-"))
        assert careless.container("preflight")["State"]["ExitCode"] == 1
        assert careless.container("postgres")["State"]["Status"] == "created"
    finally:
        careless.down()
    assert careless.left() == []
