"""Reading the table that is graded, whatever it is in, as the types that its columns should have."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pandas as pd
import psycopg2
from psycopg2 import sql

from common.messages import one_line
from pipeline.events.grading.tables import Graded
from pipeline.events.shop import connect

ALLOWED = "FILE.csv, FILE.parquet, FILE.jsonl (also .zst), and [URL]#schema.table"
_IN_A_DATABASE = re.compile(r"(?P<url>[^#]*)#(?:(?P<schema>[^.#]+)\.)?(?P<table>[^.#]+)")


class BadCleaned(ValueError):
    """A table that can't be graded: one line naming what is wrong with it."""


def cleaned(what: str, table: Graded, shop_url: str) -> pd.DataFrame:
    """The rows, columns named as the shop's; the events' time may be called `time`. Raises BadCleaned."""
    found = _read(what, shop_url).rename(columns={} if table.time == "time" else {"time": table.time})
    missing = [name for name in table.key if name not in found.columns]
    if missing:
        raise BadCleaned(f"{what}: it has no column {', '.join(missing)}; rows of {table.name} are told apart by it")
    if found.columns.duplicated().any():
        raise BadCleaned(f"{what}: two of its columns have the same name")
    return found[[name for name in table.columns if name in found.columns]]


def in_kind(values: pd.Series, like: pd.Series) -> pd.Series:
    """Values as the kind of the true ones; what can't be read as it becomes null."""
    if isinstance(like.dtype, pd.DatetimeTZDtype):
        return pd.to_datetime(values, utc=True, errors="coerce", format="mixed").dt.as_unit("us")
    if pd.api.types.is_bool_dtype(like):
        words = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}
        return values.astype("string").str.lower().map(words).astype("boolean")
    if pd.api.types.is_numeric_dtype(like):
        return pd.to_numeric(values, errors="coerce").astype("Float64")
    return values.astype("string")


def _read(what: str, shop_url: str) -> pd.DataFrame:
    if (named := _IN_A_DATABASE.fullmatch(what)) is not None and not Path(what).exists():
        return _from_database(what, named["url"] or shop_url, named["schema"], named["table"])
    name = what.removesuffix(".zst").removesuffix(".gz")
    try:
        if name.endswith(".csv"):
            return pd.read_csv(what, dtype="string", keep_default_na=False, na_values=[""])
        if name.endswith(".jsonl"):
            return pd.read_json(what, lines=True, dtype=False)
        if what.endswith(".parquet"):
            return pd.read_parquet(what)
    except OSError as error:
        raise BadCleaned(f"{what}: it can't be read: {error.strerror or error}") from error
    except ValueError as error:  # pandas' own kinds of it, too, and pyarrow's
        raise BadCleaned(f"{what}: it can't be read: {one_line(error)}") from error
    raise BadCleaned(f"{what!r} is no table; allowed are {ALLOWED}")


def _from_database(what: str, url: str, schema: str | None, table: str) -> pd.DataFrame:
    place = sql.Identifier(*([schema] if schema else []), table)
    try:
        with closing(connect(url)) as connection, connection.cursor() as cursor:
            cursor.execute(sql.SQL("SELECT * FROM {}").format(place))
            names = [column.name for column in cursor.description or ()]
            return pd.DataFrame(cursor.fetchall(), columns=names)
    except psycopg2.Error as error:
        raise BadCleaned(f"#{what.partition('#')[2]}: it can't be read: {one_line(error)}") from error
