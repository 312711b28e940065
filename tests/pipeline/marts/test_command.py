"""`python -m pipeline.marts`, as somebody types it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import duckdb
import psycopg2
import pytest
from sqlalchemy import make_url

from bazaar.place import ROOMS
from pipeline.marts import page
from pipeline.marts.__main__ import main
from pipeline.marts.catalogue import FOLDER, marts
from pipeline.marts.head import parsed
from sim.export import Wanted, export
from tests.databases import new_database
from tests.integration.test_running import Shop
from tests.pipeline.marts.shops import Seen

A_MART = re.compile(r"```sql\n(.*?)```", re.DOTALL)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "MYSQL_URL", "MARTS_URL"):
        monkeypatch.delenv(name, raising=False)


def exported(seen: Seen, folder: Path) -> str:
    """What cohorts reads of the shop, as files."""
    with seen.shop.connected() as connection:
        connection.autocommit = False
        wanted = Wanted("parquet", ["orders", "warehouses", "cities"])
        export(connection, wanted, folder, lambda _: None, threading.Event())
    return str(folder)


def test_list_says_which_there_are(capsys: pytest.CaptureFixture[str]):
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [path.stem for path in sorted(FOLDER.glob("*.sql"))]


def test_build_and_check_say_what_they_did(
    seen: Seen, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DATABASE_URL", seen.shop.url)
    assert main(["build", "cohorts", "average_check", "--as-of", "2026-01-08T15:00+01:00"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "as of 2026-01-08 14:00:00 UTC"
    assert re.fullmatch(r"cohorts: \d+ rows in \d+\.\d s", said[-2])
    assert re.fullmatch(r"average_check: \d+ rows in \d+\.\d s", said[-1])
    assert main(["check", "cohorts"]) == 0
    with duckdb.connect("out/marts.duckdb") as connection:
        connection.execute("DELETE FROM cohorts WHERE period_number = 0")
    assert main(["check", "cohorts"]) == 1
    assert re.search(r"^cohorts: orders: \d+ in the mart, \d+ in the shop; ", capsys.readouterr().out, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["build", "sales"], "NAME: 'sales': allowed are average_check, "),
        (["build", "--as-of", "noon"], "as-of: 'noon' is not an instant; allowed is ISO 8601 with its zone"),
        (["build", "--as-of", "2026-01-05T00:00"], "as-of: '2026-01-05T00:00' has no time zone; allowed is ISO 8601"),
        (["build", "--as-of", ""], "as-of: '' is not an instant; allowed is ISO 8601 with its zone"),
        (["build", "--as-of", "0001-01-01T00:00+01:00"], "as-of: '0001-01-01T00:00+01:00' is not an instant; "),
        (["build"], "no shop is named; give --from, --database-url or DATABASE_URL"),
        (["build", "--engine", "spark"], "MYSQL_URL: is not set, and is needed"),
        (["check", "--engine", "spark", "--into", "x.duckdb"], "--into: 'x.duckdb': allowed with --engine duckdb only"),
        (
            ["build", "--database-url", "postgresql://localhost:1/none", "--memory", "lots"],
            "memory: 'lots': allowed is a size",
        ),
        (["build", "--from", "nowhere"], "from: 'nowhere' has no manifest.json that can be read; allowed is a folder"),
    ],
)
def test_what_cannot_be_asked_for_is_one_line_and_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
):
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"pipeline.marts: {said}")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["build", "--database-url", "postgresql://localhost:1/none"], "the shop's PostgreSQL does not answer: "),
        (["check", "cohorts", "--database-url", "{shop}"], "'out/marts.duckdb' is not there; build it first"),
        (
            ["build", "--database-url", "{shop}", "--into", "/proc/marts.duckdb"],
            "'/proc/marts.duckdb' can't be opened: ",
        ),
    ],
)
def test_what_is_in_the_way_is_one_line_and_1(
    seen: Seen, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
):
    assert main([each.replace("{shop}", seen.shop.url) for each in arguments]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"pipeline.marts: {said}")
    assert error.count("\n") == 1


def test_check_makes_and_changes_nothing(seen: Seen, capsys: pytest.CaptureFixture[str]):
    assert main(["check", "cohorts", "--database-url", seen.shop.url]) == 1
    assert not Path("out").exists()
    with duckdb.connect("own.duckdb") as connection:
        connection.execute("CREATE TABLE own AS SELECT 1 AS one")
    before = Path("own.duckdb").read_bytes()
    assert main(["check", "cohorts", "--database-url", seen.shop.url, "--into", "own.duckdb"]) == 1
    assert capsys.readouterr().err.endswith("cohorts: is not in 'own.duckdb'; build it first\n")
    assert Path("own.duckdb").read_bytes() == before


@pytest.mark.parametrize("source", ["--database-url", "--from"])
def test_what_is_checked_may_be_read_by_others_meanwhile(seen: Seen, tmp_path: Path, source: str):
    whence = [source, seen.shop.url if source == "--database-url" else exported(seen, tmp_path / "it's one")]
    assert main(["build", "cohorts", *whence]) == 0
    asking = [sys.executable, "-m", "pipeline.marts", "check", "cohorts", *whence]
    around = os.environ | {"PYTHONPATH": str(ROOMS)}
    with duckdb.connect("out/marts.duckdb", read_only=True):
        done = subprocess.run(asking, env=around, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr


def test_little_memory_is_enough(seen: Seen, capsys: pytest.CaptureFixture[str]):
    assert main(["build", "customer_behaviour", "--database-url", seen.shop.url, "--memory", "60MB"]) == 0
    assert re.fullmatch(r"customer_behaviour: [\d,]+ rows in \d+\.\d s", capsys.readouterr().out.splitlines()[-1])


def test_a_database_without_a_shop_is_told(database_url: str, capsys: pytest.CaptureFixture[str]):
    assert main(["build", "--database-url", database_url]) == 1
    assert capsys.readouterr().err == "pipeline.marts: no shop has been opened in this database\n"
    with closing(psycopg2.connect(database_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA sim CREATE TABLE runs (run_id bigint)")
    assert main(["build", "--database-url", database_url]) == 1
    assert "older program's; `python -m sim upgrade`" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["build", "check"])
def test_history_under_way_is_one_line_and_75(
    seen: Seen, postgres_url: str, capsys: pytest.CaptureFixture[str], command: str
):
    with new_database(postgres_url, str(make_url(seen.shop.url).database)) as url:
        shop = Shop(url)
        assert main(["build", "cohorts", "--database-url", url]) == 0
        before = Path("out/marts.duckdb").read_bytes()
        with shop.connected() as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE sim.unbuilt (statement text)")
        capsys.readouterr()
        assert main([command, "cohorts", "--database-url", url]) == 75
        said = capsys.readouterr()
        assert (said.out, said.err) == (
            "",
            "pipeline.marts: history is being made, and its keys are built at its end: come again then\n",
        )
        assert Path("out/marts.duckdb").read_bytes() == before
        with shop.connected() as connection, connection.cursor() as cursor:
            cursor.execute("DROP TABLE sim.unbuilt")
        assert main([command, "cohorts", "--database-url", url]) == 0


def test_a_shop_without_a_single_order_has_no_marts_yet(postgres_url: str, capsys: pytest.CaptureFixture[str]):
    with Shop.in_new_database(postgres_url) as shop:
        shop.run(duration="1s")
        assert main(["build", "average_check", "customer_behaviour", "--database-url", shop.url]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2] == "average_check: not_empty: 1 wrong; the old one stays"
    assert lines[-1].startswith("customer_behaviour: ")
    assert lines[-1].endswith(" s")


def test_an_export_that_lacks_a_table_is_told(seen: Seen, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    exported(seen, tmp_path / "export")
    assert main(["build", "cohorts", "--from", "export"]) == 0
    assert main(["build", "average_check", "--from", "export"]) == 2
    assert capsys.readouterr().err == "pipeline.marts: 'export' has no customers, which is needed; export it too\n"


def test_a_damaged_file_is_one_line_and_1(seen: Seen, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    exported(seen, tmp_path / "export")
    [file] = (tmp_path / "export").rglob("cities*.parquet")
    file.write_bytes(b"nothing of the kind")
    assert main(["build", "cohorts", "--from", "export"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("pipeline.marts: DuckDB: ")
    assert file.name in error
    assert error.count("\n") == 1


def test_the_page_is_fresh_and_its_example_is_a_mart(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    assert main(["page", "--check"]) == 0
    text = page.PAGE.read_text(encoding="utf-8")
    for mart in marts():
        assert f"### {mart.name}\n" in text
    [example] = A_MART.findall(text)
    assert parsed("orders_by_city", example).keys == ("city",)
    stale = Path("marts.md")
    stale.write_text(text.replace("### average_check", "### check"), encoding="utf-8")
    monkeypatch.setattr(page, "PAGE", stale)
    assert main(["page", "--check"]) == 1
    assert main(["page"]) == 0
    assert stale.read_text(encoding="utf-8") == text
