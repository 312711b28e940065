"""DAG `marts`: makes the marts when the replica is found right. What it does is in pipeline/upkeep/marts.py."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from pipeline.dags.shared import REPLICA, Fails
from pipeline.upkeep.callbacks import run_of, tell_failure, tell_timeout

# What only tasks need is imported in them: this file is read every two minutes, and by each task anew.

DOC = Path(__file__).with_name("marts.md").read_text(encoding="utf-8")


def as_of_of(context: Any) -> datetime | None:
    """The newest instant that whoever told of the replica named; None when a person has started the run."""
    events = (context.get("triggering_asset_events") or {}).get(REPLICA, ())
    told = [event.extra["as_of"] for event in events if "as_of" in (event.extra or {})]
    return max(map(datetime.fromisoformat, told), default=None)


@dag(
    schedule=[REPLICA],
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    default_args={
        "retries": 2,
        "retry_delay": timedelta(seconds=20),
        "retry_exponential_backoff": 2,
        "max_retry_delay": timedelta(minutes=5),
        "execution_timeout": timedelta(minutes=30),
        "on_failure_callback": tell_failure,
    },
    on_failure_callback=tell_timeout,
    tags=["pipeline"],
    description="Computes the marts by Spark from the replica, looks at them, and serves them in MySQL",
    doc_md=DOC,
)
def marts() -> None:
    """Plan, make, record."""

    @task
    def plan() -> list[dict[str, str]]:
        """Which marts are due, and as of when."""
        from pipeline.replica.problems import Waiting
        from pipeline.settings import BadSetting
        from pipeline.upkeep import marts

        context = get_current_context()
        as_of = as_of_of(context)
        try:
            due = marts.planned(run_of(context), as_of, all_of_them=as_of is None)
        except Waiting as error:
            raise AirflowSkipException(str(error)) from None
        except BadSetting as error:
            raise AirflowFailException(str(error)) from None
        print(f"as of {due.as_of.isoformat()}: {', '.join(due.marts)}")
        return [{"mart": mart, "as_of": due.as_of.isoformat()} for mart in due.marts]

    @task(map_index_template="{{ task.op_kwargs['mart'] }}", max_active_tis_per_dagrun=1)
    def make(mart: str, as_of: str) -> None:
        """Build this mart, look at it, and let it take the place of the one that readers have."""
        from pipeline.settings import BadSetting
        from pipeline.upkeep import marts

        try:
            print("\n".join(marts.made(run_of(get_current_context()), mart, datetime.fromisoformat(as_of))))
        except marts.NotRight as error:
            raise Fails(str(error), error.alerts) from None
        except BadSetting as error:
            raise AirflowFailException(str(error)) from None

    @task
    def record() -> None:
        """Write down that all of them are there."""
        from pipeline.upkeep import marts

        marts.recorded(run_of(get_current_context()))

    make.expand_kwargs(plan()) >> record()


marts()
