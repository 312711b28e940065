"""The run's row in `sim.runs` as a counter: it counts the batches, so that what is committed can be asked for."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from psycopg2 import errors
from psycopg2.extensions import connection as Connection  # noqa: N812  its own name is that of our variables

from sim.journal.port import SinkError
from sim.postgres.connection import rows
from sim.postgres.writing.statements import Transaction

REPORTED: Final = ("speed", "kept_speed", "lag_s", "status")
"""Columns of `sim.runs` that only the clock knows."""

_NEWEST = "SELECT run_id, started_at, pid, host, batches FROM sim.current_run"
_GONE = "the shop is no longer in the database (was it reset?); start again for a new one"
_GOES_ON = "start again: the shop goes on from the newest commit that is there"


class _RunRow(NamedTuple):
    """The newest row of `sim.runs`: which start of which simulator it is of, and how many batches it has written."""

    run_id: int
    started_at: object
    pid: int
    host: str
    batches: int


class CommitCounter:
    """Counts the batches of one start of the simulator. `batches` is what the row must say before the next one."""

    def __init__(self, connection: Connection, run_id: int) -> None:
        """Raises SinkError unless `run_id` is the newest row of `sim.runs`."""
        row = _newest(connection)
        if row is None or row.run_id != run_id:
            raise SinkError(f"run {run_id} is not in sim.runs, or not the newest there")
        self._start = row[:-1]
        self._run_id = run_id
        self.batches = row.batches

    def count(self, cursor: Any, transaction: Transaction) -> None:
        """Move the row with a transaction, for the caller to commit. Raises SinkError when it isn't as we left it."""
        try:
            moved = self._move(cursor, transaction)
        except errors.UndefinedTable as error:
            raise SinkError(_GONE) from error
        if not moved:
            self.is_committed(cursor.connection, in_doubt=False)
            raise SinkError(f"run {self._run_id} could not be moved in sim.runs")

    def _move(self, cursor: Any, transaction: Transaction) -> bool:
        # Others write this row too, so nothing but what is ours is touched, and only if it is as we left it.
        reported = "".join(f", {column} = %({column})s" for column in REPORTED if column in transaction.reported)
        cursor.execute(
            "UPDATE sim.runs SET sim_now = %(sim_now)s, heartbeat_at = clock_timestamp(), "
            f"rows_written = rows_written + %(rows)s, batches = batches + 1{reported} "
            "WHERE run_id = %(run_id)s AND batches = %(before)s AND started_at = %(started_at)s",
            {
                **transaction.reported,
                "sim_now": transaction.sim_now,
                "rows": transaction.rows,
                "run_id": self._run_id,
                "before": self.batches,
                "started_at": self._start[1],
            },
        )
        return bool(cursor.rowcount == 1)

    def is_committed(self, connection: Connection, *, in_doubt: bool) -> bool:
        """Whether the next batch is committed already, which it may be when it is `in_doubt`.

        To be asked when whoever may have committed it does so no more. Raises SinkError when neither is true.
        """
        found = self._ours(connection)
        if found.batches < self.batches:
            lost = self.batches - found.batches
            raise SinkError(
                f"the database has lost {lost} batches that it had committed (a failover, or a backup?); {_GOES_ON}"
            )
        if found.batches > self.batches + in_doubt:
            raise SinkError(
                f"run {self._run_id} has {found.batches} batches in sim.runs where we wrote {self.batches}; {_GOES_ON}"
            )
        return found.batches == self.batches + 1

    def look(self, connection: Connection) -> None:
        """Raise SinkError when the newest row is another simulator's, or gone."""
        self._ours(connection)

    def _ours(self, connection: Connection) -> _RunRow:
        row = _newest(connection)
        if row is None:
            raise SinkError(_GONE)
        if row[:-1] != self._start:
            raise SinkError(
                f"another simulator (process {row.pid} on {row.host}) has gone on with the shop meanwhile; "
                "stop it, or leave the shop to it"
            )
        return row


def _newest(connection: Connection) -> _RunRow | None:
    try:
        found = rows(connection, _NEWEST)
    except errors.UndefinedTable:
        return None
    return _RunRow(*found[0]) if found else None
