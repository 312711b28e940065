"""The process that lends shops to this one. It ends when this one does, in whatever way, and the shops with it."""

from __future__ import annotations

import atexit
import itertools
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
        self._numbers = itertools.count(1)
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
                answer = self._answer_to(self._request(what, **details))
            except (OSError, EOFError, ValueError):  # it is gone, or we are about to be
                answer = None
        if answer is None:
            raise ShopError(f"the process that lends shops has ended: {self._last_words()}")
        if "error" in answer:
            raise ShopError(answer["error"])
        return answer

    def _request(self, what: str, **details: Any) -> int:
        """Ask, and the number of the question."""
        stdin, _ = self._pipes()
        number = next(self._numbers)
        stdin.write(json.dumps({"number": number, "wanted": {"what": what, **details}}) + "\n")
        stdin.flush()
        return number

    def _answer_to(self, number: int) -> dict[str, Any]:
        """Its answer; those before it are to who did not wait, a Ctrl-C having come, and a shop lent so goes back."""
        _, stdout = self._pipes()
        while line := stdout.readline():
            told = json.loads(line)
            answer: dict[str, Any] = told["answer"]
            if told["number"] == number:
                return answer
            if "dsn" in answer:
                self._request("give_back", name=answer["name"])
        raise EOFError

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
