"""The system in containers, for real: from clean to nothing left. Needs a Docker daemon."""

from __future__ import annotations

import uuid
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from tests.system.compose import NEEDS_DAEMON, Compose, docker, eventually
from tests.system.conftest import RAISED, settings, up
from tests.system.database import NEWEST, ask, connect, sim_now
from tools.env import EXAMPLE, read

pytestmark = NEEDS_DAEMON


def test_what_was_raised_is_healthy(system: Compose):
    for service in RAISED[1:]:
        state = system.container(service)["State"]
        assert (state["Status"], state["Health"]["Status"]) == ("running", "healthy"), service
    assert system.container("preflight")["State"]["ExitCode"] == 0


def test_rows_grow_and_the_simulated_clock_moves(system: Compose):
    counts = (
        f"SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM session_events), rows_written FROM {NEWEST}"
    )
    before, then = ask(system, counts), sim_now(system)
    eventually(lambda: sim_now(system) > then, 15, "the simulated clock moves")
    eventually(
        lambda: all(now > was for now, was in zip(ask(system, counts), before, strict=True)),
        60,
        f"more rows than {before}",
    )


def test_the_settings_reached_the_run(system: Compose):
    run = "SELECT seed, scale, speed, market, scenario FROM sim.runs WHERE run_id = 1"
    assert ask(system, run) == (7, 0.05, "60x", "international", "baseline")


def test_stopped_it_has_committed_and_started_again_it_goes_on(system: Compose):
    name = system.container("sim")["Name"]
    running, orders = sim_now(system), ask(system, "SELECT count(*) FROM orders")
    docker("stop", "-t", "10", name)
    assert system.container("sim")["State"]["ExitCode"] == 0
    stopped = sim_now(system)
    assert stopped >= running
    assert ask(system, f"SELECT status FROM {NEWEST}") == ("stopped",)
    docker("start", name)
    eventually(lambda: sim_now(system) > stopped, 30, "the shop goes on")
    assert ask(system, "SELECT min(seed), max(seed) FROM sim.runs") == (7, 7)
    assert ask(system, "SELECT count(*) FROM orders") >= orders
    eventually(lambda: system.container("sim")["State"]["Health"]["Status"] == "healthy", 60, "sim is healthy again")
    checked = system.exec("sim", "python", "-m", "sim", "check", check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_password_changed_takes_effect_in_a_database_that_is_there(tmp_path: Path):
    before = settings()
    system = Compose.of(f"bazaar-password-{uuid.uuid4().hex[:8]}", tmp_path, before)
    try:
        system.run(*up("postgres"), within_s=300)
        with closing(connect(system, "bazaar", "bazaar")) as owner, owner.cursor() as cursor:
            cursor.execute("CREATE TABLE kept AS SELECT 1 AS one; GRANT SELECT ON kept TO PUBLIC")
        changed = Compose.of(system.project, tmp_path, before | {"BAZAAR_READER_PASSWORD": "another-one"})
        changed.run(*up("postgres"), within_s=300)
        assert ask(changed, "SELECT one FROM kept") == (1,)
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            connect(changed, "bazaar_reader", "bazaar", before["BAZAAR_READER_PASSWORD"])
    finally:
        system.down()


def test_taken_down_it_leaves_nothing(system: Compose, tmp_path: Path):
    """Of containers that were made from the images that are there."""
    other = Compose.of(f"bazaar-down-{uuid.uuid4().hex[:8]}", tmp_path, settings())
    try:
        images = [f"{system.project}-{service}" for service in ("sim", "jupyter", "redash-publish")]
        for image in images:
            docker("tag", image, image.replace(system.project, other.project))
        other.run("up", "--no-start", *RAISED)
        mounts = [mount for service in RAISED for mount in other.container(service)["Mounts"]]
        volumes = {mount["Name"] for mount in mounts if mount["Type"] == "volume"}
        # none without a name, which nobody would find again
        assert volumes == {f"{other.project}_postgres", f"{other.project}_redis"}
        assert len(other.left()) == len(RAISED) + 2 + 4  # the volumes and the networks
    finally:
        other.down("--rmi", "local")
    assert other.left() == []
    assert volumes.isdisjoint(docker("volume", "ls", "--quiet").split())


def test_an_open_address_with_known_secrets_is_refused_and_leaves_what_runs_as_it_was(tmp_path: Path):
    careful = Compose.of(f"bazaar-careless-{uuid.uuid4().hex[:8]}", tmp_path, {})
    try:
        careful.run(*up("postgres"), within_s=300)
        before, address = careful.container("postgres"), careful.address("postgres", 5432)
        careless = Compose.of(careful.project, tmp_path, {"BIND_ADDRESS": "0.0.0.0"})
        refused = careless.run("up", "--detach", "postgres", check=False)
        assert refused.returncode != 0
        said = refused.stdout + refused.stderr
        assert "make env" in said
        secrets = [name for name, value in read(EXAMPLE.read_text()).items() if value.startswith("dev-")]
        assert [name for name in secrets if name not in said] == []
        after = careful.container("postgres")
        assert (after["Id"], after["State"]["StartedAt"]) == (before["Id"], before["State"]["StartedAt"])
        assert after["State"]["Status"] == "running"
        assert careful.address("postgres", 5432) == address
    finally:
        careful.down("--rmi", "local")
    assert careful.left() == []


def test_an_open_address_with_known_secrets_starts_nothing(tmp_path: Path):
    careless = Compose.of(f"bazaar-careless-{uuid.uuid4().hex[:8]}", tmp_path, {"BIND_ADDRESS": "0.0.0.0"})
    assert careless.run("up", "--detach", "postgres", check=False).returncode != 0
    assert careless.left() == []


def test_what_the_settings_are_checked_with_does_not_stay_in_the_image(tmp_path: Path):
    own = settings()
    system = Compose.of(f"bazaar-checked-{uuid.uuid4().hex[:8]}", tmp_path, own)
    try:
        system.run("build", "preflight")
        kept = docker("history", "--no-trunc", f"{system.project}-preflight")
        kept += docker("inspect", f"{system.project}-preflight")
        assert own["POSTGRES_PASSWORD"] not in kept
        assert "preflight.sh" in kept
    finally:
        system.down("--rmi", "local")
