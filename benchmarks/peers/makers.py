"""Who is measured: the command of each, and how the rows it made are counted."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.databases import ask
from benchmarks.simulator import REPOSITORY

_BLUEPRINT = Path(__file__).with_name("desflow_shop.yaml")
_TABLES = "SELECT format('SELECT count(*) FROM %I.%I', schemaname, relname) FROM pg_stat_user_tables"
_OURS = "SELECT rows_written FROM sim.current_run"


@dataclass(frozen=True, slots=True)
class Maker:
    """A program that makes a shop, in an empty folder or in an empty database."""

    name: str
    writes: str
    command: tuple[str, ...]
    count: Callable[[Path, str], int]
    environment: Mapping[str, str] = field(default_factory=dict)


def makers(programs: Path, url: str) -> Iterator[Maker]:
    """All of them, Bazaar first; `url` is of the empty database that a maker may fill."""
    yield Maker(
        "bazaar",
        "PostgreSQL: 28 tables, every key, index and reference validated; queues simulated",
        (
            *(sys.executable, "-m", "sim", "run", "--speed", "max", "--start", "2026-01-05T00:00Z", "--for", "2d"),
            *("--processes", "2", "--database-url", url),
        ),
        lambda _, url: int(ask(url, _OURS)[0][0]),
        {"PYTHONPATH": str(REPOSITORY)},
    )
    yield Maker(
        "jafgen",
        "CSV files: 7, no keys; orders drawn at random, no queues",
        (str(programs / "jafgen"), "1"),
        _rows_in_files,
    )
    yield Maker(
        "desflow",
        "PostgreSQL: 1 table without keys; queues simulated",
        (str(programs / "desflow"), "run", str(_BLUEPRINT)),
        _rows_in_tables,
        {"DSN": url},
    )
    yield Maker(
        "pgsalesgen",
        "PostgreSQL: 4 tables with keys and references, by 2 processes; rows drawn at random, nothing simulated",
        (
            *(str(programs / "pgsalesgen"), "--dsn", url, "--logged", "--with-fk", "--create-indexes"),
            *("--customers", "40000", "--products", "800", "--target-gb", "0.05", "--batch-orders", "20000"),
            *("--workers", "2", "--join-timeout-sec", "20"),
        ),
        _rows_in_tables,
    )


def _rows_in_files(folder: Path, _: str) -> int:
    return sum(max(0, path.read_bytes().count(b"\n") - 1) for path in folder.rglob("*.csv"))


def _rows_in_tables(_: Path, url: str) -> int:
    return sum(int(ask(url, count)[0][0]) for (count,) in ask(url, _TABLES))
