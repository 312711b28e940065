"""The command from start to end: which files it writes, and how it fails."""

from __future__ import annotations

import io
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine

import report.command
from analysis.shop import engine
from dashboards.files import load
from report.command import main

UNREACHABLE = "postgresql://me:secret@127.0.0.1:1/none"


@dataclass
class Said:
    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line on stderr."""
        (line,) = self.err.splitlines()
        return line


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Runs the command on a database, in a folder of the test's own."""

    def command(url: str, *options: str) -> Said:
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.chdir(tmp_path)
        engine.cache_clear()
        try:
            code = main(options)
        finally:
            engine.cache_clear()
        told = capsys.readouterr()
        return Said(code, told.out, told.err)

    return command


@pytest.fixture
def url(traded: Engine) -> str:
    return traded.url.set(drivername="postgresql").render_as_string(hide_password=False)


def test_one_dashboard_of_one_city(run, url: str, tmp_path: Path):
    said = run(url, "--dashboard", "shop_today", "--city", "London")
    assert said.code == 0, said.err
    out = tmp_path / "out" / "report"
    assert sorted(path.name for path in out.iterdir()) == ["index.html", "report.pdf", "shop_today.png"]
    assert [line.split()[0] for line in said.out.splitlines()] == [
        f"out/report/{name}" for name in ("index.html", "shop_today.png", "report.pdf")
    ]
    html = (out / "index.html").read_text()
    assert "City: London" in html
    assert "cities_named(&#39;London&#39;)" in html
    assert "Late share by hour" not in html
    text = PdfReader(io.BytesIO((out / "report.pdf").read_bytes())).pages[0].extract_text()
    assert "City: London" in text


def test_a_folder_of_ones_own_keeps_what_else_is_in_it(run, url: str, tmp_path: Path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "notes.txt").write_text("mine")
    assert run(url, "--dashboard", "shop_today", "--out", str(mine)).code == 0
    assert (mine / "notes.txt").read_text() == "mine"
    assert (mine / "index.html").exists()
    assert not list(mine.glob(".*"))


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--period", "Never"], "report: --period: 'Never' is not one of: Today, Last 24 hours, Last 7 days"),
        (["--city", "Paris"], "report: --city: 'Paris' is not one of: All cities, New York, São Paulo"),
        (["--dashboard", "sales"], "report: --dashboard: 'sales' is not one of: shop_today, funnel_and_carts"),
        (["--dashboard", "shop_today", "--period", "Today"], "report: --period: no chosen dashboard asks for it"),
        (["--dashbord", "x"], "report: unrecognized arguments: --dashbord x"),
        (["--city"], "report: argument --city: expected one argument"),
    ],
)
def test_what_is_not_right_is_told_in_one_line(options: list[str], line: str, run, url: str, tmp_path: Path):
    said = run(url, *options)
    assert said.code == 2
    assert said.line.startswith(line)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("url", "code", "line"),
    [
        (UNREACHABLE, 1, "report: the database at 127.0.0.1:1/none does not answer"),
        ("nonsense", 2, "report: DATABASE_URL is not like postgresql://"),
    ],
)
def test_without_a_database_one_line_says_so(url: str, code: int, line: str, run, tmp_path: Path):
    said = run(url)
    assert said.code == code
    assert said.line.startswith(line)
    assert "secret" not in said.err
    assert not (tmp_path / "out").exists()


def test_without_any_shop_one_line_says_how_to_open_one(run, monkeypatch: pytest.MonkeyPatch):
    failed = subprocess.CompletedProcess([], 1, "", "dsn: there is no database yet\n")
    monkeypatch.setattr("analysis.shop.subprocess.run", lambda *_, **__: failed)
    said = run("")
    assert said.code == 1
    assert said.line.startswith("report: no shop to read: DATABASE_URL is not set")
    assert "make sim" in said.line


def test_a_query_that_fails_is_named(run, url: str, monkeypatch: pytest.MonkeyPatch):
    files = load()
    broken = files.queries["sales_today"]
    object.__setattr__(broken, "sql", "SELECT nothing FROM nowhere")
    monkeypatch.setattr(report.command, "load", lambda: files)
    said = run(url, "--dashboard", "shop_today")
    assert said.code == 1
    assert said.line == 'report: queries/sales_today.sql: relation "nowhere" does not exist'


def test_check_asks_nothing(run):
    said = run(UNREACHABLE, "--check")
    assert (said.code, said.err) == (0, "")
    assert said.out == "the report can draw shop_today, funnel_and_carts, delivery, warehouse_and_stock, customers\n"


def test_what_cannot_be_drawn_is_told_before_the_shop_is_asked(run, monkeypatch: pytest.MonkeyPatch):
    files = load()
    widget = next(each for each in files.dashboards["delivery"].dashboard.widgets if each.visualization is not None)
    assert widget.visualization is not None
    monkeypatch.setitem(widget.visualization.options, "sparkle", True)
    monkeypatch.setattr(report.command, "load", lambda: files)
    said = run(UNREACHABLE)
    assert said.code == 2
    assert "delivery.yml:" in said.line
    assert said.line.endswith("the report can't draw this COUNTER: unknown key 'sparkle'")
