"""A session with Spark over Connect in which nothing is waited for without an end.

Spark itself waits for ever where there is no worker, and its client ten minutes where there is no server. So every
question is asked in a thread of its own: whoever asked looks at the clock and at the master's page meanwhile, and has
Spark stop when it is of no use. Spark's client is in Airflow's image only: it is imported where it is needed.
"""

from __future__ import annotations

import os
import re
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager, suppress
from tempfile import gettempdir
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from pydantic import Field, field_validator

from common.messages import one_line
from pipeline.replica.problems import NotPossible
from pipeline.settings import Settings
from pipeline.waiting import awaited

T = TypeVar("T")

_PARAMETERS = re.compile(r"/?|/(;[^;=/?#]+=[^;/?#]+)+;?")
_FIRST_ANSWER_S = 60.0
_WITHOUT_WORKER_S = 35.0
_LOOK_EVERY_S = 3.0
_PATIENCE_S = 5.0
_REFUSED = "failed to connect"  # gRPC's words
_TRIES = 3  # of a call that did not come through, within a second or so


class SparkSettings(Settings):
    """Where Spark is, and the page of its master, where that can be looked at. Raises BadSetting."""

    remote: str = Field(validation_alias="SPARK_REMOTE", repr=False)
    master_page: str | None = Field(None, validation_alias="SPARK_MASTER_PAGE")

    @field_validator("remote")
    @classmethod
    def _names_connect(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            complete = parts.scheme == "sc" and bool(parts.hostname) and parts.port != 0 and ";" not in parts.netloc
            complete = complete and bool(_PARAMETERS.fullmatch(url.partition("://")[2].removeprefix(parts.netloc)))
        except ValueError:
            complete = False
        if not complete:
            raise ValueError("is not where Spark Connect is; allowed is sc://HOST[:PORT][/;NAME=VALUE…]")
        return url

    @field_validator("master_page")
    @classmethod
    def _names_a_page(cls, url: str | None) -> str | None:
        if url is not None and (urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname):
            raise ValueError("is not where the page of Spark's master is; allowed is http://HOST:PORT")
        return url and url.rstrip("/")

    @property
    def where(self) -> str:
        """The same without its secrets."""
        return urlsplit(self.remote).netloc.rpartition("@")[2]


class Spark:
    """One session. Every method raises NotPossible, naming what is away or what Spark said."""

    def __init__(self, settings: SparkSettings, session: Any, errors: type[Exception]) -> None:
        self._settings = settings
        self.session = session
        self._errors = errors
        self._cluster = _Cluster(settings.master_page)

    def ask(self, question: Callable[[], T], within_s: float, what: str) -> T:
        """What comes of a call of the session; it ends in time, one way or another."""
        answer: Future[T] = Future()
        threading.Thread(target=_into, args=(answer, question), daemon=True).start()
        deadline_s = time.monotonic() + within_s
        while True:
            try:
                return answer.result(timeout=_LOOK_EVERY_S)
            except NotYet:
                wrong = self._cluster.missing() or (time.monotonic() > deadline_s and f"not within {within_s:g} s")
                if wrong:
                    self._interrupt()
                    raise NotPossible(f"Spark at {self._settings.where}: {what}: {wrong}") from None
            except self._errors as error:
                raise NotPossible(f"Spark at {self._settings.where}: {what}: {said(error)}") from None

    def answers(self) -> None:
        """See that somebody computes, or is back soon."""
        awaited(lambda: not self._cluster.lacks(), _WITHOUT_WORKER_S, _LOOK_EVERY_S)
        if lacks := self._cluster.lacks():
            raise NotPossible(f"Spark at {self._settings.where}: {lacks}")
        deadline_s = time.monotonic() + _WITHOUT_WORKER_S
        while True:
            try:
                self.ask(lambda: self.session.range(1).count(), _FIRST_ANSWER_S, "no worker took up a first question")
                return
            except NotPossible as error:  # Connect listens some seconds after its master knows it
                if _REFUSED not in str(error) or time.monotonic() > deadline_s:
                    raise
            time.sleep(_LOOK_EVERY_S)

    def _interrupt(self) -> None:
        """Have it stop what it does for this session, if it listens."""
        done: Future[Any] = Future()
        threading.Thread(target=_into, args=(done, self.session.interruptAll), daemon=True).start()
        with suppress(Exception):
            done.result(timeout=_PATIENCE_S)

    def close(self) -> None:
        """End the session, and what is still computed for it."""
        self._interrupt()
        ended: Future[Any] = Future()
        threading.Thread(target=_into, args=(ended, self.session.stop), daemon=True).start()
        with suppress(Exception):
            ended.result(timeout=_PATIENCE_S)


@contextmanager
def session(settings: SparkSettings) -> Iterator[Spark]:
    """A session in which somebody computes. Raises NotPossible within a minute when nobody does."""
    spark = _created(settings)
    try:
        spark.answers()
        yield spark
    finally:
        spark.close()


def said(error: Exception) -> str:
    """Spark's words in one line, without the stack of the other side."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    first = lines[0] if lines else type(error).__name__
    details = [line.partition(" = ")[2].strip('"') for line in lines if line.strip().startswith("details = ")]
    return one_line(details[0] if details else first)[:500]


def _created(settings: SparkSettings) -> Spark:
    os.environ.setdefault("SPARK_HOME", gettempdir())  # it looks for one when it is loaded, and ends the process
    warnings.filterwarnings("ignore", module="pyspark")  # of pandas, which nothing here uses; errors say the rest
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql.connect.client.retries import DefaultPolicy
        from pyspark.sql.connect.session import SparkSession
    except ImportError as error:
        raise NotPossible(f"Spark's client is not installed here: {one_line(error)}") from None

    made = SparkSession.builder.remote(settings.remote).create()
    made.client.set_retry_policies([DefaultPolicy(max_retries=_TRIES)])
    return Spark(settings, made, PySparkException)


def _into(answer: Future[T], question: Callable[[], T]) -> None:
    try:
        answer.set_result(question())
    except BaseException as error:  # noqa: BLE001  it is raised again where it was asked
        answer.set_exception(error)


class _Cluster:
    """Looks whether there is somebody to compute, as far as the master's page says: what was killed is soon back."""

    def __init__(self, page: str | None) -> None:
        self._page = page
        self._since_s: float | None = None

    def lacks(self) -> str:
        """What is not there just now."""
        if self._page is None:
            return ""
        try:
            found = httpx.get(f"{self._page}/json/", timeout=_PATIENCE_S, trust_env=False).raise_for_status().json()
        except (httpx.HTTPError, ValueError):
            return f"its master does not answer at {self._page}"
        if not found.get("aliveworkers"):
            return "its master has no worker (docker compose ps spark-worker)"
        return "" if found.get("activeapps") else "its master does not know Connect, which is begun anew if that lasts"

    def missing(self) -> str:
        """What has not been there for a while."""
        lacks, now_s = self.lacks(), time.monotonic()
        self._since_s = (self._since_s or now_s) if lacks else None
        return lacks if self._since_s is not None and now_s - self._since_s > _WITHOUT_WORKER_S else ""
