"""The engines of this machine: this process, or several of its own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor, as_completed
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
        context = multiprocessing.get_context("spawn")  # the same everywhere, and no copies of anybody's threads
        self._stop = context.Event()
        self._interrupted = False
        self._pool = ProcessPoolExecutor(processes, context, _begin_work, (self._stop,))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """What is under way ends within a moment; the processes are gone then."""
        self._stop.set()
        self._pool.shutdown(cancel_futures=True)

    def outcomes(self, jobs: Sequence[Job[T]]) -> Iterator[T]:
        """The outcomes, as they come. Raises KeyboardInterrupt after Ctrl-C or SIGTERM."""
        with _told_of_interrupts(self._interrupt):
            with interrupts_blocked():
                futures = [self._pool.submit(_work, job) for job in jobs]
            try:
                for future in as_completed(futures):
                    yield future.result()
            except Interrupted:
                raise KeyboardInterrupt from None
            except BrokenProcessPool as error:
                raise EngineError("a process ended without a result; was there too little memory?") from error

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
