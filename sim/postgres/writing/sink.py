"""The sink that writes batches into PostgreSQL while the simulation goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from db.deferred_indexes import Deferred
from sim.journal.batch import Batch
from sim.journal.port import SinkError
from sim.postgres.transient_errors import RetryPolicy
from sim.postgres.writing.commit_counter import REPORTED
from sim.postgres.writing.encoder import BatchEncoder
from sim.postgres.writing.index_building import statements_to_build
from sim.postgres.writing.session import Session, open_session
from sim.postgres.writing.statements import BatchStatements, EncodedBatch, Statement, Transaction
from sim.postgres.writing.writer import Bound, Writer
from sim.sinks.shapes import Shapes, shop_shapes

BOUND, RETRY_POLICY = Bound(), RetryPolicy()


class PostgresSink:
    """One transaction a batch, which also moves the run's `sim_now`; encoding here, sending in a thread.

    `server` is a URL as libpq takes it, or a session made by `open_session`, which the sink then owns and closes.
    `epoch` is the instant that microsecond 0 stands for; `run_id` names the newest row of `sim.runs`, which must
    exist. For sending and simulating to overlap the program must call `sys.setswitchinterval(1e-4)` once.

    A batch is taken while fewer than 60,000 rows and fewer than 600 batches wait (`bound`); beyond that `write`
    blocks. When the database goes away or refuses for a while, what waits is kept, as the bytes to be sent, and sent
    when it is back, each batch exactly once; `trouble` says what is going on. What does not pass is a SinkError, which
    every later call raises again.
    """

    def __init__(
        self,
        server: str | Session,
        epoch: datetime,
        run_id: int,
        shapes: Shapes | None = None,
        bound: Bound = BOUND,
        retry_policy: RetryPolicy = RETRY_POLICY,
    ) -> None:
        if epoch.tzinfo is None:
            raise ValueError("the epoch needs a time zone")
        if min(bound) < 1:
            raise ValueError(f"no batch would ever be taken with {bound}")
        self._epoch = epoch
        self._shapes = shop_shapes() if shapes is None else shapes
        self._statements = BatchStatements(self._shapes, epoch)
        self._progress: dict[str, object] = {}
        self._raised: SinkError | None = None
        self._closed = False
        session = open_session(server) if isinstance(server, str) else server
        try:
            self._writer = Writer(session, run_id, bound, retry_policy)
        except SinkError:
            session.close()
            raise

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

    @property
    def trouble(self) -> str | None:
        """What is wrong with the database and what is done about it, one line for people; None while all is well.

        It is wrong too when a statement gets no answer for five seconds. Costs nothing, for any thread.
        """
        return self._writer.trouble

    def report(self, progress: Mapping[str, object]) -> None:
        """Set columns of the run's row (`speed`, `kept_speed`, `lag_s`, `status`) with the next batch."""
        unknown = progress.keys() - set(REPORTED)
        if unknown:
            raise ValueError(f"not a column to report: {', '.join(sorted(unknown))}")
        self._progress.update(progress)

    def write(self, batch: Batch) -> None:
        """Encode a batch and hand it to the writer; blocks while the database is too far behind."""
        with self._remembering_failure():
            encoded = self._statements.of(batch)
        self.write_encoded(batch.sim_now_us, [encoded])

    def encoder(self, part: str) -> BatchEncoder:
        """Return what encodes in another process, which is the part of that name."""
        return BatchEncoder(self._shapes, self._epoch, part)

    def write_encoded(self, sim_now_us: int, encoded: Sequence[EncodedBatch]) -> None:
        """Write in one transaction what several processes have made of the same stretch of time, up to `sim_now_us`."""
        statements, rows = self._statements.in_order(encoded), sum(part.rows for part in encoded)
        self._submit(sim_now_us, statements, rows)

    def build(self, sim_now_us: int, deferred: Deferred) -> None:
        """Build a key or an index that was set aside: a transaction without rows, as of the instant of the last one."""
        self._submit(sim_now_us, statements_to_build(deferred), 0)

    def wait_for_room(self, timeout_s: float) -> bool:
        """Whether `write` would not block, within so many seconds."""
        with self._remembering_failure():
            return self._writer.wait(self._writer.has_room, timeout_s)

    def wait_until_written(self, timeout_s: float) -> bool:
        """Whether everything handed over is committed, within so many seconds."""
        with self._remembering_failure():
            return self._writer.wait(self._writer.is_idle, timeout_s)

    def flush(self) -> None:
        """Return when everything handed over is committed, however long the database is away."""
        with self._remembering_failure():
            self._writer.wait(self._writer.is_idle)

    def give_up(self) -> int:
        """Forget what is not committed, and return how many batches that were; only `close` is left to be called.

        The newest of them may have been committed at this very moment; nobody has been told.
        """
        forgotten = self._writer.give_up()
        self._raised = self._raised or SinkError(f"{forgotten} batches were given up")
        return forgotten

    def close(self) -> None:
        """Commit what was handed over and disconnect; a second call does nothing.

        Gives up, with a SinkError, when nothing could be committed for half a minute; is quick after `give_up`.
        """
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

    def _submit(self, sim_now_us: int, statements: list[Statement], rows: int) -> None:
        """Hand statements to the writer, with what the run's row is to say."""
        sim_now = self._epoch + timedelta(microseconds=sim_now_us)
        with self._remembering_failure():
            self._writer.submit(Transaction(sim_now_us, sim_now, rows, statements, self._progress))
        self._progress = {}
