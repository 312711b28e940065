"""DAG `replicate`: looks after the replica of the shop in MySQL. What it does is in pipeline/upkeep/replicate.py."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from pipeline.dags.shared import REPLICA, Fails
from pipeline.upkeep.callbacks import run_of, tell_failure, tell_timeout

# What only tasks need is imported in them: this file is read every two minutes, and by each task anew.

DOC = Path(__file__).with_name("replicate.md").read_text(encoding="utf-8")


@dag(
    schedule=CronTriggerTimetable("*/10 * * * *", timezone="UTC", run_immediately=True),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    default_args={
        "retries": 3,
        "retry_delay": timedelta(seconds=20),
        "retry_exponential_backoff": 2,
        "max_retry_delay": timedelta(minutes=5),
        "execution_timeout": timedelta(minutes=15),
        "on_failure_callback": tell_failure,
    },
    on_failure_callback=tell_timeout,
    tags=["pipeline"],
    description="Keeps the shop's replica in MySQL right, and looks whether it is",
    doc_md=DOC,
)
def replicate() -> None:
    """Ensure, caught up, reconcile, record."""

    @task(execution_timeout=timedelta(hours=1))  # twenty million rows are loaded in it, on any laptop
    def ensure() -> list[str]:
        """Bring the replica from any state to the right one."""
        from pipeline.replica.problems import Waiting
        from pipeline.settings import BadSetting
        from pipeline.upkeep import replicate

        try:
            done = replicate.ensured(run_of(get_current_context()), print)
        except Waiting as error:
            raise AirflowSkipException(str(error)) from None
        except BadSetting as error:
            raise AirflowFailException(str(error)) from None
        if not done:
            print("all was right")
        return done

    @task(execution_timeout=timedelta(minutes=25))
    def caught_up() -> list[Any]:
        """Wait until all that the shop had has arrived; what is to be compared."""
        from pipeline.upkeep import replicate

        return list(replicate.caught_up(run_of(get_current_context())))

    @task(map_index_template="{{ task.op_kwargs['group'] }}")
    def reconcile(group: str, tables: list[str], as_of: str | None) -> None:  # noqa: ARG001  what the page calls it
        """Compare these tables on both sides."""
        from pipeline.upkeep import replicate

        try:
            print("\n".join(replicate.reconciled(run_of(get_current_context()), tables, as_of)))
        except replicate.Different as error:
            raise Fails(str(error), error.alerts) from None

    @task(outlets=[REPLICA])
    def record() -> None:
        """Write down that all was right, and tell who waits for the asset."""
        from pipeline.upkeep import replicate

        context = get_current_context()
        if as_of := replicate.recorded(run_of(context)):
            context["outlet_events"][REPLICA].extra = {"as_of": as_of.isoformat()}

    parts = caught_up()
    ensure() >> parts
    reconcile.expand_kwargs(parts) >> record()


replicate()
