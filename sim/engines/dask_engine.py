"""An engine of several machines: Dask distributed, each job a task."""

from __future__ import annotations

import logging
import pickle
import re
import socket
import time
import warnings
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any

from common.messages import one_line
from sim.engines.job import EngineError
from sim.engines.remote import DifferentProgram, Identity, carried_out_as, identity, packed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Self

    from sim.engines.job import Job, T

_ADDRESS = re.compile(r"dask://(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s/:\[\]]+):(?P<port>\d{1,5})/?")
_PATIENCE_S = 10.0  # for a scheduler to answer
_WORKERS_S = 60.0  # for workers to come, at the beginning and when all are gone
_LOOK_EVERY_S = 2.0
_LONGEST_GREETING = 1 << 20
_WHO_ARE_YOU = packed(identity)
_WHERE = "start it in a clone of this version, as docs/experiments.md says"


def scheduler_address(text: str) -> str:
    """The scheduler's address as Dask has it, of `dask://host:port`; ValueError says what is allowed."""
    match = _ADDRESS.fullmatch(text)
    if match is None or not 0 < int(match["port"]) < 65536:
        raise ValueError(
            f"{text!r} is no engine; allowed is dask://host:port, the address of a Dask scheduler (without TLS)"
        )
    return f"tcp://{match['host']}:{match['port']}"


class DaskEngine:
    """The workers of a Dask scheduler, which must be able to import this very program; the scheduler need not."""

    def __init__(self, address: str, notice: Callable[[str], None]) -> None:
        self._address = address
        self._notice = notice
        self._client = _connected(address)
        try:
            self._wait_for_workers("has no workers yet")
            self._look_at_workers()
        except BaseException:
            self.__exit__()
            raise

    @property
    def title(self) -> str:
        """Where the work is done, for people."""
        workers = self._workers()
        return f"Dask, {workers} worker{'s' * (workers != 1)}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """The workers stay; what they still do for us is dropped."""
        self._client.close(timeout=_LOOK_EVERY_S)

    def outcomes(self, jobs: Sequence[Job[T]]) -> Iterator[T]:
        """The outcomes, as they come."""
        calls = [packed(carried_out_as, identity(), job) for job in jobs]
        pending: set[Any] = set()
        self._wait_for_workers("has lost all its workers")
        try:
            pending = {self._client.submit(pickle.loads, call, pure=False) for call in calls}
            while pending:
                for future in self._some_done(pending):
                    try:
                        outcome: T = self._outcome(future)
                    except TimeoutError:  # whoever had it is gone: it is done again
                        continue
                    pending.remove(future)
                    yield outcome
        except (CancelledError, OSError) as error:
            raise self._lost() from error
        finally:
            if self._client.status == "running":
                self._client.cancel(list(pending))

    def _some_done(self, pending: set[Any]) -> set[Any]:
        """Those that are done by now; none after a while in which there was nobody to do them, or in which none was."""
        from distributed import wait  # noqa: PLC0415

        waiting: Any = wait
        try:
            with self._client.as_current():
                done: set[Any] = waiting(pending, timeout=_LOOK_EVERY_S, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            self._wait_for_workers("has lost all its workers")
            return set()
        return done

    def _outcome(self, future: Any) -> Any:
        error = future.exception(timeout=_PATIENCE_S)
        if error is None:
            return future.result(timeout=_PATIENCE_S)
        if isinstance(error, DifferentProgram):
            raise EngineError(f"a Dask worker {error}; {_WHERE}")
        if isinstance(error, ImportError):
            raise EngineError(f"a Dask worker can't import the program ({error}); {_WHERE}")
        told = one_line(f"{type(error).__name__}: {error}")
        raise EngineError(f"a job failed on a Dask worker: {told}") from error

    def _workers(self) -> int:
        """How many there are now. Raises EngineError when the scheduler says nothing."""
        try:
            return len(self._client.sync(self._client.scheduler.ncores, callback_timeout=_PATIENCE_S))
        except (OSError, AttributeError) as error:  # no scheduler any more
            raise self._lost() from error

    def _wait_for_workers(self, what: str) -> None:
        until = time.monotonic() + _WORKERS_S
        told = False
        while not self._workers():
            if time.monotonic() > until:
                raise EngineError(f"the Dask scheduler at {self._address} {what}, and none came in {_WORKERS_S:g} s")
            if not told:
                self._notice(f"the Dask scheduler at {self._address} {what}; waiting {_WORKERS_S:g} s for one")
            told = True
            time.sleep(_LOOK_EVERY_S / 4)

    def _look_at_workers(self) -> None:
        """Refuse workers that would answer otherwise than this program does, or not at all."""
        here = identity()
        for worker, found in self._client.run(pickle.loads, _WHO_ARE_YOU, on_error="return").items():
            if not isinstance(found, Identity):
                raise EngineError(f"the Dask worker {worker} can't import the program; {_WHERE}")
            if found != here:
                raise EngineError(f"the Dask worker {worker} {found.difference_from(here)}; {_WHERE}")

    def _lost(self) -> EngineError:
        return EngineError(f"the Dask scheduler at {self._address} is gone")


def _connected(address: str) -> Any:
    try:
        from distributed import Client  # noqa: PLC0415  nobody needs it to run a shop
    except ImportError:
        raise EngineError("Dask is not installed here; `pip install distributed` brings it") from None
    for name in ("distributed", "distributed.client", "tornado.application"):  # what goes wrong we say in one line
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    client: Any = Client  # its annotations are not complete
    try:
        _greeted(address)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a scheduler of other versions may do; workers are looked at
            return client(scheduler_address(address), timeout=_PATIENCE_S, set_as_default=False)
    except OSError as error:
        why = error.strerror or error
        raise EngineError(f"no Dask scheduler answers at {address} within {_PATIENCE_S:g} s ({why})") from error


def _greeted(address: str) -> None:
    """Hear a scheduler's greeting; Dask itself would wait for ever when something else answers. Raises OSError."""
    host, _, port = scheduler_address(address).removeprefix("tcp://").rpartition(":")
    until = time.monotonic() + _PATIENCE_S
    length = None
    while length is None:
        try:
            with socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE_S) as connection:
                length = connection.recv(8, socket.MSG_WAITALL)
        except ConnectionError:  # it may be just starting
            if time.monotonic() > until:
                raise
            time.sleep(_PATIENCE_S / 50)
    if len(length) < 8 or int.from_bytes(length, "little") > _LONGEST_GREETING:
        raise OSError("what answers is something else")
