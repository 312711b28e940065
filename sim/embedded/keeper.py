"""Keeps a server on while somebody uses it, whatever becomes of it meanwhile."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack, suppress
from math import inf
from typing import TYPE_CHECKING

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from common.messages import one_line
from sim.embedded import clients
from sim.embedded.errors import EmbeddedError, Interrupted

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from sim.embedded.server import EmbeddedServer

_TRIES = 3
_LOOK_EVERY_S = 0.2
_AGAIN_S = 1.0
_TOLD_S = 5.0  # so long is it said that it was started again: it takes less than a second


class Keeper:
    """A context in which the server is on: a thread starts it again, on the same port, when it has ended.

    The thread stays connected: that tells others, who may just be stopping the server, to leave it on. `say` gets a
    line for people when something happens to it, and None when that is over.
    """

    def __init__(
        self,
        server: EmbeddedServer,
        stop: threading.Event | None = None,
        say: Callable[[str | None], None] = lambda _: None,
    ) -> None:
        """`stop` ends the waiting for the first start."""
        self._server = server
        self._stop = stop
        self._say = say
        self._over = threading.Event()
        self._hold = ExitStack()
        self._thread = threading.Thread(target=self._work, name="keeper", daemon=True)
        self.url = ""

    def __enter__(self) -> Self:
        """Start the server. Raises EmbeddedError."""
        for tries_left in reversed(range(_TRIES)):
            self.url = self._server.start(self._stop)
            try:
                self._hold_on()
                break
            except DBAPIError as error:
                if not tries_left:
                    raise EmbeddedError(f"the embedded PostgreSQL: {one_line(error.orig)}") from error
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        self._let_go()

    def _work(self) -> None:
        told_until_s = inf
        while not self._over.wait(_LOOK_EVERY_S):
            if not self._server.is_alive():
                self._let_go()
                self._say("the embedded PostgreSQL has ended and is started again")
                self._revive()
                told_until_s = time.monotonic() + _TOLD_S
            elif time.monotonic() > told_until_s:
                self._say(None)
                told_until_s = inf

    def _revive(self) -> None:
        while not self._over.is_set():
            try:
                self._start_again()
            except Interrupted:
                return
            except EmbeddedError as error:
                self._say(f"the embedded PostgreSQL has ended and cannot be started again for now: {error}")
                self._over.wait(_AGAIN_S)
            else:
                self._say("the embedded PostgreSQL had ended and was started again")
                return

    def _start_again(self) -> None:
        url = self._server.start(self._over, port=make_url(self.url).port)
        if url != self.url:
            raise EmbeddedError("somebody has started it on another port; it is waited for until that one is stopped")
        with suppress(DBAPIError):  # then it has ended again
            self._hold_on()

    def _hold_on(self) -> None:
        self._hold.enter_context(clients.connect(self.url))

    def _let_go(self) -> None:
        with suppress(DBAPIError):
            self._hold.close()
