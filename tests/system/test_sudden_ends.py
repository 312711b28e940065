"""Ends that are none: containers killed while they live, and while they are made."""

from __future__ import annotations

import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from math import ceil
from pathlib import Path

import pytest

from tests.system.compose import NEEDS_DAEMON, ROOT, Compose, clean_environment, docker, eventually, logs
from tests.system.conftest import SMALL, settings, up
from tests.system.database import NEWEST, ask, connect, sim_now
from tools.torture.digests import table_digests
from tools.torture.oracle import differences

pytestmark = NEEDS_DAEMON

KILLS = 10
BACK_S = 15
KILL_ALL = ["bash", "-c", "kill -KILL -1"]  # every process of the container's user, the shell last
FINISHED = "/var/lib/postgresql/18/docker/bazaar.complete"
UP_SINCE = "SELECT pg_postmaster_start_time()"
HOLD = "BEGIN; LOCK TABLE pg_db_role_setting IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(20)"


@contextmanager
def project(name: str, folder: Path) -> Iterator[Compose]:
    """A system of the test's own that is not up yet."""
    made = Compose.of(f"bazaar-{name}-{uuid.uuid4().hex[:8]}", folder, settings())
    try:
        yield made
    finally:
        made.down("--rmi", "local")


def healthy(system: Compose) -> bool:
    """Whether the server's container runs and its check has succeeded since its latest start."""
    state = system.container("postgres")["State"]
    return bool(state["Running"]) and state["Health"]["Status"] == "healthy"


def starts(system: Compose) -> int:
    """How often Docker has started the server's container again by itself."""
    return int(system.container("postgres")["RestartCount"])


def has_moved(system: Compose, then: datetime) -> bool:
    """Whether the simulated clock has moved on."""
    return sim_now(system) > then


def has_settled(system: Compose) -> bool:
    """Whether Docker has forgotten the end before: after one within ten seconds of a start it pauses twice as long."""
    started = datetime.fromisoformat(system.container("postgres")["State"]["StartedAt"])
    return datetime.now(UTC) - started > timedelta(seconds=11)


def server_killed(system: Compose) -> None:
    """Kill everything in the server's container as its own user, so that Docker's restart policy has its say."""
    before = starts(system)
    system.exec("postgres", *KILL_ALL, check=False)
    eventually(lambda: starts(system) > before, 15, "the container is started again")


def test_a_shop_whose_server_is_killed_ten_times_goes_on_exactly(system: Compose, database_url: str, tmp_path: Path):
    with project("killed", tmp_path) as shop:
        docker("tag", f"{system.project}-sim", f"{shop.project}-sim")
        shop.run(*up("sim"), within_s=300)
        for number in range(KILLS):
            eventually(partial(has_settled, shop), 20, "the server has run for ten seconds")
            time.sleep(0.37 * number % 2)  # another moment of its five commits a second each time
            then = sim_now(shop)
            server_killed(shop)
            eventually(lambda: healthy(shop), BACK_S, f"healthy after kill {number + 1}")
            eventually(partial(has_moved, shop, then), 60, "the shop goes on")
        assert ask(shop, "SELECT count(*) FROM sim.runs") == (1,)  # one run has lived through all of it
        docker("stop", "-t", "15", shop.container("sim")["Name"])
        epoch, now = ask(shop, f"SELECT epoch, sim_now FROM {NEWEST}")
        hours = ceil((now - epoch) / timedelta(hours=1)) + 1
        fast = ["run", "--speed", "max", "--start", epoch.isoformat(), "--for", f"{hours}h"]
        shop.run("run", "--rm", "--no-deps", "sim", *fast, within_s=300)
        checked = shop.run("run", "--rm", "--no-deps", "sim", "check", check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr
        with closing(connect(shop, "bazaar", "bazaar")) as connection:
            suffered = table_digests(connection)
    again = [sys.executable, "-m", "sim", *fast, "--seed", SMALL["SEED"], "--scale", SMALL["SCALE"]]
    subprocess.run([*again, "--database-url", database_url], cwd=ROOT, env=clean_environment(), check=True, timeout=300)
    assert differences(database_url, suffered) == []


def test_a_first_start_that_is_killed_again_and_again_succeeds_at_last(tmp_path: Path):
    with project("early", tmp_path) as system:
        system.run("up", "--no-start", "postgres")
        name = system.container("postgres")["Name"]
        for tenths in (2, 4, 6, 8, 10, 13, 16, 20):
            docker("start", name)
            time.sleep(tenths / 10)  # within initdb, the image's settings, our own
            docker("kill", name)
        docker("start", name)
        eventually(lambda: healthy(system), 60, "healthy in the end\n" + logs(system, ["postgres"]))
        assert ask(system, "SELECT 1") == (1,)
        connect(system, "redash", "redash").close()
        reader = "SELECT current_setting('statement_timeout'), rolconnlimit FROM pg_roles WHERE rolname = current_user"
        assert ask(system, reader) == ("30s", 30)


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> Iterator[Compose]:
    """A server with something of its owner's in it."""
    with project("alone", tmp_path_factory.mktemp("alone")) as made:
        made.run(*up("postgres"), within_s=300)
        with closing(connect(made, "bazaar", "bazaar")) as owner, owner.cursor() as cursor:
            cursor.execute("CREATE TABLE kept AS SELECT 1 AS one; GRANT SELECT ON kept TO PUBLIC")
        yield made


@pytest.mark.parametrize("spoilt", ["head -c 4096 /dev/zero >>{}.1.incr.aof", "truncate -s 7 {}.1.base.rdb"])
def test_a_queue_whose_file_ends_in_what_a_power_cut_left_is_there_again(tmp_path: Path, spoilt: str):
    with project("queue", tmp_path) as system:
        system.run(*up("redis"), within_s=300)
        system.exec("redis", "sh", "-c", spoilt.format("/data/appendonlydir/appendonly.aof"))
        name = system.container("redis")["Name"]
        docker("kill", name)
        docker("start", name)
        # by the name that the others use: on its own loopback it answers in any case
        ping = partial(system.exec, "redis", "redis-cli", "-h", "redis", "ping", check=False)
        eventually(lambda: ping().stdout == "PONG\n", 30, "Redis answers")


def test_a_volume_that_nobody_has_marked_as_finished_is_kept(alone: Compose):
    """Such as one that was made before there was a mark, or whose power failed before everything was on the disk."""
    hba = "sed -i '/^host all all all/d' $PGDATA/pg_hba.conf && rm"
    alone.exec("postgres", "bash", "-c", f"{hba} {FINISHED}")
    server_killed(alone)
    eventually(lambda: healthy(alone), 60, "healthy again")
    assert ask(alone, "SELECT one FROM kept") == (1,)
    alone.exec("postgres", "test", "-e", FINISHED)


def test_a_server_whose_log_somebody_reads_is_there_again(alone: Compose):
    """The slot outlives the server, which never starts with a smaller log than that needs: not even to look around."""
    acts = "SET ROLE bazaar_replication"  # as whoever looks after the replica does
    with closing(connect(alone, "bazaar", "bazaar")) as owner, owner.cursor() as cursor:
        cursor.execute(f"{acts}; SELECT pg_create_logical_replication_slot('left', 'pgoutput')")
    server_killed(alone)
    eventually(lambda: healthy(alone), BACK_S, "healthy again")
    with closing(connect(alone, "bazaar", "bazaar")) as owner, owner.cursor() as cursor:
        cursor.execute(f"{acts}; SELECT pg_drop_replication_slot('left')")


def test_a_second_container_does_not_start_on_the_same_volume(alone: Compose):
    since = ask(alone, UP_SINCE)
    second = alone.run("run", "--rm", "--no-deps", "postgres", check=False)
    assert second.returncode == 1
    assert "another container is using this volume" in second.stderr + second.stdout
    assert (ask(alone, UP_SINCE), ask(alone, "SELECT one FROM kept")) == (since, (1,))


def test_an_orphan_that_dies_by_a_signal_takes_no_session_with_it(alone: Compose):
    with closing(connect(alone, "bazaar_reader", "bazaar")) as session, session.cursor() as cursor:
        orphan = "setsid bash -c 'echo $$ >/tmp/orphan; sleep 1; kill -PIPE $$' >/dev/null 2>&1 & disown"
        alone.exec("postgres", "bash", "-c", orphan)
        gone = ["bash", "-c", "test -s /tmp/orphan && ! kill -0 $(</tmp/orphan)"]
        eventually(lambda: alone.exec("postgres", *gone, check=False).returncode == 0, 30, "the orphan is gone")
        cursor.execute("SELECT pg_sleep(1)")  # the server looks after its children
        cursor.execute("SELECT 1")


def test_the_health_check_ends_before_docker_ends_it(alone: Compose):
    """Whoever holds up its questions, even all new sessions."""
    holder = ["psql", "--username=postgres", "--dbname=postgres", "--command", HOLD]
    held = "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'pg_db_role_setting'::regclass AND mode ~ '^AccessEx')"
    with closing(connect(alone, "bazaar_reader", "bazaar")) as session, session.cursor() as cursor:
        alone.run("exec", "--detach", "--no-TTY", "postgres", *holder)

        def is_held() -> bool:
            cursor.execute(held)
            return cursor.fetchone() == (True,)

        eventually(is_held, 10, "the lock is held")
        patience = alone.config()["services"]["postgres"]["healthcheck"]["timeout"].removesuffix("s")
        check = ["timeout", patience, "bash", "/bazaar/healthy.sh"]
        assert alone.exec("postgres", *check, check=False).returncode == 0
        assert is_held(), "the check was held up while it was looked at"
