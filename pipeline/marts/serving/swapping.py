"""Puts a table that was built and looked at in the place of the one that readers have, at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pymysql
from pymysql.connections import Connection

from pipeline.marts.head import Mart
from pipeline.marts.serving.staging import LOCK_WAIT_TIMEOUT, new_name
from pipeline.pauses import Pauses
from pipeline.replica.mysql import ask
from pipeline.replica.problems import NotPossible

# A reader's open transaction holds up a rename, and whoever reads anew waits behind that: so it waits a second only,
# and tries again.
_WAIT_S = 1
_PATIENCE_S = 300.0
_IS_THERE = "SELECT 1 FROM information_schema.tables WHERE table_schema = %s AND table_name = %s"


def swap(connection: Connection[Any], database: str, mart: Mart, staged: str, patience_s: float = _PATIENCE_S) -> None:
    """Let readers see the staged table as the mart's, `alone`; the one before is dropped. Raises NotPossible."""
    old = new_name(mart)
    renames = [f"`{database}`.`{staged}` TO `{database}`.`{mart.name}`"]
    is_there = bool(ask(connection, _IS_THERE, (database, mart.name)))
    if is_there:
        renames.insert(0, f"`{database}`.`{mart.name}` TO `{database}`.`{old}`")
    _renamed(connection, f"RENAME TABLE {', '.join(renames)}", mart, patience_s)
    if is_there:
        with suppress(pymysql.MySQLError):  # a reader has it yet: the next run clears it
            ask(connection, f"DROP TABLE `{database}`.`{old}`")


def _renamed(connection: Connection[Any], statement: str, mart: Mart, patience_s: float) -> None:
    ask(connection, f"SET SESSION lock_wait_timeout = {_WAIT_S}")
    pauses, deadline_s = Pauses(), time.monotonic() + patience_s
    while True:
        try:
            ask(connection, statement)
            return
        except pymysql.MySQLError as error:
            if error.args[0] != LOCK_WAIT_TIMEOUT:
                raise
            if time.monotonic() > deadline_s:
                raise NotPossible(
                    f"{mart.name}: can't be swapped: somebody has been reading it in a transaction for {patience_s:g} s"
                ) from None
        time.sleep(pauses.next_s())


@contextmanager
def alone(connection: Connection[Any], mart: Mart) -> Iterator[None]:
    """Nobody else swaps this mart, or says what it is as of, meanwhile. Raises NotPossible."""
    lock = f"marts {mart.name}"
    if ask(connection, "SELECT GET_LOCK(%s, 60)", (lock,)) != [(1,)]:
        raise NotPossible(f"{mart.name}: another run has been swapping it for a minute")
    try:
        yield
    finally:
        with suppress(pymysql.MySQLError):
            ask(connection, "SELECT RELEASE_LOCK(%s)", (lock,))
