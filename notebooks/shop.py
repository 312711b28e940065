"""The shop's database for notebooks: `from shop import ask, sim_now`."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import create_engine, make_url, text

if TYPE_CHECKING:
    from sqlalchemy import Engine

REPOSITORY = Path(__file__).resolve().parent.parent


@cache
def engine() -> Engine:
    """The database that DATABASE_URL names, else the embedded one of `make sim`; whoever asks, only reading."""
    url = make_url(os.environ.get("DATABASE_URL") or _embedded()).set(drivername="postgresql+psycopg2")
    return create_engine(url, pool_pre_ping=True, execution_options={"postgresql_readonly": True})


def _embedded() -> str:
    own = REPOSITORY / ".venv" / "bin" / "python"
    command = [str(own) if own.exists() else sys.executable, "-m", "sim", "dsn", "--reader"]
    said = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if said.returncode:
        raise RuntimeError(
            "no shop to read: DATABASE_URL is not set, and the embedded one says: "
            f"{said.stderr.strip() or 'nothing'} (`make sim` in a terminal opens one)"
        )
    return said.stdout.strip()


def ask(sql: str, **parameters: Any) -> pd.DataFrame:
    """A question's answer; `:name` in the SQL stands for the parameter of that name."""
    with engine().connect() as connection:
        return pd.read_sql(text(sql), connection, params=parameters)


def sim_now() -> pd.Timestamp:
    """Where the simulated clock stands, in UTC: use it instead of the wall clock."""
    return pd.Timestamp(ask("SELECT sim_now() AS sim_now")["sim_now"].iloc[0])
