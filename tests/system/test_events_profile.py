"""The profile `events` in containers: what happens in the shop is in the tables a moment later, whatever was killed."""

from __future__ import annotations

import socket
import uuid
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from pipeline.events.outputs.kafka_position import position
from pipeline.kafka.cluster import Cluster
from tests.system.broker import IMAGE
from tests.system.compose import BUILD_S, NEEDS_DAEMON, Compose, answers, docker, eventually
from tests.system.conftest import raised, settings
from tests.system.database import connect, sim_now
from tests.system.test_containers import assert_bereft

pytestmark = NEEDS_DAEMON

EVENTS = ["kafka", "kafka-producer", "kafka-consumer"]
PATIENCE_S = 120


@pytest.fixture(scope="module")
def events(tmp_path_factory) -> Iterator[Compose]:
    """A small shop at 60x, and its events."""
    if not answers("docker", "image", "inspect", IMAGE):
        pytest.skip(f"the image {IMAGE} is not here (docker pull {IMAGE})")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    own = settings() | {"COMPOSE_PROFILES": "events", "KAFKA_PORT": port}
    made = Compose.of(f"bazaar-events-{uuid.uuid4().hex[:8]}", tmp_path_factory.mktemp("events"), own)
    try:
        made.run("build", "preflight", "sim", *EVENTS[1:], within_s=BUILD_S)
        raised(made, "postgres", "sim", *EVENTS)
        yield made
    finally:
        made.down("--rmi", "local")


def landed(system: Compose, sql: str = "SELECT count(*) FROM landing.events") -> Any:
    """What the reader sees in the pipeline's database."""
    with closing(connect(system, "bazaar_reader", "pipeline")) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        [(found,)] = cursor.fetchall()
        return found


def state(system: Compose, service: str) -> tuple[str, str]:
    """Whether it runs, and how it is."""
    found = system.container(service)["State"]
    return found["Status"], found["Health"]["Status"]


def goes_on(system: Compose) -> None:
    """What happens from now on lands."""
    now = sim_now(system)
    newest = "SELECT coalesce(max(occurred_at), '-infinity') FROM landing.events"
    eventually(lambda: landed(system, newest) > now, PATIENCE_S, f"something of after {now} is landed")


def test_what_happens_is_landed(events: Compose):
    goes_on(events)
    assert landed(events, "SELECT count(*) FROM landing.dead_letters") == 0
    assert landed(events, "SELECT count(*) FROM landing.registrations") > 100


def test_its_containers_are_bereft_of_rights(events: Compose):
    for service in EVENTS:
        assert_bereft(events.container(service))


def test_whoever_is_on_this_machine_reads_it_too(events: Compose):
    host, port = events.address("kafka", 9092)
    assert host == "127.0.0.1"
    stands = position(Cluster.of(f"kafka://localhost:{port}"))
    assert stands is not None
    assert stands.event.startswith(b'{"specversion":"1.0"')


@pytest.mark.parametrize("service", [*EVENTS, "postgres"])
def test_killed_it_comes_back_and_goes_on(events: Compose, service: str):
    before = events.container(service)
    events.exec(service, "bash", "-c", "kill -KILL -1", check=False)  # everything but process 1, which follows
    eventually(lambda: events.container(service)["RestartCount"] > before["RestartCount"], 60, f"{service} is back")
    healthy = ("running", "healthy")
    eventually(lambda: state(events, service) == healthy, PATIENCE_S, f"{service} is healthy again")
    goes_on(events)
    offsets = "SELECT sum(next_offset) FROM landing.consumer_offsets"
    assert landed(events, offsets) >= landed(events)
    assert landed(events, "SELECT count(*) FROM landing.dead_letters") == 0


def test_stopped_they_end_well(events: Compose):
    for service in EVENTS[1:]:
        docker("stop", "--time", "15", events.container(service)["Name"])
        assert events.container(service)["State"]["ExitCode"] == 0
        docker("start", events.container(service)["Name"])
    goes_on(events)
