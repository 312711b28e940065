"""The pipeline's part: its own database and the replica as data sources, beside the shop's and out of its way."""

from __future__ import annotations

from typing import Any

import pytest

from redash.publisher.parts import PIPELINE
from tests.redash.conftest import Command, Folder
from tests.redash.fake_redash import FakeRedash

LANDED = """\
-- title: Landed
-- question: How many events are in tables?
-- grain: one row
SELECT count(*) AS events FROM landing.events
"""

PAGE = """\
title: Pipeline
order: 9
widgets:
  - query: landed
    at: {col: 0, row: 0, width: 12, height: 4}
"""


@pytest.fixture
def pipeline(folder: Folder) -> Folder:
    """The folder of the pipeline, within the shop's."""
    made = Folder(folder.root / "pipeline")
    made.write("queries/landed.sql", LANDED)
    made.write("dashboards/pipeline.yml", PAGE)
    return made


def sources(fake: FakeRedash) -> dict[str, dict[str, Any]]:
    return {source["name"]: source for source in fake.sources.values()}


def of(folder: Folder) -> list[str]:
    return ["--pipeline", "--files", str(folder.root)]


def test_both_databases_are_data_sources_and_its_questions_ask_the_first(
    command: Command, pipeline: Folder, fake: FakeRedash
) -> None:
    said = command("publish", *of(pipeline))
    assert said.code == 0, said.err
    found = sources(fake)
    assert (found["Bazaar pipeline"]["type"], found["Bazaar pipeline"]["options"]["dbname"]) == ("pg", "pipeline")
    assert found["Bazaar replica"]["type"] == "mysql"
    assert found["Bazaar replica"]["options"] == {
        "host": "mysql", "port": 3306, "db": "bazaar", "user": "bazaar_reader", "passwd": "secret",
        "charset": "utf8mb4", "use_unicode": True, "autocommit": True,
    }  # fmt: skip
    assert {query["data_source_id"] for query in fake.queries.values()} == {found["Bazaar pipeline"]["id"]}
    assert "1 of 1 queries run" in said.err
    fake.calls.clear()
    assert "0 created, 0 changed in" in command("publish", *of(pipeline)).out
    assert fake.writes == []


def test_what_is_published_of_it_once_is_right_the_second_time(command: Command, fake: FakeRedash) -> None:
    """The files that are shipped: nothing in them looks as if somebody had edited it in Redash."""
    assert command("publish", "--pipeline", "--files", str(PIPELINE.folder)).code == 0
    fake.calls.clear()
    again = command("publish", "--pipeline", "--files", str(PIPELINE.folder))
    assert "kept" not in again.out + again.err
    assert "0 created, 0 changed in" in again.out
    assert fake.writes == []


def test_a_replica_that_moved_or_has_another_password_is_mended(
    command: Command, pipeline: Folder, fake: FakeRedash, monkeypatch: pytest.MonkeyPatch
) -> None:
    command("publish", *of(pipeline))
    monkeypatch.setenv("BAZAAR_REPLICA_HOST", "elsewhere")
    assert "changed source Bazaar replica (host)\n" in command("publish", *of(pipeline)).out
    monkeypatch.setenv("BAZAAR_READER_PASSWORD", "another")
    fake.working_password = "another"
    assert "changed source Bazaar replica (password)\n" in command("publish", *of(pipeline)).out
    assert sources(fake)["Bazaar replica"]["options"]["passwd"] == "another"
    fake.working_password = "nobody's"
    said = command("publish", *of(pipeline))
    assert said.code == 1
    assert said.err.count("\n") == 1


def test_a_redash_without_the_driver_gets_the_rest_and_says_so(
    command: Command, pipeline: Folder, fake: FakeRedash
) -> None:
    fake.drivers = {"pg"}
    said = command("publish", *of(pipeline))
    assert said.code == 0
    assert "this Redash has no driver for 'mysql': without the data source 'Bazaar replica'\n" in said.err
    assert list(sources(fake)) == ["Bazaar pipeline"]
    assert [board["name"] for board in fake.dashboards.values()] == ["Pipeline"]


def test_neither_part_prunes_the_other(command: Command, pipeline: Folder, fake: FakeRedash) -> None:
    command("publish")
    command("publish", *of(pipeline))
    pipeline.path("dashboards/pipeline.yml").unlink()
    assert "removed" not in command("publish", "--prune").out
    assert "removed dashboard pipeline\n" in command("publish", "--prune", *of(pipeline)).out
    archived = {board["name"] for board in fake.dashboards.values() if board["is_archived"]}
    assert archived == {"Pipeline"}
    assert not any(query["is_archived"] for query in fake.queries.values())


def test_the_shop_is_published_as_if_there_were_no_pipeline(
    command: Command, pipeline: Folder, fake: FakeRedash
) -> None:
    assert command("publish").code == 0
    assert list(sources(fake)) == ["Bazaar"]
