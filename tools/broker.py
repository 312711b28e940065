"""A broker as docker-compose.yml has it, by itself in a container: for tests and benchmarks, gone afterwards."""

from __future__ import annotations

import socket
import subprocess
import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import yaml

from tools.env import ROOT

_TRIES = 3  # a port that was free a moment ago may be somebody's now


class Started(NamedTuple):
    """Its container, and the port of this machine on which it is reached."""

    name: str
    port: int


def image() -> str:
    """Which Kafka docker-compose.yml starts."""
    named: str = _service()["image"]
    return named


def start(settings: Mapping[str, str] | None = None) -> Started:
    """Start one on a free port; it answers a few seconds later. `docker rm --force --volumes` ends it.

    Raises OSError, subprocess.SubprocessError.
    """
    for _ in range(_TRIES - 1):
        with suppress(subprocess.CalledProcessError):
            return _started(settings or {})
    return _started(settings or {})


def _started(settings: Mapping[str, str]) -> Started:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    started = Started(f"bazaar-kafka-{uuid.uuid4().hex[:8]}", port)
    own = {
        "KAFKA_LISTENERS": f"HOST://:{port},INTERNAL://localhost:19092,CONTROLLER://localhost:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"HOST://127.0.0.1:{port},INTERNAL://localhost:19092",
    }
    there: dict[str, str] = _service()["environment"]
    environment = [f"--env={name}={value}" for name, value in (there | own | dict(settings)).items()]
    publish = ("--publish", f"127.0.0.1:{port}:{port}", "--memory", "768m", "--init", "--name", started.name)
    command = ["docker", "run", "--detach", *publish, *environment, image()]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    except subprocess.SubprocessError:
        gone = ["docker", "rm", "--force", "--volumes", started.name]
        subprocess.run(gone, check=False, capture_output=True, timeout=120)
        raise
    return started


def _service() -> dict[str, Any]:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)["services"]["kafka"]
    return found
