"""The replica's server by itself: who may do what in it, changed passwords, ends that are none."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.compose import NEEDS_DAEMON, Compose, answers, docker, eventually, logs
from tests.system.conftest import settings, up
from tests.system.mysql import Refused, asked
from tests.system.test_containers import assert_bereft

pytestmark = NEEDS_DAEMON

IMAGE = "mysql:8.4"
CHANGED = dict.fromkeys(("MYSQL_ROOT_PASSWORD", "MYSQL_PASSWORD", "BAZAAR_READER_PASSWORD"), "another-one")


def server(folder: Path) -> Compose:
    """A project whose MySQL is not up yet."""
    if not answers("docker", "image", "inspect", IMAGE):
        pytest.skip(f"the image {IMAGE} is not here (docker pull {IMAGE})")
    own = settings() | {"COMPOSE_PROFILES": "pipeline"}
    return Compose.of(f"bazaar-mysql-{uuid.uuid4().hex[:8]}", folder, own)


@pytest.fixture(scope="module")
def mysql(tmp_path_factory) -> Iterator[Compose]:
    made = server(tmp_path_factory.mktemp("mysql"))
    try:
        made.run(*up("mysql"), within_s=300)
        asked(made, "CREATE TABLE kept (one INT PRIMARY KEY); INSERT INTO kept VALUES (1)", "bazaar")
        yield made
    finally:
        made.down("--rmi", "local")


def test_its_container_is_bereft_of_rights(mysql: Compose):
    assert_bereft(mysql.container("mysql"))


def test_the_reader_reads_and_no_more(mysql: Compose):
    assert asked(mysql, "SELECT one FROM kept") == [("1",)]
    assert asked(mysql, "SELECT @@max_execution_time") == [("30000",)]
    for sql in (
        "INSERT INTO kept VALUES (2)", "DROP TABLE kept", "CREATE TABLE other (one INT)",
        "CREATE TEMPORARY TABLE t (i INT)", "SELECT * FROM mysql.user", "LOCK TABLES kept READ",
        "SET GLOBAL max_connections = 1", "SELECT 1 INTO OUTFILE '/tmp/out'",
    ):  # fmt: skip
        with pytest.raises(Refused, match="denied"):
            asked(mysql, sql)


def test_the_sink_writes_into_tables_that_are_there(mysql: Compose):
    asked(mysql, "INSERT INTO kept VALUES (3); UPDATE kept SET one = 4 WHERE one = 3; DELETE FROM kept WHERE one = 4",
          "bazaar_sink")  # fmt: skip
    for sql in (
        "CREATE TABLE other (one INT)",
        "ALTER TABLE kept ADD two INT",
        "CREATE TRIGGER t BEFORE INSERT ON kept FOR EACH ROW SET @a = 1",
    ):
        with pytest.raises(Refused, match="denied"):
            asked(mysql, sql, "bazaar_sink")


def test_the_owner_makes_triggers_and_his_questions_take_their_time(mysql: Compose):
    asked(mysql, "CREATE TABLE old (one INT); CREATE TRIGGER before_it BEFORE INSERT ON kept FOR EACH ROW "
                 "INSERT INTO old VALUES (NEW.one); DROP TRIGGER before_it; DROP TABLE old", "bazaar")  # fmt: skip
    assert asked(mysql, "SELECT @@max_execution_time", "bazaar") == [("0",)]


def test_the_owner_of_the_marts_makes_tables_of_his_own_from_the_replicas_which_the_reader_reads(mysql: Compose):
    asked(mysql, "CREATE TABLE marts.made AS SELECT one FROM kept; RENAME TABLE marts.made TO marts.mart", "marts")
    assert asked(mysql, "SELECT one FROM marts.mart") == [("1",)]
    with pytest.raises(Refused, match="denied"):
        asked(mysql, "DELETE FROM marts.mart")
    for sql in ("INSERT INTO kept VALUES (2)", "DROP TABLE kept", "CREATE TABLE other (one INT)"):
        with pytest.raises(Refused, match="denied"):
            asked(mysql, sql, "marts")
    asked(mysql, "DROP TABLE marts.mart", "marts")


def test_its_superuser_comes_from_inside_only(mysql: Compose):
    assert asked(mysql, "SELECT count(*) FROM mysql.user WHERE user = 'root'", "root", host="localhost") == [("1",)]
    with pytest.raises(Refused, match="Access denied for user 'root'"):
        asked(mysql, "SELECT 1", "root")


def test_killed_it_is_back_with_what_was_committed(mysql: Compose):
    before = mysql.container("mysql")["RestartCount"]
    mysql.exec("mysql", "bash", "-c", "kill -KILL -1", check=False)
    eventually(lambda: mysql.container("mysql")["RestartCount"] > before, 60, "it is started again")
    eventually(lambda: mysql.container("mysql")["State"]["Health"]["Status"] == "healthy", 60, "it is healthy again")
    assert asked(mysql, "SELECT one FROM kept") == [("1",)]


def test_passwords_changed_take_effect_in_a_server_that_is_there(mysql: Compose, tmp_path: Path):
    text = mysql.settings.read_text(encoding="utf-8")
    changed = Compose(mysql.project, tmp_path / "changed.env")
    lines = [f"{name}={value}" for name, value in CHANGED.items()]
    kept = [line for line in text.splitlines() if line.partition("=")[0] not in CHANGED]
    changed.settings.write_text("\n".join([*kept, *lines]) + "\n", encoding="utf-8")
    changed.run(*up("mysql"), within_s=300)
    try:
        for user, host in (("bazaar_reader", "127.0.0.1"), ("bazaar", "127.0.0.1"), ("root", "localhost")):
            assert asked(changed, "SELECT one FROM kept", user, host=host) == [("1",)]
            with pytest.raises(Refused, match="Access denied"):
                asked(mysql, "SELECT 1", user, host=host)
    finally:
        mysql.run(*up("mysql"), within_s=300)


def test_a_first_start_that_is_killed_again_and_again_succeeds_at_last(tmp_path: Path):
    system = server(tmp_path)
    try:
        system.run("up", "--no-start", "mysql")
        name = system.container("mysql")["Name"]
        for tenths in (3, 8, 15, 25, 40):
            docker("start", name)
            time.sleep(tenths / 10)  # within the server's own first steps, and ours
            docker("kill", name)
        docker("start", name)
        healthy = lambda: system.container("mysql")["State"]["Health"]["Status"] == "healthy"  # noqa: E731
        eventually(healthy, 60, "healthy in the end\n" + logs(system, ["mysql"]))
        for user in ("bazaar", "bazaar_sink", "bazaar_reader", "marts"):
            assert asked(system, "SELECT 1", user) == [("1",)]
    finally:
        system.down("--rmi", "local")
