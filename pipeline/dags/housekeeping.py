"""DAG `housekeeping`: what Airflow has noted of runs long past goes, by pipeline/upkeep/housekeeping.py."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from airflow.sdk import CronTriggerTimetable, dag, task

from pipeline.upkeep.callbacks import tell_failure, tell_timeout

DOC = Path(__file__).with_name("housekeeping.md").read_text(encoding="utf-8")


@dag(
    schedule=CronTriggerTimetable("45 3 * * *", timezone="UTC"),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=1),
    default_args={
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": 2,
        "execution_timeout": timedelta(minutes=15),
        "on_failure_callback": tell_failure,
    },
    on_failure_callback=tell_timeout,
    tags=["pipeline"],
    description="Takes away what Airflow itself leaves behind",
    doc_md=DOC,
)
def housekeeping() -> None:
    """Forget runs, remove logs."""

    @task
    def forget_runs() -> None:
        """Delete old runs from Airflow's own database."""
        from pipeline.upkeep import housekeeping

        print(housekeeping.forget_runs(housekeeping.before_now()))

    @task
    def remove_logs() -> None:
        """Delete what tasks of old runs have printed."""
        from airflow.sdk.configuration import conf

        from pipeline.upkeep import housekeeping

        folder = Path(conf.get("logging", "base_log_folder"))
        print(f"removed {housekeeping.remove_logs(folder, housekeeping.before_now()):,} files")

    forget_runs()
    remove_logs()


housekeeping()
