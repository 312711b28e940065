"""The steps of the DAG `replicate`: the replica is brought to rights, catches up, is compared; each is written down."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TypedDict

from models import GROUPS, tables_of
from pipeline.ops.alerts import Alert
from pipeline.ops.ledger import Check, Lag, Ledger, Run
from pipeline.replica import chosen, mysql, shop
from pipeline.replica.catching_up import lag, wait_caught_up
from pipeline.replica.comparing import Comparison, compared
from pipeline.replica.differing import Differing, differing
from pipeline.replica.ensuring import ensure
from pipeline.replica.problems import Waiting
from pipeline.replica.settings import ReplicaSettings
from pipeline.waiting import awaited

WITHIN_S = 20 * 60.0  # what the shop has done meanwhile comes through in this
HISTORY_S = 8 * 60.0  # less than until the next run, and than a task may take
_LOOK_EVERY_S = 2.0
OF_THE_RUN = "run"  # tables of schema `sim`, few rows each


class Part(TypedDict):
    """What one task compares: some tables, up to an instant of the shop's clock or, while that stands still, whole."""

    group: str
    tables: list[str]
    as_of: str | None


class Different(Exception):
    """The replica is not the shop: an alert for each table that differs."""

    def __init__(self, alerts: Sequence[Alert]) -> None:
        super().__init__("; ".join(f"{alert.subject}: {alert.message}" for alert in alerts))
        self.alerts = list(alerts)


def ensured(run: Run, tell: Callable[[str], None] = lambda _: None) -> list[str]:
    """Begin a run: bring the replica from any state to the right one; what that took, a line each: `tell` hears it.

    A shop that is being made is waited for, since the next run is minutes away. Raises Waiting where there is still
    nothing to replicate, NotPossible, psycopg2.Error.
    """
    settings = ReplicaSettings()
    with _ledger(settings) as ledger:
        ledger.begin(run)
        try:
            done = _ensured(settings, tell)
        except Waiting:
            ledger.end(run, "waiting")
            raise
        ledger.did(run, done)
    return done


def _ensured(settings: ReplicaSettings, tell: Callable[[str], None]) -> list[str]:
    try:
        return ensure(settings, tell=tell)
    except Waiting:
        if not awaited(lambda: _is_made(settings), HISTORY_S, _LOOK_EVERY_S):
            raise
    return ensure(settings, tell=tell)


def _is_made(settings: ReplicaSettings) -> bool:
    """Whether the shop is there, with its history."""
    with shop.connected(settings) as here:
        try:
            return not shop.moment(here).building
        except Waiting:
            return False


def caught_up(run: Run) -> list[Part]:
    """Wait until all that the shop had has arrived, look how far behind the replica is, and say what is to be compared.

    Raises NotPossible, psycopg2.Error.
    """
    settings = ReplicaSettings()
    reached, behind = wait_caught_up(settings, WITHIN_S), lag(settings)
    with shop.connected(settings) as here:
        whole = shop.moment(here).stands_still
    with _ledger(settings) as ledger:
        ledger.caught_up(
            run,
            Lag(
                reached.as_of,
                reached.seconds,
                behind.sim_seconds,
                behind.wall_seconds,
                behind.slot_bytes,
                behind.sink_offsets,
            ),
        )
    as_of = None if whole else reached.as_of.isoformat()
    return [Part(group=group, tables=tables, as_of=as_of) for group, tables in groups().items()]


def reconciled(run: Run, tables: Sequence[str], as_of: str | None) -> list[str]:
    """Compare these tables; a line for each. Raises Different, NotPossible, psycopg2.Error."""
    settings, instant = ReplicaSettings(), datetime.fromisoformat(as_of) if as_of else None
    named = {table.name: table for table in chosen.tables()}
    checks = []
    with shop.connected(settings) as here, mysql.connected(settings) as there:
        for name in tables:
            begun_s = time.monotonic()
            found = compared(here, there, named[name], instant)
            rows = Differing(0, exact=True) if found.equal else differing(here, there, named[name], instant)
            checks.append(_check(found, rows, time.monotonic() - begun_s))
    with _ledger(settings) as ledger:
        ledger.checked(run, checks)
    if different := [Alert(check.subject, check.detail) for check in checks if not check.passed]:
        raise Different(different)
    return [f"{check.subject}: {check.rows_found:,} rows, equal" for check in checks]


def recorded(run: Run) -> datetime | None:
    """End a run in which nothing differed; up to which instant of the shop all is there. Raises psycopg2.Error."""
    with _ledger(ReplicaSettings()) as ledger:
        ledger.end(run, "succeeded")
        return ledger.as_of(run)


def groups() -> dict[str, list[str]]:
    """The replicated tables by what they are about, as the models have them: each group is a task's work."""
    found: dict[str, list[str]] = defaultdict(list)
    replicated = set(chosen.replicated_tables())
    for group in GROUPS:
        for table in tables_of(group):
            if table.name in replicated:
                found[OF_THE_RUN if table.schema else group].append(table.name)
    return dict(found)


@contextmanager
def _ledger(settings: ReplicaSettings) -> Iterator[Ledger]:
    with Ledger.at(str(settings.pipeline_database)) as ledger:
        yield ledger


def _check(found: Comparison, differing: Differing, seconds: float) -> Check:
    return Check(
        subject=found.table,
        name="equal",
        passed=found.equal,
        rows_expected=found.rows_shop,
        rows_found=found.rows_replica,
        rows_differing=differing.rows,
        digest_expected=found.digest_shop,
        digest_found=found.digest_replica,
        detail="" if found.equal else f"{differing}: {found.difference}",
        seconds=round(seconds, 3),
    )
