"""Alerts: into the log, into schema `ops`, to whoever listens at ALERT_WEBHOOK_URL. None of them needs the others."""

from __future__ import annotations

import logging
from typing import NamedTuple

import httpx
import psycopg2
from pydantic import Field

from common.messages import one_line
from pipeline.database import VARIABLE, NoDatabase
from pipeline.ops.ledger import Ledger, Run
from pipeline.settings import BadSetting, PipelineDatabase, Settings

WEBHOOK = "ALERT_WEBHOOK_URL"
PATIENCE_S = 10.0
NOBODY = f"{WEBHOOK} names nobody"

_log = logging.getLogger(__name__)


class Listener(Settings):
    """Who wants to be told."""

    webhook: str | None = Field(None, validation_alias="ALERT_WEBHOOK_URL", repr=False)


class Alert(NamedTuple):
    """What somebody should look at: the subject is a task or a table, the message one line."""

    subject: str
    message: str


def failed(run: Run, alerts: list[Alert]) -> None:
    """A run has failed: say why, wherever that can be said."""
    for alert in alerts:
        _log.error("%s: %s: %s", run.pipeline, alert.subject, alert.message)
    webhook = Listener().webhook
    try:
        if (database := PipelineDatabase().pipeline_database) is None:
            raise NoDatabase(f"{VARIABLE} names none")
        with Ledger.at(database) as ledger:
            for alert in alerts:
                number, news = ledger.raised(run, *alert)
                if news:
                    ledger.told(number, tell(webhook, run, alert) if webhook else NOBODY)
            ledger.end(run, "failed")
    except (psycopg2.Error, NoDatabase, BadSetting) as error:
        _log.error("the alert is not in ops.alerts: %s: %s", type(error).__name__, one_line(error))
        for alert in alerts if webhook else []:
            tell(webhook, run, alert)


def tell(webhook: str | None, run: Run, alert: Alert) -> str | None:
    """Post an alert; what went wrong, if anything. The address may hold a secret, so it is not said."""
    text = f"{run.pipeline}: {alert.subject}: {alert.message}"
    body = {"text": text, "pipeline": run.pipeline, "run": run.run, "subject": alert.subject, "message": alert.message}
    try:
        httpx.post(webhook or "", json=body, timeout=PATIENCE_S).raise_for_status()
    except httpx.HTTPStatusError as error:
        wrong = f"{WEBHOOK} answered {error.response.status_code}"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        wrong = f"{WEBHOOK} did not take it: {type(error).__name__}"
    else:
        return None
    _log.error("%s", wrong)
    return wrong
