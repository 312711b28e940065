"""The steps of the DAG `marts`: which marts are due, each of them made and looked at; all of it is written down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from pipeline.marts.catalogue import marts, named
from pipeline.marts.engines import spark
from pipeline.marts.engines.spark_session import SparkSettings, session
from pipeline.marts.serving import served
from pipeline.marts.serving.making import Made, make
from pipeline.marts.serving.served import Served, definition
from pipeline.marts.serving.server import MartsSettings, connected
from pipeline.marts.serving.standing import standing
from pipeline.ops import ledger
from pipeline.ops.alerts import Alert
from pipeline.ops.ledger import Check, Ledger, Run
from pipeline.replica.problems import Waiting
from pipeline.settings import BadSetting

REPLICATE = "replicate"


class Due(NamedTuple):
    """What a run is to make: these marts, as of this instant of the shop's clock."""

    as_of: datetime
    marts: list[str]


class NotRight(Exception):
    """A check of a mart did not pass: an alert for each."""

    def __init__(self, mart: str, alerts: list[Alert]) -> None:
        super().__init__("; ".join(f"{mart}: {alert.message}" for alert in alerts))
        self.alerts = alerts


def planned(run: Run, as_of: datetime | None, *, all_of_them: bool = False) -> Due:
    """Begin a run: which marts are due, as of the newest instant at which the replica was found equal to the shop.

    `as_of` is what started the run; a later comparison counts for more, so that runs that had to wait have nothing left
    to do. Raises Waiting where nothing is due or there is no replica, NotPossible, pymysql.MySQLError, psycopg2.Error.
    """
    settings = MartsSettings()
    with _ledger(settings) as written:
        written.begin(run)
        try:
            with connected(settings) as connection:
                now = standing(connection)
                newest = written.newest_as_of(REPLICATE) or as_of or now.as_of
                if newest > now.as_of:
                    raise Waiting("the replica is of another shop than it was, and has not been compared yet")
                there = served.read(connection, settings.marts)
            due = [
                mart.name
                for mart in marts()
                if all_of_them or is_due(there.get(mart.name), definition(mart), newest, settings.every)
            ]
            if not due:
                raise Waiting(f"all marts are as of {settings.every} ago or less")
        except Waiting:
            written.end(run, "waiting")
            raise
        written.is_about(run, newest)
    return Due(newest, due)


def made(run: Run, mart: str, as_of: datetime) -> list[str]:
    """Make one mart; a line for each thing that was looked at.

    Raises NotRight, where the old one stays; Waiting, NotPossible, pymysql.MySQLError, psycopg2.Error.
    """
    settings = MartsSettings()
    [wanted] = named([mart])
    with connected(settings) as connection, session(SparkSettings()) as asked:
        came = make(connection, settings, asked, wanted, as_of)
    with _ledger(settings) as written:
        written.checked(run, [_check(came, each.name, each.wrong, each.seconds) for each in came.looked])
        if came.wrong:
            raise NotRight(mart, [Alert(mart, f"{each.name}: {each.wrong}") for each in came.wrong])
        written.served(run, ledger.Served(mart, came.as_of, came.rows, round(came.seconds, 3), spark.NAME))
    looked = [f"{each.name}: passed" for each in came.looked]
    return [f"{mart}: {came.rows:,} rows as of {came.as_of.isoformat()} in {came.seconds:.1f} s", *looked]


def recorded(run: Run) -> None:
    """End a run in which every mart that was due has taken its place. Raises psycopg2.Error."""
    with _ledger(MartsSettings()) as written:
        written.end(run, "succeeded")


def is_due(there: Served | None, wanted: str, as_of: datetime, every: timedelta) -> bool:
    """Whether a mart is missing, of another file, of another shop's time, or old enough."""
    if there is None or there.definition != wanted or there.as_of > as_of:
        return True
    return as_of - there.as_of >= every and as_of > there.as_of


def _check(came: Made, name: str, wrong: str, seconds: float) -> Check:
    return Check(came.mart, name, passed=not wrong, rows_found=came.rows, detail=wrong, seconds=seconds)


@contextmanager
def _ledger(settings: MartsSettings) -> Iterator[Ledger]:
    if (url := settings.pipeline_database) is None:
        raise BadSetting("PIPELINE_DATABASE_URL: is not set, and is needed")
    with Ledger.at(url) as written:
        yield written
