"""The DAG `marts` in Airflow itself, on SQLite and without a network: how its runs end, and what they leave."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.database import VARIABLE as DATABASE
from pipeline.marts.catalogue import marts
from pipeline.ops.alerts import WEBHOOK
from tests.databases import new_database
from tests.pipeline.dags.test_replicate import COMPLETE, PYTHON
from tests.pipeline.dags.trial_runs import NOON
from tests.pipeline.ops.test_ledger import rows

SCENARIOS = ["made", "wrong", "no_worker", "no_replica"]
NAMES = [mart.name for mart in marts()]

pytestmark = pytest.mark.skipif(not COMPLETE.exists(), reason="`make test` makes Airflow's environment, .cache/airflow")


@pytest.fixture(scope="module")
def trial(postgres_url: str, tmp_path_factory) -> Iterator[tuple[dict[str, Any], str]]:
    """What Airflow says of each scenario's run, and the database where it was written down."""
    with new_database(postgres_url) as url:
        command = [PYTHON, Path(__file__).with_name("trial_marts.py"), tmp_path_factory.mktemp("airflow"), *SCENARIOS]
        there = {name: value for name, value in os.environ.items() if name != WEBHOOK} | {DATABASE: url}
        done = subprocess.run(command, env=there, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr[-4000:]
        yield json.loads(done.stdout), url


def written(trial: tuple[dict[str, Any], str], scenario: str, sql: str) -> list[tuple[Any, ...]]:
    found, url = trial
    return rows(url, sql.format(run=found["runs"][scenario]["run"]))


def test_it_waits_for_the_replica_and_makes_one_mart_after_the_other(trial):
    found, _ = trial
    assert found["waits_for"] == ["replica"]
    assert found["tasks"] == {"plan": ["make"], "make": ["record"], "record": []}
    assert found["one_by_one"] == [1]


def test_the_newest_of_several_events_counts(trial):
    assert trial[0]["told"] == [NOON.isoformat(), None, None]


def test_every_mart_is_made_as_of_the_replicas_instant_and_written_down(trial):
    run = trial[0]["runs"]["made"]
    assert run["state"] == "success"
    assert run["tasks"] == {"plan[-1]": "success", "record[-1]": "success"} | {
        f"make[{index}]": "success" for index in range(len(NAMES))
    }
    assert written(trial, "made", "SELECT outcome, as_of FROM ops.runs WHERE run = '{run}'") == [("succeeded", NOON)]
    served = "SELECT mart, as_of, rows_served, seconds, engine FROM ops.marts WHERE run = '{run}' ORDER BY mart"
    assert written(trial, "made", served) == [(name, NOON, 5, 1.5, "spark") for name in NAMES]
    checks = "SELECT subject, name, passed FROM ops.checks WHERE run = '{run}' ORDER BY subject, name"
    assert written(trial, "made", checks) == [(name, check, True) for name in NAMES for check in ("key", "orders")]


def test_a_check_that_does_not_pass_fails_that_mart_is_told_and_keeps_no_other_from_being_made(trial):
    run = trial[0]["runs"]["wrong"]
    assert run["state"] == "failed"
    assert (run["tasks"]["make[0]"], run["tasks"]["record[-1]"]) == ("failed", "upstream_failed")
    alerts = written(trial, "wrong", "SELECT subject, message FROM ops.alerts WHERE run = '{run}'")
    assert alerts == [(NAMES[0], "orders: 7 in the mart, 8 in the replica")]
    assert written(trial, "wrong", "SELECT outcome FROM ops.runs WHERE run = '{run}'") == [("failed",)]
    made = written(trial, "wrong", "SELECT mart FROM ops.marts WHERE run = '{run}' ORDER BY mart")
    assert made == [(name,) for name in NAMES[1:]]
    [(subject, detail)] = written(
        trial, "wrong", "SELECT subject, detail FROM ops.checks WHERE run = '{run}' AND NOT passed"
    )
    assert (subject, detail) == (NAMES[0], "7 in the mart, 8 in the replica")


def test_what_is_away_is_told_in_its_own_words(trial):
    assert trial[0]["runs"]["no_worker"]["state"] == "failed"
    told = written(trial, "no_worker", "SELECT subject, message FROM ops.alerts WHERE run = '{run}' ORDER BY 1")
    assert told == [(f"make {name}", "Spark at spark-connect:15002: its master has no worker") for name in NAMES]


def test_without_a_replica_there_is_nothing_to_do_and_nothing_wrong(trial):
    assert set(trial[0]["runs"]["no_replica"]["tasks"].values()) == {"skipped"}
    assert written(trial, "no_replica", "SELECT outcome FROM ops.runs WHERE run = '{run}'") == [("waiting",)]
