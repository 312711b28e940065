"""The marts for notebooks: those served in MySQL, where MARTS_URL says so and they are there, else made here."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from analysis import shop

if TYPE_CHECKING:
    from sqlalchemy import Engine

_PATIENCE_S = 5


class NoMarts(RuntimeError):
    """They could not be made: one line saying why."""


def ask(sql: str) -> pd.DataFrame:
    """A question's answer, decimals as floats. It is asked in words that MySQL and DuckDB share."""
    if served := _served():
        with served.connect() as connection:
            return _with_dates(pd.read_sql(text(sql), connection))
    with duckdb.connect(str(_file()), read_only=True) as connection:
        return connection.execute(sql).df()


def standing() -> pd.DataFrame:
    """Where the marts come from, and as of which instant of the shop, in UTC, each of them is."""
    found = ask(f"SELECT mart, as_of FROM {'served' if _served() else 'built'} ORDER BY mart")
    return found.assign(made_by="Spark, served in MySQL" if _served() else "DuckDB, here and now")


def made(as_of: pd.Timestamp, name: str) -> pd.DataFrame:
    """One mart made here as of an instant of the shop's past. Raises NoMarts."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "marts.duckdb")
        _build("--into", str(file), "--as-of", as_of.isoformat(), name)
        with duckdb.connect(str(file), read_only=True) as connection:
            return connection.execute(f"SELECT * FROM {name}").df()


@cache
def _served() -> Engine | None:
    """The marts in MySQL; None where none are named, nobody answers or none are there yet."""
    if not (named := os.environ.get("MARTS_URL")):
        return None
    url = make_url(named).set(drivername="mysql+pymysql")
    engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": _PATIENCE_S})
    try:
        with engine.connect() as connection:
            return engine if connection.execute(text("SELECT COUNT(*) FROM served")).scalar() else None
    except SQLAlchemyError:
        return None


@cache
def _file() -> Path:
    """A file of marts, made once for each notebook and gone with it."""
    file = Path(_folder().name, "marts.duckdb")
    _build("--into", str(file))
    return file


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory()


def _build(*arguments: str) -> None:
    url = shop.engine().url.set(drivername="postgresql").render_as_string(hide_password=False)
    said = subprocess.run(
        [sys.executable, "-m", "pipeline.marts", "build", *arguments],
        cwd=shop.REPOSITORY, capture_output=True, text=True, check=False,
        env=os.environ | {"DATABASE_URL": url.replace("+", "%20")},
    )  # fmt: skip
    if said.returncode:
        raise NoMarts(said.stderr.strip() or said.stdout.strip())


def _with_dates(frame: pd.DataFrame) -> pd.DataFrame:
    """Days as instants, as DuckDB has them."""
    for name in frame.columns:
        first: Any = frame[name].dropna().iloc[0] if frame[name].notna().any() else None
        if type(first).__name__ == "date":
            frame[name] = pd.to_datetime(frame[name])
    return frame
