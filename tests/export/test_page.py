"""docs/export.md works as it stands: its commands and its programs, one after the other."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from sim.cli.main import main
from sim.export import snapshot
from tests.export.reading import manifest_of
from tests.integration.test_running import Shop

LARGE = snapshot.LARGE
PAGE = (Path(__file__).parents[2] / "docs" / "export.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^ {4}python -m sim (export .*)$", PAGE, re.MULTILINE)
PROGRAMS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_says_what_is_large():
    assert f"A table of more than {LARGE:,} rows is a folder" in PAGE


def test_the_page_works_as_it_stands(shop: Shop, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    assert (len(COMMANDS), len(PROGRAMS)) == (3, PAGE.count("```python"))
    monkeypatch.setenv("DATABASE_URL", shop.url)
    monkeypatch.setattr(snapshot, "LARGE", 5000)  # events are many also here, and orders are not
    for command in COMMANDS:
        early = command.replace("2026-01-12", "2026-01-06")  # the shop here is a day old
        assert main(shlex.split(early)) == 0, capfd.readouterr().err
    names: dict[str, Any] = {}
    for number, program in enumerate(PROGRAMS):
        exec(compile(program, f"docs/export.md, program {number + 1}", "exec"), names)
    seen_and_written(shop, names, capfd.readouterr().out)


def seen_and_written(shop: Shop, names: dict[str, Any], shown: str) -> None:
    """What came of the programs."""
    orders, events = names["orders"], names["events"]
    assert [(len(orders), int(orders.is_late.sum()))] == shop.rows(
        "SELECT count(*), count(*) FILTER (WHERE delivered_at > promised_at) FROM orders"
    )
    assert [(len(events),)] == shop.rows("SELECT count(*) FROM session_events WHERE occurred_at >= '2026-01-06T00:00Z'")
    assert [(names["items"].unit_price.sum(),)] == shop.rows("SELECT sum(unit_price) FROM order_items")
    [(first, *_)] = shop.rows(
        "SELECT category FROM order_lines GROUP BY 1 ORDER BY sum(price * quantity) DESC, 1 LIMIT 1"
    )
    assert first in shown
    assert "page_view" in shown or "visit" in shown
    with duckdb.connect("out/shop.duckdb") as database:
        assert [(name,) for name in sorted(manifest_of(Path("out/export"))["tables"])] == database.sql(
            "SELECT table_name FROM duckdb_tables() ORDER BY 1"
        ).fetchall()
        assert database.sql("SELECT count(*) FROM session_events").fetchall() == shop.rows(
            "SELECT count(*) FROM session_events"
        )
    assert Path("out/order_lines_for_excel.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    sheet = pd.read_csv("out/order_lines_for_excel.csv")
    assert sheet.ordered_at.str.fullmatch(r"2026-01-\d\d \d\d:\d\d:\d\d").all()
    assert [(sheet.ordered_at.min(),)] == shop.rows(
        "SELECT to_char(min(ordered_at) AT TIME ZONE 'Europe/Berlin', 'YYYY-MM-DD HH24:MI:SS') FROM order_lines"
    )
