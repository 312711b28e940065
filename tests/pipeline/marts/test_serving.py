"""What of serving marts needs no server: their tables' statements, names, settings, and when one is due."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.marts.catalogue import marts
from pipeline.marts.engines import spark
from pipeline.marts.head import parsed
from pipeline.marts.serving import making
from pipeline.marts.serving.looking import Looked
from pipeline.marts.serving.served import TABLE, Served, definition
from pipeline.marts.serving.server import MartsSettings
from pipeline.marts.serving.staging import new_name
from pipeline.marts.serving.standing import Standing, refuse_other, refuse_unless_there
from pipeline.marts.serving.status import is_mended
from pipeline.marts.serving.tables import create
from pipeline.replica.problems import NotPossible
from pipeline.settings import BadSetting
from pipeline.upkeep.marts import is_due

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEXT = r"""/*
question: What?
grain: One row a customer's \ day.
about: nothing
key: [day, city]
reads: [orders]
columns:
  day: date, its day
  city: text(100), the city's name
  revenue: decimal(18,2) null, in the shop's currency
  late: boolean, whether it was late
checks: {rows: {mart: "SELECT COUNT(*) FROM {mart}", source: "SELECT COUNT(*) FROM orders"}}
*/
SELECT 1"""
URLS = {"MYSQL_URL": "mysql://bazaar:one@mysql:3306/bazaar", "MARTS_URL": "mysql://marts:two@mysql:3307/served_here"}


def test_a_table_is_what_its_head_says():
    assert create(parsed("sales", TEXT), "`m`.`sales`") == (
        "CREATE TABLE `m`.`sales` ("
        "`day` DATE NOT NULL COMMENT 'its day', "
        "`city` VARCHAR(100) NOT NULL COMMENT 'the city''s name', "
        "`revenue` DECIMAL(18,2) NULL COMMENT 'in the shop''s currency', "
        "`late` TINYINT(1) NOT NULL COMMENT 'whether it was late', "
        "PRIMARY KEY (`day`, `city`)"
        ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin COMMENT='One row a customer''s \\\\ day.'"
    )


@pytest.mark.parametrize("mart", marts(), ids=lambda mart: mart.name)
def test_a_staging_table_and_its_lock_have_names_that_mysql_takes(mart):
    name = new_name(mart)
    assert name.startswith(f"{mart.name}__")
    assert len(f"marts {name}") <= 64
    assert mart.name != TABLE, "that is the table of what is served"


def test_the_longest_name_that_a_mart_may_have_leaves_room_for_a_lock():
    assert len(f"marts {new_name(parsed('a' * 40, TEXT))}") == 64


def at(as_of: datetime, text: str = TEXT) -> Served:
    return Served("sales", as_of, None, 1, "spark", 1.0, NOON, definition(parsed("sales", text)))


@pytest.mark.parametrize(
    ("there", "due"),
    [
        (None, True),
        (at(NOON - HOUR), True),
        (at(NOON - HOUR + timedelta(seconds=1)), False),
        (at(NOON), False),
        (at(NOON + HOUR), True),  # of a shop that was further than this one is
        (at(NOON, TEXT.replace("SELECT 1", "SELECT 2")), True),
        (at(NOON, TEXT.replace("its day", "the day")), True),
    ],
    ids=["missing", "an_hour_old", "younger", "of_this_instant", "of_the_future", "other_sql", "other_comment"],
)
def test_a_mart_is_due_when_readers_would_see_something_else(there: Served | None, due: bool):
    assert is_due(there, definition(parsed("sales", TEXT)), NOON, HOUR) is due


def test_a_check_that_did_not_pass_is_of_the_past_once_the_mart_was_served_since():
    served_at_noon = at(NOON)._replace(served_at=NOON)
    assert is_mended(NOON - HOUR, served_at_noon)
    assert not is_mended(NOON + HOUR, served_at_noon)
    assert not is_mended(NOON - HOUR, None)


def test_nothing_is_due_without_end_where_it_is_to_be_made_each_time():
    assert not is_due(at(NOON), definition(parsed("sales", TEXT)), NOON, timedelta(0))


def test_spark_may_see_the_server_by_another_name(monkeypatch: pytest.MonkeyPatch):
    for name, value in URLS.items():
        monkeypatch.setenv(name, value)
    settings = MartsSettings()
    assert (settings.replica, settings.marts) == ("bazaar", "served_here")
    assert settings.as_spark_sees_it("bazaar").options["url"].startswith("jdbc:mysql://mysql:3307/bazaar?")
    assert "two" not in settings.as_spark_sees_it("bazaar").options["url"]
    monkeypatch.setenv("MARTS_HOST", "10.0.0.5")
    monkeypatch.setenv("MARTS_PORT", "13306")
    assert MartsSettings().as_spark_sees_it("x").options["url"].startswith("jdbc:mysql://10.0.0.5:13306/x?")


@pytest.mark.parametrize(("text", "meant"), [("1h", HOUR), ("90m", 1.5 * HOUR), ("2d", 48 * HOUR), ("0h", 0 * HOUR)])
def test_how_often_is_said_as_people_say_it(monkeypatch: pytest.MonkeyPatch, text: str, meant: timedelta):
    for name, value in (URLS | {"MARTS_EVERY": text}).items():
        monkeypatch.setenv(name, value)
    assert MartsSettings().every == meant


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [("MARTS_EVERY", "often", True), ("MARTS_EVERY", "-1h", True), ("MARTS_URL", "mysql://marts:two@mysql", False)],
)
def test_a_setting_that_cant_be_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, shown: bool
):
    for each, said in (URLS | {name: value}).items():
        monkeypatch.setenv(each, said)
    with pytest.raises(BadSetting, match=f"^{name}: .*allowed is") as refused:
        MartsSettings()
    assert (value in str(refused.value)) is shown
    assert "\n" not in str(refused.value)


THERE = Standing(NOON, NOON - 24 * HOUR, NOON)


def test_an_instant_that_the_replica_has_not_reached_or_no_longer_has_is_refused():
    refuse_unless_there(THERE, NOON)
    for as_of in (NOON + HOUR, NOON - 24 * HOUR):
        with pytest.raises(NotPossible, match=r"^as-of: .*allowed is"):
            refuse_unless_there(THERE, as_of)


def test_a_replica_that_changed_under_a_build_is_refused():
    refuse_other(THERE, THERE._replace(as_of=NOON + HOUR))
    with pytest.raises(NotPossible, match="made anew"):
        refuse_other(THERE, THERE._replace(rebuilt_at=NOON + HOUR))
    with pytest.raises(NotPossible, match="cut off"):
        refuse_other(THERE, THERE._replace(since=NOON - HOUR))


def test_a_past_that_is_cut_off_under_a_build_by_spark_leaves_the_mart_that_readers_have(
    monkeypatch: pytest.MonkeyPatch,
):
    """Each of Spark's questions sees what MySQL has at its own moment: so nothing is served that two of them made."""
    stood, done = THERE, list[str]()

    def build(*_: object) -> None:
        nonlocal stood
        stood = THERE._replace(since=NOON - HOUR)
        done.append("built")

    monkeypatch.setattr(making, "standing", lambda _: stood)
    monkeypatch.setattr(making, "clear", lambda *_: None)
    monkeypatch.setattr(making, "staging", lambda *_: nullcontext("sales__new"))
    monkeypatch.setattr(making, "readings", lambda *_: ())
    monkeypatch.setattr(making, "look", lambda *_: [Looked("rows", "", 0.1)])
    monkeypatch.setattr(spark, "build", build)
    for name in ("rows", "swap"):
        monkeypatch.setattr(making, name, lambda *_, name=name: done.append(name))
    for name, value in URLS.items():
        monkeypatch.setenv(name, value)
    nothing: Any = None
    with pytest.raises(NotPossible, match="the past was cut off meanwhile; the next build is of what is left"):
        making.make(nothing, MartsSettings(), nothing, parsed("sales", TEXT), NOON)
    assert done == ["built"]
