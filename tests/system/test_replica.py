"""The replica in containers: from nothing, and through whatever happens to it, equal again without a hand."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from tests.system.compose import BUILD_S, NEEDS_DAEMON, Compose, answers, docker, eventually, logs
from tests.system.conftest import raised, settings
from tests.system.meanwhile import OLD, SCRIPT, changed, changes, put, said
from tests.system.replica import PATIENCE_S, SERVICES, Replica, asked
from tests.system.test_containers import assert_bereft

pytestmark = NEEDS_DAEMON

IMAGES = ["mysql:8.4", "apache/kafka:4.3.1", "maven:3.9-eclipse-temurin-21"]
MANY = 200_000
TEN_MB = "repeat('x', 10000000)"
HASTY = """
demand: {cart_return_within_h: 24}
review: {delay_median_h: 8, within_days: 1, answered_by_stars: [0, 0, 0, 0, 0]}
returns: {delay_median_days: 0.4, within_days: 1, processing_days: 0.4, processing_most_days: 1}
survey: {answer: 0.5, asked_after_h: 2, delay_median_h: 2, within_days: 1}
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Replica]:
    """A small shop at 60x with its replica, made from nothing by nobody's hand."""
    for image in IMAGES:
        if not answers("docker", "image", "inspect", image):
            pytest.skip(f"the image {image} is not here (docker pull {image})")
    own = settings() | {"COMPOSE_PROFILES": "pipeline", "KAFKA_PORT": "0"}
    made = Replica(Compose.of(f"bazaar-replica-{uuid.uuid4().hex[:8]}", tmp_path_factory.mktemp("replica"), own))
    try:
        made.system.run("build", "preflight", "sim", "connect", "airflow-scheduler", within_s=BUILD_S)
        made.system.run("up", "--no-start", *SERVICES, within_s=120)
        made.keep()  # before there is anything to look after
        raised(made.system, *SERVICES)
        made.ended_well()
        yield made
    finally:
        made.leave()
        made.system.down("--rmi", "local")


@pytest.fixture
def replica(running: Replica) -> Iterator[Replica]:
    """The same when it follows the shop; afterwards nothing has been said that nobody understands."""
    running.follows()
    yield running
    assert "Traceback" not in running.said()


def equal_again(replica: Replica, since: int = 0) -> None:
    """It follows the shop, is equal when that stands still, and whoever looks after it has nothing to do."""
    replica.follows()
    with replica.standing_still():
        replica.equals()
    replica.ended_well(since)


def killed(replica: Replica, service: str) -> None:
    """Kill all in a container but its init, which follows; and wait until Docker has started it again."""
    before = replica.system.container(service)["RestartCount"]
    replica.system.exec(service, "bash", "-c", "kill -KILL -1", check=False)
    eventually(lambda: replica.system.container(service)["RestartCount"] > before, 300, f"{service} is started again")


def healthy(replica: Replica, service: str) -> None:
    eventually(
        lambda: replica.system.container(service)["State"]["Health"]["Status"] == "healthy", PATIENCE_S,
        f"{service} is healthy\n{logs(replica.system, [service])[-2000:]}",
    )  # fmt: skip


def test_from_nothing_it_becomes_equal(replica: Replica):
    equal_again(replica)
    with closing(replica.mysql()) as connection:
        [(orders,)] = asked(connection, "SELECT count(*) FROM orders")
    assert orders > 0


def test_its_containers_are_bereft_of_rights_and_connect_answers_nobody_outside(replica: Replica):
    for service in ("mysql", "connect"):
        assert_bereft(replica.system.container(service))
    assert not any(replica.system.container("connect")["NetworkSettings"]["Ports"].values())


@pytest.mark.parametrize("service", ["connect", "kafka", "mysql", "postgres", "sim"])
def test_a_container_killed_while_the_shop_goes_on(replica: Replica, service: str):
    since = len(replica.said())
    killed(replica, service)
    healthy(replica, service)
    healthy(replica, "sim")
    equal_again(replica, since)
    assert "rebuild" not in replica.said()[since:], "nothing was lost, so nothing was begun anew"


def test_a_connect_that_answers_nobody_is_begun_anew(replica: Replica):
    """As one does whose topics are gone; here its process is halted."""
    since, before = len(replica.said()), replica.system.container("connect")["RestartCount"]
    halt = "for p in /proc/[0-9]*; do if [ $(<$p/comm) = java ]; then kill -STOP ${p#/proc/}; fi; done 2>/dev/null"
    replica.system.exec("connect", "bash", "-c", halt, check=False)
    eventually(lambda: replica.system.container("connect")["RestartCount"] > before, 300, "it is started again")
    healthy(replica, "connect")
    equal_again(replica, since)


def test_a_sink_that_failed_is_started_again_though_nobody_looks_after_it(replica: Replica):
    """Within half a minute, as one has that found MySQL dead; here a table is missing for a while."""
    replica.leave()
    try:
        with closing(replica.mysql("bazaar")) as owner, owner.cursor() as cursor:
            cursor.execute("RENAME TABLE session_events TO away")
            health = lambda: str(replica.system.container("connect")["State"]["Health"]["Log"])  # noqa: E731
            eventually(lambda: "the sink had failed: started again" in health(), 120, "it fails and is started again")
            cursor.execute("RENAME TABLE away TO session_events")
        replica.follows()
        with replica.standing_still():
            replica.equals()
    finally:
        replica.keep()
    replica.ended_well()


def test_mysql_away_for_a_while(replica: Replica):
    """Longer than a connection, a commit of offsets and a look at the replica wait."""
    since = len(replica.said())
    replica.system.run("stop", "mysql")
    eventually(lambda: "ended 1" in replica.said()[since:], PATIENCE_S, "it is noticed")
    eventually(lambda: replica.said()[since:].count("ended 1") > 3, PATIENCE_S, "again and again")
    replica.system.run("start", "mysql")
    healthy(replica, "mysql")
    equal_again(replica, since)


def test_kafkas_volume_lost(replica: Replica):
    since = len(replica.said())
    replica.system.run("rm", "--stop", "--force", "kafka")
    docker("volume", "rm", f"{replica.system.project}_kafka")
    raised(replica.system, "kafka")
    eventually(lambda: "rebuild: " in replica.said()[since:], PATIENCE_S, "it is made anew")
    equal_again(replica, since)


def test_connects_notes_lost_alone(replica: Replica):
    """The source would go on without them, perhaps from a place that it had not come to."""
    since = len(replica.said())
    topics = ["/opt/kafka/bin/kafka-topics.sh", "--bootstrap-server", "localhost:19092"]
    replica.system.exec("kafka", *topics, "--delete", "--topic", "connect.offsets")
    eventually(lambda: "or connect.offsets is" in replica.said()[since:], PATIENCE_S, "it is made anew")
    equal_again(replica, since)


def superuser(replica: Replica, sql: str) -> None:
    """Say something to PostgreSQL as nobody outside can."""
    replica.system.exec("postgres", "psql", "--username=postgres", "--dbname=bazaar", "--quiet", "--command", sql)


def test_a_slot_that_postgresql_has_given_up(replica: Replica):
    """As docker-compose.yml has it: more is written to the log than is kept for who does not come for it."""
    since = len(replica.said())
    replica.system.run("stop", "connect")
    with closing(replica.shop()) as shop:

        def given_up() -> bool:
            superuser(replica, "CHECKPOINT")
            return asked(shop, "SELECT wal_status FROM pg_replication_slots") == [("lost",)]

        def write() -> bool:
            superuser(
                replica, f"SELECT count(pg_logical_emit_message(false, '', {TEN_MB})) FROM generate_series(1, 60)"
            )
            return given_up()

        assert not given_up()
        eventually(write, 300, "PostgreSQL keeps no more of its log for it")
    replica.system.run("start", "connect")
    eventually(lambda: "is lost" in replica.said()[since:], PATIENCE_S, "it is made anew")
    equal_again(replica, since)


def test_many_changes_at_once(replica: Replica):
    """In one transaction, and what has not changed is not lost on the way."""
    since = len(replica.said())
    with closing(replica.shop()) as shop, shop.cursor() as cursor:
        [(rows,)] = asked(shop, "SELECT count(*) FROM session_events")
        times = -(-MANY // rows)
        cursor.execute("BEGIN")
        for _ in range(times):
            cursor.execute("UPDATE session_events SET occurred_at = occurred_at")
        cursor.execute("COMMIT")
    equal_again(replica, since)
    assert "rebuild" not in replica.said()[since:]


def test_the_past_cut_off(replica: Replica, tmp_path: Path):
    """A shop that keeps two days goes on for three."""
    since = len(replica.said())
    scenario = tmp_path / "hasty.yaml"
    scenario.write_text(HASTY, encoding="utf-8")
    scenario.chmod(0o644)
    with closing(replica.shop()) as shop:
        [(hours,)] = asked(
            shop, "SELECT ceil(extract(epoch FROM sim_now - epoch) / 3600)::int + 72 FROM sim.current_run"
        )
        [(newest, before)] = asked(shop, "SELECT max(started_at), count(*) FROM sessions")
        replica.system.run("stop", "sim")
        fast = ["--scenario", "/hasty.yaml", "--speed", "max", "--for", f"{hours}h", "--keep", "2d"]
        options = ["--rm", "--no-deps", "--volume", f"{scenario}:/hasty.yaml:ro"]
        try:
            replica.system.run("run", *options, "sim", "run", *fast, within_s=400)
            [(left,)] = asked(shop, f"SELECT count(*) FROM sessions WHERE started_at <= '{newest}'")
            assert left < before / 2, "most of what was there is of the past now"
            replica.equals()
        finally:
            replica.system.run("start", "sim")
    assert "rebuild" not in replica.said()[since:]
    healthy(replica, "sim")


def test_rows_deleted_while_a_load_is_interrupted_do_not_stay(replica: Replica):
    """Whoever loads is killed in the midst of it, and what had come before is gone by then."""
    being_made = "SELECT slot_name FROM pg_replication_slots WHERE confirmed_flush_lsn IS NULL"
    rebuilder = f"{replica.system.project}-rebuilder"
    replica.leave()
    replica.control("pause")
    with (
        closing(replica.shop()) as shop,
        closing(replica.shop()) as writing,
        closing(replica.mysql("bazaar")) as holding,
        holding.cursor() as hold,
    ):
        said(shop, put([1, 2, 3]))
        writing.autocommit = False
        said(writing, put([4]))  # no slot is made before this has ended
        command = ["run", "--rm", "--no-deps", "--name", rebuilder, "--entrypoint", "python", "airflow-scheduler"]
        rebuilding = Thread(
            target=replica.system.run, args=(*command, "-m", "pipeline.replica", "rebuild"), kwargs={"check": False}
        )
        rebuilding.start()
        eventually(lambda: asked(shop, being_made), PATIENCE_S, "the old slot is gone, and a new one waits")
        hold.execute("LOCK TABLES session_events WRITE")  # empty by now; the load stops there
        writing.rollback()
        with closing(replica.mysql()) as there:
            eventually(lambda: asked(there, f"SELECT count(*) FROM {OLD}") == [(3,)], PATIENCE_S, "half of it is there")
        docker("kill", rebuilder)
        rebuilding.join()
        said(shop, f"DELETE FROM {OLD}")
        hold.execute("UNLOCK TABLES")
    replica.control("resume")
    replica.keep()
    eventually(lambda: "rebuild: asked for (begun before, and not finished)" in replica.said(), PATIENCE_S, "again")
    equal_again(replica)
    with closing(replica.mysql()) as there:
        assert asked(there, f"SELECT count(*) FROM {OLD}") == [(0,)]


def test_what_changes_between_slot_and_load_and_after_it_ends_right(replica: Replica):
    """Once all of it comes twice, then by the log alone; the shop goes on meanwhile."""
    replica.leave()
    with closing(replica.shop()) as shop:
        said(shop, put([1, 2, 3, 11, 12, 13]))
        said(shop, put([4, 14], 2.0))
        script = SCRIPT.format(after_slot=changes(1), after_load=changes(11))
        command = ["run", "--rm", "--no-deps", "--entrypoint", "python", "airflow-scheduler"]
        replica.system.run(*command, "-c", script, within_s=PATIENCE_S)
        replica.keep()
        equal_again(replica)
        with closing(replica.mysql()) as there:
            found = asked(there, f"SELECT DAY(valid_from), price FROM {OLD} ORDER BY 1")
        assert [(int(day), float(price)) for day, price in found] == [*changed(1), *changed(11)]
        assert "rebuild" not in replica.said()
        said(shop, f"DELETE FROM {OLD}")
    equal_again(replica)


def test_tables_of_a_schema_before(replica: Replica):
    """As they are after an upgrade of the shop: a table and a column are not there yet, in neither place."""
    since = len(replica.said())
    with closing(replica.mysql("bazaar")) as owner, owner.cursor() as cursor:
        cursor.execute("ALTER TABLE orders DROP COLUMN total")
        cursor.execute("DROP TABLE reviews")
    with closing(replica.shop()) as shop, shop.cursor() as cursor:
        cursor.execute("ALTER PUBLICATION bazaar_replica DROP TABLE reviews")
    eventually(lambda: "rebuild: table " in replica.said()[since:], PATIENCE_S, "it is made anew")
    equal_again(replica, since)


def test_another_shop_in_the_same_database(replica: Replica):
    since = len(replica.said())
    replica.system.run("stop", "sim")
    replica.system.run("run", "--rm", "--no-deps", "sim", "reset", "--yes")
    text = replica.system.settings.read_text(encoding="utf-8")
    replica.system.settings.write_text(text.replace("SEED=7\n", "SEED=8\n"), encoding="utf-8")
    raised(replica.system, "sim")
    made_anew = re.compile("^rebuild: .*the shop is (gone|another one)", re.MULTILINE)
    eventually(lambda: made_anew.search(replica.said(), since), PATIENCE_S, "it is made anew")
    begun = len(replica.said())
    replica.ended_well(begun)  # before that the old shop's rows may be there, whose clock was ahead
    equal_again(replica, begun)
    with closing(replica.mysql()) as connection:
        assert asked(connection, "SELECT seed FROM runs") == [(8,)]


def test_scratch_tables_without_a_key_are_harmed_by_nothing(replica: Replica):
    with closing(replica.shop()) as shop, shop.cursor() as cursor:
        cursor.execute("CREATE TABLE scratch AS SELECT 1 AS one")
        cursor.execute("UPDATE scratch SET one = 2")
        cursor.execute("DELETE FROM scratch")
        cursor.execute("DROP TABLE scratch")
    replica.follows()


def test_taken_down_and_up_again_it_goes_on(replica: Replica):
    since = len(replica.said())
    replica.leave()
    replica.system.run("down", "--timeout", "30")
    raised(replica.system, *SERVICES)
    replica.keep()
    equal_again(replica)
    assert "rebuild" not in replica.said(), since
