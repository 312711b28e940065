"""The configuration of a run: settings and an earlier run's record together, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sim.run.configuration import RunConfig
from sim.run.files import RunFiles
from sim.run.resolution import Refused, new_config, resumed_config
from sim.scenario import Scenario, ScenarioError, load_scenario
from sim.settings import Given, resolve
from sim.snapshot import RunRecord

NOW = datetime(2026, 3, 4, 15, 42, 7, tzinfo=UTC)
EPOCH = datetime(2026, 1, 5, tzinfo=UTC)


def record(**columns: Any) -> RunRecord:
    """A run that was opened with seed 7, half a day ago of its own time."""
    inputs = load_scenario("baseline")[1].resolved()
    had = RunRecord(1, 7, "baseline", inputs, "russian", 0.5, EPOCH, EPOCH + timedelta(hours=12), 3)
    return had._replace(**columns)


def new(*, catch_up: bool = True, **options: str) -> RunConfig:
    return new_config(resolve(Given(options, {}), catch_up=catch_up, now=NOW), RunFiles(), NOW)


def going_on(run: RunRecord | None = None, environment: dict[str, str] | None = None, **options: Any) -> RunConfig:
    return resumed_config(run or record(), resolve(Given(options, environment or {}), now=NOW), RunFiles())


def test_a_new_run_begins_a_history_ago_at_a_full_hour():
    assert new(history="36h").epoch == datetime(2026, 3, 3, 3, 0, tzinfo=UTC)
    assert new().epoch == datetime(2026, 2, 25, 15, 0, tzinfo=UTC)
    assert new(history="0").epoch == datetime(2026, 3, 4, 15, 0, tzinfo=UTC)


def test_a_new_run_begins_at_the_start_to_the_microsecond_in_utc():
    config = new(start="2026-01-05T03:00:00.000001+03:00")
    assert config.epoch == EPOCH + timedelta(microseconds=1)
    assert config.epoch.tzinfo is UTC


def test_a_new_runs_configuration_is_what_was_asked():
    config = new(seed="5", market="russian", scale="0.25", scenario="peak_season", speed="max", duration="1d12h")
    assert (config.seed, config.market_name, config.scale, config.scenario_name) == (5, "russian", 0.25, "peak_season")
    assert config.scenario == load_scenario("peak_season")[1]
    assert (str(config.speed), config.until_us) == ("max", 36 * 3600 * 1_000_000)


def test_without_an_end_a_run_is_never_over():
    assert new().until_us is None
    assert not new().is_over(NOW + timedelta(days=36500))


def test_a_run_is_over_at_its_end_exactly():
    config = new(start="2026-01-05T00:00Z", duration="2h")
    assert not config.is_over(EPOCH + timedelta(hours=2) - timedelta(microseconds=1))
    assert config.is_over(EPOCH + timedelta(hours=2))
    assert config.is_over(EPOCH + timedelta(hours=3))


def test_the_end_is_counted_from_the_epoch_also_when_going_on():
    config = going_on(duration="1d")
    assert (config.epoch, config.until_us) == (EPOCH, 86_400_000_000)


def test_going_on_takes_what_is_not_given_from_the_record():
    config = going_on()
    assert (config.seed, config.market_name, config.scale, config.scenario_name) == (7, "russian", 0.5, "baseline")
    assert config.epoch == EPOCH


def test_going_on_takes_the_recorded_scenario_even_if_its_file_says_something_else_now():
    inputs = load_scenario("peak_season")[1].resolved()
    config = going_on(record(scenario="of-my-own.yaml", scenario_config=inputs))
    assert config.scenario_name == "of-my-own.yaml"
    assert config.scenario == Scenario.model_validate(inputs)


@pytest.mark.parametrize(
    ("name", "same", "other"),
    [
        ("seed", "7", "8"),
        ("market", "russian", "international"),
        ("start", "2026-01-05T02:00+02:00", "2026-01-05T02:00Z"),
    ],
)
def test_seed_market_and_start_may_be_repeated_but_not_changed(name: str, same: str, other: str):
    repeated: dict[str, Any] = {name: same}
    changed: dict[str, Any] = {name: other}
    assert going_on(**repeated).epoch == EPOCH
    with pytest.raises(Refused, match=rf"^{name}: .* was asked, but the shop in this database runs with ") as refused:
        going_on(**changed)
    assert "\n" not in str(refused.value)


def test_a_default_is_not_something_asked_for_but_an_environment_variable_is():
    assert going_on(record(seed=12)).seed == 12
    with pytest.raises(Refused, match="seed"):
        going_on(environment={"seed": "1"})


def test_the_history_does_not_matter_to_a_run_that_is_there():
    assert going_on(history="3d").epoch == EPOCH


def test_scenario_and_scale_may_change():
    config = going_on(scenario="courier_shortage", scale="2")
    assert (config.scenario_name, config.scale) == ("courier_shortage", 2.0)
    assert config.scenario == load_scenario("courier_shortage")[1]


def test_a_catalogue_of_another_size_is_refused(tmp_path: Path):
    file = tmp_path / "smaller.yaml"
    file.write_text("stock:\n  products: 300\n", encoding="utf-8")
    with pytest.raises(Refused, match=r"stock\.products is 300, but this shop was opened with 800"):
        going_on(scenario=str(file))


def test_no_more_is_forgotten_than_the_run_itself_can_do_without():
    """In the baseline something may follow for 30 days after a delivery."""
    assert new(keep="31d").keep == going_on(keep="31d").keep == timedelta(days=31)
    for started in (new, going_on):
        with pytest.raises(Refused, match=r"^keep: 30\.9d is too short.*; allowed are 31d and more, and all$"):
            started(keep="30d22h")


@pytest.mark.parametrize(
    ("scenario", "days"),
    [
        ("review: {within_days: 2, answered_by_stars: [0, 0, 0, 0, 0]}, returns: {within_days: 1}", 3),
        ("review: {within_days: 2, answered_by_stars: [0, 0, 0, 0, 0]}, returns: {within_days: 4.9}", 5),
        ("review: {within_days: 2}, returns: {within_days: 4.9}", 8),
        ("demand: {cart_return_within_h: 180}, review: {within_days: 1}, returns: {within_days: 1}", 8),
        ("demand: {cart_return_within_h: 240}, review: {within_days: 1}, returns: {within_days: 1}", 10),
        ("survey: {within_days: 8.5}, review: {within_days: 1}, returns: {within_days: 1}", 9),
    ],
)
def test_it_depends_on_the_scenario_how_much_that_is(scenario: str, days: int, tmp_path: Path):
    file = tmp_path / "hasty.yaml"
    asked = scenario if "survey" in scenario else f"survey: {{answer: 0}}, {scenario}"
    file.write_text(f"{{{asked}}}", encoding="utf-8")
    for started in (new, going_on):
        assert started(scenario=str(file), keep=f"{days}d").keep == timedelta(days=days)
        with pytest.raises(Refused, match=f"allowed are {days}d and more"):
            started(scenario=str(file), keep=f"{days - 1}d23h")


def test_a_record_that_this_version_cannot_read_is_refused():
    inputs = load_scenario("baseline")[1].resolved() | {"teleportation": {"range_km": 5}}
    with pytest.raises(Refused, match="name one with --scenario") as refused:
        going_on(record(scenario_config=inputs))
    assert "\n" not in str(refused.value)
    assert going_on(record(scenario_config=inputs), scenario="baseline").scenario_name == "baseline"


def test_an_unknown_scenario_or_market_is_told_in_one_line():
    with pytest.raises(ScenarioError, match="no_such") as unknown:
        new(scenario="no_such")
    assert "\n" not in str(unknown.value)
    with pytest.raises(Exception, match="atlantis") as nowhere:
        new(market="atlantis")
    assert "\n" not in str(nowhere.value)
