"""The databases of the cache's server: shops that were made and are kept, those in the making, and those lent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from sim.embedded.clients import connect
from sim.embedded.passwords import ANALYST

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

KEPT = "shop_"
_OF_A_LENDER = re.compile(r"(?:making|lent)_(?P<lender>[0-9a-f]{8})_\d+")
_NAMES = "SELECT datname FROM pg_database WHERE datname ~ '^(shop|making|lent)_' ORDER BY datname"
_FILES_TOGETHER = (
    "SET file_copy_method = clone"  # only what changes takes room, where the file system can; PostgreSQL 18
)


class Databases:
    """The databases, by the owner's URL of any of them."""

    def __init__(self, url: str) -> None:
        self._url = url

    def url(self, name: str) -> str:
        """The owner's URL of one of them."""
        return make_url(self._url).set(database=name).render_as_string(hide_password=False)

    def names(self) -> list[str]:
        """All that the cache knows of."""
        with self._connected() as connection:
            return [str(name) for name in connection.scalars(text(_NAMES))]

    def make(self, name: str) -> None:
        """An empty one."""
        with self._connected() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))

    def keep(self, name: str, as_name: str) -> None:
        """Give one that is made its name, and let nobody in any more: whoever copies it must be alone with it."""
        with self._connected() as connection:
            connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
            connection.execute(text(f'ALTER DATABASE "{name}" RENAME TO "{as_name}"'))

    def copy(self, name: str, as_name: str) -> None:
        """Copy one that is kept. Without fsync that is quicker file by file than page by page."""
        with self._connected() as connection:
            try:
                connection.execute(text(_FILES_TOGETHER))
                connection.execute(text(_copying(name, as_name)))
            except DBAPIError:  # this file system, or this server, can't
                connection.execute(text("RESET ALL"))
                connection.execute(text(_copying(name, as_name)))
            # A copy has everything but what is said of the database itself.
            connection.execute(text(f'GRANT CREATE ON DATABASE "{as_name}" TO {ANALYST}'))

    def drop(self, name: str) -> None:
        """Drop one, whoever is connected to it."""
        with self._connected() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))

    def _connected(self) -> AbstractContextManager[Connection]:
        return connect(self.url("postgres"))


def lender_of(name: str) -> str | None:
    """Who is making or has lent a database; None for one that is kept."""
    found = _OF_A_LENDER.fullmatch(name)
    return found["lender"] if found else None


def _copying(name: str, as_name: str) -> str:
    return f'CREATE DATABASE "{as_name}" TEMPLATE "{name}" STRATEGY file_copy'
