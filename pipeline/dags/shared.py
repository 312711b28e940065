"""What the DAGs have in common; there is none in here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import Asset
from airflow.sdk.exceptions import AirflowFailException

if TYPE_CHECKING:
    from pipeline.ops.alerts import Alert

REPLICA = Asset("replica")


class Fails(AirflowFailException):
    """A task fails for good: trying again would not help. Alerts say what is wrong with what."""

    def __init__(self, message: str, alerts: list[Alert]) -> None:
        super().__init__(message)
        self.alerts = alerts
