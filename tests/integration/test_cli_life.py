"""The commands on a living shop, in processes of their own as people run them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import text

from sim.cli.main import main
from sim.embedded import EmbeddedServer
from sim.embedded.clients import connect
from sim.settings import VARIABLES

REPOSITORY = Path(__file__).parents[2]
SMALL = ("--scale", "0.1", "--start", "2026-01-05T06:00Z")
PATIENCE_S = 60


@pytest.fixture
def surroundings() -> dict[str, str]:
    """The environment without any settings, and with the repository to import from."""
    kept = {name: value for name, value in os.environ.items() if name not in VARIABLES.values()}
    return kept | {"PYTHONPATH": str(REPOSITORY)}


class Said(NamedTuple):
    stdout: str
    stderr: str


@pytest.fixture
def bazaar(surroundings, database_url, tmp_path, monkeypatch, capsys):
    """Run a command on the test's database: `run` as a process, for it is one; the others here, for that is quicker."""
    monkeypatch.chdir(tmp_path)

    def command(name: str, *arguments: str, exit_code: int = 0) -> Said:
        line = (name, *arguments, "--database-url", database_url)
        if name != "run":
            code, said = main(line), Said(*capsys.readouterr())
        else:
            ended = subprocess.run(
                [sys.executable, "-m", "sim", *line],
                env=surroundings,
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                check=False,
            )
            code, said = ended.returncode, Said(ended.stdout, ended.stderr)
        assert code == exit_code, said
        return said

    return command


@contextmanager
def running(surroundings: dict[str, str], database_url: str) -> Iterator[subprocess.Popen[str]]:
    """A shop that keeps pace until it is told to stop; its first log line has been read."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", "run", *SMALL, "--no-catch-up", "--speed", "100x"],
        env=surroundings | {"DATABASE_URL": database_url},
        stderr=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(PATIENCE_S, process.kill)
    watchdog.start()
    try:
        assert process.stderr is not None
        first = process.stderr.readline()
        assert "event=start" in first, first
        yield process
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()


def test_a_run_its_status_its_checks_and_its_end(bazaar, database_url):
    ran = bazaar("run", *SMALL, "--speed", "max", "--for", "6h", "--seed", "7")
    lines = [dict(word.split("=", 1) for word in line.split()) for line in ran.stderr.splitlines()]
    assert (lines[0]["event"], lines[-1]["event"], lines[-1]["outcome"]) == ("start", "end", "ended")
    assert (lines[-1]["phase"], lines[-1]["sim_now"]) == ("finished", "2026-01-05T12:00:00.000Z")

    status = json.loads(bazaar("status", "--json").stdout)
    assert (status["running"], status["status"], status["seed"]) == (False, "finished", 7)
    assert (status["epoch"], status["sim_now"]) == ("2026-01-05T06:00:00+00:00", "2026-01-05T12:00:00+00:00")
    with connect(database_url) as connection:
        orders = connection.scalar(text("SELECT count(*) FROM orders"))
    assert sum(status["orders"].values()) == orders > 0
    assert "finished, not running" in bazaar("status").stdout

    again = bazaar("run", "--speed", "max", "--for", "6h")
    assert "has reached its end already" in again.stderr
    assert json.loads(bazaar("status", "--json").stdout) | {"silent_s": 0} == status | {"silent_s": 0}

    assert "seed" in bazaar("run", "--seed", "8", exit_code=2).stderr

    checked = bazaar("check")
    assert {line.split()[0] for line in checked.stdout.splitlines()} == {"ok"}
    with connect(database_url) as connection:
        connection.execute(text("UPDATE products SET list_price = list_price + 1 WHERE product_id = 1"))
        connection.execute(text("DELETE FROM stock_movements WHERE reason = 'opening' AND product_id = 1"))
    broken = bazaar("check", exit_code=1)
    [told] = [line for line in broken.stdout.splitlines() if "product_id=1," in line and "BROKEN" not in line][:1]
    assert "=" in told
    assert "BROKEN" in broken.stderr


def test_reset_drops_the_shop_and_nothing_else(bazaar, database_url):
    bazaar("run", *SMALL, "--speed", "max", "--for", "1m")
    assert "--yes" in bazaar("reset", exit_code=2).stderr
    with connect(database_url) as connection:
        connection.execute(text("CREATE VIEW own AS SELECT order_id FROM orders"))
    assert "nothing was dropped: view public.own; save" in bazaar("reset", "--yes", exit_code=2).stderr
    assert json.loads(bazaar("status", "--json").stdout)["status"] == "finished"
    with connect(database_url) as connection:
        connection.execute(text("DROP VIEW own"))
    bazaar("reset", "--yes")
    with connect(database_url) as connection:
        left = connection.execute(
            text("SELECT oid::regclass::text FROM pg_class WHERE relnamespace IN ('public'::regnamespace)")
        )
        assert left.scalars().all() == []
        assert connection.scalar(text("SELECT to_regnamespace('sim')")) is None
        assert connection.scalar(text("SELECT to_regproc('public.sim_now')")) is None
    assert "no run" in bazaar("status", exit_code=1).stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_cleanly(surroundings, database_url, bazaar, number):
    with running(surroundings, database_url) as process:
        if number == signal.SIGINT:
            assert json.loads(bazaar("status", "--json").stdout)["running"] is True
            assert "simulator is running" in bazaar("reset", "--yes", exit_code=2).stderr
            assert "simulator is running" in bazaar("run", exit_code=2).stderr
        process.send_signal(number)
        _, rest = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, rest
    assert "event=end outcome=ended phase=stopped" in rest
    status = json.loads(bazaar("status", "--json").stdout)
    assert (status["running"], status["status"]) == (False, "stopped")
    assert f"sim_now={status['sim_now'][:19]}" in rest.splitlines()[-1]


def test_the_embedded_server_lives_as_long_as_it_is_wanted(surroundings, open_folder, monkeypatch, capsys):
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(open_folder)

    def command(*arguments: str) -> str:
        assert main(arguments) == 0
        return str(capsys.readouterr().out).strip()

    server = EmbeddedServer(open_folder / ".data")
    run = [sys.executable, "-m", "sim", "run", *SMALL, "--speed", "max", "--for", "1m"]
    subprocess.run(run, env=surroundings, timeout=PATIENCE_S, check=True)
    assert server.url() is None
    assert json.loads(command("status", "--json"))["status"] == "finished"
    assert server.url() is None
    assert command("dsn") == server.url()
    with connect(command("dsn", "--reader")) as connection:
        assert connection.scalar(text("SELECT current_user")) == "bazaar_reader"
        assert connection.scalar(text("SELECT count(*) FROM warehouses")) > 0
    secrets = open_folder / ".data" / "postgres.password"
    secrets.write_text("".join(secrets.read_text().splitlines(keepends=True)[:2]))  # of a shop from before analysts
    with connect(command("dsn", "--analyst")) as connection:
        connection.execute(text("CREATE SCHEMA mine"))
        connection.execute(text("CREATE TABLE mine.kept AS TABLE warehouses"))
        assert connection.scalar(text("SELECT current_user")) == "bazaar_analyst"
    with connect(command("dsn", "--teacher")) as connection:
        assert connection.scalar(text("SELECT count(*) FROM truth.customer_traits")) > 0
        assert connection.scalar(text("SELECT current_user")) == "bazaar_teacher"
    assert not command("dsn", "--named")
    (open_folder / ".env").write_text("DATABASE_URL=postgres://me@db.example/shop\n")
    assert command("dsn", "--named") == command("dsn") == "postgresql://me@db.example/shop"
    (open_folder / ".env").unlink()
    command("status")
    assert server.url() is not None
    assert server.stop()
