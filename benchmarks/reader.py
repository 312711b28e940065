"""A reader in a process of its own, which notes when each new row becomes visible to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from time import sleep
from typing import TYPE_CHECKING

import psycopg2

from sim.clock.pacer import WallClock

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Event

POLL_EVERY_S = 0.01
# Sessions are born all the time, and one index entry each tells the new ones.
_NEW_ROWS = """
SELECT (EXTRACT(EPOCH FROM started_at - (SELECT epoch FROM sim.current_run)) * 1000000)::bigint
FROM sessions WHERE started_at > (SELECT epoch FROM sim.current_run) + %s * interval '1 microsecond' ORDER BY started_at
"""
Seen = list[tuple[int, float]]  # simulated instant in µs since the epoch, the steady clock's reading


@contextmanager
def watching(url: str, since_us: int) -> Iterator[Seen]:
    """Fill the list given with what became visible, when the block is left."""
    context, seen = get_context("spawn"), Seen()
    over, (ours, theirs) = context.Event(), context.Pipe(duplex=False)
    process = context.Process(target=_watch, args=(url, since_us, over, theirs), daemon=True)
    process.start()
    try:
        yield seen
    finally:
        over.set()
        seen.extend(ours.recv())
        process.join()


def _watch(url: str, since_us: int, over: Event, answer: Connection) -> None:
    clock, seen, newest = WallClock(), Seen(), since_us
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        while not over.is_set():
            cursor.execute(_NEW_ROWS, (newest,))
            instants = [at_us for (at_us,) in cursor.fetchall()]
            now_s = clock.steady_s()
            seen += [(at_us, now_s) for at_us in instants]
            newest = max([newest, *instants])
            sleep(POLL_EVERY_S)
    connection.close()
    answer.send(seen)
