"""The sink that writes batches into PostgreSQL while the simulation goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from psycopg2.extensions import connection as Connection  # noqa: N812  its own name is that of our variables

from sim.journal.batch import Batch
from sim.sinks.port import SinkError
from sim.sinks.postgres.connection import connect
from sim.sinks.postgres.steps import BatchSteps
from sim.sinks.postgres.writer import Transaction, Writer
from sim.sinks.shapes import Shapes, shop_shapes

REPORTED: Final = ("speed", "kept_speed", "lag_s", "status")
"""Columns of `sim.runs` that only the clock knows; see `PostgresSink.report`."""


class PostgresSink:
    """One transaction a batch, which also moves the run's `sim_now`; encoding here, sending in a thread.

    `server` is a URL as libpq takes it, or a connection made by `connect`, which the sink then owns and closes.
    `epoch` is the instant that microsecond 0 stands for; `run_id` names the row of `sim.runs`, which must exist;
    at most `max_pending` batches are handed over and not committed, and `write` blocks beyond that. For sending and
    simulating to overlap the program must call `sys.setswitchinterval(1e-4)` once.
    """

    def __init__(
        self, server: str | Connection, epoch: datetime, run_id: int, shapes: Shapes | None = None, max_pending: int = 3
    ) -> None:
        if epoch.tzinfo is None:
            raise ValueError("the epoch needs a time zone")
        if max_pending < 1:
            raise ValueError("max_pending must be at least 1")
        self._epoch = epoch
        self._run_id = run_id
        self._steps = BatchSteps(shop_shapes() if shapes is None else shapes, epoch)
        self._progress: dict[str, object] = {}
        self._raised: SinkError | None = None
        self._closed = False
        self._writer = Writer(connect(server) if isinstance(server, str) else server, max_pending)

    @property
    def rows_written(self) -> int:
        """Rows committed by this sink."""
        return self._writer.rows_written

    @property
    def batches(self) -> int:
        """Batches committed by this sink."""
        return self._writer.batches

    @property
    def committed_sim_now_us(self) -> int | None:
        """The simulated instant of the newest commit, None before the first."""
        return self._writer.committed_sim_now_us

    @property
    def behind(self) -> int:
        """Batches handed over and not yet committed."""
        return self._writer.behind

    def report(self, progress: Mapping[str, object]) -> None:
        """Set columns of the run's row (`speed`, `kept_speed`, `lag_s`, `status`) with the next batch."""
        unknown = progress.keys() - set(REPORTED)
        if unknown:
            raise ValueError(f"not a column to report: {', '.join(sorted(unknown))}")
        self._progress.update(progress)

    def write(self, batch: Batch) -> None:
        """Encode a batch and hand it to the writer; blocks while the database is too far behind."""
        with self._remembering_failure():
            self._writer.submit(self._transaction(batch))
        self._progress = {}

    @property
    def trouble(self) -> str | None:
        """What is wrong with the database; None while all is well."""
        return None

    def wait_for_room(self, timeout_s: float) -> bool:
        """Whether another batch may be handed over, within so many seconds."""
        return self._writer.wait(lambda: self._writer.behind < 3, timeout_s)

    def wait_until_written(self, timeout_s: float) -> bool:
        """Whether nothing is behind, within so many seconds."""
        return self._writer.wait(lambda: self._writer.behind == 0, timeout_s)

    def give_up(self) -> int:
        """Forget what is not committed."""
        return self._writer.behind

    def flush(self) -> None:
        """Return when everything handed over is committed."""
        with self._remembering_failure():
            self._writer.drain()

    def close(self) -> None:
        """Commit what was handed over and disconnect; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        self._writer.stop()
        if self._raised is None:
            self._writer.check()

    @contextmanager
    def _remembering_failure(self) -> Iterator[None]:
        """A failure is final: the same one is raised at every later call."""
        if self._closed:
            raise SinkError("the sink is closed")
        if self._raised is not None:
            raise self._raised
        try:
            yield
        except SinkError as error:
            self._raised = error
            raise

    def _transaction(self, batch: Batch) -> Transaction:
        """The batch as bytes, with the statement that moves the run's row."""
        reported = "".join(f", {column} = %({column})s" for column in REPORTED if column in self._progress)
        sql = (
            "UPDATE sim.runs SET sim_now = %(sim_now)s, heartbeat_at = clock_timestamp(), "
            f"rows_written = rows_written + %(rows)s, batches = batches + 1{reported} WHERE run_id = %(run_id)s"
        )
        values: dict[str, object] = {
            "sim_now": self._epoch + timedelta(microseconds=batch.sim_now_us),
            "rows": batch.rows,
            "run_id": self._run_id,
            **self._progress,
        }
        return Transaction(batch.sim_now_us, batch.rows, self._steps.of(batch), sql, values)
