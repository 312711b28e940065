"""Builds a mart by Spark: from the replica's cuts, by the mart's own SQL, into a table that is there already."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from pipeline.marts.engines.jdbc import Jdbc, Reading
from pipeline.marts.engines.spark_session import Spark
from pipeline.marts.head import Mart
from pipeline.replica.problems import NotPossible

NAME = "spark"
_PLAN_S, _BUILD_S = 120.0, 15 * 60.0


def build(
    spark: Spark, mart: Mart, as_of: datetime, readings: Iterable[Reading], replica: Jdbc, to: Jdbc, table: str
) -> None:
    """Compute the mart as of an instant and append it to the table, which has the mart's columns.

    Raises NotPossible.
    """
    for reading in readings:
        spark.ask(partial(_seen, spark, reading, replica), _PLAN_S, f"{mart.name} reads {reading.name}")
    rows = spark.ask(partial(_computed, spark, mart, as_of), _PLAN_S, f"{mart.name} is planned")
    options = {**to.options, "dbtable": f"`{table}`", "batchsize": "5000", "isolationLevel": "READ_COMMITTED"}
    writer = rows.write.format("jdbc").options(**options).mode("append")
    spark.ask(writer.save, _BUILD_S, f"{mart.name} is built")


def _seen(spark: Spark, reading: Reading, replica: Jdbc) -> None:
    """Let the mart's SQL see a cut by its table's name."""
    frame = spark.session.read.format("jdbc").options(**replica.options, **reading.options).load()
    frame.createOrReplaceTempView(reading.name)


def _computed(spark: Spark, mart: Mart, as_of: datetime) -> Any:
    """The mart's rows in the types of its head."""
    frame = spark.session.sql(mart.sql, args={"as_of": as_of})
    if (found := sorted(frame.columns)) != (wanted := sorted(column.name for column in mart.columns)):
        raise NotPossible(f"{mart.name}.sql gives {', '.join(found)}; its head has {', '.join(wanted)}")
    return frame.select(*(frame[column.name].cast(column.type.spark) for column in mart.columns))
