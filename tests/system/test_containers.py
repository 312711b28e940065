"""What a program that was taken over inside a container would have: nothing to become, little to write."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.system.compose import NEEDS_DAEMON, ROOT, Compose, docker
from tests.system.conftest import RAISED, REDASH

pytestmark = NEEDS_DAEMON

OURS = ["sim", "jupyter", "redash-publish"]
RUNNING = RAISED[1:]
PLACES = ["/", "/bazaar", "/etc", "/usr/local/bin", "/var/tmp", "/home"]
WRITE = "for p in %s; do touch $p/probe 2>/dev/null && echo $p; done; true"


def created(system: Compose, service: str) -> dict[str, Any]:
    """The container of a service, made when it is not there, started or not."""
    if not system.run("ps", "--all", "--quiet", service).stdout.strip():
        system.run("up", "--no-start", "--no-deps", service)
    return system.container(service)


def assert_bereft(container: dict[str, Any]) -> None:
    """No root, no right to become it, nowhere to write but what is listed in docker-compose.yml."""
    host = container["HostConfig"]
    assert container["Config"]["User"].split(":")[0] not in {"", "0", "root"}
    assert host["ReadonlyRootfs"]
    assert (host["CapDrop"], host["CapAdd"] or []) == (["ALL"], [])
    assert "no-new-privileges:true" in host["SecurityOpt"]
    assert not host["Privileged"]
    assert 0 < host["PidsLimit"] <= 2048
    assert host["Memory"] > 0
    assert "host" not in {host["NetworkMode"], host["PidMode"], host["IpcMode"]}
    bound = {Path(mount["Source"]) for mount in container["Mounts"] if mount["Type"] == "bind" and mount["RW"]}
    assert bound <= {ROOT / "notebooks"}


@pytest.mark.parametrize("service", [*RAISED, "redash-publish"])
def test_every_container_of_ours_is_bereft_of_rights(system: Compose, service: str):
    assert_bereft(created(system, service))


@pytest.mark.parametrize("service", REDASH)
def test_redashs_containers_are_too(redash: Compose, service: str):
    assert_bereft(redash.container(service))


def processes(system: Compose, service: str) -> set[str]:
    """The users of a container's processes, as the host sees them."""
    lines = docker("top", system.container(service)["Id"], "-eo", "uid,pid,comm").splitlines()[1:]
    return {line.split()[0] for line in lines}


@pytest.mark.parametrize("service", RUNNING)
def test_no_process_is_roots_or_has_a_capability(system: Compose, service: str):
    assert "0" not in processes(system, service)
    status = system.exec(service, "cat", "/proc/1/status").stdout
    has = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert (int(has["CapEff"], 16), int(has["CapBnd"], 16), has["NoNewPrivs"]) == (0, 0, "1")


@pytest.mark.parametrize("service", RUNNING)
def test_not_even_root_can_write_to_the_image(system: Compose, service: str):
    """So it is the file system that refuses, and not only its owners."""
    done = system.exec(service, "sh", "-c", WRITE % " ".join(PLACES), user="root")
    assert done.stdout.split() == []
    assert system.exec(service, "sh", "-c", WRITE % "/tmp").stdout.split() == ["/tmp"]


def test_the_publishers_image_cannot_be_written_either(system: Compose):
    command = ["run", "--rm", "--no-deps", "--user", "root", "--entrypoint", "sh", "redash-publish", "-c"]
    assert system.run(*command, WRITE % " ".join([*PLACES, "/tmp"])).stdout.split() == ["/tmp"]


def test_our_code_belongs_to_nobody_who_runs_it(system: Compose):
    for service in ("sim", "jupyter"):
        found = system.exec(service, "find", "/bazaar", "/venv", "-path", "/bazaar/notebooks", "-prune", "-o",
                            "-writable", "-not", "-type", "l", "-print")  # fmt: skip
        assert found.stdout.split() == [], service


CONNECT = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=5)"


def reaches(system: Compose, service: str, host: str, port: int) -> bool:
    """Whether a connection from one container to another is made."""
    return system.exec(service, "python", "-c", CONNECT, host, str(port), check=False).returncode == 0


@pytest.mark.parametrize("service", ["jupyter", "sim"])
def test_notebooks_and_simulator_reach_the_database_and_not_redashs_queue(system: Compose, service: str):
    networks = system.container("redis")["NetworkSettings"]["Networks"]
    assert set(networks) == {f"{system.project}_redash"}
    address = networks[f"{system.project}_redash"]["IPAddress"]
    assert reaches(system, service, "postgres", 5432)
    assert not reaches(system, service, "redis", 6379)
    assert not reaches(system, service, address, 6379)


def test_redash_works_so_confined(redash: Compose, tmp_path: Path):
    """The publisher makes a query, and Redash's own worker asks it, as the reader. One, since each takes a while."""
    folder = tmp_path / "redash"
    (folder / "queries").mkdir(parents=True)
    shutil.copy(ROOT / "redash" / "queries" / "cities.sql", folder / "queries")
    command = ["run", "--rm", "--no-deps", "--volume", f"{folder}:/files:ro", "redash-publish"]
    done = redash.run(*command, "publish", "--files", "/files", within_s=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 of 1 queries run" in done.stdout + done.stderr
