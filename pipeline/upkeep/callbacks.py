"""What Airflow calls when a task or a run of a DAG has failed: the log, the tables and the webhook are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.ops.ledger import Run

# Read with each DAG's file, every two minutes: what only a failure needs is imported then.


def tell_failure(context: Any) -> None:
    """A task has failed for good. What its error has as `alerts` is told one by one."""
    from common.messages import one_line
    from pipeline.ops.alerts import Alert, failed

    error = context.get("exception")
    said = one_line(error or "it ended without a word")
    alerts = getattr(error, "alerts", None) or [Alert(_task_of(context["ti"]), said)]
    failed(run_of(context), alerts)


def tell_timeout(context: Any) -> None:
    """The whole run has failed for another reason than a task's failure, which has been told."""
    from pipeline.ops.alerts import Alert, failed

    if context.get("reason") != "task_failure":
        failed(run_of(context), [Alert("run", str(context.get("reason")))])


def _task_of(ti: Any) -> str:
    """A task's name; of one of several alike with what it is about, or they would be told as one."""
    number = getattr(ti, "map_index", None)
    about = getattr(ti, "rendered_map_index", None) or ("" if number is None or number < 0 else number)
    return f"{ti.task_id} {about}".rstrip()


def run_of(context: Any) -> Run:
    """The run that a task or a callback belongs to, by the DAG's name."""
    from pipeline.ops.ledger import Run

    return Run(context["dag"].dag_id, context["run_id"])
