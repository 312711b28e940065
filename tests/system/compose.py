"""Docker Compose as the tests use it: a project of its own, with settings of its own and nobody else's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tools.env import EXAMPLE, read

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
BUILD_S = 900  # with nothing in the cache, on a slow line
_SETTINGS = {"SPEED", "SEED", "SCENARIO", "HISTORY", "SCALE", "MARKET", "KEEP", "DATABASE_URL"}

T = TypeVar("T")


def answers(*command: str) -> bool:
    """Whether a program is there and ends well."""
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0


NEEDS_COMPOSE = pytest.mark.skipif(
    not answers("docker", "compose", "version"), reason="there is no docker compose here"
)
NEEDS_DAEMON = pytest.mark.skipif(not answers("docker", "info"), reason="no Docker daemon answers here")


def clean_environment() -> dict[str, str]:
    """This process's environment without any setting of ours."""
    ours = _SETTINGS | read(EXAMPLE.read_text(encoding="utf-8")).keys()
    mixing = {"COMPOSE_FILE", "COMPOSE_PROFILES", "COMPOSE_PROJECT_NAME", "COMPOSE_ENV_FILES"}
    return {name: value for name, value in os.environ.items() if name not in ours | mixing}


def generation_one() -> str | None:
    """The path of a docker-compose 1.x, of which there may be several; None where there is none."""
    for folder in os.get_exec_path():
        found = shutil.which("docker-compose", path=folder)
        if found and subprocess.run(
            [found, "version", "--short"], capture_output=True, text=True, check=False
        ).stdout.startswith("1."):
            return found
    return None


def eventually(look: Callable[[], T], within_s: float, what: str) -> T:
    """What `look` returns once that is true; fails when it does not become so in time."""
    deadline = time.monotonic() + within_s
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {within_s:g} s: {what}"
        time.sleep(0.2)
    return found


@dataclass(frozen=True)
class Compose:
    """One project: `docker compose` with a project name and a file of settings in the place of .env."""

    project: str
    settings: Path

    @classmethod
    def of(cls, project: str, folder: Path, settings: dict[str, str]) -> Compose:
        """A project whose settings are written into `folder`; host ports are whatever is free."""
        file = folder / f"{project}.env"
        ports = ("POSTGRES_PORT", "REDASH_PORT", "JUPYTER_PORT", "MYSQL_PORT", "AIRFLOW_PORT", "SPARK_PORT")
        free = dict.fromkeys(ports, "0")
        file.write_text("".join(f"{name}={value}\n" for name, value in (settings | free).items()), encoding="utf-8")
        return cls(project, file)

    def run(self, *arguments: str, within_s: float = 120, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one `docker compose` command; its output is shown when it fails."""
        command = ["docker", "compose", "--file", str(FILE), "--project-name", self.project]
        done = subprocess.run(
            [*command, "--env-file", str(self.settings), *arguments],
            cwd=ROOT, env=clean_environment(), capture_output=True, text=True, timeout=within_s, check=False,
        )  # fmt: skip
        assert not check or done.returncode == 0, f"{' '.join(arguments)}:\n{done.stdout}\n{done.stderr}"
        return done

    def exec(
        self, service: str, *command: str, user: str | None = None, within_s: float = 120, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in a service's container, as its own user unless another is given."""
        options = ["--no-TTY", *(["--user", user] if user else [])]
        return self.run("exec", *options, service, *command, within_s=within_s, check=check)

    def config(self) -> dict[str, Any]:
        """The whole file as Compose understands it."""
        config: dict[str, Any] = json.loads(self.run("config", "--format", "json").stdout)
        return config

    def container(self, service: str) -> dict[str, Any]:
        """What Docker knows of a service's container, running or not."""
        name = self.run("ps", "--all", "--quiet", service).stdout.strip()
        found: dict[str, Any] = json.loads(docker("inspect", name))[0]
        return found

    def address(self, service: str, port: int) -> tuple[str, int]:
        """Where a published port is reached."""
        host, _, number = self.run("port", service, str(port)).stdout.strip().rpartition(":")
        return host, int(number)

    def left(self) -> list[str]:
        """Containers, volumes and networks that bear the project's name."""
        label = f"label=com.docker.compose.project={self.project}"
        kinds = (["ps", "--all", "--format", "{{.Names}}"], ["volume", "ls", "--quiet"], ["network", "ls", "--quiet"])
        return [line for kind in kinds for line in docker(*kind, "--filter", label).split()]

    def down(self, *images: str) -> None:
        """Stop and remove everything, volumes too."""
        self.run("down", "--volumes", "--remove-orphans", "--timeout", "20", *images)


def docker(*arguments: str, within_s: float = 120) -> str:
    """One docker command's output."""
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=within_s, check=True).stdout


def logs(system: Compose, services: Iterable[str]) -> str:
    """What these services said."""
    return system.run("logs", "--no-color", "--no-log-prefix", *services).stdout
