"""The shop's database for notebooks: `from shop import ask, sim_now`."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import create_engine, event, make_url, text

from common.called import as_called

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.exc import SQLAlchemyError

_PROGRAM = Path(__file__).resolve().parent.parent
_IS_INSTALLED = (_PROGRAM.parent / "place.py").exists()  # in the package's folder of rooms, not in a clone


def _home() -> Path:
    """The repository; where the program is installed, the nearest folder upwards in which somebody has a shop."""
    if not _IS_INSTALLED:
        return _PROGRAM
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / ".data" / "postgres").exists()), here)


REPOSITORY = _home()
"""Where the simulator's commands are run, so that they find the shop."""

if _IS_INSTALLED:  # then they find their own modules by this
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(_PROGRAM), os.environ.get("PYTHONPATH")]))

# Those of every connection of ours; but a question that takes too long ends when its role has it, though no sooner than
# the reader's, for no kernel can be interrupted while it waits.
_TERMS = (_PROGRAM / "db" / "terms.sql").read_text(encoding="utf-8")
_PATIENCE = """
SELECT set_config(name, greatest(reset_val::int, 30000)::text, false)
FROM pg_catalog.pg_settings WHERE name = 'statement_timeout' AND reset_val <> '0'
"""


@cache
def engine() -> Engine:
    """The database that DATABASE_URL names, in .env too, else that of `make sim`; whoever asks, only reading."""
    found = os.environ.get("DATABASE_URL") or _dsn("--named") or _embedded()
    url = make_url(found).set(drivername="postgresql+psycopg2")
    made = create_engine(url, pool_pre_ping=True, execution_options={"postgresql_readonly": True})
    event.listen(made, "connect", _begin_on_our_terms)
    return made


def _begin_on_our_terms(connection: Any, _: object) -> None:
    connection.autocommit = True
    connection.set_client_encoding("UTF8")
    with connection.cursor() as cursor:
        cursor.execute(_TERMS)
        cursor.execute(_PATIENCE)
    connection.autocommit = False


def _embedded() -> str:
    url = _dsn("--reader")
    for name in [name for name in os.environ if name.startswith("PG")]:  # libpq's, meant for some other server
        del os.environ[name]
    return url


def _dsn(option: str) -> str:
    own = REPOSITORY / ".venv" / "bin" / "python"
    command = [str(own) if own.exists() else sys.executable, "-m", "sim", "dsn", option]
    said = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if said.returncode:
        raise RuntimeError(
            as_called(
                "no shop to read: DATABASE_URL is not set in the environment, and `python -m sim dsn` says: "
                f"{said.stderr.strip() or 'nothing'} (`make sim` in a terminal opens one)"
            )
        )
    return said.stdout.strip()


def ask(sql: str, **parameters: Any) -> pd.DataFrame:
    """A question's answer; `:name` in the SQL stands for the parameter of that name."""
    with engine().connect() as connection:
        return pd.read_sql(text(sql), connection, params=parameters)


def in_one_line(error: SQLAlchemyError) -> str:
    """What the database said, without the statement."""
    cause = getattr(error, "orig", None) or error
    said = str(cause).strip().splitlines()
    return said[0] if said else type(cause).__name__


def sim_now() -> pd.Timestamp:
    """Where the simulated clock stands, in UTC: use it instead of the wall clock."""
    return pd.Timestamp(ask("SELECT sim_now() AS sim_now")["sim_now"].iloc[0])
