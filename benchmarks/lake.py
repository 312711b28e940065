"""A lake: its files beside the simulation alone, two processes beside one, growth, and a lake of 60 cities."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.apart import apart
from benchmarks.lines import Line, compared
from benchmarks.simulation import Forgetful
from benchmarks.simulator import REPOSITORY
from sim.engines.job import never
from sim.journal.journal import Journal
from sim.lake.files import Folder
from sim.lake.manifest import MANIFEST, read
from sim.lake.places import TOLD_ONCE
from sim.lake.task import LakeTask
from sim.markets.making import made_market
from sim.run.files import RunFiles
from sim.run.history.chunk_sizing import ChunkSizer
from sim.run.history.telling import in_portions
from sim.run.resolution import new_config
from sim.run.world import world_of
from sim.settings import Given, resolve

if TYPE_CHECKING:
    from sim.facts import Fact
    from sim.run.configuration import RunConfig

CITY = 1  # the default market's largest
DAYS = 5
PAIR_DAYS = 3
GROWING_DAYS = (1, 10, 50)  # some hundred thousand rows a day
CITIES, CITIES_DAYS, CITIES_SCALE = 60, 7, 2
_MB = 1e6
_TIME_OUT_S = 1800

Found = dict[str, Any]


def measure(repeat: int) -> Found:
    """Return processor seconds of a city with and without files, of longer ones, and whole lakes by one and by two."""
    alone, written = [], []
    for _ in range(repeat):  # so that a busy moment of the machine meets both
        alone.append(apart(live_through, DAYS))
        written.append(apart(make_city, DAYS))
    found: Found = {
        "rows": written[0]["rows"],
        "alone_cpu_s": median(one["cpu_s"] for one in alone),
        "cpu_s": median(one["cpu_s"] for one in written),
        "growth": {str(days): apart(make_city, days) for days in GROWING_DAYS},
    }
    wholes = [(_of_cities(PAIR_DAYS, 1), _of_cities(PAIR_DAYS, 2)) for _ in range(repeat)]
    found["one_s"], found["two_s"] = (median(pair[which]["s"] for pair in wholes) for which in (0, 1))
    return {**found, "many": _of_cities(CITIES_DAYS, 2)}


def lines(found: Found) -> Iterator[Line]:
    """The figures as lines of the table."""
    ratio, rate = found["alone_cpu_s"] / found["cpu_s"], found["rows"] / found["cpu_s"]
    text = f"{ratio:.2f}: {rate:,.0f} rows a CPU-second"
    against = f"{found['rows']:,.0f} rows of one city; the same simulated and forgotten: {found['alone_cpu_s']:.1f} s"
    yield compared("Lake: of the simulation alone, a CPU-second", ratio, 0.8, text, against, sense="≥")
    speed_up = found["one_s"] / found["two_s"]
    text = f"{speed_up:.2f} × one: {found['two_s']:.1f} s"
    yield compared(
        "Lake: by two processes", speed_up, 1.85, text, f"{PAIR_DAYS} days of {CITIES} cities", sense="≥", unit=" ×"
    )
    sizes = list(found["growth"].values())
    for size in sizes:
        text = f"{size['rows'] / size['cpu_s']:,.0f} rows a CPU-second, {size['bytes'] / size['rows']:.1f} bytes a row"
        yield Line(f"Lake: {size['rows']:,.0f} rows of a city", text)
        text = f"{size['rss_mb']:.0f} MB"
        yield compared(
            f"Lake: memory of {size['rows']:,.0f} rows", size["rss_mb"], 500, text, "its process", sense="≤", unit=" MB"
        )
    flat = sizes[-1]["rows"] / sizes[-1]["cpu_s"] / (sizes[0]["rows"] / sizes[0]["cpu_s"])
    yield compared(
        "Lake: rows a CPU-second of the longest of those of the shortest", flat, 0.85, f"{flat:.2f}", sense="≥"
    )
    many = found["many"]
    text = f"{many['rows']:,.0f} rows in {many['s']:.0f} s, {many['rows'] / many['cpu_s']:,.0f} a CPU-second"
    against = f"{many['files']:,.0f} files, {many['bytes'] / _MB:,.0f} MB; scale {CITIES_SCALE}, {CITIES_DAYS} days"
    yield Line(f"Lake: {CITIES} cities, by two processes", text, against=against)


def live_through(days: int) -> dict[str, float]:
    """Live through a city as its task does, rows made and forgotten; return what it took."""
    config, sink = _config(days), Forgetful()
    began_s = time.process_time()
    journal = Journal(sink)

    def tell(fact: Fact) -> None:
        kind = type(fact)
        if kind not in TOLD_ONCE:
            journal.take[kind](fact)

    world = world_of(config, in_portions(tell, journal), cities={CITY})
    world.tell = tell
    gc.collect()
    gc.disable()
    at_us, sizer = 0, ChunkSizer()
    while at_us < config.end_us:
        until_us = min(sizer.next_end(at_us, 1 << 62), config.end_us)
        world.env.run_through(until_us, never)
        sizer.learn(until_us - at_us, journal.pending)
        journal.commit(until_us)
        at_us = until_us
    return {"cpu_s": time.process_time() - began_s, "rows": float(sink.rows)}


def make_city(days: int) -> dict[str, float]:
    """Write a city's files; return what it took, what came of it, and the most memory that this process has had."""
    with tempfile.TemporaryDirectory(prefix="bazaar-lake-") as folder:
        began_s = time.process_time()
        record = LakeTask(_config(days), CITY, Folder(Path(folder))).carried_out(never)
        cpu_s = time.process_time() - began_s
    size = sum(file.bytes for files in record.written.values() for file in files)
    rss_mb = getrusage(RUSAGE_SELF).ru_maxrss * 1024 / _MB
    return {"cpu_s": cpu_s, "rows": float(record.rows), "bytes": float(size), "rss_mb": rss_mb}


def _config(days: int) -> RunConfig:
    given = Given({"start": "2026-01-05T00:00Z", "duration": f"{days}d"}, {})
    return new_config(resolve(given, catch_up=False), RunFiles(), datetime.now(UTC))


def _of_cities(days: int, processes: int) -> dict[str, float]:
    """Call the command for a market of many cities."""
    with tempfile.TemporaryDirectory(prefix="bazaar-lake-") as name:
        market = Path(name) / "world.yaml"
        market.write_text(made_market(CITIES, "world"), encoding="utf-8")
        options = ["--for", f"{days}d", "--scale", str(CITIES_SCALE), "--market", str(market)]
        return _called(Path(name), *options, "--processes", str(processes))


def _called(folder: Path, *options: str) -> dict[str, float]:
    """Call the command, and return what it took and what came of it."""
    out = folder / "lake"
    command = [sys.executable, "-m", "sim", "lake", "--out", str(out), *options]
    before, began_s = os.times(), time.perf_counter()
    subprocess.run(command, cwd=REPOSITORY, stderr=subprocess.DEVNULL, check=True, timeout=_TIME_OUT_S)
    took_s, after = time.perf_counter() - began_s, os.times()
    tables = (read(out / MANIFEST) or {})["tables"].values()
    return {
        "s": took_s,
        "cpu_s": sum(after[2:4]) - sum(before[2:4]),
        "rows": float(sum(table["rows"] for table in tables)),
        "bytes": float(sum(table["bytes"] for table in tables)),
        "files": float(sum(len(table["files"]) for table in tables)),
    }
