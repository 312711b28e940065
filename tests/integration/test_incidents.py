"""Incidents in a real database: by the scenario or by hand, they give the same rows at any speed and after any kill."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sim.cli.database import opened as opened_for_a_command
from sim.cli.main import main
from sim.postgres.control.incidents import ask_for
from sim.run.start import Refused
from tests.integration.test_running import RunningShop, Shop, differences, eventually

REPOSITORY = Path(__file__).parents[2]
EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
# One of each kind, beginning and ending anywhere in a quarter of an hour, some of them at once; the last one is still
# to come when the run ends.
TROUBLED = """
incidents:
  - {kind: courier_strike, city: London, after_hours: 8.5, hours: 4, strength: 0.6}
  - {kind: warehouse_outage, warehouse: 41, after_hours: 9.2, hours: 3.3}
  - {kind: demand_surge, city: São Paulo, after_hours: 10.111, hours: 2.7, strength: 4}
  - {kind: traffic_jam, city: 1, after_hours: 11, hours: 4, strength: 2.5}
  - {kind: payment_outage, after_hours: 12, hours: 0.9, strength: 0.8}
  - {kind: flash_sale, after_hours: 12.3, hours: 2}
  - {kind: traffic_jam, after_hours: 20, hours: 1}
"""
LENGTH = "16h"
MOMENTS = (
    "8h40m",
    "10h20m",
    "11h",
    "12h18m",
    "12h18m0.000001s",
    "13h30m",
)  # also when something begins, and just after
INCIDENTS = """
SELECT incident_id, kind, city_id, warehouse_id, strength, origin, began_at, ends_at FROM sim.incidents ORDER BY 1
"""


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The scenario's file."""
    path = tmp_path_factory.mktemp("scenarios") / "troubled.yaml"
    path.write_text(TROUBLED, encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def straight(postgres_url: str, troubled: str) -> Iterator[dict[str, str]]:
    """What a run that nothing disturbs comes to."""
    with Shop.in_new_database(postgres_url) as shop:
        shop.run(scenario=troubled, duration=LENGTH)
        assert shop.broken_invariants() == {}
        yield all_rows(shop)


@pytest.fixture
def shop(database_url: str) -> Shop:
    return Shop(database_url)


def all_rows(shop: Shop) -> dict[str, str]:
    return {**shop.digests(), "sim.incidents": str(shop.rows(INCIDENTS))}


def at(hours: float) -> datetime:
    return EPOCH + timedelta(hours=hours)


# --- of a scenario ---------------------------------------------------------------------------------------------------


def test_a_scenarios_incidents_are_rows_once_they_have_begun(shop: Shop, troubled: str):
    shop.run(scenario=troubled, duration="9h30m")
    assert shop.rows(
        "SELECT incident_id, kind, city_id, warehouse_id, origin, began_at, ends_at FROM sim.incidents"
    ) == [
        (1, "courier_strike", 3, None, "scenario", at(8.5), at(12.5)),
        (3, "warehouse_outage", 4, 41, "scenario", at(9.2), at(12.5)),
    ]
    assert shop.rows("SELECT city, warehouse, is_under_way FROM incidents ORDER BY incident_id") == [
        ("London", None, True),
        ("Berlin", "Tempelhof", True),
    ]


def test_paced_and_in_pieces(shop: Shop, troubled: str, straight: dict[str, str]):
    shop.run(scenario=troubled, duration=MOMENTS[0], speed="200000x", catch_up=False)
    for moment in (*MOMENTS[1:], LENGTH):
        shop.go_on(speed="max", duration=moment)
    assert differences(all_rows(shop), straight) == {}


KILLED = """
import sys, threading
from sim.run.pacing import runner
from sim.run.start import run_shop
from sim.settings import Given, resolve
runner.ROWS_A_BATCH = 100
options = {"seed": "1", "start": "2026-01-05T00:00Z", "scale": "0.05", "speed": "max", "duration": sys.argv[3]}
run_shop(resolve(Given({**options, "scenario": sys.argv[2]}, {})), sys.argv[1], lambda _: None, threading.Event())
"""


def test_killed_while_incidents_act(shop: Shop, troubled: str, straight: dict[str, str]):
    shop.run(scenario=troubled, duration="10h")
    process = subprocess.Popen([sys.executable, "-c", KILLED, shop.url, troubled, LENGTH], cwd=REPOSITORY)
    try:
        eventually(lambda: shop.rows("SELECT sim_now()")[0][0] >= at(12))
        assert process.poll() is None, "it was through before it could be killed"
    finally:
        process.kill()
        process.wait()
    assert process.returncode == -signal.SIGKILL
    shop.go_on(speed="max", duration=LENGTH)
    assert differences(all_rows(shop), straight) == {}


def test_what_has_begun_goes_on_under_another_scenario_and_what_has_passed_is_not_made_up_for(
    shop: Shop, troubled: str, tmp_path: Path
):
    shop.run(scenario=troubled, duration="9h")
    other = tmp_path / "other.yaml"
    other.write_text(
        "incidents: [{kind: payment_outage, after_hours: 8, hours: 5}, {kind: traffic_jam, after_hours: 9.5, hours: 1}]"
    )
    shop.go_on(speed="max", scenario=str(other), duration="13h")
    assert shop.rows("SELECT incident_id, kind, began_at, ends_at FROM sim.incidents ORDER BY 1") == [
        (1, "courier_strike", at(8.5), at(12.5)),
        (3, "traffic_jam", at(9.5), at(10.5)),
    ]
    assert shop.broken_invariants() == {}


def test_a_place_that_the_market_does_not_have_is_refused_before_anything_is_made(shop: Shop, troubled: str):
    with pytest.raises(Refused, match=r"incidents\.0\.city: 'London' is not there; allowed are Москва") as refused:
        shop.run(scenario=troubled, market="russian")
    assert "\n" not in str(refused.value)
    assert shop.rows("SELECT to_regnamespace('sim')") == [(None,)]


# --- by hand ---------------------------------------------------------------------------------------------------------

Say = Callable[..., str]


@pytest.fixture
def say(shop: Shop, capsys: pytest.CaptureFixture[str]) -> Say:
    """Give a command on the shop's database; returns what it said, on stdout or stderr."""

    def command(*arguments: str, exit_code: int = 0) -> str:
        code = main((*arguments, "--database-url", shop.url))
        said = capsys.readouterr()
        assert code == exit_code, said
        return (said.out + said.err).strip()

    return command


def opened(running: RunningShop) -> None:
    running.wait_for(lambda status: status.phase == "pacing" and status.rows > 0)


BY_HAND = """
SELECT incident_id, kind, city_id, warehouse_id, strength, hours, began_at AS at, false AS ends
FROM sim.incidents WHERE origin = 'hand'
UNION ALL SELECT incident_id, kind, city_id, warehouse_id, strength, hours, ends_at, true
FROM sim.incidents WHERE end_asked_at IS NOT NULL ORDER BY at, ends
"""
ASK = """
INSERT INTO sim.incidents (incident_id, kind, city_id, warehouse_id, strength, hours, origin, asked_at)
VALUES (%s, %s, %s, %s, %s, %s, 'hand', now())
"""
ASK_TO_END = "UPDATE sim.incidents SET end_asked_at = now() WHERE incident_id = %s"


def relive(shop: Shop, other: Shop, duration: str) -> None:
    """Let another shop live the same life, stopped wherever something was done by hand, to do it there too."""
    for *what, moment, ends in shop.rows(BY_HAND):
        seconds, microseconds = divmod((moment - EPOCH) // timedelta(microseconds=1), 10**6)
        other.run(duration=f"{seconds}.{microseconds:06}s")
        other.rows(f"{ASK_TO_END if ends else ASK} RETURNING 1", *(what[:1] if ends else what))
    other.run(duration=duration)


def test_what_is_begun_and_ended_by_hand_gives_the_rows_of_a_run_that_goes_on_from_those_instants(
    shop: Shop, say: Say, postgres_url: str
):
    with shop.running(speed="500x", catch_up=False, duration="12h") as running:
        opened(running)
        line = say("incident", "demand_surge", "--city", "são paulo", "--for", "3h", "--strength", "5")
        assert line.startswith("incident 2: demand_surge in São Paulo, strength 5, from Mon 2026-01-05 00:")
        say("incident", "flash_sale", "--for", "2h")
        say("incident", "courier_strike", "--warehouse", "brooklyn bushwick", "--for", "4h", "--strength", "0.5")
        then = running.seen[-1].sim_now
        running.wait_for(lambda status: status.sim_now > then + timedelta(minutes=10))
        assert say("incident", "--end", "4").startswith(
            "incident 4: flash_sale in all cities, strength 0.5, ended; from"
        )
    assert not running.raised
    shop.go_on(speed="max", duration="12h")
    assert shop.broken_invariants() == {}
    with Shop.in_new_database(postgres_url) as other:
        relive(shop, other, "12h")
        assert differences(all_rows(shop), all_rows(other)) == {}


def test_while_paused_it_begins_at_the_instant_where_the_clock_stands(shop: Shop, say: Say):
    with shop.running(speed="50x", catch_up=False) as running:
        opened(running)
        say("pause")
        say("incident", "traffic_jam", "--for", "90m")
        [(began_at, ends_at, now)] = shop.rows("SELECT began_at, ends_at, sim_now() FROM incidents")
        assert (began_at, ends_at) == (now, now + timedelta(minutes=90))
        say("incident", "--end", "2")
        assert shop.rows("SELECT ends_at = began_at, is_under_way FROM incidents") == [(True, False)]
    assert not running.raised


def test_what_was_asked_for_and_not_committed_begins_when_the_shop_goes_on(shop: Shop):
    shop.run(duration="1h")
    shop.rows(f"{ASK} RETURNING 1", 2, "demand_surge", 1, None, 3.0, 1.5)
    shop.go_on(speed="max", duration="2h")
    assert shop.rows("SELECT began_at, ends_at FROM sim.incidents") == [(at(1), at(2.5))]


def test_those_who_ask_at_once_get_numbers_of_their_own(shop: Shop):
    shop.run(duration="1s")

    def ask(_: int) -> int:
        with opened_for_a_command(shop.url) as connection:
            return ask_for(connection, "traffic_jam", None, None, 2.0, 1.0)

    with ThreadPoolExecutor(4) as people:
        assert sorted(people.map(ask, range(8))) == [2, 4, 6, 8, 10, 12, 14, 16]


def test_the_list_has_those_that_have_begun_and_those_asked_for(shop: Shop, say: Say, troubled: str):
    shop.run(duration="1h")
    assert say("incident", "--list") == "no incidents yet"
    shop.go_on(speed="max", scenario=troubled, duration="13h")
    shop.rows(f"{ASK} RETURNING 1", 2, "traffic_jam", None, None, 3.0, 1.5)
    lines = [[cell.strip() for cell in line.split("  ") if cell] for line in say("incident", "--list").splitlines()]
    assert lines[0] == [
        "1", "courier_strike in London, strength 0.6", "over",
        "from Mon 2026-01-05 08:30:00 to Mon 2026-01-05 12:30:00 UTC", "by scenario",
    ]  # fmt: skip
    assert [line[2] for line in lines] == ["over", "over", "over", "under way", "over", "under way", "asked for"]
    assert lines[-1] == ["2", "traffic_jam in all cities, strength 3", "asked for", "for 1.5 h", "by hand"]


KINDS = "courier_strike, warehouse_outage, traffic_jam, demand_surge, payment_outage, flash_sale"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), f"give a kind, or --end, or --list; kinds are {KINDS}"),
        (("traffic_jam", "--list"), "give a kind, or --end, or --list"),
        (("--list", "--city", "London"), "go with a kind, not with --end or --list"),
        (("earthquake", "--for", "6h"), f"'earthquake' is not a kind; allowed are {KINDS}"),
        (("traffic_jam",), "for: --for is missing; allowed are durations above 0 such as 6h"),
        (("traffic_jam", "--for", "soon"), "for: 'soon' is not a duration; allowed are"),
        (("traffic_jam", "--for", "6h", "--strength", "much"), "'much' is not a number; allowed is above 1 up to 20"),
        (("traffic_jam", "--for", "6h", "--strength", "0.5"), "strength: 0.5 is not allowed; of a traffic_jam it is"),
        (("courier_strike", "--for", "6h", "--strength", "nan"), "strength: nan is not allowed"),
        (("warehouse_outage", "--for", "6h", "--strength", "1"), "1 was given, but a warehouse_outage has none"),
        (("flash_sale", "--for", "6h", "--city", "London"), "city: 'London' was given, but a flash_sale concerns"),
        (("traffic_jam", "--for", "6h", "--warehouse", "11"), "warehouse: '11' was given, but a traffic_jam concerns"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_wrong_with_a_request_is_said_in_one_line_without_asking_anybody(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
):
    nowhere = "postgresql://nobody@127.0.0.1:1/nowhere"
    assert main(("incident", *arguments, "--database-url", nowhere)) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("bazaar: incident: ")
    assert words in line


def test_places_and_numbers_that_are_not_there_are_refused(shop: Shop, say: Say):
    with shop.running(speed="50x", catch_up=False) as running:
        opened(running)
        unknown = say("incident", "traffic_jam", "--city", "Paris", "--for", "6h", exit_code=2)
        assert "city: 'Paris' is not there; allowed are New York, São Paulo, London, Berlin, Sydney" in unknown
        elsewhere = say(
            "incident", "warehouse_outage", "--city", "London", "--warehouse", "11", "--for", "1h", exit_code=2
        )
        assert "'11' is not there; allowed are Park Royal (31), Bermondsey (32)" in elsewhere
        for number in ("2", "first", "99999999999999999999"):
            assert f"{number!r} is no incident here" in say("incident", "--end", number, exit_code=2)
        say("incident", "traffic_jam", "--for", "1h")
        say("incident", "--end", "2")
        over = say("incident", "--end", "2", exit_code=2)
        assert "2 is over already: traffic_jam in all cities, strength 2, from Mon" in over
    assert not running.raised


def test_without_a_running_simulator_it_says_so(shop: Shop, say: Say):
    shop.run(duration="1m")
    assert "no simulator is running on this database" in say("incident", "flash_sale", "--for", "6h", exit_code=2)
