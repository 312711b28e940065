"""The terms on which every connection of ours begins: one script, run first of all."""

from __future__ import annotations

from typing import Any

from db import SCRIPTS

TERMS = (SCRIPTS / "terms.sql").read_text(encoding="utf-8")


def begin_on_our_terms(connection: Any, _record: object = None) -> None:
    """Bring a psycopg2 connection onto our terms for as long as it lives.

    Listens to the event "connect" of an SQLAlchemy engine, too, which has the second argument.
    """
    autocommit = connection.autocommit
    connection.autocommit = True
    connection.set_client_encoding("UTF8")
    with connection.cursor() as cursor:
        cursor.execute(TERMS)
    connection.autocommit = autocommit
