"""How each mart is that readers have: as of when, how old, what is wrong and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import psycopg2

from common.messages import one_line
from pipeline.database import NoDatabase
from pipeline.marts.catalogue import marts
from pipeline.marts.head import Mart
from pipeline.marts.serving import served
from pipeline.marts.serving.served import Served
from pipeline.marts.serving.server import MartsSettings, connected
from pipeline.marts.serving.standing import standing
from pipeline.ops.ledger import Ledger

BUILD = "trigger the DAG marts, or: python -m pipeline.marts build --engine spark"
PIPELINE = "marts"
_LATE = timedelta(minutes=30)


class Row(NamedTuple):
    """A mart; `wrong` is empty where all is well."""

    mart: str
    as_of: str = ""
    behind: str = ""
    rows: str = ""
    wrong: str = ""
    to_do: str = ""


def status(settings: MartsSettings) -> list[Row]:
    """A row for each mart. Raises Waiting, NotPossible."""
    with connected(settings) as connection:
        now, there = standing(connection), served.read(connection, settings.marts)
    failed = _failed(settings, there)
    return [_row(mart, there.get(mart.name), now.as_of, settings.every, failed.get(mart.name, "")) for mart in marts()]


def _row(mart: Mart, found: Served | None, newest: datetime, every: timedelta, failed: str) -> Row:
    if found is None:
        return Row(mart.name, wrong=failed or "it has not been built yet", to_do=BUILD)
    behind = newest - found.as_of
    wrong = failed or _wrong(mart, found, behind, every)
    told = f"{behind.total_seconds() / 3600:.1f} h of the shop's"
    return Row(mart.name, f"{found.as_of:%Y-%m-%d %H:%M:%S}", told, f"{found.rows:,}", wrong, wrong and BUILD)


def _wrong(mart: Mart, found: Served, behind: timedelta, every: timedelta) -> str:
    if behind < timedelta(0):
        return "it is of another shop"
    if found.definition != served.definition(mart):
        return "its file is another one since"
    if behind > 2 * every and datetime.now(UTC) - (found.served_at or found.as_of) > _LATE:
        return "it is late"
    return ""


def _failed(settings: MartsSettings, there: Mapping[str, Served]) -> dict[str, str]:
    """What the last run that looked at marts found wrong, by their names, unless one was served since by hand."""
    if (url := settings.pipeline_database) is None:
        return {}
    try:
        with Ledger.at(url) as ledger:
            found = ledger.wrong(PIPELINE)
    except (psycopg2.Error, NoDatabase) as error:
        return {mart.name: f"schema ops: {one_line(error)}" for mart in marts()}
    return {
        each.subject: f"{each.name}: {each.detail}; readers have the one before"
        for each in reversed(found)
        if not is_mended(each.checked_at, there.get(each.subject))
    }


def is_mended(failed_at: datetime, found: Served | None) -> bool:
    """Whether a mart has taken its place since a check of it did not pass."""
    return found is not None and found.served_at is not None and found.served_at > failed_at
