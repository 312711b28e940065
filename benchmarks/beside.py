"""A simulator whose events are followed into Kafka, beside one that is alone: pairs of the same hour of the same shop.

At a speed that both keep, so that the whole machine is nobody's limit, and in processor time, which does not depend on
what else the machine does.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple

from benchmarks.databases import ask, checkpoint, new_database
from benchmarks.kafka import START_S, emptied, follower
from benchmarks.lines import Line, compared
from benchmarks.processor import Family
from benchmarks.simulator import simulator

SPEED = 300
PAIRS = 5
WARM = timedelta(minutes=20)  # of the shop: it is loaded, and the follower has caught up
_SIM_NOW = "SELECT sim_now FROM sim.current_run"
_BACKENDS = """
SELECT pid FROM pg_stat_activity WHERE application_name = 'bazaar' AND datname = current_database()
"""

Run = dict[str, float]


class Stand(NamedTuple):
    """Where a shop stands, when it was seen there, and what simulator and server have used for it until then."""

    now: datetime
    at_s: float
    cpu_s: float | None


def measure(server_url: str, url: str, kafka: str, seconds: float) -> dict[str, list[Run]]:
    """Runs alone and runs followed, one of each in turn, the first by turns. The shop itself stays as it is."""
    runs: dict[str, list[Run]] = {"alone": [], "followed": []}
    for number in range(PAIRS):
        for name in sorted(runs, reverse=number % 2 == 1):
            runs[name].append(_run(server_url, url, kafka if name == "followed" else None, seconds))
    return runs


def lines(runs: dict[str, list[Run]]) -> Iterator[Line]:
    """The median of the pairs."""
    for what, figure in (("speed", "speed"), ("shop time a processor second", "per_cpu_s")):
        pairs = zip(runs["alone"], runs["followed"], strict=True)
        ratios = sorted(followed[figure] / alone[figure] for alone, followed in pairs if alone[figure])
        if ratios:
            yield compared(
                f"The simulator at {SPEED}x, its events followed into Kafka: {what}",
                median(ratios),
                0.97,
                f"{median(ratios):.2f}",
                f"of that alone; {len(ratios)} pairs, {ratios[0]:.2f} to {ratios[-1]:.2f}",
                sense="≥",
            )


def _run(server_url: str, shop: str, kafka: str | None, seconds: float) -> Run:
    """The hour after that of the shop, in a copy of it."""
    with new_database(server_url, shop) as url, ExitStack() as stack:
        [(began,)] = ask(url, _SIM_NOW)
        checkpoint(server_url)
        if kafka is not None:
            emptied(kafka)
            stack.enter_context(follower(url, kafka, "--from", began.isoformat()))
        process = stack.enter_context(simulator(url, "--speed", f"{SPEED}x", "--no-catch-up"))
        until = began + WARM + timedelta(seconds=seconds * SPEED)
        first, last = (_comes_to(url, process.pid, instant) for instant in (began + WARM, until))
    simulated_s = (last.now - first.now).total_seconds()
    used_s = last.cpu_s - first.cpu_s if first.cpu_s is not None and last.cpu_s is not None else 0.0
    return {
        "speed": min(SPEED, simulated_s / (last.at_s - first.at_s)),  # more is only making up for what came late
        "cpu_s": used_s,
        "per_cpu_s": simulated_s / used_s if used_s else 0.0,
    }


def _comes_to(url: str, process: int, instant: datetime) -> Stand:
    """Wait until a shop has come to an instant."""
    deadline_s = time.monotonic() + START_S
    while time.monotonic() < deadline_s:
        [(now,)] = ask(url, _SIM_NOW)
        if now >= instant:
            used = [Family(pid).seconds() for pid in (process, *(pid for (pid,) in ask(url, _BACKENDS)))]
            return Stand(now, time.monotonic(), None if None in used else sum(filter(None, used)))
        time.sleep(0.05)
    raise RuntimeError(f"the simulator did not come to {instant}")
