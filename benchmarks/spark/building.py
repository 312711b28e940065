"""All marts built by Spark in a system that has nothing else to do: seconds, processor time, memory."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pymysql

from benchmarks.compose.events import account
from benchmarks.compose.system import System
from benchmarks.replica.rig import accounts, cpu_s, raised, replica
from benchmarks.spark import memory
from benchmarks.spark.filling import fill
from pipeline.replica.mysql import ask

SPARK = ("spark-master", "spark-worker", "spark-connect")
CLIENT = "airflow-scheduler"  # whose image has Spark's client, and whose environment says where everything is
_BUILT_WITHIN_S = 1800.0
_FILES_MAY_BE_LOADED = 'MYSQL_PWD=$MYSQL_ROOT_PASSWORD mysql --no-defaults --socket=/var/run/mysqld/mysqld.sock \
    --user=root --execute="SET GLOBAL local_infile = ON"'
_SERVED = "SELECT mart, seconds, rows_served FROM marts.served ORDER BY mart"
_LAUNCHED = "Asked to launch executor"  # a worker's words

Found = dict[str, Any]


def of_shop(made: System, shop_url: str) -> Found:
    """Fill a fresh MySQL with a shop, and have a fresh Spark build all marts of it, twice."""
    raised(made, "mysql", *SPARK)
    try:
        began_s = time.monotonic()
        with closing(_owner(made)) as connection:
            rows = fill(shop_url, connection)
        found: Found = {"rows": rows, "filled_s": time.monotonic() - began_s}
        with _client(made) as client:
            files = accounts(made, (*SPARK, "mysql"))
            if own := account(client):
                files["client"] = own
            folders = _folders(made)
            with memory.Most(folders) as most:
                found |= {"first": _built(made, client, files), "again": _built(made, client, files)}
            found["memory_mb"] = dict(most.mb)
            found["limit_mb"] = {name: memory.limit_mb(folder) for name, folder in folders.items()}
            found["peak_mb"] = {name: memory.peak_mb(folder) for name, folder in folders.items()}
            found["killed"] = sum(map(memory.killed, folders.values()))
        said = made.run("logs", "--no-color", "--no-log-prefix", "spark-worker")
        return found | {"executors": said.count(_LAUNCHED)}
    finally:
        made.run("down", "--volumes")


def _built(made: System, client: str, files: dict[str, Path]) -> Found:
    """One build of all marts: what the command took, and each mart's part of it."""
    before, began_s = cpu_s(files), time.monotonic()
    command = ["docker", "exec", client, "python", "-m", "pipeline.marts", "build", "--engine", "spark"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_BUILT_WITHIN_S, check=False)
    took_s = time.monotonic() - began_s
    if done.returncode:
        raise RuntimeError(f"spark: marts were not built: {done.stdout.strip()} {done.stderr.strip()}")
    with closing(replica(made)) as connection:
        served = {name: {"s": seconds, "rows": rows} for name, seconds, rows in ask(connection, _SERVED)}
    used = {name: round(now - before[name], 1) for name, now in cpu_s(files).items()}
    return {"s": took_s, "cpu_s": used, "marts": served}


@contextmanager
def _client(made: System) -> Iterator[str]:
    """The id of a container in which marts can be built by hand."""
    name = f"{made.project}-client"
    made.run("run", "--detach", "--no-deps", "--name", name, "--entrypoint", "sleep", CLIENT, "infinity")
    try:
        yield _docker("inspect", "--format", "{{.Id}}", name)
    finally:
        _docker("rm", "--force", name)


def _folders(made: System) -> dict[str, Path]:
    ids = {service: made.run("ps", "--quiet", service).strip() for service in (*SPARK, "mysql")}
    return {service: found for service, each in ids.items() if (found := memory.folder(each)) is not None}


def _owner(made: System) -> pymysql.Connection[Any]:
    """The replica's owner, for once with the right to send files."""
    made.run("exec", "-T", "mysql", "bash", "-c", _FILES_MAY_BE_LOADED)
    return pymysql.connect(
        host="127.0.0.1", port=int(made.settings["MYSQL_PORT"]), user="bazaar", database="bazaar", charset="utf8mb4",
        password=made.settings["MYSQL_PASSWORD"], init_command="SET time_zone = '+00:00'", autocommit=True,
        local_infile=True, connect_timeout=10, read_timeout=900,
    )  # fmt: skip


def _docker(*arguments: str) -> str:
    return subprocess.run(
        ["docker", *arguments], check=True, capture_output=True, text=True, timeout=120
    ).stdout.strip()
