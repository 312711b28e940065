"""Sessions arrive as the scenario's profile says: counted by hour of the local week, and as a Poisson process.

Every session bounces, so that four weeks of arrivals are quick. Expectations come from the scenario's numbers alone.
The seed is fixed; p > 0.001 is asked of each city, as the published figures' table does.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from scipy import stats

from sim.clock.environment import ShopEnvironment
from sim.clock.units import DAY_US, HOUR_US
from sim.facts import Fact, SessionStarted
from sim.luck import Luck
from sim.markets import load_market
from sim.processes.arrivals import ArrivalMix, arrivals
from sim.processes.world import World
from sim.scenario import Scenario
from sim.shop.catalogue import Catalogue

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)  # no change of clocks in any of the cities in the four weeks after it
WEEKS = 4
SESSIONS_PER_DAY = 1500.0
BUSY = 5000.0  # enough that even the small differences between weekdays show in each city
MARKET = load_market("international")
ZONES = {city.city_id: ZoneInfo(city.timezone) for city in MARKET.cities}
CITIES = pytest.mark.parametrize("city_id", sorted(ZONES), ids=[city.name for city in MARKET.cities])


def arrived(days: float, **demand: object) -> list[SessionStarted]:
    """Return the sessions of some days of bouncing visitors."""
    only_visitors = {"sessions_per_day": SESSIONS_PER_DAY, "registered_share": 0.0, "cart_return_share": 0.0, **demand}
    plan = Scenario.model_validate({"demand": only_visitors, "funnel": {"bounce": 1.0}})
    luck, facts = Luck(1), list[Fact]()
    catalogue = Catalogue.build(MARKET, luck, products=1)
    world = World(ShopEnvironment(), luck, plan, MARKET, catalogue, EPOCH, 1.0, facts.append)
    mix = ArrivalMix(world.scenario)
    for region in world.regions:
        world.env.process(arrivals(world, region, mix))
    world.env.run_through(round(days * DAY_US), lambda: False)
    return [fact for fact in facts if isinstance(fact, SessionStarted)]


@pytest.fixture(scope="module")
def four_weeks() -> list[SessionStarted]:
    return arrived(7.0 * WEEKS, sessions_per_day=BUSY)


def local(session: SessionStarted) -> datetime:
    """Return the session's start on the city's clocks, by the standard library."""
    return (EPOCH + timedelta(microseconds=session.at)).astimezone(ZONES[session.city_id])


def by_hour_of_week(sessions: list[SessionStarted], city_id: int) -> np.ndarray:
    counted = Counter((t := local(s)).weekday() * 24 + t.hour for s in sessions if s.city_id == city_id)
    return np.array([counted[hour] for hour in range(168)], dtype=float)


def profile(*, flat_days: bool = False, flat_hours: bool = False) -> np.ndarray:
    """Return the share of each hour in the week's sessions."""
    demand = Scenario().demand
    hours = np.ones(24) if flat_hours else np.array(demand.hour_of_day_share)
    days = np.ones(7) if flat_days else np.array(demand.day_of_week_factor)
    weights = np.outer(days, hours).ravel()
    shares: np.ndarray = weights / weights.sum()
    return shares


def p_value(counted: np.ndarray, shares: np.ndarray) -> float:
    return float(stats.chisquare(counted, shares * counted.sum()).pvalue)


@CITIES
def test_arrivals_follow_the_profile_of_the_local_week(four_weeks, city_id):
    assert p_value(by_hour_of_week(four_weeks, city_id), profile()) > 0.001


@CITIES
def test_the_test_would_see_a_flat_night_or_a_flat_weekend(four_weeks, city_id):
    counted = by_hour_of_week(four_weeks, city_id)
    assert p_value(counted, profile(flat_hours=True)) < 1e-9
    assert p_value(counted, profile(flat_days=True)) < 1e-3
    assert p_value(np.roll(counted, 1), profile()) < 1e-3  # an hour off, as with a wrong time zone


@CITIES
def test_as_many_come_as_the_scenario_says(four_weeks, city_id):
    share = MARKET.cities[city_id - 1].demand_share
    expected = BUSY * share * 7 * WEEKS
    counted = sum(session.city_id == city_id for session in four_weeks)
    assert abs(counted - expected) < 4.0 * expected**0.5  # a Poisson count's standard deviation is its mean's root


@CITIES
def test_counts_scatter_as_a_poisson_process_does(four_weeks, city_id):
    # For each hour of the week, four weeks' counts about their expectation: their sum is chi-square with 672 degrees of
    # freedom. Too regular is as wrong as too ragged, so both tails are 0.001.
    share = MARKET.cities[city_id - 1].demand_share
    hours = Counter(session.at // HOUR_US for session in four_weeks if session.city_id == city_id)
    expected = BUSY * share * 7 * profile()
    first = local(SessionStarted(0, 0, None, city_id, 0, "", "", 0))
    offset = first.weekday() * 24 + first.hour
    dispersion = sum((hours[h] - (e := expected[(h + offset) % 168])) ** 2 / e for h in range(168 * WEEKS))
    assert 0.001 < stats.chi2(168 * WEEKS).cdf(dispersion) < 0.999
    assert dispersion / (168 * WEEKS) == pytest.approx(1.0, abs=0.2)


def test_gaps_between_arrivals_are_exponential(four_weeks):
    # within one hour of the week the rate is constant: gaps in it, over their hour's mean, have mean 1 and no memory
    gaps: list[float] = []
    for city_id in ZONES:
        expected = BUSY * MARKET.cities[city_id - 1].demand_share * 7 * profile()
        mine = [session for session in four_weeks if session.city_id == city_id]
        for one, two in pairwise(mine):
            at = local(one)
            gaps.append((two.at - one.at) / HOUR_US * expected[at.weekday() * 24 + at.hour])
    assert np.mean(gaps) == pytest.approx(1.0, abs=0.02)
    assert np.std(gaps) == pytest.approx(1.0, abs=0.03)
    lag = np.corrcoef(gaps[:-1], gaps[1:])[0, 1]
    assert abs(lag) < 4.0 / len(gaps) ** 0.5


def test_nobody_comes_in_an_hour_without_demand():
    # thinning by the rate at the last arrival, instead of at the candidate, lets people in after closing
    sessions = arrived(7.0, hour_of_day_share=(0.0,) * 9 + (1.0,) * 3 + (0.0,) * 12)
    assert {local(session).hour for session in sessions} == {9, 10, 11}
    assert abs(len(sessions) - 7 * SESSIONS_PER_DAY) < 4.0 * (7 * SESSIONS_PER_DAY) ** 0.5


def test_a_campaign_multiplies_the_demand_of_its_days_only():
    plain, more = arrived(3.0), arrived(3.0, campaigns=({"from_day": 1.0, "days": 1.0, "factor": 3.0},))
    of_day = [Counter(session.at // DAY_US for session in sessions) for sessions in (plain, more)]
    assert (of_day[1][0], of_day[1][2]) == (of_day[0][0], of_day[0][2])
    ratio = of_day[1][1] / of_day[0][1]
    assert ratio == pytest.approx(3.0, abs=4.0 * 3.0 * (1 / of_day[1][1] + 1 / of_day[0][1]) ** 0.5)


def test_growth_compounds_by_the_week():
    # 50 % a week: the third week has 2.25 times the first one's demand
    sessions = arrived(21.0, growth_percent_per_week=50.0)
    weeks = Counter(session.at // (7 * DAY_US) for session in sessions)
    assert weeks[2] / weeks[0] == pytest.approx(2.25, rel=0.06)
