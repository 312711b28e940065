"""A network between a client and PostgreSQL that a test can cut, in every way a network may be cut."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Literal

Direction = Literal["to server", "to client"]
COMMIT = b"Q\0\0\0\x0bCOMMIT\0"  # as libpq says it


class Wire:
    """Forwards the connections to a port of its own until told otherwise."""

    def __init__(self, server_port: int) -> None:
        self._server = ("127.0.0.1", server_port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._pairs: list[_Pair] = []
        self._open_for_new = threading.Event()
        self._open_for_new.set()
        self._cut_at_commit: str | None = None
        self.cut_at_commits = 0
        threading.Thread(target=self._accept, name="wire", daemon=True).start()

    def cut(self) -> None:
        """End the connections there are; both sides hear of it."""
        for pair in self._pairs:
            pair.cut()

    def go_silent(self, *, for_new_ones: bool = False) -> None:
        """Forward nothing more on the connections there are; nobody is told. New ones may get no answer either."""
        if for_new_ones:
            self._open_for_new.clear()
        for pair in self._pairs:
            pair.silent.set()

    def let_new_ones_through(self) -> None:
        """Forward new connections again; silent ones stay so."""
        self._open_for_new.set()

    def cut_at_commit(self, when: Literal["before", "after"]) -> None:
        """Cut once, when the next COMMIT comes: before the server gets it, or when it has answered, unheard."""
        self._cut_at_commit = when

    def close(self) -> None:
        """End everything."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._open_for_new.set()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                self._open_for_new.wait()
                self._pairs.append(_Pair(self, client, self._server))

    def swallows(self, pair: _Pair, direction: Direction, piece: bytes) -> bool:
        """Whether this piece is the one at which to cut, and the wire is cut now."""
        if direction == "to server" and COMMIT in piece and self._cut_at_commit:
            when, self._cut_at_commit = self._cut_at_commit, None
            if when == "before":
                self.cut_at_commits += 1
                return True
            pair.waits_for_answer = True
        elif direction == "to client" and pair.waits_for_answer:
            self.cut_at_commits += 1
            return True
        return False


class _Pair:
    """One forwarded connection."""

    def __init__(self, wire: Wire, client: socket.socket, server: tuple[str, int]) -> None:
        self.silent = threading.Event()
        self.waits_for_answer = False
        self._wire = wire
        self._client = client
        try:
            self._server = socket.create_connection(server)
        except OSError:
            client.close()
            return
        self._pump("to server", client, self._server)
        self._pump("to client", self._server, client)

    def cut(self) -> None:
        for end in (self._client, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _pump(self, direction: Direction, source: socket.socket, target: socket.socket) -> None:
        threading.Thread(target=self._forward, args=(direction, source, target), daemon=True).start()

    def _forward(self, direction: Direction, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(1 << 16):
                if self.silent.is_set():
                    return  # and read no more, as nobody does at the other end of a cut cable
                if self._wire.swallows(self, direction, piece):
                    break
                target.sendall(piece)
        self.cut()
