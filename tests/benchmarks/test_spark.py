"""What the part `spark` says, what it copies and how it reads the kernel's accounts. No daemon is needed."""

from __future__ import annotations

import io
import re
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from sqlalchemy import Boolean, DateTime

from benchmarks import shop
from benchmarks.lines import Line
from benchmarks.spark import filling, measuring, memory
from pipeline.marts.catalogue import marts
from pipeline.replica import chosen

CPU = {"spark-worker": 10.0, "spark-connect": 6.0, "mysql": 3.0, "client": 1.0}
OLD = {
    "memory.stat": "cache 5000000\nrss 0\ntotal_rss 1500000\n", "memory.limit_in_bytes": "2000000\n",
    "memory.max_usage_in_bytes": "1900000\n", "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
}  # fmt: skip
NEW = {
    "memory.stat": "anon 1500000\nfile 5000000\n", "memory.max": "2000000\n", "memory.peak": "1900000\n",
    "memory.events": "low 0\noom 4\noom_kill 3\n",
}  # fmt: skip


def size(orders: int, times: float, **spark: Any) -> dict[str, Any]:
    """Figures of a shop, the costs of the smallest so many times."""
    cpu_s = {name: each * times for name, each in CPU.items()}
    built = {"s": 10.0 * times, "cpu_s": cpu_s, "marts": {"cohorts": {"s": 2.0 * times, "rows": 5}}}
    own = {"spark-worker": 1000.0, "mysql": 400.0}
    found = {"first": built, "again": built, "memory_mb": own, "peak_mb": own, "killed": 0, "executors": 1}
    duckdb = {"orders": orders, "s": 5.0, "cpu_s": 2.0, "rss_mb": 300.0}
    return {"duckdb": duckdb, "spark": found | {"limit_mb": {"spark-worker": 1000.0}} | spark}


def said(found: dict[str, Any], what: str) -> Line:
    [line] = [line for line in measuring.lines(found) if line.what.endswith(what)]
    return line


@pytest.mark.parametrize(("times", "met"), [(10.0, True), (10.1, False)])
def test_ten_times_the_orders_may_cost_ten_times_as_much(times: float, met: bool):
    found = {"10 k": size(10_000, 1.0), "100 k": size(100_000, times)}
    compared = [line for line in measuring.lines(found) if "orders of that at 10 k" in line.what]
    assert [(line.wanted, line.met) for line in compared] == [("≤ 10", met)] * 2
    assert compared[0].against == f"steepest is cohorts: {times:.1f}, {2 * times:.1f} s"


def test_spark_is_set_beside_duckdb_on_the_same_shop():
    line = said({"10 k": size(10_000, 1.0)}, "of DuckDB's on the same shop")
    assert line.measured == "2.0 × the time, 10.0 × the processor time"
    assert line.against == "5.0 s, 2.0 of a processor, 300 MB"


@pytest.mark.parametrize(
    ("worse", "met"),
    [({}, True), ({"memory_mb": {"spark-worker": 1000.1}}, False), ({"executors": 2}, False), ({"killed": 1}, False)],
)
def test_the_worker_keeps_within_its_memory_and_loses_no_executor(worse: dict[str, Any], met: bool):
    assert said({"10 k": size(10_000, 1.0, **worse)}, "the worker's memory").met is met


def test_where_the_kernel_does_not_tell_of_memory_nothing_is_said_of_it():
    told = [line.what for line in measuring.lines({"10 k": size(10_000, 1.0, memory_mb={})})]
    assert len(told) == 2
    assert not [what for what in told if "memory" in what]


@pytest.mark.parametrize("files", [OLD, NEW], ids=["old", "new"])
def test_memory_in_the_kernels_old_and_new_words(files: dict[str, str], tmp_path: Path):
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert (memory.own_mb(tmp_path), memory.limit_mb(tmp_path), memory.peak_mb(tmp_path)) == (1.5, 2.0, 1.9)
    assert memory.killed(tmp_path) == 3


def test_the_most_is_what_was_seen_while_the_block_ran(tmp_path: Path):
    (tmp_path / "memory.stat").write_text("anon 1500000\n", encoding="utf-8")
    with memory.Most({"worker": tmp_path, "gone": tmp_path / "gone"}) as most:
        pass
    assert most.mb == {"worker": 1.5}


def test_every_table_is_copied_that_a_mart_or_its_cuts_read():
    read = {name for mart in marts() for name in mart.reads}
    assert read <= filling.tables() <= set(chosen.replicated_tables())
    assert "session_events" not in filling.tables()


def test_what_is_copied_is_in_mysqls_words(database_url: str):
    shop.run(database_url, {**shop.DEFAULT, "scale": "0.1", "duration": "9h", "processes": "1"})
    wanted = {DateTime: re.compile(r"\d{4}(-\d\d){2} \d\d(:\d\d){2}(\.\d{1,6})?|\\N"), Boolean: re.compile(r"[01]|\\N")}
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        for table in (each for each in chosen.tables() if each.name in filling.tables()):
            cursor.execute(f"SELECT count(*) FROM {chosen.qualified(table)}")
            [(rows,)] = cursor.fetchall()
            cursor.copy_expert(f"COPY ({filling.copied(table)}) TO STDOUT", out := io.StringIO())
            copied = [line.split("\t") for line in out.getvalue().splitlines()]
            assert len(copied) == rows
            for number, column in enumerate(chosen.columns(table)):
                for form in (form for kind, form in wanted.items() if isinstance(column.type, kind)):
                    assert [row[number] for row in copied if not form.fullmatch(row[number])] == [], column
