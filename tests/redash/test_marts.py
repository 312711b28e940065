"""The marts' part: a data source and a dashboard of their own, where Redash can ask MySQL."""

from __future__ import annotations

from redash.publisher.parts import MARTS
from tests.redash.conftest import Command
from tests.redash.fake_redash import FakeRedash

FILES = ("--marts", "--files", str(MARTS.folder))


def test_its_questions_ask_the_marts_as_the_reader(command: Command, fake: FakeRedash) -> None:
    said = command("publish", *FILES)
    assert said.code == 0, said.err
    [source] = fake.sources.values()
    assert (source["name"], source["type"], source["options"]["db"]) == ("Bazaar marts", "mysql", "marts")
    assert source["options"]["user"] == "bazaar_reader"
    assert {query["data_source_id"] for query in fake.queries.values()} == {source["id"]}
    assert [board["name"] for board in fake.dashboards.values()] == ["Marts"]


def test_what_is_published_once_is_right_the_second_time(command: Command, fake: FakeRedash) -> None:
    command("publish", *FILES)
    fake.calls.clear()
    again = command("publish", *FILES)
    assert "kept" not in again.out + again.err
    assert "0 created, 0 changed in" in again.out
    assert fake.writes == []


def test_a_redash_without_the_driver_says_so_and_gets_nothing(command: Command, fake: FakeRedash) -> None:
    fake.drivers = {"pg"}
    said = command("publish", *FILES)
    assert (said.code, said.err) == (0, "this Redash has no driver for 'mysql': without the marts\n")
    assert (fake.sources, fake.queries, fake.dashboards) == ({}, {}, {})
