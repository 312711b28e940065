"""A replica between servers of one's own, by nobody with more rights than docs/replica.md says, and without Airflow."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest

from tests.system.compose import BUILD_S, NEEDS_DAEMON, ROOT, Compose, answers, docker, eventually
from tests.system.conftest import raised, settings
from tools.env import read

pytestmark = NEEDS_DAEMON

MYSQL, KAFKA, MAVEN = "mysql:8.4", "apache/kafka:4.3.1", "maven:3.9-eclipse-temurin-21"
SHOP = "postgresql://the_owner_of_the_shop:mine@{}/the_shop"
REPLICA = "mysql://the_owner_of_the_replica:mine@{}/the_replica"
EQUAL = re.compile("31 tables, [0-9,]{5,} rows, whole: equal")
PATIENCE_S = 300


def pasted(server: str, secret: str) -> str:
    """What the page has for a server's superuser to say; each `…` is a password."""
    page = (ROOT / "docs" / "replica.md").read_text(encoding="utf-8")
    blocks: list[str] = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    [block] = [each for each in blocks if (server == "postgres") == ("REPLICATION PASSWORD" in each)]
    return (
        block.replace("bazaar_sink IDENTIFIED BY '…'", f"bazaar_sink IDENTIFIED BY '{secret}'")
        .replace("REPLICATION PASSWORD '…'", f"REPLICATION PASSWORD '{secret}'")
        .replace("…", "mine")
    )


@pytest.fixture(scope="module")
def system(tmp_path_factory) -> Iterator[Compose]:
    """Kafka and Connect, as Compose has them, and a MySQL that knows nobody."""
    for image in (MYSQL, KAFKA, MAVEN):
        if not answers("docker", "image", "inspect", image):
            pytest.skip(f"the image {image} is not here (docker pull {image})")
    own = settings() | {"COMPOSE_PROFILES": "pipeline", "KAFKA_PORT": "0"}
    made = Compose.of(f"bazaar-own-{uuid.uuid4().hex[:8]}", tmp_path_factory.mktemp("own"), own)
    mysql = f"{made.project}-their-mysql"
    try:
        made.run("build", "preflight", "sim", "connect", "airflow-scheduler", within_s=BUILD_S)
        raised(made, "kafka", "connect")
        _beside(made, mysql, MYSQL, "MYSQL_ROOT_PASSWORD=root", [])
        say = ["exec", "--env", "MYSQL_PWD=root", "--interactive", mysql, "mysql", "--user=root", "--host=127.0.0.1"]
        eventually(lambda: answers("docker", *say, "--execute=SELECT 1"), PATIENCE_S, "MySQL answers")
        docker(*say, f"--execute={pasted('mysql', _secret(made, 'MYSQL_SINK_PASSWORD'))}")
        yield made
    finally:
        answers("docker", "rm", "--force", "--volumes", mysql)
        made.down("--rmi", "local")


@pytest.fixture(params=["15", "17"])
def shop(request: pytest.FixtureRequest, system: Compose) -> Iterator[str]:
    """A shop in a PostgreSQL that knows nobody but its owner; where it is."""
    image, name = f"postgres:{request.param}", f"{system.project}-their-postgres"
    if not answers("docker", "image", "inspect", image):
        pytest.skip(f"the image {image} is not here (docker pull {image})")
    _beside(system, name, image, "POSTGRES_PASSWORD=root", ["postgres", "-c", "wal_level=logical"])
    try:
        say = ["exec", name, "psql", "--username=postgres", "--host=127.0.0.1", "--set=ON_ERROR_STOP=1", "--quiet"]
        eventually(lambda: answers("docker", *say, "--command=SELECT 1"), PATIENCE_S, "PostgreSQL answers")
        docker(*say, "--command=CREATE ROLE the_owner_of_the_shop LOGIN PASSWORD 'mine'")
        docker(*say, "--command=CREATE DATABASE the_shop OWNER the_owner_of_the_shop")
        docker(*say, "--dbname=the_shop", f"--command={pasted('postgres', _secret(system, 'REPLICATION_PASSWORD'))}")
        here = ["--rm", "--network", f"{system.project}_replica", "--env", f"DATABASE_URL={SHOP.format(name)}"]
        small = ["--speed", "max", "--for", "3h", "--scale", "0.05", "--seed", "3"]
        docker("run", *here, f"{system.project}-sim", "run", *small, within_s=PATIENCE_S)
        yield name
    finally:
        docker("rm", "--force", "--volumes", name)


def test_it_is_made_found_equal_and_made_anew_with_the_rights_that_the_page_lists(system: Compose, shop: str):
    where = [f"DATABASE_URL={SHOP.format(shop)}", f"MYSQL_URL={REPLICA.format(f'{system.project}-their-mysql')}"]
    given = [option for each in where for option in ("--env", each)]

    def asked(command: str) -> str:
        by_hand = ["run", "--rm", "--no-deps", "--entrypoint", "python", *given, "airflow-scheduler"]
        return system.run(*by_hand, "-m", "pipeline.replica", command, within_s=PATIENCE_S).stdout

    assert "started shop-source and shop-sink" in asked("ensure")
    assert EQUAL.search(asked("check"))
    assert asked("ensure") == "all is right\n"
    assert "dropped the slot bazaar_replica" in asked("rebuild")
    assert EQUAL.search(asked("check"))
    assert "shop-sink" in asked("status")


def _beside(system: Compose, name: str, image: str, secret: str, command: list[str]) -> None:
    """A server of somebody else's, where Connect can reach it."""
    docker(
        "run", "--detach", "--name", name, "--network", f"{system.project}_replica", "--env", secret, image, *command
    )


def _secret(system: Compose, name: str) -> str:
    return read(system.settings.read_text(encoding="utf-8"))[name]
