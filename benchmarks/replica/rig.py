"""The shop, its pipeline and who looks after it in containers, and both databases as somebody outside sees them."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg2
import pymysql

from benchmarks.compose.events import account, seconds_in
from benchmarks.compose.system import System, system
from benchmarks.databases import ask

FOLLOWING = ("kafka", "mysql", "connect")
AIRFLOW = ("airflow-api", "airflow-scheduler", "airflow-dag-processor")
PIPELINE = (*FOLLOWING, "kafka-producer", "kafka-consumer", *AIRFLOW)
_PROFILE = {"COMPOSE_PROFILES": "pipeline", "HISTORY": "1d", "SPEED": "60x"}
_BUILT = ("preflight", "sim", "connect", "airflow-init", "kafka-producer", "kafka-consumer", *AIRFLOW)
_NOW = "SELECT max(sim_now) FROM runs"
SIM_NOW = "SELECT sim_now, status FROM sim.current_run"
PATIENCE_S = 900.0


@contextmanager
def rig() -> Iterator[System]:
    """A system with a shop of a day, which stands, and nothing of the pipeline. Raises Unmeasurable."""
    with system(_PROFILE, _BUILT, ("postgres", *FOLLOWING)) as made:
        raised(made, "postgres", "sim")
        until(lambda: ask(made.shop_url, SIM_NOW)[0][1] == "pacing", "a shop with its history")
        made.run("stop", "sim")
        yield made


def raised(made: System, *services: str) -> None:
    """Raise some services, and wait until they are healthy."""
    made.run("up", "--detach", "--wait", *services, within_s=PATIENCE_S)


def tended(made: System, command: str) -> str:
    """Run a command of `python -m pipeline.replica` to its end, in a container of its own."""
    how = ["--rm", "--no-deps", "-T", "--entrypoint", "python"]
    return made.run("run", *how, "airflow-scheduler", "-m", "pipeline.replica", command, within_s=PATIENCE_S)


def replica(made: System) -> pymysql.Connection[Any]:
    """The replica, as the role that only reads."""
    return pymysql.connect(
        host="127.0.0.1", port=int(made.settings["MYSQL_PORT"]), user="bazaar_reader", database="bazaar",
        password=made.settings["BAZAAR_READER_PASSWORD"], init_command="SET time_zone = '+00:00'", autocommit=True,
        connect_timeout=10,
    )  # fmt: skip


def answer(connection: pymysql.Connection[Any], sql: str) -> Any:
    """The one value that a question has for an answer."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return (cursor.fetchone() or (None,))[0]


def newest(made: System) -> datetime | None:
    """Where the shop's clock stands in the replica; None where it can't be asked."""
    try:
        with closing(replica(made)) as connection:
            found: datetime | None = answer(connection, _NOW)
            return found
    except pymysql.MySQLError:
        return None


def until(look: Any, what: str, every_s: float = 0.5) -> None:
    """Look until it is so; what is not there yet may answer with any trouble."""
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        with suppress(psycopg2.Error, pymysql.MySQLError, OSError, IndexError):
            if look():
                return
        time.sleep(every_s)
    raise RuntimeError(f"replica: no {what} within {PATIENCE_S:.0f} s")


def accounts(made: System, services: tuple[str, ...]) -> dict[str, Path]:
    """Where the kernel counts the processor time of each service's container."""
    ids = {service: made.run("ps", "--quiet", service).strip() for service in services}
    return {service: file for service, container in ids.items() if (file := account(container)) is not None}


def cpu_s(files: dict[str, Path]) -> dict[str, float]:
    """Processor seconds so far."""
    return {service: seconds_in(file) for service, file in files.items()}


def memory_mb(made: System, services: tuple[str, ...]) -> dict[str, float]:
    """What each service's container has in use, as `docker stats` counts it: without what the kernel may drop."""
    found = {}
    for service in services:
        container = made.run("ps", "--quiet", service).strip()
        command = ["docker", "stats", "--no-stream", "--format", "{{json .}}", container]
        said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
        found[service] = megabytes(json.loads(said)["MemUsage"].split(" / ")[0])
    return found


def megabytes(said: str) -> float:
    """A size as Docker writes it: 512MiB, 1.2GiB, 300kB."""
    units = {"GiB": 1024**3, "MiB": 1024**2, "KiB": 1024, "GB": 1e9, "MB": 1e6, "kB": 1e3, "B": 1.0}
    unit = next(unit for unit in units if said.endswith(unit))
    return round(float(said.removesuffix(unit)) * units[unit] / 1e6, 1)
