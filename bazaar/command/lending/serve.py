"""The lender: requests come as lines of JSON on standard input, and each gets one line in answer."""

from __future__ import annotations

import json
import os
import queue
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from bazaar.command.lending.databases import KEPT, Databases
from bazaar.command.lending.home import Home, folder
from bazaar.command.lending.lent import Lent
from bazaar.command.lending.locks import Gone, held
from bazaar.command.lending.runs import Run, RunFailed
from bazaar.command.lending.wish import Wish, understood
from common.messages import one_line
from sim.cli.failure import Failure
from sim.embedded import EmbeddedError, variables

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOOK_EVERY_S = 0.5


class Lender:
    """What is lent to one process, and how it is made."""

    def __init__(self, home: Home, databases: Databases, ending: str) -> None:
        self._home = home
        self._databases = databases
        self._ending = ending  # of URLs
        self._lent: dict[str, Lent] = {}
        self._count = 0

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do what is asked. Raises whatever may go wrong with it."""
        what, name = request.pop("what"), request.pop("name", "")
        if what == "lend":
            with tempfile.TemporaryDirectory(prefix="bazaar-") as files:
                return self._lend(understood(request, Path(files)))
        if what == "give_back":
            return self._give_back(name)
        if name not in self._lent:
            raise ValueError(f"{what}: the shop was given back already")
        done = getattr(self._lent[name], what)(**request)
        return {what: done}

    def end(self) -> None:
        """Let no shop go on."""
        for lent in self._lent.values():
            lent.stop()

    def _lend(self, wish: Wish) -> dict[str, str]:
        lock = self._home.lock_of(wish.digest)
        name = self._next("lent")
        while True:
            with held(lock, self._home.gone, shared=True):
                if KEPT + wish.digest in self._databases.names():
                    self._databases.copy(KEPT + wish.digest, name)
                    break
            with held(lock, self._home.gone):
                if KEPT + wish.digest not in self._databases.names():
                    self._make(wish)
        url = self._databases.url(name)
        self._lent[name] = Lent(name, url, wish, self._home.root, self._home.gone)
        server = self._home.server
        others = {"reader_dsn": server.reader_url(), "analyst_dsn": server.analyst_url()}
        return {
            "name": name,
            "dsn": url + self._ending,
            **{role: self._of(name, role_url or "") for role, role_url in others.items()},
        }

    def _of(self, name: str, url: str) -> str:
        """The same URL of the database of that name."""
        return make_url(url).set(database=name).render_as_string(hide_password=False) + self._ending

    def _make(self, wish: Wish) -> None:
        name = self._next("making")
        self._databases.make(name)
        url = self._databases.url(name)
        try:
            Run(url, wish.options, self._home.root).wait(self._home.gone)
            self._home.server.allow_reader(url)
            self._home.server.allow_analyst(url)
            self._databases.keep(name, KEPT + wish.digest)
        except BaseException:
            self._databases.drop(name)
            raise

    def _give_back(self, name: str) -> dict[str, str]:
        lent = self._lent.pop(name, None)
        if lent is not None:
            try:
                lent.stop()
            finally:
                self._databases.drop(name)
        return {}

    def _next(self, kind: str) -> str:
        self._count += 1
        return f"{kind}_{self._home.id}_{self._count}"


def serve() -> None:
    """Answer until whoever asks is gone, in whatever way, then take everything back."""
    around = dict(os.environ)
    gone = threading.Event()
    requests = _requests(gone)
    try:
        _lend(requests, gone, variables.overruling(around))
    except (EmbeddedError, OSError) as error:  # there is no server, so nothing to lend
        for request in requests:
            _say(request, {"error": one_line(error)})


def _lend(requests: Iterator[dict[str, Any]], gone: threading.Event, ending: str) -> None:
    home = Home(folder(), gone)
    with home.open() as databases:
        lender = Lender(home, databases, ending)
        try:
            for request in requests:
                _say(request, _answered(lender, request["wanted"]))
        except Gone:
            pass
        finally:
            lender.end()


def _answered(lender: Lender, wanted: dict[str, Any]) -> dict[str, Any]:
    try:
        return lender.answer(wanted)
    except Gone:
        raise
    except (RunFailed, EmbeddedError, Failure, ValueError, OSError) as error:
        return {"error": one_line(error)}
    except DBAPIError as error:
        return {"error": one_line(error.orig)}
    except Exception as error:  # noqa: BLE001  the other shops of the process are not to go with it
        return {"error": f"{type(error).__name__}: {one_line(error)}"}


def _say(request: dict[str, Any], answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"number": request["number"], "answer": answer}) + "\n")
    sys.stdout.flush()


def _requests(gone: threading.Event) -> Iterator[dict[str, Any]]:
    """Each request, until whoever asks is gone: the pipe ends, or, where a fork of it has that too, its process."""
    parent, lines = os.getppid(), queue.SimpleQueue[str]()

    def read() -> None:
        for line in sys.stdin:
            lines.put(line)
        gone.set()

    def watch() -> None:
        while not gone.wait(_LOOK_EVERY_S):
            if os.getppid() != parent:
                gone.set()
        lines.put("")

    for work in (read, watch):
        threading.Thread(target=work, daemon=True).start()
    while line := lines.get():
        yield json.loads(line)
