"""How long after a commit of the simulator was seen in PostgreSQL it is in MySQL too."""

from __future__ import annotations

import time
from bisect import bisect_left
from contextlib import closing
from datetime import datetime
from threading import Event, Thread

import psycopg2

from benchmarks.compose.system import System
from benchmarks.figures import Percentiles, percentiles
from benchmarks.replica.rig import answer, replica

_EVERY_S = 0.02
_SHOP = "SELECT sim_now AT TIME ZONE 'UTC' FROM sim.current_run"
_REPLICA = "SELECT max(sim_now) FROM runs"

Seen = list[tuple[datetime, float]]  # where a clock stood, and when that was seen first


def measure(made: System, seconds: float) -> Percentiles:
    """Seconds between both sights of the same commit; later ones by the same sight count as seen with it."""
    shop, there, over = Seen(), Seen(), Event()
    looking = Thread(target=_look_at_replica, args=(made, there, over))
    looking.start()
    try:
        with closing(psycopg2.connect(made.shop_url)) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            deadline_s = time.monotonic() + seconds
            while time.monotonic() < deadline_s:
                cursor.execute(_SHOP)
                _note(shop, (cursor.fetchone() or (None,))[0])
                time.sleep(_EVERY_S)
        time.sleep(5)  # the last ones come
    finally:
        over.set()
        looking.join()
    return percentiles(late(shop, there))


def late(shop: Seen, there: Seen) -> list[float]:
    """For each commit of the shop but the first, which may be an old one, how much later the replica was so far."""
    stood = [now for now, _ in there]
    found = ((at_s, bisect_left(stood, now)) for now, at_s in shop[1:])
    return [max(0.0, there[place][1] - at_s) for at_s, place in found if place < len(there)]


def _look_at_replica(made: System, there: Seen, over: Event) -> None:
    with closing(replica(made)) as connection:
        while not over.wait(_EVERY_S):
            _note(there, answer(connection, _REPLICA))


def _note(seen: Seen, now: datetime | None) -> None:
    if now is not None and (not seen or seen[-1][0] != now):
        seen.append((now, time.monotonic()))
