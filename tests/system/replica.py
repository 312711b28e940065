"""The shop and its replica in containers, somebody who looks after the replica, and both sides row by row."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg2
import pymysql

from tests.system.compose import Compose, docker, eventually
from tests.system.database import PASSWORDS, connect
from tools.env import read

SERVICES = ["postgres", "sim", "kafka", "mysql", "connect"]
STATE = "replica"  # the one table that is no table of the shop
LEFT_OUT = {"runs": {"heartbeat_at", "kept_speed", "lag_s", "batches", "scenario_config"}}
OF_SIM = {"runs", "incidents", "retention"}
PATIENCE_S = 420
# what Airflow's scheduler does, with less around it
LOOP = "while :; do python -m pipeline.replica ensure 2>&1; echo ended $?; sleep 8; done"

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Replica:
    """A system whose replica is looked after."""

    system: Compose

    @property
    def keeper(self) -> str:
        return f"{self.system.project}-keeper"

    def said(self) -> str:
        """All that the one who looks after it has said."""
        return docker("logs", self.keeper)

    def keep(self) -> None:
        """Begin to look after it."""
        options = ["--detach", "--no-deps", "--name", self.keeper, "--entrypoint", "bash"]
        self.system.run("run", *options, "airflow-scheduler", "-c", LOOP)

    def leave(self) -> None:
        """Look after it no more."""
        docker("rm", "--force", self.keeper)

    def ended_well(self, since: int = 0) -> None:
        """A look at it that began after `since` found all right."""
        eventually(lambda: "all is right\nended 0" in self.said()[since:], PATIENCE_S, "ensure finds all right")

    def shop(self) -> psycopg2.extensions.connection:
        return connect(self.system, "bazaar", "bazaar")

    def mysql(self, user: str = "bazaar_reader") -> pymysql.Connection[Any]:
        host, port = self.system.address("mysql", 3306)
        secrets = read(self.system.settings.read_text(encoding="utf-8"))
        password = secrets["MYSQL_PASSWORD" if user == "bazaar" else PASSWORDS[user]]
        return pymysql.connect(
            host=host, port=port, user=user, password=password, database="bazaar", autocommit=True, connect_timeout=10,
            read_timeout=60, init_command="SET time_zone = '+00:00'",
        )  # fmt: skip

    def control(self, *command: str) -> None:
        """Pause the shop, let it go on, at another speed."""
        done = self.system.exec("sim", "python", "-m", "sim", *command, check=False)
        assert done.returncode == 0, done.stderr

    def follows(self) -> None:
        """It goes with the shop."""
        before = self._newest()
        eventually(lambda: self._newest() > before, PATIENCE_S, f"the replica goes on from {before}")

    def _newest(self) -> str:
        """Where the shop's clock stands in the replica; times as text sort as times do."""
        try:
            with closing(self.mysql()) as connection, connection.cursor() as cursor:
                cursor.execute("SELECT max(sim_now) FROM runs")
                found = cursor.fetchone()
        except pymysql.MySQLError:
            found = None
        return "" if found is None or found[0] is None else f"{found[0]:%Y-%m-%d %H:%M:%S.%f}"

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """The shop is paused."""
        self.control("pause")
        try:
            yield
        finally:
            self.control("resume")

    def equals(self) -> None:
        """Every row of the shop is in the replica as it is, and no other; waits for what is on its way."""
        deadline_s = time.monotonic() + PATIENCE_S
        while (wrong := self.differences()) and time.monotonic() < deadline_s:
            time.sleep(3)
        assert not wrong, "\n".join([*wrong, self.said()[-2000:]])

    def differences(self) -> list[str]:
        """What is otherwise, a line for each table."""
        try:
            with closing(self.shop()) as shop, closing(self.mysql()) as replica:
                tables = tables_of(shop)
                there = {name for (name,) in asked(replica, "SHOW TABLES")} - {STATE}
                if there != tables.keys():
                    return [f"the replica has other tables: {sorted(there ^ tables.keys())}"]
                return [line for name, columns in tables.items() if (line := difference(shop, replica, name, columns))]
        except (psycopg2.OperationalError, pymysql.MySQLError) as error:
            return [str(error)]


def asked(connection: Any, sql: str) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def tables_of(shop: Any) -> dict[str, list[str]]:
    """The shop's tables and columns as PostgreSQL tells of them: all of `public`, some of `sim`."""
    found: dict[str, list[str]] = {}
    for schema, table, column in asked(shop, """
        SELECT table_schema, table_name, column_name FROM information_schema.columns JOIN information_schema.tables
        USING (table_schema, table_name) WHERE table_schema IN ('public', 'sim') AND table_type = 'BASE TABLE'
        ORDER BY table_name, ordinal_position
    """):  # fmt: skip
        if (schema == "public" or table in OF_SIM) and column not in LEFT_OUT.get(table, ()):
            found.setdefault(table, []).append(column)
    return found


def difference(shop: Any, replica: Any, table: str, columns: list[str]) -> str | None:
    """How many rows are on one side only, and one of them."""
    schema = "sim" if table in OF_SIM else "public"
    quoted = ", ".join(f'"{name}"' for name in columns)
    ours = Counter(map(plain, asked(shop, f'SELECT {quoted} FROM {schema}."{table}"')))
    theirs = Counter(map(plain, asked(replica, f"SELECT {quoted.replace(chr(34), '`')} FROM `{table}`")))
    missing, surplus = ours - theirs, theirs - ours
    if not missing and not surplus:
        return None
    example = next(iter(missing or surplus))
    return f"{table}: {missing.total()} rows missing, {surplus.total()} too many, of {ours.total()}: {example}"


def plain(row: Row) -> Row:
    """A row in the words of neither side."""
    return tuple(_plain(value) for value in row)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)
    if isinstance(value, str) and value[:1] in "{[":
        try:
            return json.dumps(json.loads(value), sort_keys=True)
        except ValueError:
            return value
    return value
