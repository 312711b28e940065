"""The first load: from `ensure`, which finds nothing, to the last row of a shop that stands, and until it follows."""

from __future__ import annotations

import time
from contextlib import closing
from threading import Thread

from benchmarks.compose.system import System
from benchmarks.databases import ask
from benchmarks.replica.rig import FOLLOWING, accounts, answer, cpu_s, replica, tended, until
from pipeline.replica import chosen


def measure(made: System) -> dict[str, float]:
    """Rows, the seconds from the command and from the first row to the last, and from the command to its end."""
    rows = {
        each.name: ask(made.shop_url, f"SELECT count(*) FROM {chosen.qualified(each)}")[0][0]
        for each in chosen.tables()
    }
    files = accounts(made, FOLLOWING)
    before, began_s = cpu_s(files), time.monotonic()
    ensuring = Thread(target=tended, args=(made, "ensure"))
    ensuring.start()
    with closing(replica(made)) as connection:

        def any_row() -> bool:
            return any(answer(connection, f"SELECT EXISTS (SELECT * FROM `{name}`)") for name in there)

        def whole() -> bool:
            while there and answer(connection, f"SELECT count(*) FROM `{there[-1]}`") >= rows[there[-1]]:
                there.pop()  # a count at a time: what is there needs no second look
            return not there

        there = [name for name, count in rows.items() if count]
        until(any_row, "row in MySQL", 0.2)
        first_s = time.monotonic()
        there.sort(key=lambda name: rows[name])
        until(whole, "whole snapshot")
        last_s = time.monotonic()
    ensuring.join()
    used = {f"{name}_cpu_s": round(now - before[name], 1) for name, now in cpu_s(files).items()}
    times = {"in_all_s": last_s - began_s, "s": last_s - first_s, "follows_s": time.monotonic() - began_s}
    return {"rows": sum(rows.values()), **times, **used}
