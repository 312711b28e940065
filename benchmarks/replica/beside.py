"""A simulator whose shop is replicated, beside one that is alone: pairs of the same hours of the same shop.

Two databases that are alike are gone on with by turns, one of them replicated: the same hours, since the same shop does
the same. While it is the other one's turn, the pipeline's containers are stopped.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import make_url

from benchmarks.compose.events import account, seconds_in
from benchmarks.compose.system import System
from benchmarks.databases import ask
from benchmarks.replica.rig import PIPELINE, SIM_NOW, newest, raised, until

SPEED = 300
PAIRS = 5
WARM = timedelta(minutes=20)  # of the shop: it is loaded
ALONE = "bazaar_alone"
_EVERY_S = 0.05

Run = dict[str, float]


class Stand(NamedTuple):
    """Where a shop stands, when it was seen there, and the processor time of its simulator until then."""

    now: datetime
    at_s: float
    cpu_s: float


def measure(made: System, seconds: float) -> dict[str, list[Run]]:
    """Runs alone and runs replicated, one of each in turn, the first by turns."""
    made.run("stop", "sim", *PIPELINE)  # a database is copied when nobody is in it
    copy = f"CREATE DATABASE {ALONE} TEMPLATE bazaar STRATEGY file_copy OWNER bazaar"
    made.run("exec", "-T", "postgres", "psql", "--username=postgres", "--quiet", f"--command={copy}")
    _with_pipeline(made)
    runs: dict[str, list[Run]] = {"alone": [], "replicated": []}
    for number in range(PAIRS):
        for name in sorted(runs, reverse=number % 2 == 1):
            if name == "alone":
                with _without_pipeline(made):
                    runs[name].append(_run(made, ALONE, seconds))
            else:
                until(lambda: newest(made) == _stands(made), "replica that has caught up")
                runs[name].append(_run(made, "bazaar", seconds))
    return runs


def _run(made: System, database: str, seconds: float) -> Run:
    """So many seconds at that speed, from where the shop stands."""
    url = str(make_url(made.shop_url).set(database=database).render_as_string(hide_password=False))
    [(began, _)] = ask(url, SIM_NOW)
    with _simulator(made, database) as file:
        until_then = began + WARM + timedelta(seconds=seconds * SPEED)
        first, last = (_comes_to(url, file, instant) for instant in (began + WARM, until_then))
    simulated_s, used_s = (last.now - first.now).total_seconds(), last.cpu_s - first.cpu_s
    return {
        "speed": min(SPEED, simulated_s / (last.at_s - first.at_s)),  # more is only making up for what came late
        "cpu_s": used_s,
        "per_cpu_s": simulated_s / used_s if used_s else 0.0,
    }


@contextmanager
def _simulator(made: System, database: str) -> Iterator[Path | None]:
    """The simulator in its container, on one of the databases; ended politely. Where its processor time is counted."""
    name, password = f"{made.project}-simulator", made.settings["BAZAAR_PASSWORD"]
    how = [
        "--detach",
        "--no-deps",
        "--name",
        name,
        "--env",
        f"DATABASE_URL=postgresql://bazaar:{password}@postgres:5432/{database}",
    ]
    made.run("run", *how, "sim", "run", "--speed", f"{SPEED}x", "--no-catch-up")
    try:
        yield account(_docker("inspect", "--format", "{{.Id}}", name).strip())
    finally:
        _docker("stop", name)
        _docker("rm", "--force", name)


@contextmanager
def _without_pipeline(made: System) -> Iterator[None]:
    made.run("stop", *PIPELINE)
    yield
    _with_pipeline(made)


def _with_pipeline(made: System) -> None:
    raised(made, *PIPELINE)
    made.run("stop", "sim")  # which the producer waits for


def _comes_to(url: str, file: Path | None, instant: datetime) -> Stand:
    """Wait until a shop has come to an instant."""
    deadline_s = time.monotonic() + 180
    while time.monotonic() < deadline_s:
        [(now, _)] = ask(url, SIM_NOW)
        if now >= instant:
            return Stand(now, time.monotonic(), seconds_in(file) if file else 0.0)
        time.sleep(_EVERY_S)
    raise RuntimeError(f"replica: the simulator did not come to {instant}")


def _stands(made: System) -> datetime:
    now: datetime = ask(made.shop_url, SIM_NOW)[0][0]
    return now.astimezone(UTC).replace(tzinfo=None)


def _docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True, timeout=120).stdout
