"""One mart from its SQL to its readers: built beside, looked at, swapped; whatever goes wrong, the old one stays."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymysql.connections import Connection

from pipeline.marts.cuts import cuts
from pipeline.marts.engines import spark as engine
from pipeline.marts.engines.jdbc import readings
from pipeline.marts.engines.spark_session import Spark
from pipeline.marts.head import Mart
from pipeline.marts.serving import served
from pipeline.marts.serving.looking import Looked, look, rows
from pipeline.marts.serving.server import MartsSettings
from pipeline.marts.serving.staging import clear, staging
from pipeline.marts.serving.standing import refuse_other, refuse_unless_there, standing
from pipeline.marts.serving.swapping import alone, swap


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a mart; it is served unless something is wrong with it."""

    mart: str
    as_of: datetime
    rows: int
    seconds: float
    looked: tuple[Looked, ...]

    @property
    def wrong(self) -> list[Looked]:
        """What did not pass."""
        return [each for each in self.looked if each.wrong]


def make(connection: Connection[Any], settings: MartsSettings, spark: Spark, mart: Mart, as_of: datetime) -> Made:
    """Build a mart by Spark and serve it unless a check fails. Raises Waiting, NotPossible, pymysql.MySQLError."""
    begun_s = time.monotonic()
    before = standing(connection)
    refuse_unless_there(before, as_of)
    clear(connection, settings.marts)
    with staging(connection, settings.marts, mart) as name:
        sources = list(readings(connection, [cuts()[table] for table in mart.reads], as_of, before.since))
        replica, to = (settings.as_spark_sees_it(database) for database in (settings.replica, settings.marts))
        engine.build(spark, mart, as_of, sources, replica, to, name)
        table = f"`{settings.marts}`.`{name}`"
        found = tuple(look(connection, mart, table, as_of, before.since))
        refuse_other(before, standing(connection))
        made = Made(mart.name, as_of, rows(connection, table), time.monotonic() - begun_s, found)
        if not made.wrong:
            served.make(connection, settings.marts)
            now = served.Served(mart.name, as_of, before.since, made.rows, engine.NAME, round(made.seconds, 3))
            with alone(connection, mart):
                with served.unsaid(connection, settings.marts, mart):
                    swap(connection, settings.marts, mart, name)
                served.note(connection, settings.marts, mart, now)
    return made
