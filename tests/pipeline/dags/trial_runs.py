"""Runs the DAGs in Airflow's own environment: `dag.test()` on SQLite, with stand-ins for what they look after.

`PYTHON trial_runs.py FOLDER SCENARIO…` prints what the DAGs are and how each scenario's run ended, as JSON. Runs are
written to the database of PIPELINE_DATABASE_URL and alerts posted to ALERT_WEBHOOK_URL, both real.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).parents[3]
DAGS = ROOT / "pipeline" / "dags"
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def set_up(home: Path) -> None:
    """An Airflow of its own, before anything of it is loaded."""
    os.environ |= {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        "AIRFLOW_DATABASE_URL": f"sqlite:///{home}/airflow.db",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/bazaar",
        "MYSQL_URL": "mysql://nobody:nothing@127.0.0.1:9/bazaar",
    }
    sys.path.insert(0, str(ROOT))


def stand_in(scenario: str) -> None:
    """A replica that is as the scenario says, where the steps look for the real one."""
    from pipeline.replica.differing import Differing
    from pipeline.replica.problems import NotPossible, Waiting
    from pipeline.upkeep import replicate as steps

    def ensure(_: Any, *, tell: Any) -> list[str]:
        if scenario == "waiting":
            raise Waiting("history is under way")
        if scenario == "impossible":
            raise NotPossible("Kafka Connect does not answer")
        return ["restarted shop-sink"]

    def compared(_here: Any, _there: Any, table: Any, as_of: datetime | None) -> SimpleNamespace:
        equal = scenario != "different" or table.name not in {"orders", "payments"}
        return SimpleNamespace(
            table=table.name, as_of=as_of, equal=equal, rows_shop=10, rows_replica=10 if equal else 7, digest_shop="a",
            digest_replica="a" if equal else "b", difference="" if equal else "7, not 10",
        )  # fmt: skip

    @contextmanager
    def connected(_: Any) -> Iterator[None]:
        yield

    moment = SimpleNamespace(stands_still=scenario == "paused", building=scenario == "waiting")
    stand_ins: dict[str, Any] = {
        "ensure": ensure,
        "HISTORY_S": 0.0,
        "wait_caught_up": lambda *_: SimpleNamespace(as_of=NOON, seconds=7.5),
        "lag": lambda _: SimpleNamespace(sim_seconds=12.0, wall_seconds=0.2, slot_bytes=4096, sink_offsets=3),
        "compared": compared,
        "differing": lambda *_: Differing(3, exact=True),
        "shop": SimpleNamespace(connected=connected, moment=lambda _: moment),
        "mysql": SimpleNamespace(connected=connected),
        "groups": lambda: {"orders": ["orders", "order_items", "payments"], "run": ["runs"]},
    }
    for name, function in stand_ins.items():
        assert hasattr(steps, name)
        setattr(steps, name, function)


def form(dag: Any) -> dict[str, Any]:
    """What there is to say of a DAG that does not run."""
    return {
        "tasks": {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks},
        "without_a_retry": [
            task.task_id for task in dag.tasks if not task.retries or not task.retry_exponential_backoff
        ],
        "without_an_end": [task.task_id for task in dag.tasks if task.execution_timeout is None],
        "untold": [task.task_id for task in dag.tasks if not task.on_failure_callback],
        "at_once": dag.max_active_runs,
        "catchup": dag.catchup,
        "within_s": dag.dagrun_timeout.total_seconds(),
        "documented": bool(dag.doc_md and dag.description),
        "outlets": {task.task_id: [asset.name for asset in task.outlets] for task in dag.tasks if task.outlets},
    }


def run(dag: Any) -> dict[str, Any]:
    """One run to its end, each task tried once."""
    for task in dag.tasks:
        (task.partial_kwargs if task.is_mapped else task.__dict__)["retries"] = 0
    ended = dag.test(run_after=datetime.now(UTC))
    tasks = {f"{each.task_id}[{each.map_index}]": str(each.state) for each in ended.get_task_instances()}
    return {"run": ended.run_id, "state": str(ended.state), "tasks": tasks}


def told_by_the_run(dag: Any, reason: str) -> None:
    """What the DAG's own callback does when the whole run has failed."""
    dag.on_failure_callback({"dag": dag, "reason": reason, "run_id": f"whole run {reason}"})


def housekeeping(dag: Any, home: Path, old: list[str], young: list[str]) -> dict[str, Any]:
    """A run of it when some runs are of long ago; which there are afterwards, with tasks, and which files."""
    from airflow.models import DagRun, TaskInstance
    from airflow.utils.session import create_session
    from sqlalchemy import select, update

    logs, long_ago = home / "logs" / "dag_id=replicate", datetime.now(UTC) - timedelta(days=15)
    for name in (*old, *young):
        log = logs / f"run_id={name}" / "task_id=ensure" / "attempt=1.log"
        log.parent.mkdir(parents=True)
        log.touch()
        if name in old:
            os.utime(log, (long_ago.timestamp(), long_ago.timestamp()))
    with create_session() as session:
        for table in (DagRun, TaskInstance):
            session.execute(update(table).where(table.run_id.in_(old)).values(start_date=long_ago))
    ended = dag.test(run_after=datetime.now(UTC))
    with create_session() as session:
        tables = {"runs": DagRun, "tasks": TaskInstance}
        left = {name: sorted(set(session.scalars(select(table.run_id)))) for name, table in tables.items()}
    files = sorted(path.name.removeprefix("run_id=") for path in logs.iterdir())
    return {"run": ended.run_id, "state": str(ended.state), **left, "files": files}


def events() -> list[dict[str, Any]]:
    """What was said of assets."""
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        return [{"run": event.source_run_id, "extra": event.extra} for event in session.scalars(select(AssetEvent))]


def main(home: str, *scenarios: str) -> None:
    """Set up, look and run."""
    set_up(Path(home))
    with redirect_stdout(sys.stderr):
        from airflow.dag_processing.dagbag import DagBag
        from airflow.utils.db import initdb

        initdb()
        bag = DagBag(str(DAGS))
        dags = {name: form(dag) for name, dag in bag.dags.items()}
        runs = {}
        for scenario in scenarios:
            stand_in(scenario)
            runs[scenario] = run(bag.dags["replicate"])
        for reason in ("task_failure", "timed_out"):
            told_by_the_run(bag.dags["replicate"], reason)
        found = {"errors": {str(k): str(v) for k, v in bag.import_errors.items()}, "dags": dags, "runs": runs}
        found["events"] = events()
        ids = [runs[scenario]["run"] for scenario in scenarios]
        found["housekeeping"] = housekeeping(bag.dags["housekeeping"], Path(home), ids[:2], ids[2:])
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
