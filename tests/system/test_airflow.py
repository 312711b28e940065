"""Airflow in containers: it comes up by itself, looks after the replica, and tells when that is not the shop."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from tests.system.airflow_page import PATIENCE_S, Page
from tests.system.compose import BUILD_S, NEEDS_DAEMON, Compose, answers, eventually
from tests.system.conftest import raised, settings
from tests.system.database import connect
from tests.system.mysql import asked
from tests.system.test_containers import assert_bereft

pytestmark = NEEDS_DAEMON

IMAGES = ["mysql:8.4", "apache/kafka:4.3.1", "maven:3.9-eclipse-temurin-21"]
AIRFLOW = ["airflow-api", "airflow-scheduler", "airflow-dag-processor"]
SERVICES = ["postgres", "sim", "kafka", "mysql", "connect", *AIRFLOW]


@pytest.fixture(scope="module")
def system(tmp_path_factory) -> Iterator[Compose]:
    """A small shop at 60x, its replica and Airflow, raised from nothing."""
    for image in IMAGES:
        if not answers("docker", "image", "inspect", image):
            pytest.skip(f"the image {image} is not here (docker pull {image})")
    own = settings() | {"COMPOSE_PROFILES": "pipeline", "KAFKA_PORT": "0"}
    made = Compose.of(f"bazaar-airflow-{uuid.uuid4().hex[:8]}", tmp_path_factory.mktemp("airflow"), own)
    try:
        made.run("build", "preflight", "sim", "connect", "airflow-init", *AIRFLOW, within_s=BUILD_S)
        raised(made, *SERVICES)
        yield made
    finally:
        made.down("--rmi", "local")


@pytest.fixture(scope="module")
def page(system: Compose) -> Page:
    return Page(system)


def ops(system: Compose, sql: str) -> list[tuple[Any, ...]]:
    """What the reader sees of the runs."""
    with closing(connect(system, "bazaar_reader", "pipeline")) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def rebuilt(system: Compose) -> None:
    """The replica anew, by a person's hand and in the words of the DAG's page."""
    system.exec("airflow-scheduler", "python", "-m", "pipeline.replica", "rebuild", within_s=PATIENCE_S)


def test_every_part_of_it_is_well_and_every_dag_loads(page: Page):
    found = page.asked("/api/v2/monitor/health")
    assert {part: found[part]["status"] for part in ("metadatabase", "scheduler", "dag_processor")} == {
        "metadatabase": "healthy", "scheduler": "healthy", "dag_processor": "healthy",
    }  # fmt: skip
    eventually(lambda: page.asked("/api/v2/dags")["total_entries"], PATIENCE_S, "the DAGs are read")
    assert page.asked("/api/v2/importErrors")["import_errors"] == []


def test_its_containers_are_bereft_of_rights(system: Compose):
    for service in AIRFLOW:
        assert_bereft(system.container(service))


def test_nobody_comes_in_without_the_password(system: Compose):
    host, port = system.address("airflow-api", 8080)
    url = f"http://{host}:{port}"
    wrong = {"username": "admin", "password": "dev-airflow"}
    assert httpx.post(f"{url}/auth/token", json=wrong, timeout=60, trust_env=False).status_code == 401
    assert httpx.get(f"{url}/api/v2/dags", timeout=60, trust_env=False).status_code == 401


def test_the_replica_is_made_and_found_equal_by_nobodys_hand(system: Compose, page: Page):
    made = "SELECT run FROM ops.runs WHERE outcome = 'succeeded'"
    eventually(lambda: page.asked("/api/v2/assets/events")["total_entries"], PATIENCE_S, "the asset is told of")
    assert ops(system, made)
    seen = "count(DISTINCT subject), bool_and(passed), max(rows_found) FILTER (WHERE subject = 'orders')"
    [(compared, equal, orders)] = ops(system, f"SELECT {seen} FROM ops.checks")
    assert compared == 31
    assert equal
    assert orders > 0
    [event, *_] = page.asked("/api/v2/assets/events")["asset_events"]
    assert "as_of" in event["extra"]


def test_a_row_changed_by_hand_fails_the_run_and_is_told_with_the_table_and_the_count(system: Compose, page: Page):
    asked(system, "UPDATE payments SET amount = amount + 1 LIMIT 2", "bazaar")
    run = page.pressed("replicate")
    assert run["state"] == "failed"
    tasks = page.tasks(run)
    assert tasks["reconcile[orders]"] == "failed"
    assert tasks["record"] == "upstream_failed"
    assert {state for name, state in tasks.items() if name not in {"reconcile[orders]", "record"}} == {"success"}
    [(subject, message)] = ops(system, f"SELECT subject, message FROM ops.alerts WHERE run = '{run['dag_run_id']}'")
    assert subject == "payments"
    assert message.startswith("2 rows differ: ")
    again = page.pressed("replicate")
    assert again["state"] == "failed", "nothing has repaired it in silence"


def test_made_anew_it_is_right_again(system: Compose, page: Page):
    rebuilt(system)
    run = page.pressed("replicate")
    assert run["state"] == "success"
    assert ops(system, f"SELECT outcome FROM ops.runs WHERE run = '{run['dag_run_id']}'") == [("succeeded",)]


def test_what_it_leaves_behind_is_tidied_up(system: Compose, page: Page):
    """Nothing is old enough to go: both tasks get at what they tidy, in a container that may write to little."""
    before = page.asked("/api/v2/dags/replicate/dagRuns")["total_entries"]
    assert page.pressed("housekeeping")["state"] == "success"
    assert page.asked("/api/v2/dags/replicate/dagRuns")["total_entries"] >= before


@pytest.mark.parametrize("service", AIRFLOW)
def test_killed_it_comes_back_and_goes_on(system: Compose, page: Page, service: str):
    before = system.container(service)["RestartCount"]
    system.exec(service, "bash", "-c", "kill -KILL -1", check=False)  # everything but process 1, which follows
    eventually(lambda: system.container(service)["RestartCount"] > before, 60, f"{service} is back")
    healthy = ("running", "healthy")

    def state() -> tuple[str, str]:
        found = system.container(service)["State"]
        return found["Status"], found["Health"]["Status"]

    eventually(lambda: state() == healthy, PATIENCE_S, f"{service} is healthy again")
    assert page.pressed("replicate")["state"] == "success"
