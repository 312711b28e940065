"""Signals: ask the run to stop, and only in the end tear it down."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_PATIENT_INTERRUPTS = 2  # the one after these quits at once, whatever is not yet committed


class Stopper:
    """Sets `stop` at the first signal, tells `notice` what goes on, and calls `quit_hard` at the third Ctrl-C."""

    def __init__(self, stop: threading.Event, notice: Callable[[str], None], quit_hard: Callable[[int], None]) -> None:
        self._stop = stop
        self._notice = notice
        self._quit_hard = quit_hard
        self._interrupts = 0

    def take(self, number: int) -> None:
        """Act on one signal."""
        first = not self._stop.is_set()
        self._stop.set()
        self._interrupts += number == signal.SIGINT
        if first:
            self._notice("stopping: what has happened is being committed")
        elif number == signal.SIGINT and self._interrupts <= _PATIENT_INTERRUPTS:
            self._notice("still committing; Ctrl-C once more quits at once and loses the last second or so")
        elif number == signal.SIGINT:
            self._quit_hard(128 + number)


@contextmanager
def handed_to(take: Callable[[int], None]) -> Iterator[None]:
    """Hand SIGINT, SIGTERM and SIGHUP to `take`, in a thread of its own.

    The interpreter writes each signal's number into a pipe at once, even while the main thread waits inside the
    database driver. Python's own handlers run in the main thread, where setting an event that it just waits for could
    lock it for good.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = {number: signal.signal(number, _ignored) for number in _numbers()}
    wakeup_before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    reader = threading.Thread(target=_read, args=(reading, take), name="signals", daemon=True)
    reader.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup_before)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(writing)  # the reader comes to the end of the pipe
        reader.join()
        os.close(reading)


def _read(pipe: int, take: Callable[[int], None]) -> None:
    while numbers := os.read(pipe, 16):
        for number in numbers:
            if number in _numbers():
                take(number)


def _numbers() -> list[int]:
    numbers = [signal.SIGINT, signal.SIGTERM]
    # `nohup` asks that a hang-up be ignored.
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    return list(numbers)


def _ignored(number: int, frame: FrameType | None) -> None:
    """Python wants a handler; the number itself went down the pipe."""


@contextmanager
def ended_by_sigterm_too() -> Iterator[None]:
    """Take a request to end as Ctrl-C, so that no process is left behind."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
