"""The marts of a system in containers: as readers have them, built by hand in the scheduler's container, watched."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from subprocess import CompletedProcess
from typing import Any

import pymysql

from pipeline.marts.head import Mart
from tests.pipeline.marts.shops import PLAIN
from tests.system.compose import Compose, eventually
from tests.system.database import connect
from tests.system.replica import Replica, asked
from tools.env import read

SPARK = ["spark-master", "spark-worker", "spark-connect"]
PATIENCE_S = 420
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Marts:
    """A system with a replica, Spark and Airflow."""

    system: Compose

    def asked(self, sql: str) -> Rows:
        """What a reader is answered."""
        with closing(Replica(self.system).mysql()) as connection:
            return asked(connection, sql)

    def served(self) -> dict[str, datetime]:
        """As of when each mart is; nothing while there is none, or no server."""
        try:
            found = self.asked("SELECT mart, as_of FROM marts.served")
        except pymysql.MySQLError:
            return {}
        return {name: as_of.replace(tzinfo=UTC) for name, as_of in found}

    def rows(self, mart: Mart) -> Rows:
        """A mart's rows in the order of its keys, columns in the order of its head."""
        named = ", ".join(f"`{each.name}`" for each in mart.columns)
        return self.asked(f"SELECT {named} FROM marts.`{mart.name}` ORDER BY {', '.join(mart.keys)}")

    def plain(self, mart: Mart, as_of: datetime) -> Rows:
        """The same question asked of PostgreSQL in words of its own."""
        sql = (PLAIN / f"{mart.name}.sql").read_text(encoding="utf-8")
        with closing(connect(self.system, "bazaar", "bazaar")) as connection, connection.cursor() as cursor:
            cursor.execute(sql, {"as_of": as_of})
            return cursor.fetchall()

    def shop_url(self) -> str:
        """The shop's PostgreSQL from outside."""
        host, port = self.system.address("postgres", 5432)
        password = read(self.system.settings.read_text(encoding="utf-8"))["BAZAAR_PASSWORD"]
        return f"postgresql://bazaar:{password}@{host}:{port}/bazaar"

    def staged(self) -> list[str]:
        """Tables that are being built, or were left."""
        return [name for (name,) in self.asked("SHOW TABLES FROM marts") if "__" in name]

    def hand(self, *arguments: str) -> CompletedProcess[str]:
        """`python -m pipeline.marts`, whatever it ends with."""
        command = ("python", "-m", "pipeline.marts", *arguments)
        return self.system.exec("airflow-scheduler", *command, within_s=PATIENCE_S, check=False)

    def program(self, text: str) -> CompletedProcess[str]:
        """Lines of Python in the scheduler's container."""
        return self.system.exec("airflow-scheduler", "python", "-c", text, within_s=PATIENCE_S, check=False)

    @contextmanager
    def building(self, mart: str) -> Iterator[list[CompletedProcess[str]]]:
        """While this mart is being built; afterwards it has ended, and how is in the list."""
        before, ended = set(self.staged()), list[CompletedProcess[str]]()
        thread = threading.Thread(target=lambda: ended.append(self.hand("build", "--engine", "spark", mart)))
        thread.start()
        try:
            eventually(lambda: set(self.staged()) - before or ended, 120, f"{mart} is being built")
            assert not ended, ended[0].stderr
            yield ended
        finally:
            thread.join(PATIENCE_S)
        assert ended, "it has come to an end"

    def healthy(self, service: str) -> None:
        """Wait until a service's container is."""
        state = lambda: self.system.container(service)["State"]["Health"]["Status"]  # noqa: E731
        eventually(lambda: state() == "healthy", PATIENCE_S, f"{service} is healthy")

    def killed(self, service: str) -> None:
        """Kill all in a container but its init, which follows; Docker starts it again."""
        before = self.system.container(service)["RestartCount"]
        self.system.exec(service, "bash", "-c", "kill -KILL -1", check=False)
        eventually(lambda: self.system.container(service)["RestartCount"] > before, 60, f"{service} is started again")


class Reader(threading.Thread):
    """Somebody who reads one mart again and again: what was seen, and what went wrong."""

    def __init__(self, marts: Marts, question: str) -> None:
        super().__init__()
        self._marts, self._question, self._over = marts, question, threading.Event()
        self.seen: list[tuple[Any, ...]] = []
        self.wrong: list[str] = []

    def run(self) -> None:
        with closing(Replica(self._marts.system).mysql()) as connection:
            while not self._over.is_set():
                try:
                    self.seen += asked(connection, self._question)
                except pymysql.MySQLError as error:
                    self.wrong.append(str(error))

    def stop(self) -> None:
        self._over.set()
        self.join(60)
