"""Runs the DAG `marts` in Airflow's own environment, as trial_runs.py does: with stand-ins for MySQL and Spark.

`PYTHON trial_marts.py FOLDER SCENARIO…` prints how each scenario's run ended, as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.pipeline.dags.trial_runs import DAGS, NOON, run, set_up

LONG_AGO = NOON - timedelta(hours=2)


def stand_in(scenario: str) -> None:
    """MySQL and Spark as the scenario says, where the steps look for the real ones."""
    from pipeline.marts.catalogue import marts
    from pipeline.marts.serving.looking import Looked
    from pipeline.marts.serving.making import Made
    from pipeline.replica.problems import NotPossible, Waiting
    from pipeline.upkeep import marts as steps

    @contextmanager
    def opened(_: Any) -> Iterator[None]:
        yield

    def standing(_: Any) -> SimpleNamespace:
        if scenario == "no_replica":
            raise Waiting("there is no replica yet")
        return SimpleNamespace(as_of=NOON, since=None, rebuilt_at=None)

    first = marts()[0].name

    def make(_connection: Any, _settings: Any, _spark: Any, mart: Any, as_of: datetime) -> Made:
        if scenario == "no_worker":
            raise NotPossible("Spark at spark-connect:15002: its master has no worker")
        wrong = "7 in the mart, 8 in the replica" if (scenario, mart.name) == ("wrong", first) else ""
        return Made(mart.name, as_of, 5, 1.5, (Looked("key", "", 0.1), Looked("orders", wrong, 0.2)))

    stand_ins: dict[str, Any] = {
        "connected": opened, "session": opened, "standing": standing, "make": make,
        "SparkSettings": lambda: None, "served": SimpleNamespace(read=lambda *_: {}),
    }  # fmt: skip
    for name, function in stand_ins.items():
        assert hasattr(steps, name)
        setattr(steps, name, function)


def told() -> list[str | None]:
    """As of when a run is that was started by two events, by one that says nothing, by a person."""
    [module] = [module for module in sys.modules.values() if hasattr(module, "as_of_of")]
    events = [SimpleNamespace(extra={"as_of": each.isoformat()}) for each in (NOON, LONG_AGO)]
    contexts = [{"triggering_asset_events": {module.REPLICA: each}} for each in (events, [SimpleNamespace(extra=None)])]
    found = [module.as_of_of(each) for each in [*contexts, {}]]
    return [each and each.isoformat() for each in found]


def main(home: str, *scenarios: str) -> None:
    """Set up, look and run."""
    set_up(Path(home))
    os.environ["MARTS_URL"] = "mysql://marts:nothing@127.0.0.1:9/marts"
    with redirect_stdout(sys.stderr):
        from airflow.dag_processing.dagbag import DagBag
        from airflow.utils.db import initdb

        initdb()
        dag = DagBag(str(DAGS / "marts.py")).dags["marts"]
        tasks = {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks}
        runs = {}
        for scenario in scenarios:
            stand_in(scenario)
            runs[scenario] = run(dag)
        found = {"tasks": tasks, "runs": runs, "told": told()}
        found["one_by_one"] = [task.max_active_tis_per_dagrun for task in dag.tasks if task.task_id == "make"]
        found["waits_for"] = [asset.name for asset in dag.timetable.asset_condition.objects]
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
