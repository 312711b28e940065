"""The pool: as many workers as there are parts, each in a process of its own, asked together and answering in order."""

from __future__ import annotations

import multiprocessing
from collections import deque
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from sim.children import TOLD_TO_ALL, interrupts_blocked
from sim.run.history.worker import Result, WorkerError, work

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess
    from types import TracebackType
    from typing import Self

    from sim.run.history.worker import Task

_JOIN_TIMEOUT_S = 2.0


class WorkerLost(Exception):
    """A process ended that should not have; one line for people."""


class WorkerPool:
    """Processes that live through the same chunks of time. A context: outside of it there are none."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._tasks = tasks  # until they are handed out: they are large
        self._processes: list[SpawnProcess] = []
        self._connections: list[Connection] = []
        self._answers: list[deque[Result]] = [deque() for _ in tasks]

    def __enter__(self) -> Self:
        try:
            self._begin()
        except OSError as error:
            self.__exit__(type(error), error, error.__traceback__)
            raise WorkerLost(f"no process could be begun to make history ({error})") from error
        except BaseException as error:
            self.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")  # the same everywhere, and no copies of anybody's threads
        with interrupts_blocked(*TOLD_TO_ALL):
            for task in self._tasks:
                ours, theirs = context.Pipe()
                self._connections.append(ours)
                with theirs:  # closed here, so that a worker that ends is noticed
                    name = f"history-{task.number}"
                    process = context.Process(target=work, args=(theirs,), name=name, daemon=True)
                    process.start()
                    self._processes.append(process)
        tasks, self._tasks = self._tasks, ()
        for task in tasks:
            self._send(task.number, task)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let them end, and end those that are in the middle of something."""
        for connection in self._connections:
            connection.close()
        for process in self._processes:
            process.join(_JOIN_TIMEOUT_S if error is None else 0.0)
            process.kill()
            process.join()

    def ask(self, until_us: int) -> None:
        """Ask every worker to live up to an instant. Raises WorkerLost."""
        for number in range(len(self._connections)):
            self._send(number, until_us)

    def answers(self, timeout_s: float) -> list[Result] | None:
        """What all workers have made of the oldest chunk unanswered; None when that takes longer. Raises WorkerLost."""
        missing = {self._connections[number]: number for number, made in enumerate(self._answers) if not made}
        for ready in wait(list(missing), timeout_s):
            number = next(number for connection, number in missing.items() if connection is ready)
            self._answers[number].append(self._received(number))
        return None if not all(self._answers) else [made.popleft() for made in self._answers]

    def _send(self, number: int, something: Task | int) -> None:
        try:
            self._connections[number].send(something)
        except OSError as error:
            raise self._lost(number) from error

    def _received(self, number: int) -> Result:
        try:
            answer: Result | WorkerError = self._connections[number].recv()
        except (EOFError, OSError) as error:
            raise self._lost(number) from error
        if isinstance(answer, WorkerError):
            raise RuntimeError(f"in {self._processes[number].name}:\n{answer.traceback}")
        return answer

    def _lost(self, number: int) -> WorkerLost:
        process = self._processes[number]
        process.join(_JOIN_TIMEOUT_S)
        return WorkerLost(
            f"a process that made history ended (exit code {process.exitcode}); was there too little memory?"
        )
