"""A running shop is told to go faster, to stand and to go on, by the commands that people use."""

from __future__ import annotations

from datetime import datetime

import pytest

from sim.cli.main import main
from sim.postgres.control.controls import CHANNEL
from tests.integration.test_running import RunningShop, Shop, differences, eventually

UNHURRIED = {"speed": "50x", "catch_up": False}


@pytest.fixture
def shop(database_url: str) -> Shop:
    return Shop(database_url)


@pytest.fixture
def say(shop: Shop, capsys: pytest.CaptureFixture[str]):
    """Give a command on the shop's database; returns the line that it said, on stdout or stderr."""

    def command(*arguments: str, exit_code: int = 0) -> str:
        code = main((*arguments, "--database-url", shop.url))
        said = capsys.readouterr()
        assert code == exit_code, said
        [line] = (said.out + said.err).splitlines()
        return line

    return command


def opened(running: RunningShop) -> None:
    running.wait_for(lambda status: status.phase == "pacing" and status.rows > 0)


def clock(shop: Shop) -> tuple[datetime, datetime]:
    """The simulated now and the newest sign of life."""
    [(sim_now, heartbeat_at)] = shop.rows("SELECT sim_now, heartbeat_at FROM sim.runs")
    return sim_now, heartbeat_at


def test_another_speed_is_taken_up_and_shown(shop: Shop, say):
    with shop.running(**UNHURRIED) as running:
        opened(running)
        assert say("speed", "400") == "speed: 400x (was 50x)"
        assert shop.rows("SELECT speed, status FROM sim.runs") == [("400x", "pacing")]
        running.wait_for(lambda status: status.speed_asked == "400x" and (status.speed_kept or 0.0) > 300.0)
    assert not running.raised


def test_a_paused_clock_stands_though_the_simulator_lives_and_goes_on_from_there(shop: Shop, say):
    with shop.running(**UNHURRIED) as running:
        opened(running)
        assert say("pause").startswith("paused at Mon 2026-01-05 00:")
        stood, alive = clock(shop)
        eventually(lambda: clock(shop)[1] > alive)
        assert clock(shop)[0] == stood
        assert running.seen[-1].phase == "paused"
        assert say("speed", "100x") == "speed: 100x (was 50x), still paused"
        assert say("resume") == "going on at 100x"
        eventually(lambda: clock(shop)[0] > stood)
        assert (clock(shop)[0] - stood).total_seconds() < 100.0 * 5.0, "a sprint"
    assert not running.raised


def test_a_new_start_forgets_what_was_asked_of_an_earlier_one(shop: Shop, say):
    with shop.running(**UNHURRIED) as running:
        opened(running)
        say("speed", "75x")
        say("pause")
    with shop.running(speed="20x", catch_up=False) as again:
        again.wait_for(lambda status: status.phase == "pacing")
        assert shop.rows("SELECT speed, paused FROM sim.controls") == [("20x", False)]


def test_the_rows_are_the_same_however_the_clock_went(shop: Shop, say, postgres_url: str):
    with shop.running(speed="2000x", catch_up=False, duration="6h") as running:
        opened(running)
        for command in (("speed", "500x"), ("pause",), ("speed", "3000x"), ("resume",), ("speed", "max")):
            say(*command)
        running.wait_for_the_end()
    assert not running.raised
    with Shop.in_new_database(postgres_url) as straight:
        straight.run(duration="6h")
        assert differences(shop.digests(), straight.digests()) == {}


def test_a_hand_that_writes_nonsense_into_the_table_changes_nothing(shop: Shop, say):
    with shop.running(**UNHURRIED) as running:
        opened(running)
        with shop.connected() as connection, connection.cursor() as cursor:
            cursor.execute(f"UPDATE sim.controls SET speed = 'quickly'; NOTIFY {CHANNEL}")
        then = running.seen[-1].sim_now
        running.wait_for(lambda status: status.sim_now > then and status.speed_asked == "50x")
        assert say("speed", "60x") == "speed: 60x (was 50x)"


def test_control_comes_back_when_its_connection_was_cut(shop: Shop, say):
    with shop.running(**UNHURRIED) as running:
        opened(running)
        eventually(lambda: cut_listener(shop))
        eventually(lambda: listeners(shop) == 1)
        assert say("speed", "60x") == "speed: 60x (was 50x)"
    assert not running.raised


def listeners(shop: Shop) -> int:
    [(number,)] = shop.rows(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'bazaar control' AND state = 'idle'"
    )
    return int(number)


def cut_listener(shop: Shop) -> bool:
    return bool(
        shop.rows(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'bazaar control' AND state = 'idle'"
        )
    )


@pytest.mark.parametrize("command", [("speed", "10x"), ("pause",), ("resume",)], ids=lambda words: words[0])
def test_without_a_running_simulator_it_says_so(shop: Shop, say, command: tuple[str, ...]):
    shop.run(duration="1m")
    assert say(*command, exit_code=2) == (
        f"bazaar: {command[0]}: no simulator is running on this database; `python -m sim run` (make sim) starts one"
    )


def test_a_speed_that_is_none_is_refused(shop: Shop, say):
    line = say("speed", "quickly", exit_code=2)
    assert line.startswith("bazaar: speed: 'quickly' is not a speed; allowed are 'max' and a number above 0")
