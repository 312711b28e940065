"""Marts in containers: made by nobody's hand, equal to what PostgreSQL and DuckDB say, whoever is killed meanwhile."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import httpx
import pytest

from pipeline.marts.catalogue import marts as catalogue
from pipeline.marts.catalogue import named
from pipeline.marts.engines import duckdb
from pipeline.marts.engines.from_postgres import from_postgres
from tests.pipeline.marts.shops import rows_of
from tests.system.airflow_page import Page
from tests.system.compose import BUILD_S, NEEDS_DAEMON, Compose, answers, eventually, logs
from tests.system.conftest import raised, settings, up
from tests.system.marts import PATIENCE_S, SPARK, Marts, Reader
from tests.system.replica import SERVICES
from tests.system.test_airflow import AIRFLOW, IMAGES
from tests.system.test_containers import assert_bereft

pytestmark = NEEDS_DAEMON

NAMES = {mart.name for mart in catalogue()}
LARGE = "customer_behaviour"
BUILDS = """
from pipeline.marts.by_spark import build
from pipeline.marts.catalogue import named
assert build(named(["average_check"]) * 5, None, print)
"""
# Python and Spark's client are loaded before the clock starts: on a busy machine that takes as long as the rest.
REFUSED = """
import os, tempfile, time
os.environ.setdefault("SPARK_HOME", tempfile.gettempdir())
import pyspark.sql.connect.session
import pipeline.marts.by_spark
from pipeline.marts.__main__ import main
begun_s = time.monotonic()
print(main(["build", "--engine", "spark", "average_check"]), time.monotonic() - begun_s)
"""
OTHERWISE = """
from dataclasses import replace
from pipeline.marts.by_spark import build
from pipeline.marts.catalogue import named
from pipeline.marts.head import MartCheck
[mart] = named(["average_check"])
fewer = mart.columns[:-1]
sql = f"SELECT {', '.join(each.name for each in fewer)} FROM ({mart.sql})"
fewer = replace(mart, columns=fewer, sql=sql, grain="Fewer columns.")
"""


@pytest.fixture(scope="module")
def marts(tmp_path_factory) -> Iterator[Marts]:
    """A small shop at 60x, its replica, Spark and Airflow, raised from nothing."""
    for image in IMAGES:
        if not answers("docker", "image", "inspect", image):
            pytest.skip(f"the image {image} is not here (docker pull {image})")
    own = settings() | {"COMPOSE_PROFILES": "pipeline", "KAFKA_PORT": "0", "HISTORY": "5d", "MARTS_EVERY": "9999d"}
    made = Compose.of(f"bazaar-marts-{uuid.uuid4().hex[:8]}", tmp_path_factory.mktemp("marts"), own)
    services = [*SERVICES, *SPARK, *AIRFLOW]
    try:
        made.run("build", "preflight", "sim", "connect", *SPARK, "airflow-init", *AIRFLOW, within_s=BUILD_S)
        raised(made, *services)
        yield Marts(made)
    finally:
        made.down("--rmi", "local")


def built(marts: Marts, *names: str) -> None:
    """Built by hand, looked at once more, and nothing is left."""
    done = marts.hand("build", "--engine", "spark", *names)
    assert done.returncode == 0, done.stdout + done.stderr + logs(marts.system, ["spark-connect"])[-2000:]
    looked = marts.hand("check", "--engine", "spark", *names)
    assert looked.returncode == 0, looked.stdout + looked.stderr
    assert marts.staged() == []


def test_every_mart_is_there_by_nobodys_hand(marts: Marts):
    eventually(lambda: marts.served().keys() == NAMES, 600, "all marts are served")
    assert len(set(marts.served().values())) == 1, "as of one instant"
    asked = marts.hand("status")
    assert asked.returncode == 0, asked.stdout
    assert [line.split()[0] for line in asked.stdout.splitlines()] == ["mart", *sorted(NAMES)]


def test_each_says_what_postgresql_and_duckdb_say_to_the_cent(marts: Marts, tmp_path: Path):
    served = marts.served()
    for mart in catalogue():
        with from_postgres(marts.shop_url()) as source:
            duckdb.build([mart], source, tmp_path / "marts.duckdb", served[mart.name], lambda _: None)
        rows = marts.rows(mart)
        assert rows or mart.may_be_empty, mart.name
        assert rows == marts.plain(mart, served[mart.name]), mart.name
        assert rows == rows_of(mart, tmp_path / "marts.duckdb"), mart.name


def test_its_containers_are_bereft_of_rights_and_only_the_page_is_published(marts: Marts):
    for service in SPARK:
        assert_bereft(marts.system.container(service))
    published = {service: marts.system.container(service)["NetworkSettings"]["Ports"] for service in SPARK}
    [(port, [bound])] = published.pop("spark-master").items()
    assert (port, bound["HostIp"]) == ("8080/tcp", "127.0.0.1")
    assert not any(any(ports.values()) for ports in published.values())


def test_connect_answers_nobody_without_the_secret(marts: Marts):
    done = marts.system.exec(
        "airflow-scheduler", "env", "SPARK_REMOTE=sc://spark-connect:15002", "python", "-m", "pipeline.marts", "build",
        "--engine", "spark", check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "No authentication token provided" in done.stderr
    assert "Traceback" not in done.stderr


def test_readers_see_whole_marts_while_two_runs_swap_the_same_one_ten_times(marts: Marts):
    reader, ended = Reader(marts, "SELECT COUNT(*) FROM marts.average_check"), list[CompletedProcess[str]]()
    running = [threading.Thread(target=lambda: ended.append(marts.program(BUILDS))) for _ in range(2)]
    before = len(marts.rows(named(["average_check"])[0]))
    reader.start()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(PATIENCE_S)
    reader.stop()
    assert [done.returncode for done in ended] == [0, 0], ended
    made = [line for done in ended for line in done.stdout.splitlines()]
    assert len(made) == 10
    assert reader.wrong == []
    whole = {int(line.split()[1].replace(",", "")) for line in made} | {before}
    assert {rows for (rows,) in reader.seen} <= whole
    assert len(reader.seen) > 100
    assert marts.staged() == []


def test_a_check_that_does_not_pass_leaves_the_mart_that_readers_have(marts: Marts):
    [mart] = named(["average_check"])
    before, rows = marts.served()[mart.name], marts.rows(mart)
    wrong = 'replace(mart, checks=(MartCheck("never", "SELECT -1", "SELECT COUNT(*) FROM orders"),))'
    done = marts.program(f"{OTHERWISE}\nassert not build([{wrong}], None, print)")
    assert done.returncode == 0, done.stderr
    assert "never: -1 in the mart, " in done.stdout
    assert (marts.served()[mart.name], marts.rows(mart)) == (before, rows)
    assert marts.staged() == []


def test_a_mart_whose_columns_are_others_takes_the_place_of_the_one_before(marts: Marts):
    [mart] = named(["average_check"])
    done = marts.program(f"{OTHERWISE}\nassert build([fewer], None, print)")
    assert done.returncode == 0, done.stderr
    of_it = "WHERE table_name = 'average_check' ORDER BY ordinal_position"
    columns = f"SELECT column_name FROM information_schema.columns {of_it}"
    assert [name for (name,) in marts.asked(columns)] == [each.name for each in mart.columns[:-1]]
    assert "its file is another one since" in marts.hand("status").stdout
    built(marts, mart.name)
    assert [name for (name,) in marts.asked(columns)] == [each.name for each in mart.columns]


@pytest.mark.parametrize("service", ["spark-worker", "spark-connect", "mysql", "spark-master"])
def test_killed_in_the_middle_of_a_build_the_next_one_is_right(marts: Marts, service: str):
    before = marts.system.container("spark-connect")["RestartCount"]
    with marts.building(LARGE) as ended:
        marts.killed(service)
    assert "Traceback" not in ended[0].stderr
    if service == "spark-master":  # which has forgotten Connect, so that this begins anew
        again = lambda: marts.system.container("spark-connect")["RestartCount"] > before  # noqa: E731
        eventually(again, PATIENCE_S, "Connect is begun anew")
    for name in {service, "spark-worker", "spark-connect"}:
        marts.healthy(name)
    built(marts, LARGE)


def test_a_scheduler_that_is_killed_in_the_middle_of_a_run_goes_on(marts: Marts):
    page = Page(marts.system)
    run = page.asked("/api/v2/dags/marts/dagRuns", {"logical_date": None})["dag_run_id"]
    eventually(marts.staged, PATIENCE_S, "the run builds a mart")
    marts.killed("airflow-scheduler")
    ended = lambda: page.asked(f"/api/v2/dags/marts/dagRuns/{run}")["state"] == "success"  # noqa: E731
    eventually(ended, PATIENCE_S, "the run ends well")
    assert len(set(marts.served().values())) == 1
    assert marts.staged() == []


def test_a_second_worker_takes_its_part_and_may_go_again(marts: Marts):
    """`docker compose up -d --scale spark-worker=2`: each has an executor, and what both compute is right."""

    def computing() -> list[int]:
        """The cores that each worker gives."""
        host, port = marts.system.address("spark-master", 8080)
        page = httpx.get(f"http://{host}:{port}/json/", trust_env=False, timeout=60).json()
        return [each["coresused"] for each in page["workers"] if each["state"] == "ALIVE"]

    def scaled(workers: int) -> None:
        asked = ["--no-deps", "--no-recreate", "--scale", f"spark-worker={workers}", "spark-worker"]
        marts.system.run(*up(*asked), within_s=480)
        eventually(lambda: computing() == [2] * workers, PATIENCE_S, f"{workers} workers give their cores")

    eventually(lambda: marts.served().keys() == NAMES, 600, "all marts are served")
    scaled(2)
    try:
        built(marts, LARGE)
    finally:
        scaled(1)
    built(marts, LARGE)


def test_a_missing_worker_is_named_within_a_minute(marts: Marts):
    marts.system.run("stop", "spark-worker")
    try:
        done = marts.program(REFUSED)
    finally:
        marts.system.run("start", "spark-worker")
    assert done.returncode == 0, done.stderr
    assert "has no worker" in done.stderr
    code, took_s = done.stdout.split()
    assert code == "1"
    assert float(took_s) < 60
    marts.healthy("spark-worker")
    built(marts, "average_check")
