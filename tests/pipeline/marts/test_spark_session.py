"""Waiting for Spark ends: with an answer, with its words, with what is missing; a stand-in plays Spark."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.marts.engines import spark_session
from pipeline.marts.engines.spark_session import Spark, SparkSettings, said, session
from pipeline.replica.problems import NotPossible
from pipeline.settings import BadSetting

REMOTE = "sc://spark-connect:15002/;authorization=Bearer%20secret"


class Session:
    """What Spark's client would be: it answers when it is let, and notes that it was interrupted."""

    def __init__(self) -> None:
        self.interrupted = threading.Event()

    def hang(self) -> None:
        """Wait for a worker, as Spark does."""
        self.interrupted.wait(30)

    def interruptAll(self) -> None:  # noqa: N802  Spark's name
        self.interrupted.set()


class Broken(Exception):
    """What Spark's client raises."""


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark_session, "_LOOK_EVERY_S", 0.02)
    monkeypatch.setattr(spark_session, "_WITHOUT_WORKER_S", 0.3)


@pytest.fixture
def page() -> Iterator[dict[str, Any]]:
    """A master's page; how many workers it has is in `aliveworkers`."""
    found: dict[str, Any] = {"aliveworkers": 1, "activeapps": [{"name": "connect"}]}

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        found["url"] = f"http://127.0.0.1:{server.server_port}"
        yield found
        server.shutdown()
        serving.join()


def spark(monkeypatch: pytest.MonkeyPatch, page: str = "") -> Spark:
    monkeypatch.setenv("SPARK_REMOTE", REMOTE)
    monkeypatch.setenv("SPARK_MASTER_PAGE", page)
    return Spark(SparkSettings(), Session(), Broken)


@pytest.mark.parametrize(
    "remote", [REMOTE, "sc://h", "sc://h/", "sc://[::1]:15002", "sc://h:1/;token=abc==;use_ssl=true"]
)
def test_where_spark_may_be_is_taken(monkeypatch: pytest.MonkeyPatch, remote: str):
    monkeypatch.setenv("SPARK_REMOTE", remote)
    assert SparkSettings().remote == remote


def test_an_environment_without_its_client_is_one_line(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SPARK_REMOTE", REMOTE)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    with pytest.raises(NotPossible, match="client is not installed here"), session(SparkSettings()):
        pass


def test_an_answer_is_handed_on(monkeypatch: pytest.MonkeyPatch):
    assert spark(monkeypatch).ask(lambda: 7, 5, "seven") == 7


def test_what_takes_too_long_is_interrupted_and_named(monkeypatch: pytest.MonkeyPatch):
    asked = spark(monkeypatch)
    with pytest.raises(NotPossible, match=r"^Spark at spark-connect:15002: sums are built: not within 0\.2 s$"):
        asked.ask(asked.session.hang, 0.2, "sums are built")
    assert asked.session.interrupted.is_set()


def test_a_missing_worker_is_named_long_before_the_end(monkeypatch: pytest.MonkeyPatch, page: dict[str, Any]):
    asked, page["aliveworkers"], begun_s = spark(monkeypatch, page["url"]), 0, time.monotonic()
    with pytest.raises(NotPossible, match="sums are built: its master has no worker"):
        asked.ask(asked.session.hang, 60, "sums are built")
    assert time.monotonic() - begun_s < 10
    assert asked.session.interrupted.is_set()


def test_a_worker_that_is_soon_back_is_waited_for(monkeypatch: pytest.MonkeyPatch, page: dict[str, Any]):
    monkeypatch.setattr(spark_session, "_WITHOUT_WORKER_S", 3.0)
    asked, page["aliveworkers"] = spark(monkeypatch, page["url"]), 0

    def answer_later() -> int:
        time.sleep(0.1)
        page["aliveworkers"] = 1
        time.sleep(3.5)
        return 7

    assert asked.ask(answer_later, 60, "seven") == 7


def test_a_master_that_has_forgotten_connect_is_named_before_anything_is_asked(monkeypatch, page: dict[str, Any]):
    asked, page["activeapps"] = spark(monkeypatch, page["url"]), []
    with pytest.raises(NotPossible, match=r"^Spark at spark-connect:15002: its master does not know Connect"):
        asked.answers()


def test_a_connect_that_does_not_listen_yet_is_asked_again(monkeypatch: pytest.MonkeyPatch):
    asked, tries = spark(monkeypatch), iter(["failed to connect to all addresses", "failed to connect", ""])

    def count() -> int:
        if refusal := next(tries):
            raise Broken(refusal)
        return 1

    asked.session.range = lambda _: SimpleNamespace(count=count)
    asked.answers()
    assert next(tries, None) is None
    tries = iter(["No authentication token provided", ""])
    with pytest.raises(NotPossible, match="No authentication token provided"):
        asked.answers()


def test_a_page_that_is_not_there_is_no_worker_either(monkeypatch: pytest.MonkeyPatch):
    asked = spark(monkeypatch, "http://127.0.0.1:9")
    with pytest.raises(NotPossible, match="its master does not answer at"):
        asked.ask(asked.session.hang, 60, "sums are built")


def test_its_words_are_one_line_without_the_other_sides_stack(monkeypatch: pytest.MonkeyPatch):
    def broken() -> None:
        raise Broken("[TABLE_OR_VIEW_NOT_FOUND] no orders\n\nJVM stacktrace:\norg.apache.spark.Thing\n\tat Line 1")

    with pytest.raises(NotPossible, match=r": sums: \[TABLE_OR_VIEW_NOT_FOUND\] no orders$"):
        spark(monkeypatch).ask(broken, 5, "sums")
    away = '<_MultiThreadedRendezvous of RPC:\n\tstatus = UNAVAILABLE\n\tdetails = "Connection refused"\n>'
    assert said(Broken(away)) == "Connection refused"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SPARK_REMOTE", "spark://spark-master:7077"), ("SPARK_REMOTE", "sc://"), ("SPARK_REMOTE", "sc://h:port/"),
        ("SPARK_REMOTE", "sc://h:15002/path"), ("SPARK_REMOTE", "sc://h/;foo"), ("SPARK_REMOTE", "sc://h/;token"),
        ("SPARK_REMOTE", "sc://h/?a=b"), ("SPARK_REMOTE", "sc://h/#a"), ("SPARK_REMOTE", "sc://h;token=x"),
        ("SPARK_MASTER_PAGE", "spark-master:8080"),
    ],
)  # fmt: skip
def test_where_spark_cant_be_is_refused_and_its_secret_not_shown(monkeypatch, name: str, value: str):
    monkeypatch.setenv("SPARK_REMOTE", REMOTE)
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting, match=f"^{name}: ?.*allowed is"):
        SparkSettings()
    assert "secret" not in repr(SparkSettings.model_construct(remote=REMOTE))
