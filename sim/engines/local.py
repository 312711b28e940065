"""The engines of this machine: this process, or several of its own."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from sim.children import interrupts_blocked
from sim.engines.job import EngineError, Interrupted, never

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.synchronize import Event
    from types import FrameType
    from typing import Self

    from sim.engines.job import Job, T

_LOG = logging.getLogger(__name__)
_IN_VAIN = 2  # times that processes may end before any of them has come to a result: then it is no accident


class SerialEngine:
    """One job after the other, in this process."""

    title = "this process"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is held."""

    def outcomes(self, jobs: Sequence[Job[T]]) -> Iterator[T]:
        """The outcomes, in the order of the jobs."""
        return (job.carried_out(never) for job in jobs)


class ProcessEngine:
    """Jobs in processes of their own, as many at a time as asked for."""

    def __init__(self, processes: int) -> None:
        self.title = f"{processes} processes"
        self._processes = processes
        self._context = multiprocessing.get_context("spawn")  # the same everywhere, and no copies of anybody's threads
        self._stop = self._context.Event()
        self._interrupted = False
        self._pool = self._new_pool()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """What is under way ends within a moment; the processes are gone then."""
        self._stop.set()
        self._pool.shutdown(cancel_futures=True)

    def outcomes(self, jobs: Sequence[Job[T]]) -> Iterator[T]:
        """The outcomes, as they come. Raises KeyboardInterrupt after Ctrl-C or SIGTERM."""
        with _told_of_interrupts(self._interrupt):
            left, in_vain = list(jobs), 0
            while left:
                lost: list[Job[T]] = []
                try:
                    yield from self._done(left, lost)
                except Interrupted:
                    raise KeyboardInterrupt from None
                in_vain = in_vain + 1 if len(lost) == len(left) else 0
                if in_vain > _IN_VAIN:
                    raise EngineError("processes end without a result: perhaps there is too little memory")
                if lost:
                    _LOG.warning("a process ended without a result; what was under way is done again")
                    self._pool.shutdown()
                    self._pool = self._new_pool()
                left = lost

    def _done(self, jobs: Sequence[Job[T]], lost: list[Job[T]]) -> Iterator[T]:
        """The outcomes of those that come to one; when a process is gone, so are the others: the rest is `lost`."""
        futures: dict[Future[T], Job[T]] = {}
        with interrupts_blocked():
            for job in jobs:
                try:
                    futures[self._pool.submit(_work, job)] = job
                except BrokenProcessPool:
                    lost.append(job)
        for future in as_completed(futures):
            try:
                outcome = future.result()
            except BrokenProcessPool:
                lost.append(futures[future])
            else:
                yield outcome

    def _new_pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._processes, self._context, _begin_work, (self._stop,))

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        """Let the jobs end. An exception raised right here could leave the pool's locks taken for good."""
        if self._interrupted:
            signal.default_int_handler(number, frame)  # asked again
        self._interrupted = True
        self._stop.set()


@contextmanager
def _told_of_interrupts(take: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # others are never told
        yield
        return
    before = {number: signal.signal(number, take) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


_stop: Event | None = None  # in a worker: set when nobody waits for its result any more


def _begin_work(stop: Event) -> None:
    global _stop  # noqa: PLW0603  an initializer has no other way to leave something for the jobs
    _stop = stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who waits for us decides
    threading.Thread(target=_follow, name="follow", daemon=True).start()


def _follow() -> None:
    """End with the process that wants the results, however it ended."""
    if (parent := multiprocessing.parent_process()) is not None:
        wait([parent.sentinel])
        os._exit(1)


def _work(job: Job[T]) -> T:
    if _stop is None or _stop.is_set():
        raise Interrupted
    return job.carried_out(_stop.is_set)
