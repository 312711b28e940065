"""How old a result may be that Redash shows: it follows the speed of the shop, as the newest run keeps it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import psycopg2
import pytest

import redash

FILE = Path(__file__).parents[2] / "docker/redash/fresh.py"
NOBODY = "postgresql://127.0.0.1:9/bazaar"
RUN = """
CREATE SCHEMA sim;
CREATE TABLE sim.current_run (kept_speed double precision, status text);
INSERT INTO sim.current_run VALUES (60, '{status}')
"""


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module, within an application of two things: its settings, and what it does before a request."""
    app = SimpleNamespace(before=[])
    app.before_request = app.before.append
    settings = SimpleNamespace(QUERY_RESULTS_EXPIRED_TTL=86400)
    request = SimpleNamespace(method="POST")
    monkeypatch.setenv("SHOP_URL", NOBODY)
    monkeypatch.setattr(redash, "settings", settings, raising=False)
    monkeypatch.setitem(sys.modules, "redash.wsgi", module("redash.wsgi", app=app))
    monkeypatch.setitem(sys.modules, "flask", module("flask", request=request))
    spec = importlib.util.spec_from_file_location("fresh", FILE)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def module(name: str, **content: object) -> ModuleType:
    made = ModuleType(name)
    vars(made).update(content)
    return made


@pytest.mark.parametrize(
    ("speed", "seconds"), [(None, 120), (0.0, 120), (0.5, 120), (1, 120), (10, 120), (60, 20), (100, 12), (5000, 10)]
)
def test_twenty_simulated_minutes_within_bounds(fresh: Any, speed: float | None, seconds: int) -> None:
    assert fresh.young_for_s(speed) == seconds


@pytest.mark.parametrize(("status", "speed"), [("pacing", 60), ("catching_up", 60), ("paused", None)])
def test_the_run_as_it_is_now_says_how_fast_it_is(
    fresh: Any, database_url: str, status: str, speed: float | None
) -> None:
    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute(RUN.format(status=status))
    connection.close()
    assert fresh.speed_of(database_url) == speed


def test_where_no_shop_is_to_be_seen_two_minutes_are_young(fresh: Any, database_url: str) -> None:
    assert fresh.speed_of(database_url) is None
    assert fresh.speed_of(NOBODY) is None


def test_redash_is_told_when_something_is_asked_but_not_each_time(fresh: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    speeds, clock = iter([60, 10, 100]), [1000.0]
    monkeypatch.setattr(fresh, "speed_of", lambda _: next(speeds))
    monkeypatch.setattr(fresh.time, "monotonic", lambda: clock[0])
    [look] = fresh.app.before
    look()
    assert fresh.settings.QUERY_RESULTS_EXPIRED_TTL == 20
    clock[0] += fresh.LOOK_EVERY_S / 2
    look()
    assert fresh.settings.QUERY_RESULTS_EXPIRED_TTL == 20
    clock[0] += fresh.LOOK_EVERY_S
    fresh.request.method = "GET"
    look()
    assert fresh.settings.QUERY_RESULTS_EXPIRED_TTL == 20
    fresh.request.method = "POST"
    look()
    assert fresh.settings.QUERY_RESULTS_EXPIRED_TTL == 120
