"""The cuts of the replica's tables as Spark reads them: by JDBC, large ones by ranges of their keys, row by row.

MySQL's driver keeps a whole answer in memory unless it is told to fetch rows as they are taken: so what a worker holds
is bounded by what Spark makes of them, whatever a table's size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymysql.connections import Connection
from sqlalchemy import TIMESTAMP, BigInteger, Boolean, Column, Double, Integer, Numeric, SmallInteger, String, Table

from pipeline.marts.cuts import Cut
from pipeline.replica.mysql import ask
from pipeline.replica.mysql_tables import UnknownType

DRIVER = "com.mysql.cj.jdbc.Driver"
# Times are instants in UTC on both sides; many rows in one statement; an answer is streamed.
_OPTIONS = (
    "connectionTimeZone=UTC&forceConnectionTimeZoneToSession=true&rewriteBatchedStatements=true&useServerPrepStmts=false"
    "&sslMode=PREFERRED&connectTimeout=10000&socketTimeout=600000&tcpKeepAlive=true"
)
_STREAMED = -(2**31)  # the driver's word for it
_ROWS = 250_000
_MOST = 200
_SIZE = "SELECT table_rows FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = %s"


@dataclass(frozen=True, slots=True)
class Jdbc:
    """A database of MySQL as Spark sees it, and as whom it comes."""

    host: str
    port: int
    database: str
    user: str
    password: str

    @property
    def options(self) -> dict[str, str]:
        """How Spark connects."""
        url = f"jdbc:mysql://{self.host}:{self.port}/{self.database}?{_OPTIONS}"
        return {"url": url, "driver": DRIVER, "user": self.user, "password": self.password}


@dataclass(frozen=True, slots=True)
class Reading:
    """One table's cut: what is asked, and how it is divided."""

    name: str
    options: dict[str, str]


def readings(
    replica: Connection[Any], cuts: Sequence[Cut], as_of: datetime, since: datetime | None
) -> Iterator[Reading]:
    """How each cut is read from the replica that the connection is to."""
    ask(replica, "SET SESSION information_schema_stats_expiry = 0")
    for each in cuts:
        options = {
            "dbtable": f"({each.sql('mysql', as_of, since)}) AS cut",
            "fetchsize": str(_STREAMED),
            "customSchema": ", ".join(f"`{column.name}` {spark_type(column)}" for column in each.columns),
        }
        yield Reading(each.table.name, options | _division(replica, each.table))


def spark_type(column: Column[Any]) -> str:
    """Spark's type for a column of the models. Raises UnknownType."""
    match column.type:
        case BigInteger():
            return "BIGINT"
        case SmallInteger():
            return "SMALLINT"
        case Integer():
            return "INT"
        case Boolean():
            return "BOOLEAN"
        case Double():
            return "DOUBLE"
        case Numeric() as number if number.scale is not None:
            return f"DECIMAL({number.precision},{number.scale})"
        case TIMESTAMP() as instant if instant.timezone:
            return "TIMESTAMP"
        case String():  # and Text
            return "STRING"
    raise UnknownType(f"{column.table}.{column.name} is {column.type}, for which Spark has no form here")


def _division(replica: Connection[Any], table: Table) -> dict[str, str]:
    """Ranges of the key's first column, so that no part has many more rows than `_ROWS`."""
    key = next(iter(table.primary_key.columns))
    [(rows,)] = ask(replica, _SIZE, (table.name,)) or [(0,)]
    parts = min(int(rows or 0) // _ROWS + 1, _MOST)
    if parts == 1 or not isinstance(key.type, Integer):
        return {}
    [(least, most)] = ask(replica, f"SELECT MIN(`{key.name}`), MAX(`{key.name}`) FROM `{table.name}`")
    if least is None:
        return {}
    bounds = {"lowerBound": str(least), "upperBound": str(most + 1)}
    return {"partitionColumn": key.name, "numPartitions": str(parts), **bounds}
