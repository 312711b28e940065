"""One system in containers for all tests: raised from clean, with secrets of its own and a small shop."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from tests.pipeline.events.shops import day
from tests.system.broker import IMAGE, Broker, new_broker
from tests.system.compose import BUILD_S, Compose, answers, logs
from tools.env import EXAMPLE, made, read

__all__ = ["day"]  # a fixture

RAISED = ["preflight", "postgres", "redis", "sim", "jupyter"]
REDASH = ["redash-init", "redash-server", "redash-scheduler", "redash-worker"]
SMALL = {"SCALE": "0.05", "HISTORY": "3h", "SPEED": "60x", "SEED": "7"}


def up(*services: str) -> list[str]:
    """The arguments that raise these services and wait until they are healthy."""
    return ["up", "--detach", "--wait", "--wait-timeout", "420", *services]


def settings() -> dict[str, str]:
    """Secrets of the test's own, and a small shop."""
    example = EXAMPLE.read_text(encoding="utf-8")
    return read(example) | made(example, None, renew=False) | SMALL


def raised(system: Compose, *services: str) -> None:
    """Raise these services; what they said is shown when they do not become healthy."""
    done = system.run(*up(*services), within_s=480, check=False)
    assert done.returncode == 0, done.stderr + logs(system, services)


@pytest.fixture(scope="session")
def system(tmp_path_factory) -> Iterator[Compose]:
    """Everything of ours, and Redis."""
    made = Compose.of(f"bazaar-test-{uuid.uuid4().hex[:8]}", tmp_path_factory.mktemp("system"), settings())
    try:
        made.run("build", "sim", "jupyter", "redash-publish", within_s=BUILD_S)
        raised(made, *RAISED[1:])
        yield made
    finally:
        made.down("--rmi", "local")


@pytest.fixture(scope="session")
def redash(system: Compose) -> Compose:
    """The same with Redash, where its image is."""
    image = system.config()["services"]["redash-server"]["image"]
    if not answers("docker", "image", "inspect", image):
        pytest.skip(f"the image {image} is not here (docker pull {image})")
    raised(system, *REDASH[1:])
    return system


@pytest.fixture(scope="session")
def one_broker() -> Iterator[Broker]:
    """A Kafka for all tests, where its image is."""
    if not answers("docker", "image", "inspect", IMAGE):
        pytest.skip(f"the image {IMAGE} is not here (docker pull {IMAGE})")
    with new_broker() as broker:
        yield broker


@pytest.fixture
def broker(one_broker: Broker) -> Broker:
    """The same without topics of the shop."""
    one_broker.resume()
    one_broker.back()
    one_broker.emptied()
    return one_broker
