"""The process that lends shops to this one. It ends when this one does, in whatever way, and the shops with it."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import tempfile
import threading
from typing import IO, Any

from bazaar.place import command

_FAREWELL_S = 20.0


class ShopError(Exception):
    """A shop can't be made, lent or changed; the message is one line."""


class Lender:
    """A child process, asked one thing at a time by lines of JSON."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._lock = threading.Lock()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  a pipe would keep those waiting who wait for our end
        self._process = subprocess.Popen(
            command("lend"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            encoding="utf-8",
            start_new_session=True,  # a Ctrl-C is for us to take
        )
        atexit.register(self.end)

    def ask(self, what: str, **details: Any) -> dict[str, Any]:
        """The answer to a request. Raises ShopError."""
        with self._lock:
            try:
                stdin, stdout = self._pipes()
                stdin.write(json.dumps({"what": what, **details}) + "\n")
                stdin.flush()
                line = stdout.readline()
            except (OSError, ValueError):  # it is gone, or we are about to be
                line = ""
        if not line:
            raise ShopError(f"the process that lends shops has ended: {self._last_words()}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise ShopError(answer["error"])
        return answer

    def is_there(self) -> bool:
        """Whether it can be asked by this process: one that was forked has to have its own."""
        return self.pid == os.getpid() and self._process.poll() is None

    def end(self) -> None:
        """Give everything back, and wait for that."""
        if self.pid != os.getpid():
            return
        stdin, _ = self._pipes()
        stdin.close()
        try:
            self._process.wait(_FAREWELL_S)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


_lenders: list[Lender] = []
_making = threading.Lock()


def lender() -> Lender:
    """This process's lender, begun with the first shop."""
    with _making:
        if not _lenders or not _lenders[-1].is_there():
            _lenders.append(Lender())
        return _lenders[-1]
