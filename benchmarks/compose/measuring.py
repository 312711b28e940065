"""From `docker compose up -d` to each thing that a user waits for: fresh volumes several times, then a second start."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from threading import Event
from typing import Any, TypeVar
from urllib.request import ProxyHandler, build_opener

import psycopg2

from benchmarks.compose.events import Watch
from benchmarks.compose.system import System, images, origin, system
from benchmarks.compose.viewer import Board, Viewer
from benchmarks.databases import ask
from benchmarks.figures import medians
from benchmarks.lines import Line, compared
from redash.publisher.api import Api
from redash.publisher.failures import Failure

WANTED, WANTED_S = "whole", 90.0
NAMES = {
    "postgres": "PostgreSQL is healthy",
    "jupyter": "JupyterLab answers",
    "first_row": "the first row is committed",
    "redash": "Redash answers",
    "published": "the dashboards are published",
    "filled": "every widget of the first dashboard has its rows",
    "live": "seven days of history are there, the shop lives",
    "whole": "the first dashboard shows all of them",
    "all_whole": "so do all dashboards",
}
_PATIENCE_S, _PAUSE_S = 900.0, 0.25
_RUN = "SELECT batches, status FROM sim.current_run"

T = TypeVar("T")
Found = dict[str, Any]


def measure(repeat: int) -> Found:
    """Return the seconds of so many first starts with their medians, and of one second start."""
    with system() as made:
        first = []
        for _ in range(repeat):
            made.run("down", "--volumes")
            first.append(_start(made, committed=0))
        made.run("stop", "sim")
        [(committed, _)] = ask(made.shop_url, _RUN)
        version = made.run("exec", "-T", "postgres", "postgres", "--version").split()[2]
        made.run("down")
        second = _start(made, committed)
        used = {name: origin(name) for name in sorted(set(images(made).values())) if not name.startswith(made.project)}
    return {
        "images": used,
        "postgres": version,
        "first": medians([run["s"] for run in first]),
        "first_cpu_s": medians([run["cpu_s"] for run in first]),
        "empty": first[-1]["empty"],
        "first_runs": first,
        "second": second["s"],
        "second_run": second,
    }


class Clock:
    """Seconds since a start."""

    def __init__(self) -> None:
        self.began_s = time.monotonic()
        self._stopped = Event()

    def stop(self) -> None:
        """Have nobody look any longer."""
        self._stopped.set()

    def until(self, look: Callable[[], object], what: str) -> float:
        """Look until it is so, and return when that was. What is not there yet may answer with any trouble."""
        while not _tried(look):
            if self._stopped.wait(_PAUSE_S) or time.monotonic() - self.began_s > _PATIENCE_S:
                raise RuntimeError(f"compose: no {what} after {time.monotonic() - self.began_s:.0f} s")
        return time.monotonic() - self.began_s


def _tried(look: Callable[[], object]) -> object:
    try:
        return look()
    except (psycopg2.Error, Failure, OSError, IndexError):
        return None


def _start(made: System, committed: int) -> Found:
    """Raise the system and watch it until every dashboard shows the whole history."""
    clock = Clock()
    with Watch(made, clock.began_s) as watch, ThreadPoolExecutor(4) as pool, ExitStack() as left:
        left.callback(clock.stop)  # by a failure too, which would otherwise wait for those who look
        raised = made.begin("up", "--detach")
        shop = pool.submit(_shop, made, clock, committed)
        shown = pool.submit(_redash, made, clock, lambda: shop.result()[1])
        jupyter = pool.submit(clock.until, lambda: _answers(made.jupyter_url), "JupyterLab")
        said, _ = raised.communicate(timeout=_PATIENCE_S)
        if raised.returncode:
            raise RuntimeError(f"docker compose up: {said.strip()}")
        seconds, empty = shown.result()
        seconds |= {"postgres": watch.times["postgres"]["healthy"], "jupyter": jupyter.result()} | shop.result()[0]
    told = {name: round(value, 1) for name, value in seconds.items()}
    print(f"compose: {json.dumps(told)}", file=sys.stderr, flush=True)
    return {"s": told, "cpu_s": watch.cpu_s, "services": watch.times, "empty": empty}


def _shop(made: System, clock: Clock, committed: int) -> tuple[dict[str, float], datetime]:
    first_row_s = clock.until(lambda: ask(made.shop_url, _RUN)[0][0] > committed, "row")
    live_s = clock.until(lambda: ask(made.shop_url, _RUN)[0][1] == "pacing", "live shop")
    return {"first_row": first_row_s, "live": live_s}, datetime.now(UTC)


def _redash(made: System, clock: Clock, live_at: Callable[[], datetime]) -> tuple[dict[str, float], list[str]]:
    seconds = {"redash": clock.until(lambda: _answers(f"{made.redash_url}/ping"), "Redash")}
    with Api(made.redash_url, made.settings["REDASH_ADMIN_API_KEY"]) as api:
        viewer = Viewer(made, api)
        seconds["published"] = clock.until(viewer.published, "published dashboards")
        first, *others = viewer.boards()
        every = {number: shown for board in (first, *others) for number, shown in board.items()}
        seconds["filled"] = clock.until(lambda: _filled(viewer, first, None), "filled dashboard")
        seconds["all_filled"] = clock.until(lambda: _filled(viewer, every, None), "filled dashboards")
        since = live_at()
        seconds["whole"] = clock.until(lambda: _filled(viewer, first, since), "dashboard of the whole history")
        seconds["all_whole"] = clock.until(lambda: _filled(viewer, every, since), "dashboards of the whole history")
        empty = [shown.query["name"] for shown in every.values() if not viewer.rows(shown)]
    return seconds, empty


def _filled(viewer: Viewer, board: Board, since: datetime | None) -> bool:
    return viewer.answered(board, since) and all(viewer.rows(shown) is not None for shown in board.values())


def _answers(url: str) -> bool:
    with build_opener(ProxyHandler({})).open(url, timeout=5) as answer:  # it is on this machine: no proxy is asked
        return bool(answer.status == 200)


def lines(found: Found) -> Iterator[Line]:
    """The figures as lines of the table."""
    first, second = found["first"], found["second"]
    for name, what in NAMES.items():
        text, again = f"{first[name]:.1f} s", f"{second[name]:.1f} s when started again"
        told = f"Containers: {what}"
        if name == WANTED:
            yield compared(told, first[name], WANTED_S, text, again, sense="≤", unit=" s")
        else:
            yield Line(told, text, against=again)
    if cpu_s := found["first_cpu_s"]:
        most = ", ".join(
            f"{name} {seconds:.0f}" for name, seconds in sorted(cpu_s.items(), key=lambda each: -each[1])[:4]
        )
        yield Line("Containers: processor until then", f"{sum(cpu_s.values()):.0f} s", against=most)
    yield Line("Containers: widgets without rows", str(len(found["empty"])), against=", ".join(found["empty"]))
    for image, where in found["images"].items():
        yield Line(f"Containers: image {image}", where)
