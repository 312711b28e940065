"""A running shop in its container is told another speed, to pause, to go on."""

from __future__ import annotations

import subprocess
from typing import Any

from tests.system.compose import NEEDS_DAEMON, ROOT, Compose, clean_environment, eventually
from tests.system.database import NEWEST, ask, sim_now

pytestmark = NEEDS_DAEMON


def said(system: Compose, *words: str) -> str:
    """What `python -m sim ...` says in the container."""
    return system.exec("sim", "python", "-m", "sim", *words).stdout


def running(system: Compose) -> tuple[Any, ...]:
    """Speed and status of the newest chapter."""
    return ask(system, f"SELECT speed, status FROM {NEWEST}")


def test_another_speed_is_kept_at_once(system: Compose):
    assert "100x" in said(system, "speed", "100x")
    assert running(system) == ("100x", "pacing")
    assert "60x" in said(system, "speed", "60x")
    assert running(system) == ("60x", "pacing")


def test_a_paused_shop_stands_still_and_is_healthy(system: Compose):
    said(system, "pause")
    try:
        assert running(system)[1] == "paused"
        stands, beat = ask(system, f"SELECT sim_now, heartbeat_at FROM {NEWEST}")
        later = f"SELECT heartbeat_at > '{beat}'::timestamptz + interval '5 s' FROM {NEWEST}"
        eventually(lambda: ask(system, later)[0], 60, "the heart beats on")
        assert sim_now(system) == stands
        assert system.exec("sim", "python", "docker/sim/alive.py", check=False).returncode == 0
    finally:
        said(system, "resume")
    eventually(lambda: sim_now(system) > stands, 30, "the shop goes on")


def test_make_speed_finds_the_shop_in_containers(system: Compose):
    environment = clean_environment() | {"COMPOSE_PROJECT_NAME": system.project, "SPEED": "90x"}
    done = subprocess.run(
        ["make", "--no-print-directory", "speed"], cwd=ROOT, env=environment, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "in the container" in done.stderr
    assert running(system)[0] == "90x"
    said(system, "speed", "60x")


def test_a_speed_that_makes_no_sense_is_refused_in_one_line(system: Compose):
    refused = system.exec("sim", "python", "-m", "sim", "speed", "fast", check=False)
    assert refused.returncode == 2
    assert len(refused.stderr.strip().splitlines()) == 1
    assert "fast" in refused.stderr
