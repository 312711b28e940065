"""`python -m sim events`, as people run it: killed, full, followed, and asked for what cannot be."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard

from sim.cli.main import main
from sim.settings import VARIABLES
from tests.integration.test_running import Shop
from tests.pipeline.events.reading import lines_of

REPOSITORY = Path(__file__).parents[3]
PATIENCE_S = 90


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run `events` and return the one line with which it ends in exit code 2."""

    def command(url: str, *arguments: str) -> str:
        assert main(("events", "--database-url", url, *arguments)) == 2
        said = capsys.readouterr()
        assert said.out == ""
        [line] = said.err.splitlines()
        return line.removeprefix("bazaar: ")

    return command


@contextmanager
def process(url: str, *arguments: str, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """`events` in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES.values()}
    started = subprocess.Popen(
        [sys.executable, "-m", "sim", "events", "--database-url", url, *arguments],
        env=environment | {"PYTHONPATH": str(REPOSITORY)},
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(PATIENCE_S, started.kill)
    watchdog.start()
    try:
        yield started
    finally:
        watchdog.cancel()
        started.kill()
        started.communicate()


def ended(started: subprocess.Popen[str]) -> tuple[str, str]:
    """What it said on both outputs, after it has ended well."""
    out, err = started.communicate(timeout=PATIENCE_S)
    assert started.returncode == 0, err
    return out, err


def until_lines(path: Path, count: int, started: subprocess.Popen[str]) -> None:
    """Wait until a file has so many lines while its writer lives."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not path.exists() or path.read_bytes().count(b"\n") < count:
        assert started.poll() is None, started.stderr and started.stderr.read()
        assert time.monotonic() < deadline_s
        time.sleep(0.02)


def test_to_standard_output_by_default(small_world: str, tmp_path: Path):
    with process(small_world, cwd=tmp_path) as started:
        out, err = ended(started)
    assert out.splitlines() == lines_of(small_world)
    assert err == f"events: {len(lines_of(small_world))} written to standard output\n"


def test_only_some_types_of_some_time(small_world: str, tmp_path: Path):
    options = (
        "--types",
        "order.*, payment.attempted",
        "--from",
        "2026-01-06T03:00+01:00",
        "--until",
        "2026-01-06T02:10:00.000001Z",
    )
    with process(small_world, *options, cwd=tmp_path) as started:
        out, _ = ended(started)
    assert [json.loads(line)["id"] for line in out.splitlines()] == [
        "order.placed/102",
        "payment.attempted/102",
        "order.paid/102",
    ]


def test_whoever_stops_reading_gets_no_traceback(day: Shop, tmp_path: Path):
    with process(day.url, cwd=tmp_path) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        started.stdout.readline()
        started.stdout.close()
        assert "Traceback" not in started.stderr.read()
        assert started.wait(PATIENCE_S) == 1


@pytest.mark.parametrize("name", ["events.jsonl", "events.jsonl.zst"])
def test_killed_again_and_again_the_file_is_that_of_one_go(day: Shop, tmp_path: Path, name: str):
    with process(day.url, "--to", f"whole-{name}", cwd=tmp_path) as started:
        ended(started)
    path, chance = tmp_path / name, random.Random(5)
    whole = len((tmp_path / f"whole-{name}").read_bytes())
    for part in (0.02, 0.3, 0.6, 0.9):
        with process(day.url, "--to", name, cwd=tmp_path) as started:
            while (path.stat().st_size if path.exists() else 0) < part * whole and started.poll() is None:
                time.sleep(chance.uniform(0, 0.01))
            started.send_signal(signal.SIGKILL)
            started.wait(PATIENCE_S)
    with process(day.url, "--to", name, cwd=tmp_path) as started:
        ended(started)
    assert decoded(path) == decoded(tmp_path / f"whole-{name}")
    assert decoded(path).decode().splitlines() == lines_of(day.url)


def decoded(path: Path) -> bytes:
    """What a file holds, read as people do: whatever follows its last whole frame is an error."""
    if path.suffix != ".zst":
        return path.read_bytes()
    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True) as reader:
        return reader.read()


def test_what_the_page_does_with_a_file_works(day: Shop, tmp_path: Path):
    page = (REPOSITORY / "docs" / "events.md").read_text(encoding="utf-8")
    example = page.split("```python\n")[1].split("```")[0]
    with process(day.url, "--to", "events.jsonl.zst", cwd=tmp_path) as started:
        ended(started)
    counted = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{example}\nprint(len(placed), placed['total'].sum().round(2), placed['placed_at'].max())",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    [(count, total, latest)] = day.rows("SELECT count(*), sum(total), max(placed_at) FROM orders")
    assert counted.stdout.split() == [str(count), str(float(total)), *str(latest).split()]


def test_followed_while_it_happens_and_ended_by_ctrl_c(database_url: str, tmp_path: Path):
    shop, path = Shop(database_url), tmp_path / "events.jsonl"
    shop.run(duration="1h")
    begun = len(lines_of(database_url))
    with (
        process(database_url, "--to", "events.jsonl", "--follow", cwd=tmp_path) as started,
        shop.running(speed="20000x", catch_up=False, duration="12h"),
    ):
        until_lines(path, begun + 200, started)
        started.send_signal(signal.SIGINT)
        _, err = ended(started)
    assert "Traceback" not in err
    shop.run(duration="12h")
    with process(database_url, "--to", "events.jsonl", cwd=tmp_path) as started:
        ended(started)
    assert path.read_text(encoding="utf-8").splitlines() == lines_of(database_url)


def test_followed_up_to_an_instant_it_ends_there(database_url: str, tmp_path: Path):
    shop = Shop(database_url)
    shop.run(duration="1h")
    with process(database_url, "--to", "e.jsonl", "--follow", "--until", "2026-01-05T05:00Z", cwd=tmp_path) as started:
        shop.run(duration="6h")
        ended(started)
    lines = (tmp_path / "e.jsonl").read_text(encoding="utf-8").splitlines()
    assert lines == lines_of(database_url, until=datetime(2026, 1, 5, 5, tzinfo=UTC))


def test_a_follower_outlives_a_connection_that_is_cut(database_url: str, tmp_path: Path):
    shop, path = Shop(database_url), tmp_path / "e.jsonl"
    shop.run(duration="1h")
    begun = len(lines_of(database_url))
    with process(database_url, "--to", "e.jsonl", "--follow", "--until", "2026-01-05T06:00Z", cwd=tmp_path) as started:
        until_lines(path, begun, started)
        cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'bazaar events'"
        assert shop.rows(cut) == [(1,)]
        shop.run(duration="6h")
        ended(started)
    assert path.read_text(encoding="utf-8").splitlines() == lines_of(database_url)


def test_while_history_is_made_it_waits_and_says_so(database_url: str, tmp_path: Path):
    shop = Shop(database_url)
    shop.run(duration="1h")
    with shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE sim.unbuilt (statement text)")
        with process(database_url, "--to", "e.jsonl", cwd=tmp_path) as started:
            assert started.stderr is not None
            line = started.stderr.readline()
            assert 'waiting="history is being made, and its keys are built at its end"' in line
            assert (tmp_path / "e.jsonl").read_bytes() == b""
            cursor.execute("DROP TABLE sim.unbuilt")
            ended(started)
    assert (tmp_path / "e.jsonl").read_text(encoding="utf-8").splitlines() == lines_of(database_url)


def test_a_broker_that_does_not_answer_is_waited_for_and_why_is_said(small_world: str, tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with process(small_world, "--to", f"kafka://me:s3cret@127.0.0.1:{port}", cwd=tmp_path) as started:
        assert started.stderr is not None
        line = started.stderr.readline()
        assert 'waiting="Kafka: ' in line
        assert "Connection refused" in line
        started.send_signal(signal.SIGINT)
        _, err = ended(started)
    assert err.splitlines()[-1] == f"events: 0 written to kafka://me:…@127.0.0.1:{port}"
    assert "s3cret" not in line + err


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--to", "e.csv"), "to: 'e.csv' is no output; allowed are - (standard output), FILE.jsonl, FILE.jsonl.zst"),
        (
            ("--types", "order.*,oder.paid"),
            "types: 'oder.paid' is no type of event; allowed are names and patterns such",
        ),
        (("--types", ""), "types: '' is no type of event; allowed are names"),
        (("--from", "monday"), "from: 'monday' is not an instant; allowed is opening or ISO 8601 with its zone"),
        (("--until", "2026-01-05T00:00"), "until: '2026-01-05T00:00' has no time zone; allowed is ISO 8601"),
        (("--from", "2026-01-06T00:00Z", "--until", "2026-01-05T00:00Z"), "until: '2026-01-05T00:00Z' is not after"),
    ],
)
def test_what_cannot_be_is_one_line(
    small_world: str, refused: Callable[..., str], options: tuple[str, ...], line: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert refused(small_world, *options).removeprefix("events: ").startswith(line)
    assert not list(tmp_path.iterdir())


def test_a_file_of_another_shop_of_other_types_or_of_something_else_is_left_alone(
    small_world: str, refused: Callable[..., str], tmp_path: Path
):
    path = tmp_path / "e.jsonl"
    for text, options, said in (
        (lines_of(small_world)[-1].replace("/1/2026", "/2/2026"), (), "it holds the events of another shop"),
        (lines_of(small_world, types=["order.paid"])[-1], ("--types", "review.*"), "an event of the type order.paid"),
        (lines_of(small_world)[-1].replace("2026-01-06T", "2026-01-07T"), (), "it is ahead of the shop"),
        ("my notes", (), "this is no event of a shop"),
    ):
        for rest in ("", "a line that somebody has not ended"):
            path.write_text(f"{text}\n{rest}", encoding="utf-8")
            assert said in refused(small_world, "--to", str(path), *options)
            assert path.read_text(encoding="utf-8") == f"{text}\n{rest}"


def test_a_folder_that_is_not_there_is_one_line(small_world: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    to = str(tmp_path / "missing" / "e.jsonl")
    assert main(("events", "--database-url", small_world, "--to", to)) == 1
    assert capsys.readouterr().err == f"bazaar: events: to: {to!r} can't be written: No such file or directory\n"


def test_without_a_shop_there_is_nothing_to_tell(database_url: str, refused: Callable[..., str]):
    assert refused(database_url) == "events: no shop has been opened in this database"
