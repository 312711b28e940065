"""The DAGs in Airflow itself, on SQLite and without a network: how they are built, and how their runs end."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pipeline.database import VARIABLE as DATABASE
from pipeline.ops.alerts import WEBHOOK
from tests.databases import new_database
from tests.pipeline.dags.trial_runs import DAGS, NOON, ROOT
from tests.pipeline.ops.test_alerts import Listener
from tests.pipeline.ops.test_ledger import rows

PYTHON = ROOT / ".cache" / "airflow" / "bin" / "python"
COMPLETE = ROOT / ".cache" / "airflow" / "complete"
DIFFER = "3 rows differ: 7, not 10"
SCENARIOS = ["equal", "paused", "different", "waiting", "impossible"]

pytestmark = pytest.mark.skipif(not COMPLETE.exists(), reason="`make test` makes Airflow's environment, .cache/airflow")


class Trial(NamedTuple):
    """What came of all scenarios: as Airflow has it, in the database, and at the webhook."""

    found: dict[str, Any]
    database: str
    heard: list[dict[str, Any]]

    def run(self, scenario: str) -> dict[str, Any]:
        run: dict[str, Any] = self.found["runs"][scenario]
        return run

    def rows(self, sql: str, scenario: str) -> list[tuple[Any, ...]]:
        return rows(self.database, sql.format(run=self.run(scenario)["run"]))


@pytest.fixture(scope="module")
def trial(postgres_url: str, tmp_path_factory) -> Iterator[Trial]:
    with new_database(postgres_url) as url, Listener() as listener:
        serving = threading.Thread(target=listener.serve_forever)
        serving.start()
        there = {DATABASE: url, WEBHOOK: f"http://127.0.0.1:{listener.server_port}/", "NO_PROXY": "*"}
        try:
            done = subprocess.run(
                [PYTHON, Path(__file__).with_name("trial_runs.py"), tmp_path_factory.mktemp("airflow"), *SCENARIOS],
                env=os.environ | there, capture_output=True, text=True, timeout=300, check=False,
            )  # fmt: skip
        finally:
            listener.shutdown()
            serving.join()
        assert done.returncode == 0, done.stderr[-4000:]
        yield Trial(json.loads(done.stdout), url, listener.heard)


def test_every_file_is_a_dag_that_loads(trial: Trial):
    assert trial.found["errors"] == {}
    ignored = (DAGS / ".airflowignore").read_text(encoding="utf-8").split()
    assert trial.found["dags"].keys() == {file.stem for file in DAGS.glob("*.py") if file.name not in ignored}


def test_each_retries_ends_and_tells(trial: Trial):
    for dag in trial.found["dags"].values():
        assert (dag["without_a_retry"], dag["without_an_end"], dag["untold"]) == ([], [], [])
        assert (dag["at_once"], dag["catchup"], dag["documented"]) == (1, False, True)
        assert dag["within_s"] <= 2 * 3600


def test_the_steps_follow_one_another_and_end_in_the_asset(trial: Trial):
    dag = trial.found["dags"]["replicate"]
    assert dag["tasks"] == {"ensure": ["caught_up"], "caught_up": ["reconcile"], "reconcile": ["record"], "record": []}
    assert dag["outlets"] == {"record": ["replica"]}


def test_when_all_is_equal_it_is_written_down_and_whoever_waits_is_told(trial: Trial):
    run = trial.run("equal")
    assert run["state"] == "success"
    assert set(run["tasks"].values()) == {"success"}
    written = (
        "SELECT outcome, done, as_of, caught_up_s, lag_s, lag_bytes, lag_records FROM ops.runs WHERE run = '{run}'"
    )
    assert trial.rows(written, "equal") == [("succeeded", ["restarted shop-sink"], NOON, 7.5, 0.2, 4096, 3)]
    columns = "subject, passed, rows_expected, rows_found, rows_differing"
    checks = f"SELECT {columns} FROM ops.checks WHERE run = '{{run}}' ORDER BY subject"
    assert trial.rows(checks, "equal") == [
        (table, True, 10, 10, 0) for table in ("order_items", "orders", "payments", "runs")
    ]
    succeeded = [trial.run(name)["run"] for name in ("equal", "paused")]
    assert trial.found["events"] == [{"run": run, "extra": {"as_of": NOON.isoformat()}} for run in succeeded]


def test_a_difference_fails_the_run_and_names_each_table(trial: Trial):
    run = trial.run("different")
    assert run["state"] == "failed"
    assert run["tasks"] == {
        "ensure[-1]": "success", "caught_up[-1]": "success", "reconcile[0]": "failed", "reconcile[1]": "success",
        "record[-1]": "upstream_failed",
    }  # fmt: skip
    alerts = "SELECT subject, message, told_at IS NOT NULL FROM ops.alerts WHERE run = '{run}' ORDER BY alert_id"
    assert trial.rows(alerts, "different") == [("orders", DIFFER, True), ("payments", DIFFER, True)]
    columns = "subject, rows_differing, rows_found, detail"
    checks = f"SELECT {columns} FROM ops.checks WHERE run = '{{run}}' AND NOT passed ORDER BY subject"
    assert trial.rows(checks, "different") == [("orders", 3, 7, DIFFER), ("payments", 3, 7, DIFFER)]
    assert trial.rows("SELECT outcome FROM ops.runs WHERE run = '{run}'", "different") == [("failed",)]


def test_a_task_that_fails_for_good_is_an_alert_in_its_own_words(trial: Trial):
    assert trial.run("impossible")["state"] == "failed"
    alerts = "SELECT subject, message FROM ops.alerts WHERE run = '{run}'"
    assert trial.rows(alerts, "impossible") == [("ensure", "Kafka Connect does not answer")]


def test_waiting_is_no_failure_and_no_success(trial: Trial):
    assert set(trial.run("waiting")["tasks"].values()) == {"skipped"}
    assert trial.rows("SELECT outcome FROM ops.runs WHERE run = '{run}'", "waiting") == [("waiting",)]
    assert trial.rows("SELECT FROM ops.alerts WHERE run = '{run}'", "waiting") == []


def test_a_run_that_takes_too_long_is_told_once(trial: Trial):
    """What a task's failure has told already the run does not tell again."""
    told = rows(trial.database, "SELECT run, subject, message FROM ops.alerts WHERE run LIKE 'whole run %'")
    assert told == [("whole run timed_out", "run", "timed_out")]


def test_the_webhook_has_heard_it_all(trial: Trial):
    assert [(heard["subject"], heard["message"]) for heard in trial.heard] == [
        ("orders", DIFFER), ("payments", DIFFER), ("ensure", "Kafka Connect does not answer"),
        ("run", "timed_out"),
    ]  # fmt: skip


def test_what_is_long_past_goes_from_airflows_tables_and_files(trial: Trial):
    kept = [trial.run(name)["run"] for name in SCENARIOS[2:]]
    found = trial.found["housekeeping"]
    assert found["state"] == "success"
    assert found["runs"] == found["tasks"] == sorted([*kept, found["run"]])
    assert found["files"] == sorted(kept)
