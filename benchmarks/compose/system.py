"""The whole system in containers: a project of its own, with free ports, development secrets and the default shop."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.simulator import REPOSITORY
from benchmarks.unmeasurable import Unmeasurable
from sim.settings import VARIABLES
from tools.env import EXAMPLE, read

_PORTS = ("POSTGRES_PORT", "REDASH_PORT", "JUPYTER_PORT", "KAFKA_PORT", "MYSQL_PORT", "AIRFLOW_PORT", "SPARK_PORT")
_MIXING = {"COMPOSE_FILE", "COMPOSE_PROFILES", "COMPOSE_PROJECT_NAME", "COMPOSE_ENV_FILES"}
_DEFAULTS = read(EXAMPLE.read_text(encoding="utf-8"))
_ANSWERS_WITHIN_S = 60.0
_BUILT_WITHIN_S = 1800.0


@dataclass(frozen=True, slots=True)
class System:
    """One project of Compose. Nothing of the caller's environment or of a file .env gets into it."""

    project: str
    settings: dict[str, str]

    @property
    def shop_url(self) -> str:
        """The shop's database, as the role that only reads."""
        password = self.settings["BAZAAR_READER_PASSWORD"]
        return f"postgresql://bazaar_reader:{password}@127.0.0.1:{self.settings['POSTGRES_PORT']}/bazaar"

    @property
    def redash_database_url(self) -> str:
        """Redash's own database, as its owner."""
        password = self.settings["REDASH_DB_PASSWORD"]
        return f"postgresql://redash:{password}@127.0.0.1:{self.settings['POSTGRES_PORT']}/redash"

    @property
    def redash_url(self) -> str:
        """Where Redash answers."""
        return f"http://127.0.0.1:{self.settings['REDASH_PORT']}"

    @property
    def jupyter_url(self) -> str:
        """Where JupyterLab answers without asking for its token."""
        return f"http://127.0.0.1:{self.settings['JUPYTER_PORT']}/api"

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command of Compose. What it says comes through its one pipe."""
        return subprocess.Popen(
            ["docker", "compose", "--project-name", self.project, "--env-file", os.devnull, *arguments],
            cwd=REPOSITORY, env=environment() | self.settings, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self, *arguments: str, within_s: float = 300.0) -> str:
        """Run a command of Compose to its end and return what it said."""
        process = self.begin(*arguments)
        said, _ = process.communicate(timeout=within_s)
        if process.returncode:
            raise RuntimeError(f"docker compose {' '.join(arguments)}: {said.strip()}")
        return said


@contextmanager
def system(
    settings: Mapping[str, str] | None = None, built: Sequence[str] = (), needed: Collection[str] = ()
) -> Iterator[System]:
    """A system that is built and not up; all of it is gone when the block is left, what others have built is not.

    With settings of its own if any are given; all services, or those that are named as to be built and as needed.
    """
    need_daemon()
    ports = dict(zip(_PORTS, map(str, _free_ports(len(_PORTS))), strict=True))
    made = System(f"bazaar-benchmark-{uuid.uuid4().hex[:8]}", {**_DEFAULTS, **ports, **(settings or {})})
    need_images(made, needed)
    try:
        made.run("build", *built, within_s=_BUILT_WITHIN_S)
        yield made
    finally:
        made.run("down", "--volumes", "--rmi", "local")


def need_daemon() -> None:
    """Raise Unmeasurable when there is no Docker to measure with."""
    if _answer("docker", "compose", "version") is None:
        raise Unmeasurable("compose: there is no `docker compose` here")
    if _answer("docker", "version", "--format", "{{.Server.Version}}") is None:
        raise Unmeasurable("compose: no Docker daemon answers (`docker version` says more)")


def need_images(made: System, services: Collection[str] = ()) -> None:
    """Raise Unmeasurable when an image that is not ours would have to be pulled first."""
    used = {image for name, image in images(made).items() if not services or name in services}
    missing = sorted(name for name in used if not name.startswith(made.project) and not inspected(name))
    if missing:
        raise Unmeasurable(f"compose: not here yet: {', '.join(missing)} (`docker compose pull` brings them)")


def images(made: System) -> dict[str, str]:
    """The image of each service; our own are named after the project."""
    services = json.loads(made.run("config", "--format", "json"))["services"]
    return {name: service.get("image") or f"{made.project}-{name}" for name, service in services.items()}


def inspected(image: str) -> dict[str, Any] | None:
    """What Docker knows of an image, None where it has none of that name."""
    said = _answer("docker", "image", "inspect", image)
    return json.loads(said)[0] if said else None


def origin(image: str) -> str:
    """Where an image is from: the digest by which its registry knows it, or that it was made on this machine."""
    found = inspected(image) or {}
    if digests := found.get("RepoDigests"):
        return str(digests[0].partition("@")[2][:19])
    described = (found.get("Config", {}).get("Labels") or {}).get("org.opencontainers.image.description")
    return "made on this machine, not its registry's" + (f": {described}" if described else "")


def _answer(*command: str) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_ANSWERS_WITHIN_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def environment() -> dict[str, str]:
    """This process's environment without any setting of ours."""
    ours = _MIXING | _DEFAULTS.keys() | set(VARIABLES.values())
    return {name: value for name, value in os.environ.items() if name not in ours}


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
