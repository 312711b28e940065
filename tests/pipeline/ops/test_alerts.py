"""Alerts: the log, the tables and a webhook, none of which needs the others."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psycopg2
import pytest

from pipeline.database import NAME, beside
from pipeline.database import VARIABLE as DATABASE
from pipeline.ops.alerts import NOBODY, WEBHOOK, Alert, failed
from pipeline.ops.ledger import Ledger, Run
from tests.pipeline.ops.test_ledger import rows

RUN = Run("replicate", "manual__1")
DIFFERS = Alert("orders", "1 row differs (10 in the shop, 10 in the replica)")
NOWHERE = "postgresql://nobody@127.0.0.1:9/pipeline"


class Listener(ThreadingHTTPServer):
    """Whoever is told: what it heard, and what it answers."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.answer = 200
        listener = self

        class Ear(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                listener.heard.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(listener.answer)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        super().__init__(("127.0.0.1", 0), Ear)


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    with Listener() as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        monkeypatch.setenv(WEBHOOK, f"http://127.0.0.1:{server.server_port}/a-secret")
        monkeypatch.setenv("NO_PROXY", "*")
        yield server
        server.shutdown()
        serving.join()


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch, database_url: str) -> str:
    monkeypatch.setenv(DATABASE, database_url)
    monkeypatch.delenv(WEBHOOK, raising=False)
    with Ledger.at(database_url) as ledger:
        ledger.begin(RUN)
    return database_url


ALERTS = "SELECT subject, message, told_at IS NOT NULL, untold FROM ops.alerts ORDER BY alert_id"


def test_it_is_in_the_log_the_tables_and_the_webhook(database: str, listener: Listener, caplog):
    failed(RUN, [DIFFERS])
    assert rows(database, ALERTS) == [(*DIFFERS, True, None)]
    assert rows(database, "SELECT outcome FROM ops.runs") == [("failed",)]
    assert listener.heard == [
        {
            "text": f"replicate: orders: {DIFFERS.message}",
            "pipeline": "replicate",
            "run": "manual__1",
            **DIFFERS._asdict(),
        }
    ]
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR] == [
        f"replicate: orders: {DIFFERS.message}"
    ]


def test_several_tables_are_several_alerts_and_told_once(database: str, listener: Listener):
    lines = Alert("order_lines", "2 rows differ")
    failed(RUN, [DIFFERS, lines])
    failed(RUN, [DIFFERS, lines])
    assert [heard["subject"] for heard in listener.heard] == ["orders", "order_lines"]
    assert [row[3] for row in rows(database, ALERTS)] == [None, None, "told before", "told before"]


def test_without_a_webhook_the_tables_say_so(database: str):
    failed(RUN, [DIFFERS])
    assert rows(database, ALERTS) == [(*DIFFERS, False, NOBODY)]


def test_whoever_does_not_take_it_is_named_without_the_secret_and_asked_again(
    database: str, listener: Listener, caplog
):
    listener.answer = 500
    failed(RUN, [DIFFERS])
    assert rows(database, ALERTS) == [(*DIFFERS, False, f"{WEBHOOK} answered 500")]
    assert "a-secret" not in caplog.text
    listener.answer = 204
    failed(RUN, [DIFFERS])
    assert rows(database, ALERTS)[1] == (*DIFFERS, True, None)


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/", "ftp://somewhere/", "nonsense", "http://[::1"])
def test_an_address_where_nobody_is_stops_nothing(database: str, monkeypatch: pytest.MonkeyPatch, address: str):
    monkeypatch.setenv(WEBHOOK, address)
    failed(RUN, [DIFFERS])
    [(*_, told, why)] = rows(database, ALERTS)
    assert not told
    assert why.startswith(f"{WEBHOOK} did not take it: ")


def test_the_webhook_is_told_when_the_database_is_away(monkeypatch: pytest.MonkeyPatch, listener: Listener, caplog):
    monkeypatch.setenv(DATABASE, NOWHERE)
    failed(RUN, [DIFFERS])
    assert [heard["subject"] for heard in listener.heard] == ["orders"]
    assert "the alert is not in ops.alerts: OperationalError" in caplog.text


def test_where_only_the_shop_is_named_it_is_in_the_database_beside_it(
    monkeypatch: pytest.MonkeyPatch, database_url: str
):
    """As the runs are (pipeline/upkeep): they would wait for ever for their end else."""
    monkeypatch.delenv(DATABASE, raising=False)
    monkeypatch.delenv(WEBHOOK, raising=False)
    monkeypatch.setenv("DATABASE_URL", database_url)
    try:
        with Ledger.at(beside(database_url)) as ledger:
            ledger.begin(RUN)
        failed(RUN, [DIFFERS])
        assert rows(beside(database_url), ALERTS) == [(*DIFFERS, False, NOBODY)]
        assert rows(beside(database_url), "SELECT outcome FROM ops.runs") == [("failed",)]
    finally:
        with closing(psycopg2.connect(database_url)) as server:
            server.autocommit = True
            server.cursor().execute(f"DROP DATABASE IF EXISTS {NAME}")


def test_with_nobody_to_tell_the_log_says_it_all(monkeypatch: pytest.MonkeyPatch, caplog):
    monkeypatch.delenv(DATABASE, raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv(WEBHOOK, raising=False)
    failed(RUN, [DIFFERS])
    assert DIFFERS.message in caplog.text
