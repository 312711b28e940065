"""A database for one calibration, beside the shop's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from psycopg2.extensions import connection as Connection  # noqa: N812  its own name is that of our variables
from sqlalchemy import NullPool, create_engine, make_url

_NAME = "bazaar_calibration"
_IS_USED = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{_NAME}'"


class InUseError(Exception):
    """Another calibration is at work on this server."""


@contextmanager
def scratch_database(server: str, connect: Callable[[str], Connection]) -> Iterator[str]:
    """Make a database beside the shop's own on the embedded server, and drop it afterwards. Raises InUseError."""
    engine = create_engine(
        "postgresql+psycopg2://", creator=lambda: connect(server), isolation_level="AUTOCOMMIT", poolclass=NullPool
    )
    with engine.connect() as connection:
        if connection.exec_driver_sql(_IS_USED).scalar_one():
            raise InUseError
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {_NAME}")  # of one that was killed
        connection.exec_driver_sql(f"CREATE DATABASE {_NAME}")
    try:
        yield make_url(server).set(database=_NAME).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {_NAME} WITH (FORCE)")
