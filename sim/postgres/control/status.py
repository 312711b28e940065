"""How a run stands: its newest chapter, and counts of the shop at its newest commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from db.deferred_indexes import deferred
from models.orders import STATUSES
from sim.postgres.writer_lock import IS_LOCKED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

ALIVE_S = 10.0
_RUN = """
SELECT run_id, scenario, market, seed, scale, version, epoch, sim_now, speed, kept_speed, lag_s, status, started_at,
       heartbeat_at, pid, host, rows_written, batches,
       kept_since(), extract(epoch FROM clock_timestamp() - heartbeat_at)::double precision AS silent_s
FROM sim.current_run
"""
_ORDERS = "SELECT status, count(*) FROM orders GROUP BY status"
_OPEN = """
SELECT (SELECT count(*) FROM sessions WHERE ended_at IS NULL) AS sessions_open,
       (SELECT count(*) FROM carts WHERE status = 'open') AS carts_open,
       (SELECT count(*) FROM promises_due WHERE is_overdue) AS orders_overdue,
       (SELECT count(*) FROM trips WHERE ended_at IS NULL) AS couriers_out,
       (SELECT count(*) FROM courier_shifts WHERE ended_at IS NULL) AS couriers_on_shift
"""


@dataclass(frozen=True, slots=True)
class RunStatus:
    """The newest run's row, and counts of the shop at its newest commit."""

    run: Mapping[str, Any]
    orders: Mapping[str, int]  # by status, in the order of an order's life
    open: Mapping[str, int]
    to_build: int = 0  # keys and indexes that are missing while history is loaded
    locked: bool = False  # whether somebody has the lock of the one who writes

    @property
    def running(self) -> bool:
        """Whether a simulator has not said that it ends, and has lately given a sign of life or is waiting for one.

        While it builds a large key, or waits for who reads a table, it gives none; but it has its lock.
        """
        return self.run["status"] not in {"stopped", "finished"} and (self.locked or not self.is_silent)

    @property
    def is_silent(self) -> bool:
        """Whether the last sign of life was long ago, or by a clock that has been set back since."""
        return bool(abs(self.run["silent_s"]) >= ALIVE_S)


def run_status(connection: Connection) -> RunStatus | None:
    """The newest run in a database, or None where there is none."""
    if connection.exec_driver_sql("SELECT to_regclass('sim.runs')").scalar_one() is None:
        return None
    run = connection.exec_driver_sql(_RUN).mappings().one_or_none()
    if run is None:
        return None
    to_build = len(deferred(connection))
    counted = {str(status): int(number) for status, number in connection.exec_driver_sql(_ORDERS)}
    orders = {status: counted.get(status, 0) for status in STATUSES}
    locked = bool(connection.exec_driver_sql(IS_LOCKED).scalar_one())
    return RunStatus(dict(run), orders, dict(connection.exec_driver_sql(_OPEN).mappings().one()), to_build, locked)
