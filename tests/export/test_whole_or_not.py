"""An export is there whole or not at all, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import make_url

from sim.cli.main import main
from sim.export import Interrupted, Progress, Wanted, export
from tests.integration.test_running import Shop

REPOSITORY = Path(__file__).parents[2]
PATIENCE_S = 60
Export = Callable[..., str]
WAITS = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%%events%%' AND datname = %s"
# As a program begins, whatever the tests were started with, and within a limit.
BEGIN = """
import os, resource, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
os.execv(sys.executable, [sys.executable, "-m", "sim", *sys.argv[2:]])
"""


class Started:
    """An export in a process of its own."""

    def __init__(self, url: str, *arguments: str, largest_file: str = "-1") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", BEGIN, largest_file, "export", *arguments, "--database-url", url],
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ended(self) -> tuple[int, str]:
        out, err = self.process.communicate(timeout=PATIENCE_S)
        assert out == ""
        return self.process.returncode, err


@contextmanager
def held_up(shop: Shop) -> Iterator[Callable[[Started], None]]:
    """Exports of this shop stand before the events; what is given waits until one does."""
    with shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE session_events IN ACCESS EXCLUSIVE MODE")

        def wait_for(started: Started) -> None:
            until = time.monotonic() + PATIENCE_S
            while not shop.rows(WAITS, make_url(shop.url).database):
                assert time.monotonic() < until
                assert started.process.poll() is None, started.ended()
                time.sleep(0.05)

        yield wait_for
        cursor.execute("ROLLBACK")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_nothing_is_left(shop: Shop, number: signal.Signals):
    with held_up(shop) as wait_for:
        started = Started(shop.url, "--out", "x")
        wait_for(started)
        assert any(Path(".x.unfinished").iterdir())
        assert not Path("x").exists()
        started.process.send_signal(number)
        assert started.ended() == (130, "bazaar: export: interrupted; nothing was written\n")
    assert list(Path().iterdir()) == []


def test_one_at_a_time_and_what_a_killed_one_left_is_removed(shop: Shop, export: Export):
    with held_up(shop) as wait_for:
        started = Started(shop.url, "--out", "x")
        wait_for(started)
        line = export("--out", "x", "--tables", "cities", exit_code=2)
        assert line == "bazaar: out: another command that fills 'x' is under way\n"
        started.process.kill()
        started.process.wait(PATIENCE_S)
    assert [path.name for path in Path().iterdir()] == [".x.unfinished"]
    export("--out", "x", "--tables", "cities")
    assert [path.name for path in Path().iterdir()] == ["x"]
    assert sorted(path.name for path in Path("x").iterdir()) == ["cities.parquet", "manifest.json"]


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_a_file_that_can_not_be_written_ends_it(shop: Shop, form: str):
    code, said = Started(shop.url, "--out", "x", "--format", form, largest_file="20000").ended()
    assert code == 1
    assert said == "bazaar: export: 'x' can't be written (File too large); nothing is left of it\n"
    assert list(Path().iterdir()) == []


def test_a_database_that_goes_away_ends_it(shop: Shop, tmp_path: Path):
    connection = psycopg2.connect(shop.url)

    def observe(seen: Progress) -> None:
        if seen.relation == "carts":
            shop.rows("SELECT pg_terminate_backend(%s, 10000)", connection.info.backend_pid)

    with pytest.raises(psycopg2.OperationalError):
        export(connection, Wanted("parquet"), tmp_path / "x", observe, threading.Event())
    assert list(tmp_path.iterdir()) == []


def test_asked_to_stop_before_it_begins(shop: Shop, tmp_path: Path):
    stop = threading.Event()
    stop.set()
    with pytest.raises(Interrupted):
        export(psycopg2.connect(shop.url), Wanted("parquet"), tmp_path / "x", lambda _: None, stop)
    assert list(tmp_path.iterdir()) == []


# --- where it may lie ------------------------------------------------------------------------------------------------


def test_an_empty_folder_is_filled_and_its_parents_are_made(export: Export):
    Path("empty").mkdir()
    for out in ("empty", "some/where", "empty/../other"):
        export("--out", out, "--tables", "cities")
        assert (Path(out) / "cities.parquet").is_file()


@pytest.mark.parametrize(
    ("out", "says"),
    [
        ("full", "out: 'full' is not empty; an export makes its folder, or fills an empty one"),
        ("file", "out: 'file' is no folder"),
        ("link", "out: 'link' is a link that leads nowhere"),
        ("file/x", "out: 'file/x' can't be made: Not a directory"),
        ("/proc", "out: '/proc' is where another file system begins; name a folder in it"),
        ("/proc/x", "out: '/proc/x' can't be made: "),
    ],
)
def test_what_is_there_stays(export: Export, out: str, says: str):
    Path("full").mkdir()
    Path("full/orders.parquet").write_text("mine")
    Path("file").write_text("mine")
    Path("link").symlink_to("nowhere")
    line = export("--out", out, exit_code=2)
    assert line.startswith(f"bazaar: {says}")
    assert line.count("\n") == 1
    assert sorted(path.name for path in Path().iterdir()) == ["file", "full", "link"]
    assert Path("full/orders.parquet").read_text() == Path("file").read_text() == "mine"


def test_another_export_is_not_replaced(export: Export):
    export("--out", "x", "--tables", "cities")
    export("--out", "x", "--tables", "products", exit_code=2)
    assert sorted(path.name for path in Path("x").iterdir()) == ["cities.parquet", "manifest.json"]


# --- who may ---------------------------------------------------------------------------------------------------------


@contextmanager
def login(shop: Shop, *statements: str) -> Iterator[str]:
    """The shop's URL for a login role of its own; `{role}` in statements is its name."""
    name = f"visitor_{uuid.uuid4().hex[:12]}"
    with shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{name}'")
        for statement in statements:
            cursor.execute(statement.format(role=name))
        yield make_url(shop.url).set(username=name, password=name).render_as_string(hide_password=False)
        cursor.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")


def test_a_reader_may_whatever_it_is_used_to(shop: Shop, export: Export):
    habits = [
        f"ALTER ROLE {{role}} SET {setting}"
        for setting in ("statement_timeout = '20ms'", "TimeZone = 'Asia/Kolkata'", "DateStyle = 'SQL, DMY'")
    ]
    with login(shop, "GRANT bazaar_reader TO {role}", *habits) as url:
        export("--out", "x", url=url)
        export("--out", "y", "--format", "csv", url=url)
    export("--out", "z", "--format", "csv")
    assert contents(Path("y")) == contents(Path("z"))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_one_who_may_not_read_is_told(shop: Shop, export: Export):
    with login(shop, "GRANT SELECT ON cities TO {role}", "GRANT USAGE ON SCHEMA sim TO {role}") as url:
        line = export("--out", "x", "--tables", "cities,orders", exit_code=1, url=url)
        assert "permission denied for view current_run" in line
        assert line.count("\n") == 1
    granted = (
        "GRANT USAGE ON SCHEMA sim TO {role}",
        "GRANT SELECT ON sim.runs, sim.current_run, sim.retention, cities TO {role}",
    )
    with login(shop, *granted) as url:
        line = export("--out", "x", "--tables", "cities,orders", exit_code=2, url=url)
    assert line == "bazaar: the role may not read orders; bazaar_reader may, and so may its members\n"
    assert list(Path().iterdir()) == []


def test_a_database_that_does_not_answer_is_a_line(capsys: pytest.CaptureFixture[str]):
    assert main(["export", "--out", "x", "--database-url", "postgresql://nobody@127.0.0.1:9/nothing"]) == 2
    assert "database: 127.0.0.1:9/nothing can't be used" in capsys.readouterr().err
    assert list(Path().iterdir()) == []
