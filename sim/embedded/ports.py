"""A TCP port for a server on 127.0.0.1."""

from __future__ import annotations

import secrets
import socket
from typing import TYPE_CHECKING

from sim.embedded.errors import EmbeddedError

if TYPE_CHECKING:
    from collections.abc import Collection

_FIRST, _LAST = 20_000, 32_000  # below the ranges that systems give to outgoing connections: free again tomorrow
_TRIES = 200


def choose(preferred: int | None, taken: Collection[int] = ()) -> int:
    """The preferred port when it is free, else some free one; never one of `taken`."""
    if preferred is not None and preferred not in taken and is_free(preferred):
        return preferred
    for port in (_FIRST + secrets.randbelow(_LAST - _FIRST) for _ in range(_TRIES)):
        if port not in taken and is_free(port):
            return port
    raise EmbeddedError(f"no free port between {_FIRST} and {_LAST} on 127.0.0.1")


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As PostgreSQL does: otherwise closed connections of a server just stopped would keep its port "taken".
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
