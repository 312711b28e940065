"""The shop's invariants: the named queries of db/checks.sql, each of which finds the rows that break it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from db import SCRIPTS
from db.named_queries import named_queries

CHECKS_FILE = SCRIPTS / "checks.sql"
# Checks join and sort whole tables; more memory and no JIT make them several times faster. Local to the transaction.
_SETTINGS = "SET LOCAL work_mem = '128MB'; SET LOCAL jit = off"


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant: `sentence` says what must hold, `sql` selects the rows that break it."""

    name: str
    sentence: str
    sql: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found: how many rows break it, and the first of them."""

    check: Check
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    broken: int

    @property
    def holds(self) -> bool:
        """Whether no row breaks the invariant."""
        return self.broken == 0


def load_checks(path: Path = CHECKS_FILE) -> list[Check]:
    """The checks of a file, in its order. Raises ValueError when it is not as it should be."""
    return [Check(query.name, " ".join(query.comments), query.sql) for query in named_queries(path)]


def run_check(connection: Connection, check: Check, limit: int = 20) -> CheckResult:
    """Run one check in the connection's current transaction; keeps the first `limit` offending rows."""
    # One statement is one snapshot, so a check holds or fails even while a simulation goes on writing.
    result = connection.exec_driver_sql(check.sql, execution_options={"no_parameters": True})
    columns, broken = tuple(result.keys()), result.rowcount
    rows = tuple(tuple(row) for row in result.fetchmany(limit))
    result.close()
    return CheckResult(check, columns, rows, broken)


def run_checks(connection: Connection, checks: Iterable[Check] | None = None, limit: int = 20) -> list[CheckResult]:
    """Run the checks (all of them unless given) and say what each found; writes nothing and commits nothing."""
    connection.exec_driver_sql(_SETTINGS)
    return [run_check(connection, check, limit) for check in (load_checks() if checks is None else checks)]
