"""The server of the marts: the replica's MySQL, database `marts`, as its owner."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

import pymysql
from pydantic import Field, field_validator
from pymysql.connections import Connection

from pipeline.marts.engines.jdbc import Jdbc
from pipeline.replica.problems import NotPossible
from pipeline.settings import MysqlUrl, PipelineDatabase

_DURATION = re.compile(r"(?P<number>\d{1,4})(?P<unit>[mhd])")
# MySQL would wait for a table that somebody uses for a year.
_TERMS = "SET time_zone = '+00:00', lock_wait_timeout = 30"
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


class MartsSettings(PipelineDatabase):
    """Where replica and marts are as we see them, and as Spark does where that is otherwise; how often they are made.

    Raises BadSetting.
    """

    mysql_url: MysqlUrl = Field(validation_alias="MYSQL_URL", repr=False)
    marts_url: MysqlUrl = Field(validation_alias="MARTS_URL", repr=False)
    marts_host: str | None = Field(None, validation_alias="MARTS_HOST")
    marts_port: int | None = Field(None, validation_alias="MARTS_PORT", ge=1, le=65535)

    every: timedelta = Field(timedelta(hours=1), validation_alias="MARTS_EVERY")

    @field_validator("every", mode="before")
    @classmethod
    def _is_a_duration(cls, text: str | timedelta) -> timedelta:
        if isinstance(text, timedelta):
            return text
        if (found := _DURATION.fullmatch(text)) is None:
            raise ValueError("is no duration of the shop's time; allowed is a number and m, h or d, such as 1h")
        return int(found["number"]) * _UNITS[found["unit"]]

    @property
    def replica(self) -> str:
        """The name of the replica's database, on the same server."""
        return unquote(urlsplit(self.mysql_url).path.strip("/"))

    @property
    def marts(self) -> str:
        """The name of the marts' database."""
        return unquote(urlsplit(self.marts_url).path.strip("/"))

    def as_spark_sees_it(self, database: str) -> Jdbc:
        """A database of that server, by the marts' owner."""
        named = _named(self)
        return Jdbc(
            self.marts_host or named["host"], self.marts_port or named["port"], database, named["user"],
            named["password"],
        )  # fmt: skip


@contextmanager
def connected(settings: MartsSettings) -> Iterator[Connection[Any]]:
    """A connection of the marts' owner, in the replica's database. Raises NotPossible."""
    named = _named(settings)
    where = f"{named['host']}:{named['port']}"
    try:
        connection = pymysql.connect(
            **named, database=settings.replica, charset="utf8mb4", autocommit=True, connect_timeout=10,
            read_timeout=900, write_timeout=60, init_command=_TERMS,
        )  # fmt: skip
    except pymysql.MySQLError as error:
        raise NotPossible(f"MySQL at {where}: {error.args[-1]}") from None
    try:
        yield connection
    except pymysql.MySQLError as error:
        raise NotPossible(f"MySQL at {where}: {error.args[-1]}") from None
    finally:
        connection.close()


def _named(settings: MartsSettings) -> dict[str, Any]:
    parts = urlsplit(settings.marts_url)
    return {
        "host": parts.hostname,
        "port": parts.port or 3306,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
    }
