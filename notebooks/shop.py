"""The shop's database for notebooks: `from shop import ask, sim_now`."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd
from sqlalchemy import create_engine, make_url, text

if TYPE_CHECKING:
    from sqlalchemy import Engine

alt.renderers.enable("svg")  # shows without the internet, and wherever a notebook is read
alt.data_transformers.disable_max_rows()


@cache
def engine() -> Engine:
    """The database that DATABASE_URL names, in the container and under `make notebook` as the role that only reads."""
    try:
        url = make_url(os.environ["DATABASE_URL"])
    except KeyError:
        raise RuntimeError(
            "DATABASE_URL is not set: start JupyterLab with `docker compose up` or `make notebook`"
        ) from None
    return create_engine(url.set(drivername="postgresql+psycopg2"), pool_pre_ping=True)


def ask(sql: str, **parameters: Any) -> pd.DataFrame:
    """A question's answer; `:name` in the SQL stands for the parameter of that name."""
    with engine().connect() as connection:
        return pd.read_sql(text(sql), connection, params=parameters)


def sim_now() -> pd.Timestamp:
    """Where the simulated clock stands: use it instead of the wall clock."""
    return pd.Timestamp(ask("SELECT sim_now() AS sim_now")["sim_now"].iloc[0])
