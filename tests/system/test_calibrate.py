"""`calibrate`: what it refuses, what it prints of a shop too small to be judged, and when it is content."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from scipy import stats
from sqlalchemy import make_url, text

from db.figures import load_figures
from sim.calibration import figures as calibrate_figures
from sim.calibration.figures import Measured
from sim.calibration.realism.measuring import FIGURES
from sim.cli import calibrate_page
from sim.cli.calibrate import Calibrated, _judge
from sim.cli.failure import Failure
from sim.cli.main import main
from sim.embedded.clients import connect
from sim.markets import load_market
from sim.scenario import Scenario

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "calibration.md").read_text(encoding="utf-8")
SMALL = ("calibrate", "--seeds", "3,4", "--days", "1", "--scale", "0.02")
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
DEMAND = Scenario().demand.model_dump()


@pytest.fixture
def beside(postgres_url: str, monkeypatch) -> str:
    """The tests' server in the place of the embedded one in ./.data."""

    @contextmanager
    def for_a_run(named: str | None) -> Iterator[str]:
        assert named is None
        yield postgres_url

    monkeypatch.setattr("sim.cli.calibrate.for_a_run", for_a_run)
    return postgres_url


def databases(url: str) -> set[str]:
    with connect(url) as connection:
        return set(connection.execute(text("SELECT datname FROM pg_database")).scalars())


def sentences() -> list[str]:
    cities = [city.name for city in load_market("international").cities]
    arrivals = [f"sessions by hour of week against the profile, chi-square p, {city}" for city in cities]
    return [figure.sentence for figure in load_figures()] + arrivals


def rows_of(page: str) -> list[list[str]]:
    """The cells of the table with the averages, without its head."""
    return cells(page.split("## What is published", maxsplit=1)[0])


def realism_of(page: str) -> list[list[str]]:
    """The cells of the table with the figures of realism, without its head."""
    return cells(page.partition("## Is anybody an individual?")[2])


def cells(table: str) -> list[list[str]]:
    return [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")][1:]


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--seeds", "1,1"], "seeds: '1,1' has one twice; allowed are different seeds such as 1,2,3"),
        (["--seeds", "1,x"], "seeds: '1,x': seed: 'x' is not a seed; allowed are whole numbers from 0 to "),
        (["--days", "0.5"], "days: '0.5' is not allowed; allowed are numbers of days from 1 to "),
        (["--days", "four"], "days: 'four' is not allowed"),
        (["--scale", "nan"], "scale: 'nan' is not a scale; allowed are "),
        (["--scenario", "doom"], "scenario: 'doom' is neither "),
        (["--market", "atlantis"], "unknown market 'atlantis'; known: "),
        (["--write", "nowhere/page.md"], "write: 'nowhere/page.md' can't be written; allowed is "),
    ],
)
def test_bad_input_is_one_line_and_starts_no_server(arguments, says, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["calibrate", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"bazaar: {says}")
    assert err.count("\n") == 1
    assert not (tmp_path / ".data").exists()


def test_a_shop_too_small_and_young_is_measured_and_not_passed(beside: str, tmp_path: Path, capsys):
    page, before = tmp_path / "page.md", databases(beside)
    assert main([*SMALL, "--write", str(page)]) == 1
    out, err = capsys.readouterr()
    assert re.search(r"with seed [34] only \d\d % of the figures lie in their band; 90 % are asked for", err)
    assert "1 simulated days from the opening, scale 0.02, scenario baseline, market international, seeds 3, 4" in out
    rows = rows_of(page.read_text(encoding="utf-8"))
    assert [row[0] for row in rows] == sentences()
    assert [row[0] for row in rows if row[0] not in out] == []
    verdicts = {row[0]: row[-1] for row in rows}
    assert verdicts["delivered lines returned, of those delivered 14 days ago or more"] == "**out**"  # none is that old
    assert verdicts["payment attempts by card"] in {"in", "**in: 1 of 2**"}
    by_seed = [[row[at] for row in rows] for at in (3, 4)]
    assert by_seed[0] != by_seed[1]
    realism = realism_of(page.read_text(encoding="utf-8"))
    assert [row[0] for row in realism] == [figure.sentence for figure in FIGURES]
    assert [row[0] for row in realism if row[0] not in out] == []
    later = [f"**wants {figure.days} days**" for figure in FIGURES if figure.days > 1]
    assert [row[-1] for row in realism if row[3:5] == ["**–**", "**–**"]] == later
    assert databases(beside) == before


def test_the_report_is_the_page_and_the_same_for_the_same_seed(beside: str, tmp_path: Path, capsys):
    page = tmp_path / "page.md"
    assert main([*SMALL[:2], "3", *SMALL[3:], "--report", "--write", str(page)]) == 1
    first = capsys.readouterr().out
    assert first == page.read_text(encoding="utf-8")
    assert len(rows_of(first)) == len(sentences())
    assert main([*SMALL[:2], "3", *SMALL[3:], "--report"]) == 1
    assert capsys.readouterr().out == first


def test_two_at_once_are_refused(beside: str, capsys):
    with connect(beside) as connection:
        connection.execute(text("CREATE DATABASE bazaar_calibration"))
    other = make_url(beside).set(database="bazaar_calibration").render_as_string(hide_password=False)
    with connect(other) as connection:
        connection.execute(text("SELECT 1"))
        assert main(list(SMALL)) == 2
        assert "another calibration is at work" in capsys.readouterr().err
    with connect(beside) as connection:
        connection.execute(text("DROP DATABASE bazaar_calibration WITH (FORCE)"))


def measured(held: int, of: int) -> Calibrated:
    return Calibrated([Measured("figure", "0–1", "0.5", holds=number < held, published=()) for number in range(of)], [])


def test_nine_in_ten_are_enough_but_with_every_seed():
    _judge({1: measured(9, 10), 2: measured(10, 10)})
    with pytest.raises(Failure, match="with seed 2 only 85 %"):
        _judge({1: measured(10, 10), 2: measured(17, 20)})


# --- the arrivals ----------------------------------------------------------------------------------------------------


def test_whole_weeks_are_expected_by_the_profile_alone_on_whatever_clock():
    profile = np.outer(DEMAND["day_of_week_factor"], DEMAND["hour_of_day_share"]).ravel()
    for zone in ("America/New_York", "Asia/Kathmandu"):
        found = calibrate_figures._profile(DEMAND, MONDAY, MONDAY + timedelta(weeks=2), ZoneInfo(zone))
        assert [found[hour] for hour in range(168)] == pytest.approx(list(8.0 * profile))  # two weeks of four quarters


def test_of_a_part_of_a_week_only_what_it_had_is_expected():
    found = calibrate_figures._profile(DEMAND, MONDAY, MONDAY + timedelta(hours=30), ZoneInfo("UTC"))
    assert sorted(found) == list(range(30))


def test_the_distance_is_chi_square():
    weights = {0: 1.0, 1: 2.0, 2: 5.0}
    counted = {0: 15, 1: 20, 2: 45}
    expected = [80 / 8, 160 / 8, 400 / 8]
    assert calibrate_figures._distance(counted, weights) == pytest.approx(stats.chisquare([15, 20, 45], expected)[0])
    assert calibrate_figures._distance({3: 1}, weights) == float("inf")


# --- the page --------------------------------------------------------------------------------------------------------


def test_the_page_committed_has_every_figure_for_three_seeds():
    rows = rows_of(PAGE)
    assert [row[0] for row in rows] == sentences()
    assert {len(row) for row in rows} == {7}
    assert "seed 1 | seed 2 | seed 3 | verdict" in PAGE
    bands = {figure.sentence: f"{figure.low:g}–{figure.high:g} {figure.unit}".strip() for figure in load_figures()}
    assert [row[0] for row in rows if row[0] in bands and row[2] != bands[row[0]]] == []


def test_every_published_figure_is_compared_or_has_a_reason():
    published = set(calibrate_page.published_figures())
    compared = {anchor for figure in load_figures() for anchor in figure.published} | {"hour-of-day", "day-of-week"}
    assert len(published) > 15
    assert compared <= published
    assert published - compared == set(calibrate_page.NO_BAND)
    assert set(calibrate_page.IN_PART) <= compared


def test_without_the_sources_at_hand_the_page_is_made_all_the_same(monkeypatch, tmp_path: Path):
    monkeypatch.setattr(calibrate_page, "SOURCES", tmp_path / "gone.md")
    page = calibrate_page.page({7: [Measured("a figure", "1–2", "1.5", holds=True, published=("basket",))]}, "so")
    assert rows_of(page) == [["a figure", "[basket](published-figures.md#basket)", "1–2", "1.5", "in"]]
