"""Marts by DuckDB, in this process and into one file: cuts in, checks, and only then the new table for the old one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from common.messages import one_line
from pipeline.instants import without_zone
from pipeline.marts.catalogue import marts
from pipeline.marts.checks import agree, looks, totals
from pipeline.marts.cuts import cuts
from pipeline.marts.engines.duckdb_file import BuildFailed, Kept, clear, kept_of, looked_into, opened, staged, swap
from pipeline.marts.engines.source import Source
from pipeline.marts.engines.translation import Untranslatable, translated, words
from pipeline.marts.head import Mart
from pipeline.marts.problems import MEMORY

_WORTH_TELLING_S = 1.0


class BadInstant(ValueError):
    """An instant that the source can't answer for: one line saying which are allowed."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a mart: its rows, the seconds that it took, and what is wrong with it, a line each."""

    mart: str
    as_of: datetime
    rows: int
    seconds: float
    wrong: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = "; ".join(self.wrong) or f"{self.rows:,} rows in {self.seconds:.1f} s"
        return f"{self.mart}: {said}"


Tell = Callable[[str], None]
"""Hears how far it is, a line each."""


def build(
    wanted: Sequence[Mart], source: Source, out: Path, as_of: datetime | None, tell: Tell, memory: str = MEMORY
) -> list[Result]:
    """Build marts into a file; one of which something is wrong stays as it was before.

    Raises BuildFailed, BadInstant, NoSource.
    """
    instant = _instant(source, as_of)
    results = []
    with opened(out, memory) as engine:
        clear(engine, [mart.name for mart in (*marts(), *wanted)])
        tell(f"as of {instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC")
        _offer(engine, wanted, source, instant, tell)
        for mart in wanted:
            result = _built(engine, mart, source, instant)
            results.append(result)
            tell(f"{result}{'; the old one stays' if result.wrong else ''}")
    return results


def check(wanted: Sequence[Mart], source: Source, out: Path, tell: Tell, memory: str = MEMORY) -> list[Result]:
    """Look at marts that are in a file, each as of the instant that it was built for.

    Raises BuildFailed, BadInstant, NoSource.
    """
    results = []
    with looked_into(out, memory) as engine:
        for mart in wanted:
            begun_s = time.monotonic()
            if (kept := kept_of(engine, mart)) is None:
                raise BuildFailed(f"{mart.name}: is not in {str(out)!r}; build it first")
            if kept.since != source.moment.since:
                tell(f"{mart.name}: the past was cut off since it was built: there is nothing to compare it with")
                continue
            as_of = _instant(source, kept.as_of)
            _offer(engine, [mart], source, as_of, tell)
            with _naming(mart):
                wrong = tuple(_wrong(engine, mart, mart.name, as_of))
            result = Result(mart.name, as_of, kept.rows, time.monotonic() - begun_s, wrong)
            results.append(result)
            tell(str(result))
    return results


def _instant(source: Source, as_of: datetime | None) -> datetime:
    moment = source.moment
    begin, newest = moment.since or moment.opened, moment.newest
    if as_of is None or begin < as_of <= newest:
        return as_of or newest
    allowed = f"after {begin.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} up to {newest.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    raise BadInstant(f"as-of: '{as_of.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}': allowed is {allowed}")


def _offer(engine: DuckDBPyConnection, wanted: Sequence[Mart], source: Source, as_of: datetime, tell: Tell) -> None:
    """Let the tables that these marts read stand in DuckDB, with the columns that their SQL names."""
    known = cuts()
    for name in sorted({table for mart in wanted for table in mart.reads}):
        named = {word for mart in wanted if name in mart.reads for word in _words(mart)}
        columns = [each.name for each in known[name].columns if "*" in named or each.name in named]
        begun_s = time.monotonic()
        source.offer(engine, known[name], columns, as_of)
        if (took_s := time.monotonic() - begun_s) > _WORTH_TELLING_S:
            tell(f"{name} read in {took_s:.1f} s")


def _words(mart: Mart) -> Iterator[str]:
    with _naming(mart):
        for sql in (mart.sql, *(check.source_sql for check in mart.checks)):
            yield from words(sql)


def _built(engine: DuckDBPyConnection, mart: Mart, source: Source, as_of: datetime) -> Result:
    begun_s = time.monotonic()
    with _naming(mart):
        staging = staged(engine, mart)
        sql = translated(mart.sql)
        given: dict[str, Any] = {"as_of": without_zone(as_of)} if "$as_of" in sql else {}
        _refuse_other_columns(engine, mart, sql, given)
        engine.execute(f"INSERT INTO {staging} BY NAME {sql}", given)
        rows = _one(engine, f"SELECT COUNT(*) FROM {staging}")
        wrong = tuple(_wrong(engine, mart, staging, as_of))
        result = Result(mart.name, as_of, rows, time.monotonic() - begun_s, wrong)
        if not wrong:
            swap(engine, mart, Kept(as_of, source.moment.since, rows, result.seconds))
        engine.execute(f"DROP TABLE IF EXISTS {staging}")
        return result


def _refuse_other_columns(engine: DuckDBPyConnection, mart: Mart, sql: str, given: dict[str, Any]) -> None:
    asked = [row[0] for row in engine.execute(f"DESCRIBE {sql}", given).fetchall()]
    if sorted(asked) != sorted(each.name for each in mart.columns):
        raise BuildFailed(f"{mart.name}: its SQL gives {', '.join(asked)}, which are not the columns of its head")


def _wrong(engine: DuckDBPyConnection, mart: Mart, table: str, as_of: datetime) -> Iterator[str]:
    for look in looks(mart, table):
        if rows := _one(engine, look.sql):
            yield f"{look.name}: {rows:,} wrong"
    for total in totals(mart, table, as_of):
        here, there = _one(engine, total.mart_sql), _one(engine, total.source_sql)
        if not agree(here, there):
            yield f"{total.name}: {here} in the mart, {there} in the shop"


def _one(engine: DuckDBPyConnection, sql: str) -> Any:
    [(answer,)] = engine.execute(sql).fetchall()
    return answer


@contextmanager
def _naming(mart: Mart) -> Iterator[None]:
    try:
        yield
    except (duckdb.Error, Untranslatable) as error:
        raise BuildFailed(f"{mart.name}: {one_line(error)}") from None
